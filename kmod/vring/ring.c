// SPDX-License-Identifier: GPL-2.0-only
/* A ring of either kind: where it lies, setting it up, and which kind's code it takes. */
#include "layout.h"

static int area_init(struct dvq_area *a, u64 iova, u32 len)
{
	a->iova = iova;
	a->len = len;
	if (iova + (len - 1) < iova)
		return -EINVAL;
	a->page = dvq_alloc(dvq_area_pages(a), sizeof(*a->page));
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
	bool follows = true;
	u32 i;

	for (i = 0; left; i++) {
		u64 in_page = iova & DVQ_PAGE_MASK;
		u64 want = min_t(u64, left, DVQ_PAGE_SIZE - in_page);
		u64 len = want;
		u8 *p = dvq_translate(q->ring_as, &q->ring_hint, iova, &len, perm);

		if (!p || len < want)
			return -EFAULT;
		a->page[i] = (uintptr_t)p - (uintptr_t)in_page;
		follows = follows && a->page[i] - a->page[0] == (uintptr_t)i << DVQ_PAGE_SHIFT;
		iova += want;
		left -= want;
	}
	a->flat = follows ? a->page[0] + (uintptr_t)(a->iova & DVQ_PAGE_MASK) : 0;
	return 0;
}

static bool is_aligned(const struct dvq_config *cfg)
{
	if (cfg->packed)
		return !(cfg->desc & 15) && !(cfg->avail & 3) && !(cfg->used & 3);
	return !(cfg->desc & 15) && !(cfg->avail & 1) && !(cfg->used & 3);
}

static int areas_init(struct dvq *q)
{
	const struct dvq_config *cfg = &q->cfg;
	u32 event = cfg->event_idx ? 2 : 0;
	int r;

	r = area_init(&q->desc, cfg->desc, cfg->num * DVQ_DESC_SIZE);
	if (!r)
		r = area_init(&q->avail, cfg->avail,
			      cfg->packed ? DVQ_EVENT_SIZE : DVQ_AVAIL_RING + 2 * cfg->num + event);
	if (!r)
		r = area_init(&q->used, cfg->used,
			      cfg->packed ? DVQ_EVENT_SIZE : DVQ_USED_RING + 8 * cfg->num + event);
	return r;
}

int dvq_start(struct dvq *q, const struct dvq_config *cfg)
{
	u32 num = cfg->num;
	int r;

	if (!num || num > DVQ_NUM_MAX || !is_aligned(cfg))
		return -EINVAL;
	if (cfg->packed ? (cfg->index & DVQ_PLACE) >= num : (num & (num - 1)) != 0)
		return -EINVAL;

	dvq_stop(q);
	q->cfg = *cfg;
	r = areas_init(q);
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
	*q = (struct dvq){ .as = q->as, .ring_as = q->ring_as };
}
DVQ_EXPORT(dvq_stop);

void dvq_set_spaces(struct dvq *q, const struct dvq_as *buffers, const struct dvq_as *ring)
{
	q->as = buffers;
	q->ring_as = ring;
	q->mapped = false;
}
DVQ_EXPORT(dvq_set_spaces);

void dvq_set_as(struct dvq *q, const struct dvq_as *as)
{
	dvq_set_spaces(q, as, as);
}
DVQ_EXPORT(dvq_set_as);

int dvq_map(struct dvq *q)
{
	int r;

	if (q->mapped)
		return 0;
	/* A packed ring's used entries take the place of descriptors. */
	r = area_map(q, &q->desc, q->cfg.packed ? DVQ_READ | DVQ_WRITE : DVQ_READ);
	if (!r)
		r = area_map(q, &q->avail, DVQ_READ);
	if (!r)
		r = area_map(q, &q->used, DVQ_READ | DVQ_WRITE);
	q->mapped = !r;
	return r;
}
DVQ_EXPORT(dvq_map);

/* ---- by the kind of ring ------------------------------------------------------------------- */

int dvq_pop_behind(struct dvq *q, struct dvq_chain *c, u32 first)
{
	int r;

	*c = (struct dvq_chain){ .first = first };
	r = q->cfg.packed ? dvq_packed_pop(q, c) : dvq_split_pop(q, c);
	if (c->error)
		*c = (struct dvq_chain){
			.head = c->head, .slots = c->slots, .first = first, .error = c->error,
		};
	q->taken += r > 0;
	return r;
}
DVQ_EXPORT(dvq_pop_behind);

int dvq_pop(struct dvq *q, struct dvq_chain *c)
{
	return dvq_pop_behind(q, c, 0);
}
DVQ_EXPORT(dvq_pop);

void dvq_unpop(struct dvq *q, const struct dvq_chain *c)
{
	if (q->cfg.packed)
		dvq_packed_unpop(q, c);
	else
		dvq_split_unpop(q);
}
DVQ_EXPORT(dvq_unpop);

void dvq_push(struct dvq *q, const struct dvq_chain *c, u32 len)
{
	if (q->cfg.packed)
		dvq_packed_push(q, c, len);
	else
		dvq_split_push(q, c, len);
}
DVQ_EXPORT(dvq_push);

bool dvq_publish(struct dvq *q)
{
	if (q->told_used == q->next_used)
		return false;
	return q->cfg.packed ? dvq_packed_publish(q) : dvq_split_publish(q);
}
DVQ_EXPORT(dvq_publish);

bool dvq_kick_enable(struct dvq *q)
{
	return q->cfg.packed ? dvq_packed_kick_enable(q) : dvq_split_kick_enable(q);
}
DVQ_EXPORT(dvq_kick_enable);

void dvq_kick_disable(struct dvq *q)
{
	if (q->cfg.packed)
		dvq_packed_kick_disable(q);
	else
		dvq_split_kick_disable(q);
}
DVQ_EXPORT(dvq_kick_disable);

bool dvq_pending(const struct dvq *q)
{
	return q->cfg.packed ? dvq_packed_pending(q) : dvq_split_pending(q);
}
DVQ_EXPORT(dvq_pending);
