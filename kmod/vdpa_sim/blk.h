/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulated disk: what its files share. */
#ifndef VDPASIM_BLK_H
#define VDPASIM_BLK_H

#include <uapi/linux/virtio_blk.h>

#include "blk-store.h"
#include "sim.h"

#define BLK_QUEUES_MAX 16
#define BLK_SECTOR     512u

/* Of one request: how many buffers, how long each, and so all of them. Fits 32 bits. */
#define BLK_SEG_MAX	126
#define BLK_SIZE_MAX	0x100000u
#define BLK_REQUEST_MAX (BLK_SEG_MAX * BLK_SIZE_MAX)
/* Of a DISCARD or WRITE_ZEROES: how many ranges, and sectors of each. */
#define BLK_RANGES_MAX	      16
#define BLK_RANGE_SECTORS_MAX 0x400000u

/* Of one queue, protected by its lock. */
struct blk_stats {
	u64 reads;
	u64 read_bytes;
	u64 writes;
	u64 written_bytes;
	u64 flushes;
	u64 discards;
	u64 zeroes; /* WRITE_ZEROES */
	u64 errors; /* requests that did not end well, of any kind */
};

struct vdpasim_blk {
	struct vdpasim sim; /* first */
	struct blk_store *store; /* a reference */
	u64 sectors;
	struct blk_stats stats[BLK_QUEUES_MAX];
};

static inline struct vdpasim_blk *to_blk(struct vdpasim *sim)
{
	return container_of(sim, struct vdpasim_blk, sim);
}

/* Protected by sim.state_lock. */
static inline struct virtio_blk_config *blk_config(struct vdpasim_blk *blk)
{
	return blk->sim.config;
}

/* blk-data.c: serve a queue */
bool blk_serve(struct vdpasim *sim, struct vdpasim_vq *vq);

/* blk-stats.c */
int blk_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack);

#endif
