// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces, and telling the parent of them.
 *
 * What leaves an address space is given back only after the parent cannot know of it any more. A
 * parent with set_map() is told of the whole space each time; so that many single messages do not
 * cost the square of their number, it is told when a batch ends, when the driver becomes ready, at
 * each message while the driver is ready, and otherwise not: before, it has no reason to look.
 */
#include <linux/file.h>
#include <linux/iommu.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

struct vhost_vdpa_as *vhost_vdpa_as(struct vhost_vdpa *v, u32 asid)
{
	return asid < v->nas ? &v->as[asid] : NULL;
}

static unsigned int asid_of(struct vhost_vdpa *v, const struct vhost_vdpa_as *as)
{
	return as - v->as;
}

static bool is_running(struct vhost_vdpa *v)
{
	return v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK;
}

/* ---- telling the parent -------------------------------------------------------------------- */

static int tell_mapped(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct extent *e)
{
	switch (v->way) {
	case MAP_EACH:
		return v->vdpa->config->dma_map(v->vdpa, asid_of(v, as), e->iova, e->size, e->addr,
						e->perm, e->file);
	case MAP_DOMAIN:
		return vhost_vdpa_domain_map(v, e);
	case MAP_WHOLE:
		break;
	}
	return 0;
}

static void tell_unmapped(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 iova, u64 size)
{
	switch (v->way) {
	case MAP_EACH:
		v->vdpa->config->dma_unmap(v->vdpa, asid_of(v, as), iova, size);
		break;
	case MAP_DOMAIN:
		iommu_unmap(v->domain, iova, size);
		break;
	case MAP_WHOLE:
		break;
	}
}

static int tell_nothing(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb empty;
	int err;

	vhost_iotlb_init(&empty, 0, 0);
	err = v->vdpa->config->set_map(v->vdpa, asid_of(v, as), &empty);
	if (!err)
		as->told = false;
	return err;
}

int vhost_vdpa_map_sync(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	int err = 0;

	if (v->way == MAP_WHOLE && as->stale) {
		err = v->vdpa->config->set_map(v->vdpa, asid_of(v, as), &as->iotlb);
		if (err)
			return err;
		as->stale = false;
		as->told = as->iotlb.nmaps;
	}
	extents_release(&as->leaving, v->mm);
	return 0;
}

int vhost_vdpa_map_sync_all(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++) {
		int err = vhost_vdpa_map_sync(v, &v->as[i]);

		if (err)
			return err;
	}
	return 0;
}

/* After a change: what must be told now is. */
static int changed(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	int err = 0;

	as->stale = true;
	if (v->in_batch)
		return 0;
	if (v->way != MAP_WHOLE || is_running(v))
		return vhost_vdpa_map_sync(v, as);
	if (!as->leaving.n)
		return 0;
	if (as->told)
		err = tell_nothing(v, as);
	if (!err)
		extents_release(&as->leaving, v->mm);
	return err;
}

/* Its copy may be gone or not: tell it again before it runs, and trust neither until then. */
void vhost_vdpa_map_forgotten(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		v->as[i].stale = v->as[i].made;
}

/* ---- map ----------------------------------------------------------------------------------- */

bool vhost_vdpa_is_mapped(struct vhost_vdpa_as *as, u64 first, u64 last)
{
	return vhost_iotlb_itree_first(&as->iotlb, first, last);
}

static int add_extent(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct extent *e)
{
	u64 last = e->iova + e->size - 1;
	int err;

	err = vhost_iotlb_add_range_ctx(&as->iotlb, e->iova, last, e->addr, e->perm, e->file);
	if (err)
		return err;
	err = tell_mapped(v, as, e);
	if (err)
		vhost_iotlb_del_range(&as->iotlb, e->iova, last);
	return err;
}

static void take_back(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct extents *from,
		      size_t n)
{
	while (n--) {
		const struct extent *e = &from->v[n];

		tell_unmapped(v, as, e->iova, e->size);
		vhost_iotlb_del_range(&as->iotlb, e->iova, e->iova + e->size - 1);
	}
}

int vhost_vdpa_map(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct extents *from)
{
	size_t i;
	int err;

	for (i = 0; i < from->n; i++) {
		err = add_extent(v, as, &from->v[i]);
		if (err) {
			take_back(v, as, from, i);
			return err;
		}
	}
	err = changed(v, as);
	if (err) {
		/* The parent refused the new whole; it still has the old one. */
		take_back(v, as, from, from->n);
		return err;
	}
	kvfree(from->v);
	*from = (struct extents){};
	return 0;
}

/* ---- unmap --------------------------------------------------------------------------------- */

static struct extent extent_of(const struct vhost_iotlb_map *m)
{
	return (struct extent){
		.iova = m->start,
		.addr = m->addr,
		.size = m->size,
		.file = m->opaque,
		.perm = m->perm,
	};
}

static void drop_file(const struct extent *e)
{
	if (!e->file)
		return;
	fput(e->file->file);
	kfree(e->file);
}

/* The part of @whole from @iova on; with a file reference of its own. */
static int cut(const struct extent *whole, u64 iova, u64 size, struct extent *ret)
{
	u64 skip = iova - whole->iova;

	*ret = *whole;
	ret->iova = iova;
	ret->addr = whole->addr + skip;
	ret->size = size;
	if (!whole->file)
		return 0;
	ret->file = kmalloc(sizeof(*ret->file), GFP_KERNEL_ACCOUNT);
	if (!ret->file)
		return -ENOMEM;
	ret->file->file = get_file(whole->file->file);
	ret->file->offset = whole->file->offset + skip;
	return 0;
}

/* Replace the entry over @at, if one is cut by it, by two that meet there. */
static int split(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 at)
{
	struct vhost_iotlb_map *m = at ? vhost_iotlb_itree_first(&as->iotlb, at, at) : NULL;
	struct extent whole, part[2];
	int i, err, ret = 0;

	if (!m || m->start == at)
		return 0;
	err = extents_reserve(&as->leaving, ARRAY_SIZE(part));
	if (err)
		return err;
	whole = extent_of(m);
	err = cut(&whole, whole.iova, at - whole.iova, &part[0]);
	if (err)
		return err;
	err = cut(&whole, at, whole.iova + whole.size - at, &part[1]);
	if (err) {
		drop_file(&part[0]);
		return err;
	}
	/* Parents that know of each entry see it go and come back in two pieces. */
	tell_unmapped(v, as, whole.iova, whole.size);
	vhost_iotlb_map_free(&as->iotlb, m);
	drop_file(&whole);
	as->stale = true;
	for (i = 0; i < ARRAY_SIZE(part); i++) {
		err = add_extent(v, as, &part[i]);
		if (err) {
			as->leaving.v[as->leaving.n++] = part[i];
			ret = err;
		}
	}
	return ret;
}

int vhost_vdpa_unmap(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last)
{
	struct vhost_iotlb_map *m;
	size_t n = 0;
	int err;

	err = split(v, as, first);
	if (!err && last != U64_MAX)
		err = split(v, as, last + 1);
	if (err)
		return err;
	for (m = vhost_iotlb_itree_first(&as->iotlb, first, last); m;
	     m = vhost_iotlb_itree_next(m, first, last))
		n++;
	if (!n)
		return 0;
	err = extents_reserve(&as->leaving, n);
	if (err)
		return err;
	while ((m = vhost_iotlb_itree_first(&as->iotlb, first, last))) {
		as->leaving.v[as->leaving.n++] = extent_of(m);
		tell_unmapped(v, as, m->start, m->size);
		vhost_iotlb_map_free(&as->iotlb, m);
		cond_resched();
	}
	return changed(v, as);
}

/* ---- open, close --------------------------------------------------------------------------- */

int vhost_vdpa_map_open(struct vhost_vdpa *v)
{
	const struct vdpa_config_ops *ops = v->vdpa->config;

	v->range = (struct vdpa_iova_range){ .first = 0, .last = U64_MAX };
	if (v->way == MAP_DOMAIN)
		return vhost_vdpa_domain_open(v);
	if (ops->get_iova_range)
		v->range = ops->get_iova_range(v->vdpa);
	return 0;
}

/* The device is at rest; should the parent refuse to forget, its memory is taken all the same. */
static void close_space(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb_map *m;

	if (v->way == MAP_WHOLE && as->told)
		tell_nothing(v, as);
	while ((m = vhost_iotlb_itree_first(&as->iotlb, 0, U64_MAX))) {
		struct extent e = extent_of(m);

		tell_unmapped(v, as, e.iova, e.size);
		vhost_iotlb_map_free(&as->iotlb, m);
		extent_release(&e, v->mm);
		cond_resched();
	}
	extents_release(&as->leaving, v->mm);
	as->made = false;
	as->stale = false;
	as->told = false;
}

void vhost_vdpa_map_close(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		close_space(v, &v->as[i]);
	if (v->domain)
		vhost_vdpa_domain_close(v);
}
