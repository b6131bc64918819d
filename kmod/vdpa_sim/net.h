/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulated NIC: what its files share. */
#ifndef VDPASIM_NET_H
#define VDPASIM_NET_H

#include <linux/bitmap.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <uapi/linux/virtio_net.h>

#include "sim.h"

/* Queue pairs at most; a device has one unless it was created with more. */
#define NET_PAIRS_MAX 16

/* The largest MTU there is, and what is in front of it. Bounds the work on one buffer. */
#define NET_FRAME_MAX (ETH_MAX_MTU + VLAN_ETH_HLEN)

/* Groups: data queues in one, the control queue in the other, so that they can be mapped apart. */
enum {
	NET_GROUP_DATA,
	NET_GROUP_CTRL,
	NET_GROUP_RINGS, /* of the first */
	NET_GROUPS,
};

/* As many as mainline's has. */
#define NET_SPACES 2

/* ---- what is counted ----------------------------------------------------------------------- */

/* Of a receive queue. Bytes are of frames, without the virtio header. */
enum net_rx_stat {
	NET_RX_PACKETS,
	NET_RX_BYTES,
	NET_RX_ERRORS,	  /* buffers that could not be written */
	NET_RX_NO_BUFFER, /* there was none, or too few to be merged */
	NET_RX_NO_QUEUE,  /* nobody serves the queue */
	NET_RX_TOO_LONG,  /* for the buffer, or for as many as can be merged */
	NET_RX_MERGED,	  /* frames that took several buffers */
	NET_RX_STATS,
};

/* Of a transmit queue. */
enum net_tx_stat {
	NET_TX_PACKETS,
	NET_TX_BYTES,
	NET_TX_BAD_BUFFER,  /* cannot be read, or is no frame */
	NET_TX_BAD_HEADER,  /* what virtio has in front of the frame makes no sense */
	NET_TX_NO_LINK,
	NET_TX_NOT_WANTED,  /* for nobody at the other end */
	NET_TX_NOT_AGREED,  /* needs what the receiver did not agree to and the device cannot do for it */
	NET_TX_CHECKSUMMED, /* by the device, as the receiver did not agree to do without */
	NET_TX_SEGMENTED,   /* likewise */
	NET_TX_WAITS,	    /* how often it was held up, for want of a receive buffer */
	NET_TX_STATS,
};

/* Of the control queue, protected by its lock. */
struct net_ctrl_stats {
	u64 requests;
	u64 successes;
	u64 errors;
};

/* ---- the device ---------------------------------------------------------------------------- */

/* Of each queue pair; the receive half is protected by that queue's lock, the other by the other's. */
struct net_pair {
	u64 rx[NET_RX_STATS];
	bool rx_awaited; /* a sender waits for receive buffers: kicks are wanted until it was woken */
	u64 tx[NET_TX_STATS];
};

/*
 * Which frames the driver wants. Changed by the control queue while frames come in, word by word: in that moment a frame
 * may find some of the old and some of the new.
 */
#define NET_MACS_MAX 64
struct net_filter {
	unsigned long modes; /* bit VIRTIO_NET_CTRL_RX_* */
	unsigned int n[2];   /* addresses of devices, of groups; more than fit mean all of the kind */
	u64 mac[2][NET_MACS_MAX];
	DECLARE_BITMAP(vlans, VLAN_N_VID);
};

struct vdpasim_net {
	struct vdpasim sim; /* first */
	struct list_head all; /* net-peer.c: what follows is protected by its lock */
	bool wired;	      /* one end of a cable, from the first peer on */
	bool link_wanted;     /* as dev set said */
	bool waits;	      /* the cable's: who sends waits for buffers; read without the lock */
	struct vdpasim_net *peer; /* the other end; read with a queue's lock held as well */
	u16 pairs;	    /* queue pairs there are */
	u16 active_pairs;   /* in use, as the driver said */
	u64 guest_off;	    /* VIRTIO_NET_F_GUEST_* that the driver switched off */
	u8 home_mac[ETH_ALEN]; /* sim.state_lock; what a reset returns to */
	struct delayed_work announce;
	struct net_filter filter;
	struct net_ctrl_stats ctrl;
	struct net_pair pair[NET_PAIRS_MAX];
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
/* Run a cable to the device of that name, on which senders may wait: 0, -ENODEV, -EBUSY when it has one. */
int net_connect(struct vdpasim_net *net, const char *name, bool waits);
/* Want the link to be up or not. */
void net_want_link(struct vdpasim_net *net, bool up);
/* Have the driver tell the network where it is, if it can and the link is up in a moment. */
void net_announce_soon(struct vdpasim_net *net);
/* The name of the other end, or -ENODATA. */
int net_peer_name(struct vdpasim_net *net, char *name, size_t size);
/*
 * Who receives what @net sends, which is also who sends what it receives, or NULL; a lock of one of its queues is held
 * as long as that is used.
 */
struct vdpasim_net *net_receiver(struct vdpasim_net *net);

/* ---- the data path ------------------------------------------------------------------------- */

/* What does not change while a batch of frames is sent. */
struct net_batch {
	struct vdpasim_vq *tx;
	struct vdpasim_vq *rx; /* NULL: there is nobody at the other end */
	u64 *tx_stats;
	struct net_pair *to;   /* the receiving one */
	const struct net_filter *filter; /* the receiver's */
	u64 tx_features;
	u64 rx_features;
	u64 guest;  /* VIRTIO_NET_F_GUEST_* that the receiver agrees to now */
	u32 tx_hdr; /* bytes in front of each frame that is sent */
	u32 rx_hdr; /* ... and received */
	bool link;
	bool rx_usable;
	bool waits; /* for receive buffers */
	u8 mac[ETH_ALEN]; /* the receiver's */
};

/* A frame on its way. */
struct net_frame {
	struct virtio_net_hdr hdr; /* for the receiver */
	const u8 *head;	     /* what comes first */
	u32 head_len;
	struct dvq_iter rest; /* and what follows, in the transmit buffer */
	u32 len;	     /* of both */
};

/* net-data.c: serve a transmit queue */
bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx);

/*
 * net-rx.c: put a frame into receive buffers, and count it: 0, -EAGAIN when the sender has to wait, for which nothing was done
 * (only if it @may), -ENOBUFS, -EMSGSIZE or -EFAULT when it was dropped.
 */
int net_receive(struct net_batch *b, const struct net_frame *f, bool may);
/* Serve a receive queue, which was kicked as somebody waits for its buffers. */
bool net_serve_rx(struct vdpasim_net *net, struct vdpasim_vq *rx);
/* Nobody shall wait any longer for buffers of this device. */
void net_release_senders(struct vdpasim_net *net);

/*
 * net-offload.c: what a frame with that header needs of a receiver, VIRTIO_NET_F_GUEST_*, into @ret_needs; the header
 * keeps what the receiver may be told. -EINVAL when a driver with these features must not send it.
 */
int net_offload_check(u64 features, struct virtio_net_hdr *hdr, u32 len, u64 *ret_needs);
/* Do for the receiver what it did not agree to, @missing: as net_receive(), or -EINVAL for the sender's fault, or -EOPNOTSUPP. */
int net_offload_do(struct net_batch *b, struct net_frame *f, u64 missing);

/* net-filter.c: whether the receiver wants a frame that begins with @head, @len bytes of it at most a VLAN's header */
bool net_filter_wants(const struct net_batch *b, const u8 *head, u32 len);
void net_filter_reset(struct net_filter *filter);
/* Requests of the control queue, @args what follows the header: true when done. */
bool net_filter_set_mode(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args);
bool net_filter_set_macs(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args);
bool net_filter_set_vlan(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args);

/* net-ctrl.c: serve the control queue */
bool net_serve_ctrl(struct vdpasim_net *net, struct vdpasim_vq *vq);

/* net-stats.c */
int net_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack);

#endif
