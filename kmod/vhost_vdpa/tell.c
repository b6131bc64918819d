// SPDX-License-Identifier: GPL-2.0-only
/* How a parent is told of mappings: of each piece, of a whole space, or not at all: the IOMMU is. */
#include <linux/iommu.h>

#include "vhost_vdpa.h"

static unsigned int asid_of(struct vhost_vdpa *v, const struct vhost_vdpa_as *as)
{
	return as - v->as;
}

/* ---- each piece ---------------------------------------------------------------------------- */

static int tell_piece(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct chunk *c,
		      const struct extent *e)
{
	if (v->way == MAP_DOMAIN)
		return vhost_vdpa_domain_map(v, e, c->perm);
	return v->vdpa->config->dma_map(v->vdpa, asid_of(v, as), e->iova, e->size, e->addr, c->perm,
					c->file);
}

int vhost_vdpa_tell_window(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *w)
{
	struct window done = *w;
	struct extent e;
	u32 i = 0;
	int err;

	if (v->way == MAP_WHOLE)
		return 0;
	while (window_next(w, &i, &e)) {
		err = tell_piece(v, as, w->chunk, &e);
		if (!err)
			continue;
		done.last = e.iova - 1;
		if (e.iova > w->first)
			vhost_vdpa_tell_gone(v, as, &done);
		return err;
	}
	return 0;
}

void vhost_vdpa_tell_gone(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *w)
{
	struct extent e;
	u32 i = 0;

	if (v->way == MAP_DOMAIN)
		iommu_unmap(v->domain, w->first, w->last - w->first + 1);
	while (v->way == MAP_EACH && window_next(w, &i, &e))
		v->vdpa->config->dma_unmap(v->vdpa, asid_of(v, as), e.iova, e.size);
}

/* ---- a whole space -------------------------------------------------------------------------- */

/* Goes through the pieces of a range, whose ends cut no entry; an entry, and the next piece in it. */
struct walk {
	struct vdpa_spans spans;
	struct vhost_iotlb_map *m;
	u32 i;
};

static bool walk_next(struct walk *walk, struct extent *ret)
{
	while (walk->m) {
		struct window w = entry_window(walk->m);

		if (window_next(&w, &walk->i, ret))
			return true;
		walk->m = vhost_iotlb_itree_next(walk->m, walk->spans.first, walk->spans.last);
		walk->i = 0;
	}
	return false;
}

static bool span_next(struct vdpa_spans *spans, struct vdpa_span *ret)
{
	struct walk *walk = container_of(spans, struct walk, spans);
	struct extent e;

	if (!walk_next(walk, &e))
		return false;
	*ret = (struct vdpa_span){
		.first = e.iova, .last = e.iova + e.size - 1, .addr = e.addr, .perm = walk->m->perm,
	};
	return true;
}

/* Each has a page at least, so that many windows on one chunk do not count its pieces many times. */
static size_t pieces_at_most(struct vhost_iotlb_map *m, u64 first, u64 last)
{
	size_t n = 0;

	for (; m; m = vhost_iotlb_itree_next(m, first, last))
		n += min_t(u64, ((struct chunk *)m->opaque)->n, ((m->last - m->start) >> PAGE_SHIFT) + 1);
	return n;
}

static bool takes_ranges(struct vhost_vdpa *v)
{
	return vdpa_ext_has(vdpa_ext(v->vdpa), set_spans);
}

/* An entry for each piece: what parents know as a space. */
static int fill(struct vhost_iotlb *all, struct walk *walk)
{
	struct extent e;

	while (walk_next(walk, &e)) {
		struct chunk *c = walk->m->opaque;
		int err = vhost_iotlb_add_range_ctx(all, e.iova, e.iova + e.size - 1, e.addr, c->perm,
						    c->file);

		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int tell_range(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct vhost_iotlb *iotlb, u64 first,
		      u64 last)
{
	struct vhost_iotlb_map *m = vhost_iotlb_itree_first(iotlb, first, last);
	struct walk walk = {
		.spans = { first, last, pieces_at_most(m, first, last), span_next }, .m = m,
	};

	return vdpa_ext(v->vdpa)->set_spans(v->vdpa, asid_of(v, as), &walk.spans);
}

static int tell(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct vhost_iotlb *iotlb)
{
	struct walk walk = {
		.spans = { .last = U64_MAX }, .m = vhost_iotlb_itree_first(iotlb, 0, U64_MAX),
	};
	struct vhost_iotlb all;
	int err;

	/* With no limit 6.1 takes no entry at all. */
	vhost_iotlb_init(&all, UINT_MAX, 0);
	err = fill(&all, &walk);
	if (!err)
		err = v->vdpa->config->set_map(v->vdpa, asid_of(v, as), &all);
	vhost_iotlb_reset(&all);
	return err;
}

int vhost_vdpa_tell_stale(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	if (takes_ranges(v))
		return tell_range(v, as, &as->iotlb, as->stale_first, as->stale_last);
	return tell(v, as, &as->iotlb);
}

int vhost_vdpa_tell_nothing(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb empty;
	int err;

	vhost_iotlb_init(&empty, 0, 0);
	err = takes_ranges(v) ? tell_range(v, as, &empty, 0, U64_MAX) : tell(v, as, &empty);
	if (!err)
		as->told = false;
	return err;
}
