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

/* net-data.c: serve a transmit queue */
bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx);

/* net-ctrl.c: serve the control queue */
bool net_serve_ctrl(struct vdpasim_net *net, struct vdpasim_vq *vq);

/* net-stats.c */
int net_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack);

#endif
