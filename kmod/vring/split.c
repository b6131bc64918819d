// SPDX-License-Identifier: GPL-2.0-only
/* The split virtqueue: descriptor table, driver area ("available"), device area ("used"). */
#include "layout.h"

static u32 area_pages(const struct dvq_area *a)
{
	return (u32)(((a->iova & DVQ_PAGE_MASK) + a->len + DVQ_PAGE_MASK) >> DVQ_PAGE_SHIFT);
}

static int area_init(struct dvq_area *a, u64 iova, u32 len)
{
	a->iova = iova;
	a->len = len;
	if (iova + (len - 1) < iova)
		return -EINVAL;
	a->page = dvq_alloc(area_pages(a), sizeof(*a->page));
	return a->page ? 0 : -ENOMEM;
}

static void area_fini(struct dvq_area *a)
{
	dvq_release(a->page);
	*a = (struct dvq_area){ 0 };
}

static int area_map(struct dvq *q, struct dvq_area *a, u32 perm)
{
	u64 iova = a->iova, left = a->len;
	u32 i;

	for (i = 0; left; i++) {
		u64 in_page = iova & DVQ_PAGE_MASK;
		u64 want = min_t(u64, left, DVQ_PAGE_SIZE - in_page);
		u64 len = want;
		u8 *p = dvq_translate(q->as, &q->ring_hint, iova, &len, perm);

		if (!p || len < want)
			return -EFAULT;
		a->page[i] = (uintptr_t)p - (uintptr_t)in_page;
		iova += want;
		left -= want;
	}
	return 0;
}

int dvq_start(struct dvq *q, const struct dvq_config *cfg)
{
	u32 num = cfg->num, event = cfg->event_idx ? 2 : 0;
	int r;

	if (!num || num > DVQ_NUM_MAX || (num & (num - 1)))
		return -EINVAL;
	if ((cfg->desc & 15) || (cfg->avail & 1) || (cfg->used & 3))
		return -EINVAL;

	dvq_stop(q);
	q->cfg = *cfg;
	r = area_init(&q->desc, cfg->desc, num * DVQ_DESC_SIZE);
	if (!r)
		r = area_init(&q->avail, cfg->avail, DVQ_AVAIL_RING + 2 * num + event);
	if (!r)
		r = area_init(&q->used, cfg->used, DVQ_USED_RING + 8 * num + event);
	if (!r) {
		q->bufs = dvq_alloc(num, sizeof(*q->bufs));
		r = q->bufs ? 0 : -ENOMEM;
	}
	if (r) {
		dvq_stop(q);
		return r;
	}
	q->next_avail = cfg->index;
	q->seen_avail = cfg->index;
	q->next_used = cfg->index;
	q->told_used = cfg->index;
	return 0;
}
DVQ_EXPORT(dvq_start);

void dvq_stop(struct dvq *q)
{
	area_fini(&q->desc);
	area_fini(&q->avail);
	area_fini(&q->used);
	dvq_release(q->bufs);
	*q = (struct dvq){ .as = q->as };
}
DVQ_EXPORT(dvq_stop);

void dvq_set_as(struct dvq *q, const struct dvq_as *as)
{
	q->as = as;
	q->mapped = false;
}
DVQ_EXPORT(dvq_set_as);

int dvq_map(struct dvq *q)
{
	int r;

	if (q->mapped)
		return 0;
	r = area_map(q, &q->desc, DVQ_READ);
	if (!r)
		r = area_map(q, &q->avail, DVQ_READ);
	if (!r)
		r = area_map(q, &q->used, DVQ_READ | DVQ_WRITE);
	q->mapped = !r;
	return r;
}
DVQ_EXPORT(dvq_map);

/* ---- taking a chain ----------------------------------------------------------------------- */

/* A descriptor table: the ring's own, or an indirect one. */
struct table {
	const struct dvq_area *ring; /* NULL for an indirect table */
	u64 iova;
	u32 n;
};

/*
 * An indirect table may lie anywhere and may cross from one piece of the address space into the
 * next, even within a descriptor. What does not come in one aligned piece is put together bytewise.
 */
static int indirect_fetch(struct dvq *q, u64 iova, struct dvq_desc *ret)
{
	__le64 raw[2];
	u64 len = DVQ_DESC_SIZE;
	u8 *p = dvq_translate(q->as, &q->buf_hint, iova, &len, DVQ_READ);
	u32 i;

	if (p && len == DVQ_DESC_SIZE && !((uintptr_t)p & 7)) {
		*ret = dvq_fetch((const __le64 *)p);
		return 0;
	}
	for (i = 0; i < DVQ_DESC_SIZE; i++) {
		len = 1;
		p = dvq_translate(q->as, &q->buf_hint, iova + i, &len, DVQ_READ);
		if (!p)
			return -EFAULT;
		((u8 *)raw)[i] = READ_ONCE(*p);
	}
	*ret = dvq_fetch(raw);
	return 0;
}

static int table_fetch(struct dvq *q, const struct table *t, u32 i, struct dvq_desc *ret)
{
	if (!t->ring)
		return indirect_fetch(q, t->iova + (u64)i * DVQ_DESC_SIZE, ret);
	*ret = dvq_fetch(dvq_at(t->ring, i * DVQ_DESC_SIZE));
	return 0;
}

/* Go from a descriptor of the ring's table into the table it names. */
static int table_enter(const struct dvq *q, struct table *t, const struct dvq_desc *d)
{
	if (!q->cfg.indirect || !t->ring || (d->flags & DVQ_DESC_NEXT))
		return -EINVAL;
	/* A chain, and so a table, must not be longer than the ring. */
	if (!d->len || d->len % DVQ_DESC_SIZE || d->len / DVQ_DESC_SIZE > q->cfg.num)
		return -EINVAL;
	if (d->addr + (d->len - 1) < d->addr)
		return -EINVAL;
	*t = (struct table){ .iova = d->addr, .n = d->len / DVQ_DESC_SIZE };
	return 0;
}

static int chain_add(struct dvq *q, struct dvq_chain *c, const struct dvq_desc *d)
{
	bool write = d->flags & DVQ_DESC_WRITE;

	/* All that is read comes before all that is written, empty buffers included. */
	if (!write && c->nin)
		return -EINVAL;
	if (!d->len)
		return 0;
	if (d->addr + (d->len - 1) < d->addr)
		return -EINVAL;

	q->bufs[c->nout + c->nin] = (struct dvq_buf){ .iova = d->addr, .len = d->len };
	if (write) {
		c->nin++;
		c->in_len += d->len;
	} else {
		c->nout++;
		c->out_len += d->len;
	}
	return 0;
}

static int chain_walk(struct dvq *q, struct dvq_chain *c)
{
	struct table t = { .ring = &q->desc, .n = q->cfg.num };
	u32 i = c->head, left = q->cfg.num;
	struct dvq_desc d;
	int r;

	/* More steps than the ring has entries mean a loop. */
	while (left--) {
		r = table_fetch(q, &t, i, &d);
		if (r)
			return r;
		if (d.flags & DVQ_DESC_INDIRECT) {
			r = table_enter(q, &t, &d);
			if (r)
				return r;
			i = 0;
			left++; /* it names a table, holds no data, and comes once at most */
			continue;
		}
		r = chain_add(q, c, &d);
		if (r || !(d.flags & DVQ_DESC_NEXT))
			return r;
		if (d.next >= t.n)
			return -EINVAL;
		i = d.next;
	}
	return -EINVAL;
}

static u16 avail_index(const struct dvq *q)
{
	/* Acquire: the entries and descriptors below the index are read after it. */
	return le16_to_cpu(smp_load_acquire((__le16 *)dvq_at(&q->avail, DVQ_AVAIL_IDX)));
}

int dvq_pop(struct dvq *q, struct dvq_chain *c)
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
	*c = (struct dvq_chain){ .head = le16_to_cpu(READ_ONCE(*entry)) };
	if (c->head >= q->cfg.num)
		return -EPROTO;

	q->next_avail++;
	c->error = chain_walk(q, c);
	if (c->error) {
		c->nout = 0;
		c->nin = 0;
		c->out_len = 0;
		c->in_len = 0;
	}
	return 1;
}
DVQ_EXPORT(dvq_pop);

void dvq_unpop(struct dvq *q)
{
	q->next_avail--;
}
DVQ_EXPORT(dvq_unpop);

/* ---- handing back ------------------------------------------------------------------------- */

void dvq_push(struct dvq *q, const struct dvq_chain *c, u32 len)
{
	u32 off = DVQ_USED_RING + 8 * (q->next_used & (q->cfg.num - 1));

	/* An area aligned to 4 may have a page between the two halves of an entry. */
	WRITE_ONCE(*(__le32 *)dvq_at(&q->used, off), cpu_to_le32(c->head));
	WRITE_ONCE(*(__le32 *)dvq_at(&q->used, off + 4), cpu_to_le32(len));
	q->next_used++;
}
DVQ_EXPORT(dvq_push);

bool dvq_publish(struct dvq *q)
{
	u16 from = q->told_used, to = q->next_used, event;

	if (from == to)
		return false;
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
DVQ_EXPORT(dvq_publish);

bool dvq_kick_enable(struct dvq *q)
{
	__le16 *event = dvq_at(&q->used, q->cfg.event_idx ? DVQ_USED_RING + 8 * q->cfg.num : 0);

	WRITE_ONCE(*event, cpu_to_le16(q->cfg.event_idx ? q->next_avail : 0));
	/* Our wish is visible before we look for the last time. */
	smp_mb();
	return avail_index(q) != q->next_avail;
}
DVQ_EXPORT(dvq_kick_enable);

void dvq_kick_disable(struct dvq *q)
{
	/* With event indexes the one set last is behind us already. */
	if (!q->cfg.event_idx)
		WRITE_ONCE(*(__le16 *)dvq_at(&q->used, 0), cpu_to_le16(DVQ_USED_NO_NOTIFY));
}
DVQ_EXPORT(dvq_kick_disable);
