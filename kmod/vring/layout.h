/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings as the virtio specification lays them out in memory, and access to their parts; internal. */
#ifndef DVQ_LAYOUT_H
#define DVQ_LAYOUT_H

#include "vring.h"

#define DVQ_PAGE_SHIFT 12
#define DVQ_PAGE_SIZE  (1u << DVQ_PAGE_SHIFT)
#define DVQ_PAGE_MASK  ((u64)DVQ_PAGE_SIZE - 1)

/* Descriptor, 16 bytes: le64 address, le32 length, le16 flags, le16 next. */
#define DVQ_DESC_SIZE	  16u
#define DVQ_DESC_NEXT	  0x1u
#define DVQ_DESC_WRITE	  0x2u
#define DVQ_DESC_INDIRECT 0x4u

/* Driver area: le16 flags, le16 index, le16 ring[num], le16 used_event. */
#define DVQ_AVAIL_IDX		2u
#define DVQ_AVAIL_RING		4u
#define DVQ_AVAIL_NO_INTERRUPT	0x1u

/* Device area: le16 flags, le16 index, { le32 id, le32 length } ring[num], le16 avail_event. */
#define DVQ_USED_IDX	   2u
#define DVQ_USED_RING	   4u
#define DVQ_USED_NO_NOTIFY 0x1u

/*
 * A packed ring has one area of descriptors: le64 address, le32 length, le16 id, le16 flags. The two others
 * hold what driver and device wish to be told of: le16 place in the ring, le16 how.
 */
#define DVQ_DESC_AVAIL	  0x80u
#define DVQ_DESC_USED	  0x8000u
#define DVQ_EVENT_SIZE	  4u
#define DVQ_EVENT_ENABLE  0x0u
#define DVQ_EVENT_DISABLE 0x1u
#define DVQ_EVENT_DESC	  0x2u

/* What both kinds of ring say in a descriptor. */
struct dvq_desc {
	u64 addr;
	u32 len;
	u16 flags;
};

/* Where byte @off of a mapped area lies. Naturally aligned fields never straddle a page. */
static inline void *dvq_at(const struct dvq_area *a, u32 off)
{
	u64 pos;

	if (likely(a->flat))
		return (void *)(a->flat + off);
	pos = (a->iova & DVQ_PAGE_MASK) + off;
	return (void *)(a->page[pos >> DVQ_PAGE_SHIFT] + (uintptr_t)(pos & DVQ_PAGE_MASK));
}

static inline u32 dvq_area_pages(const struct dvq_area *a)
{
	return (u32)(((a->iova & DVQ_PAGE_MASK) + a->len + DVQ_PAGE_MASK) >> DVQ_PAGE_SHIFT);
}

/* ---- chain.c: what the buffers of a chain have to be ----------------------------------------- */

/* Add a descriptor's buffer to @c: 0, -EINVAL when it breaks the rules, -ENOSPC behind too many others. */
static inline int dvq_chain_add(struct dvq *q, struct dvq_chain *c, const struct dvq_desc *d)
{
	u32 at = c->first + c->nout + c->nin;
	bool write = d->flags & DVQ_DESC_WRITE;

	/* All that is read comes before all that is written. */
	if (!write && c->nin)
		return -EINVAL;
	if (!d->len)
		return 0;
	if (d->addr + (d->len - 1) < d->addr)
		return -EINVAL;
	/* One chain alone never needs more than there are entries. */
	if (at >= q->cfg.num)
		return -ENOSPC;

	q->bufs[at] = (struct dvq_buf){ .iova = d->addr, .len = d->len };
	if (write) {
		c->nin++;
		c->in_len += d->len;
	} else {
		c->nout++;
		c->out_len += d->len;
	}
	return 0;
}

/* How many entries the indirect table has that @d names, or -EINVAL. */
int dvq_table_size(const struct dvq *q, const struct dvq_desc *d);
/* Entry @i of the indirect table at @table, each byte read once: 0 or -EFAULT. */
int dvq_table_fetch(struct dvq *q, u64 table, u32 i, __le64 raw[2]);

/* ---- split.c and packed.c: the two kinds of ring, by the names of vring.h -------------------- */

int dvq_split_pop(struct dvq *q, struct dvq_chain *c);
void dvq_split_unpop(struct dvq *q);
void dvq_split_push(struct dvq *q, const struct dvq_chain *c, u32 len);
bool dvq_split_publish(struct dvq *q);
bool dvq_split_kick_enable(struct dvq *q);
void dvq_split_kick_disable(struct dvq *q);
bool dvq_split_pending(const struct dvq *q);

int dvq_packed_pop(struct dvq *q, struct dvq_chain *c);
void dvq_packed_unpop(struct dvq *q, const struct dvq_chain *c);
void dvq_packed_push(struct dvq *q, const struct dvq_chain *c, u32 len);
bool dvq_packed_publish(struct dvq *q);
bool dvq_packed_kick_enable(struct dvq *q);
void dvq_packed_kick_disable(struct dvq *q);
bool dvq_packed_pending(const struct dvq *q);

#endif
