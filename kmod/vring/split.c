// SPDX-License-Identifier: GPL-2.0-only
/* The split virtqueue: descriptor table, driver area ("available"), device area ("used"). */
#include "layout.h"

/* ---- taking a chain ----------------------------------------------------------------------- */

/* A descriptor table: the ring's own, or an indirect one. */
struct table {
	const struct dvq_area *ring; /* NULL for an indirect table */
	u64 iova;
	u32 n;
};

/* Descriptor @i, and which comes after it. */
static int fetch(struct dvq *q, const struct table *t, u32 i, struct dvq_desc *d, u32 *next)
{
	__le64 raw[2];
	u64 rest;

	if (t->ring) {
		/* The address was checked for alignment, so two loads fetch it, each once. */
		const __le64 *p = dvq_at(t->ring, i * DVQ_DESC_SIZE);

		raw[0] = READ_ONCE(p[0]);
		raw[1] = READ_ONCE(p[1]);
	} else {
		int r = dvq_table_fetch(q, t->iova, i, raw);

		if (r)
			return r;
	}
	rest = le64_to_cpu(raw[1]);
	*d = (struct dvq_desc){
		.addr = le64_to_cpu(raw[0]), .len = (u32)rest, .flags = (u16)(rest >> 32),
	};
	*next = (u16)(rest >> 48);
	return 0;
}

/* Go from a descriptor of the ring's table into the table it names. */
static int enter(const struct dvq *q, struct table *t, const struct dvq_desc *d)
{
	int n = t->ring ? dvq_table_size(q, d) : -EINVAL;

	if (n < 0)
		return n;
	*t = (struct table){ .iova = d->addr, .n = (u32)n };
	return 0;
}

static int walk(struct dvq *q, struct dvq_chain *c)
{
	struct table t = { .ring = &q->desc, .n = q->cfg.num };
	u32 i = c->head, left = q->cfg.num;
	struct dvq_desc d;
	int r;

	/* More steps than the ring has entries mean a loop. */
	while (left--) {
		r = fetch(q, &t, i, &d, &i);
		if (r)
			return r;
		if (d.flags & DVQ_DESC_INDIRECT) {
			r = enter(q, &t, &d);
			if (r)
				return r;
			i = 0;
			left++; /* it names a table, holds no data, and comes once at most */
			continue;
		}
		r = dvq_chain_add(q, c, &d);
		if (r || !(d.flags & DVQ_DESC_NEXT))
			return r;
		if (i >= t.n)
			return -EINVAL;
	}
	return -EINVAL;
}

static u16 avail_index(const struct dvq *q)
{
	/* Acquire: the entries and descriptors below the index are read after it. */
	return le16_to_cpu(smp_load_acquire((__le16 *)dvq_at(&q->avail, DVQ_AVAIL_IDX)));
}

int dvq_split_pop(struct dvq *q, struct dvq_chain *c)
{
	u32 mask = q->cfg.num - 1;
	const __le16 *entry;

	if (q->next_avail == q->seen_avail) {
		q->seen_avail = avail_index(q);
		if (q->next_avail == q->seen_avail)
			return 0;
	}
	if ((u16)(q->seen_avail - q->next_avail) > q->cfg.num)
		return -EPROTO;

	entry = dvq_at(&q->avail, DVQ_AVAIL_RING + 2 * (q->next_avail & mask));
	c->head = le16_to_cpu(READ_ONCE(*entry));
	if (c->head >= q->cfg.num)
		return -EPROTO;

	q->next_avail++;
	c->error = walk(q, c);
	return 1;
}

void dvq_split_unpop(struct dvq *q)
{
	q->next_avail--;
}

/* ---- handing back ------------------------------------------------------------------------- */

void dvq_split_push(struct dvq *q, const struct dvq_chain *c, u32 len)
{
	u32 off = DVQ_USED_RING + 8 * (q->next_used & (q->cfg.num - 1));

	/* An area aligned to 4 may have a page between the two halves of an entry. */
	WRITE_ONCE(*(__le32 *)dvq_at(&q->used, off), cpu_to_le32(c->head));
	WRITE_ONCE(*(__le32 *)dvq_at(&q->used, off + 4), cpu_to_le32(len));
	q->next_used++;
}

bool dvq_split_publish(struct dvq *q)
{
	u16 from = q->told_used, to = q->next_used, event;

	/* Release: what was written into buffers and entries is there before the index. */
	smp_store_release((__le16 *)dvq_at(&q->used, DVQ_USED_IDX), cpu_to_le16(to));
	q->told_used = to;

	/* The driver sets its wish, then looks at the index; we do it the other way round. */
	smp_mb();
	if (!q->cfg.event_idx) {
		u16 flags = le16_to_cpu(READ_ONCE(*(__le16 *)dvq_at(&q->avail, 0)));

		return !(flags & DVQ_AVAIL_NO_INTERRUPT);
	}
	event = le16_to_cpu(READ_ONCE(*(__le16 *)dvq_at(&q->avail,
							DVQ_AVAIL_RING + 2 * q->cfg.num)));
	return (u16)(to - event - 1) < (u16)(to - from);
}

bool dvq_split_pending(const struct dvq *q)
{
	return avail_index(q) != q->next_avail;
}

/* What the driver looks at before it kicks: flags, or with event indexes the entry that it shall kick for. */
static __le16 *kick_wish(const struct dvq *q)
{
	return dvq_at(&q->used, q->cfg.event_idx ? DVQ_USED_RING + 8 * q->cfg.num : 0);
}

bool dvq_split_kick_enable(struct dvq *q)
{
	WRITE_ONCE(*kick_wish(q), cpu_to_le16(q->cfg.event_idx ? q->next_avail : 0));
	/* Our wish is visible before we look for the last time. */
	smp_mb();
	return dvq_split_pending(q);
}

/* An entry behind the driver is one that it comes to last. */
void dvq_split_kick_disable(struct dvq *q)
{
	WRITE_ONCE(*kick_wish(q),
		   cpu_to_le16(q->cfg.event_idx ? q->next_avail - 1u : DVQ_USED_NO_NOTIFY));
}
