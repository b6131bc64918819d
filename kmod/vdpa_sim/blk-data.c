// SPDX-License-Identifier: GPL-2.0-only
/* The simulated disk's requests (virtio 1.2, 5.2.6). */
#include <linux/sched/mm.h>
#include <linux/virtio_config.h>

#include "blk.h"

/* Served while the lock is held once; what is done shows when the batch is over. */
#define BLK_BATCH	32
#define BLK_BATCH_BYTES 0x40000u

struct request {
	struct vdpasim_blk *blk;
	struct blk_stats *stats;
	struct dvq_iter out; /* behind the header */
	struct dvq_iter in;
	u64 sector;
	u32 room; /* to write to, the status apart */
	u32 done; /* bytes of data */
};

/* The driver has to flush, or each write is to be there when it is completed (5.2.6.2). */
static bool is_write_through(struct vdpasim_blk *blk)
{
	if (blk->sim.features & BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE))
		return !READ_ONCE(blk_config(blk)->wce);
	return !(blk->sim.features & BIT_ULL(VIRTIO_BLK_F_FLUSH));
}

static bool is_read_only(const struct vdpasim_blk *blk)
{
	return blk->sim.offered & BIT_ULL(VIRTIO_BLK_F_RO);
}

/* In this order, none of it can overflow. */
static bool is_on_disk(const struct vdpasim_blk *blk, u64 sector, u64 sectors)
{
	return sector <= blk->sectors && sectors <= blk->sectors - sector;
}

static bool is_good(const struct request *r, u64 bytes)
{
	return !(bytes % BLK_SECTOR) && bytes <= BLK_REQUEST_MAX &&
	       is_on_disk(r->blk, r->sector, bytes / BLK_SECTOR);
}

static u8 status_of(int err)
{
	return err ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}

/* ---- kinds of requests --------------------------------------------------------------------- */

static u8 do_in(struct request *r)
{
	struct blk_store *store = r->blk->store;
	int err;

	if (!is_good(r, r->room))
		return VIRTIO_BLK_S_IOERR;
	err = store->ops->read(store, r->sector * BLK_SECTOR, &r->in, r->room);
	if (err)
		return status_of(err);
	r->done = r->room;
	r->stats->reads++;
	r->stats->read_bytes += r->done;
	return VIRTIO_BLK_S_OK;
}

static u8 do_out(struct request *r)
{
	struct blk_store *store = r->blk->store;
	u64 bytes = r->out.left;
	int err;

	if (is_read_only(r->blk) || !is_good(r, bytes))
		return VIRTIO_BLK_S_IOERR;
	err = vdpasim_fails(&r->blk->sim) ? -ENOMEM : 0;
	if (!err)
		err = store->ops->write(store, r->sector * BLK_SECTOR, &r->out, bytes);
	if (!err && is_write_through(r->blk))
		err = store->ops->flush(store);
	if (err)
		return status_of(err);
	r->stats->writes++;
	r->stats->written_bytes += bytes;
	return VIRTIO_BLK_S_OK;
}

static u8 do_flush(struct request *r)
{
	r->stats->flushes++;
	return status_of(r->blk->store->ops->flush(r->blk->store));
}

/* The device's name, with zeroes behind it when there is room. */
static u8 do_get_id(struct request *r)
{
	const char *name = dev_name(&r->blk->sim.vdpa.dev);
	char id[VIRTIO_BLK_ID_BYTES] = "";
	u32 len = min_t(u32, r->room, sizeof(id));

	memcpy(id, name, strnlen(name, sizeof(id)));
	if (dvq_write(&r->in, id, len))
		return VIRTIO_BLK_S_IOERR;
	r->done = len;
	return VIRTIO_BLK_S_OK;
}

/* A range of a DISCARD or WRITE_ZEROES. */
struct blk_range {
	u64 sector;
	u32 sectors;
	bool unmap;
};

static u8 read_range(struct request *r, u32 flags_known, struct blk_range *ret)
{
	struct virtio_blk_discard_write_zeroes wire;
	u32 flags;

	if (dvq_read(&r->out, &wire, sizeof(wire)))
		return VIRTIO_BLK_S_IOERR;
	flags = le32_to_cpu(wire.flags);
	if (flags & ~flags_known)
		return VIRTIO_BLK_S_UNSUPP;
	*ret = (struct blk_range){
		.sector = le64_to_cpu(wire.sector),
		.sectors = le32_to_cpu(wire.num_sectors),
		.unmap = flags & VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP,
	};
	if (ret->sectors > BLK_RANGE_SECTORS_MAX ||
	    !is_on_disk(r->blk, ret->sector, ret->sectors))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

/* All ranges are looked at before anything is done to one. */
static u8 zero_ranges(struct request *r, u32 flags_known, bool discard)
{
	struct blk_store *store = r->blk->store;
	struct blk_range ranges[BLK_RANGES_MAX];
	u64 n = r->out.left / sizeof(struct virtio_blk_discard_write_zeroes);
	u8 status = VIRTIO_BLK_S_OK;
	u32 i;
	int err = 0;

	if (is_read_only(r->blk) || !n || n > BLK_RANGES_MAX ||
	    r->out.left % sizeof(struct virtio_blk_discard_write_zeroes))
		return VIRTIO_BLK_S_IOERR;
	for (i = 0; i < n && status == VIRTIO_BLK_S_OK; i++)
		status = read_range(r, flags_known, &ranges[i]);
	if (status != VIRTIO_BLK_S_OK)
		return status;
	for (i = 0; i < n && !err; i++)
		err = store->ops->zero(store, ranges[i].sector * BLK_SECTOR,
				       (u64)ranges[i].sectors * BLK_SECTOR,
				       discard || ranges[i].unmap);
	if (!err && is_write_through(r->blk))
		err = store->ops->flush(store);
	return status_of(err);
}

/* What is discarded reads as zero, which drivers must not count on. Flags are for WRITE_ZEROES only. */
static u8 do_discard(struct request *r)
{
	u8 status = zero_ranges(r, 0, true);

	r->stats->discards += status == VIRTIO_BLK_S_OK;
	return status;
}

static u8 do_write_zeroes(struct request *r)
{
	u8 status = zero_ranges(r, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP, false);

	r->stats->zeroes += status == VIRTIO_BLK_S_OK;
	return status;
}

static const struct {
	u32 type;
	u64 feature; /* without which the device does not know it */
	u8 (*run)(struct request *r);
} kinds[] = {
	{ VIRTIO_BLK_T_IN, 0, do_in },
	{ VIRTIO_BLK_T_OUT, 0, do_out },
	{ VIRTIO_BLK_T_FLUSH, 0, do_flush },
	{ VIRTIO_BLK_T_GET_ID, 0, do_get_id },
	{ VIRTIO_BLK_T_DISCARD, BIT_ULL(VIRTIO_BLK_F_DISCARD), do_discard },
	{ VIRTIO_BLK_T_WRITE_ZEROES, BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES), do_write_zeroes },
};

/* ---- the queue ----------------------------------------------------------------------------- */

static u8 run(struct request *r)
{
	struct virtio_blk_outhdr hdr;
	u32 i, type;

	if (dvq_read(&r->out, &hdr, sizeof(hdr)))
		return VIRTIO_BLK_S_IOERR;
	r->sector = __virtio64_to_cpu(true, hdr.sector);
	type = __virtio32_to_cpu(true, hdr.type);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type && !(kinds[i].feature & ~r->blk->sim.features))
			return kinds[i].run(r);
	return VIRTIO_BLK_S_UNSUPP;
}

/* Every request is completed, one without room for its status with nothing written. Bytes of data moved. */
static u32 answer(struct vdpasim_blk *blk, struct vdpasim_vq *vq, const struct dvq_chain *c)
{
	struct request r = { .blk = blk, .stats = &blk->stats[vq->idx] };
	u8 status = VIRTIO_BLK_S_IOERR;
	struct dvq_iter it;
	u32 written = 0;

	if (!c->error && c->in_len && c->in_len - 1 <= BLK_REQUEST_MAX) {
		r.room = c->in_len - 1;
		dvq_iter_out(&r.out, &vq->q, c);
		dvq_iter_in(&r.in, &vq->q, c);
		status = run(&r);
	}
	if (!c->error && c->in_len) {
		/* The last byte there is, wherever the data ends. */
		dvq_iter_in(&it, &vq->q, c);
		if (!dvq_skip(&it, c->in_len - 1) && !dvq_write(&it, &status, sizeof(status)))
			written = r.done + sizeof(status);
		else
			status = VIRTIO_BLK_S_IOERR;
	}
	r.stats->errors += status != VIRTIO_BLK_S_OK;
	dvq_push(&vq->q, c, written);
	return min_t(u64, c->out_len + c->in_len, BLK_REQUEST_MAX);
}

static int run_batch(struct vdpasim_blk *blk, struct vdpasim_vq *vq)
{
	struct dvq_chain c;
	u32 bytes = 0;
	int n, r = 0;

	for (n = 0; n < BLK_BATCH && bytes < BLK_BATCH_BYTES; n++) {
		r = dvq_pop(&vq->q, &c);
		if (r <= 0)
			break;
		bytes += answer(blk, vq, &c);
	}
	return r;
}

bool blk_serve(struct vdpasim *sim, struct vdpasim_vq *vq)
{
	unsigned int noio = memalloc_noio_save();
	int r;

	dvq_kick_disable(&vq->q);
	r = run_batch(to_blk(sim), vq);
	vdpasim_publish(vq);
	memalloc_noio_restore(noio);
	if (r < 0)
		vdpasim_break(vq);
	return r > 0 || (!r && dvq_kick_enable(&vq->q));
}
