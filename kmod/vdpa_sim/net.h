/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulated NIC: what its files share. */
#ifndef VDPASIM_NET_H
#define VDPASIM_NET_H

#include <linux/if_ether.h>
#include <uapi/linux/virtio_net.h>

#include "sim.h"

/* Queue pairs at most; a device has one unless it was created with more. */
#define NET_PAIRS_MAX 16

/* Groups: data queues in one, the control queue in the other, so that they can be mapped apart. */
enum {
	NET_GROUP_DATA,
	NET_GROUP_CTRL,
	NET_GROUPS,
};

/* Of one queue, protected by its lock. */
struct net_stats {
	u64 packets;
	u64 bytes;	/* of frames, without the virtio header */
	u64 errors;	/* buffers that could not be read or written, or make no frame */
	u64 drops;	/* tx: for nobody here, or link down; rx: larger than the buffer */
	u64 overruns;	/* rx: there was no buffer */
};

/* Of the control queue, protected by its lock. */
struct net_ctrl_stats {
	u64 requests;
	u64 successes;
	u64 errors;
};

struct vdpasim_net {
	struct vdpasim sim; /* first */
	struct list_head all; /* net-peer.c: what follows is protected by its lock */
	bool wired;	      /* one end of a cable, from the first peer on */
	bool link_wanted;     /* as dev set said */
	struct vdpasim_net *peer; /* the other end; read with a queue's lock held as well */
	u16 pairs;	    /* queue pairs there are */
	u16 active_pairs;   /* in use, as the driver said */
	u8 home_mac[ETH_ALEN]; /* sim.state_lock; what a reset returns to */
	struct net_stats rx[NET_PAIRS_MAX];
	struct net_stats tx[NET_PAIRS_MAX];
	struct net_ctrl_stats ctrl;
};

static inline struct vdpasim_net *to_net(struct vdpasim *sim)
{
	return container_of(sim, struct vdpasim_net, sim);
}

/* Protected by sim.state_lock. */
static inline struct virtio_net_config *net_config(struct vdpasim_net *net)
{
	return net->sim.config;
}

/* The control queue's place depends on what was negotiated (virtio 1.2, 5.1.2). */
static inline u16 net_ctrl_index(const struct vdpasim_net *net)
{
	return READ_ONCE(net->sim.features) & BIT_ULL(VIRTIO_NET_F_MQ) ? 2 * net->pairs : 2;
}

/*
 * net-peer.c: which NICs there are, and cables between them. What one end of a cable sends the other receives; the link
 * is up when both ends want it.
 */
void net_list_add(struct vdpasim_net *net);
/* Before it is deleted: pulls its cable, too. When this returns nobody sends to it. */
void net_list_del(struct vdpasim_net *net);
/* Run a cable to the device of that name: 0, -ENODEV, -EBUSY when it has one. */
int net_connect(struct vdpasim_net *net, const char *name);
/* Want the link to be up or not. */
void net_want_link(struct vdpasim_net *net, bool up);
/* The name of the other end, or -ENODATA. */
int net_peer_name(struct vdpasim_net *net, char *name, size_t size);
/* Who receives what @net sends, or NULL; a lock of one of its queues is held as long as that is used. */
struct vdpasim_net *net_receiver(struct vdpasim_net *net);

/* net-data.c: serve a transmit queue */
bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx);

/* net-ctrl.c: serve the control queue */
bool net_serve_ctrl(struct vdpasim_net *net, struct vdpasim_vq *vq);

/* net-stats.c */
int net_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack);

#endif
