// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces of a simulator.
 *
 * Under a bus driver for user space an address space is what set_map() said last, and nothing at first.
 * Under the kernel's own virtio drivers addresses are physical ones. That second mode lasts exactly as
 * long as such a driver has memory from this device's DMA API, which its rings are; whoever talks to the
 * device through a character device allocates none, and so never reaches it. Should both ever be there
 * at once, set_map() is refused.
 */
#include <linux/dma-map-ops.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vhost_iotlb.h>

#include "sim.h"

#ifndef CONFIG_64BIT
#error "the simulators reach memory through the direct map, which holds all of it on 64 bits only"
#endif

/* One entry: the direct map, which is all of memory. */
static struct {
	struct dvq_as as;
	struct dvq_map all;
} identity = { .as.n = 1 };

static u32 ring_group(struct vdpasim *sim, u16 idx)
{
	return sim->class->vq_group(sim, idx) ?: sim->class->ring_group;
}

u32 vdpasim_get_vq_desc_group(struct vdpa_device *vdpa, u16 idx)
{
	return ring_group(to_sim(vdpa), idx);
}
EXPORT_SYMBOL_GPL(vdpasim_get_vq_desc_group);

static const struct dvq_as *space(struct vdpasim *sim, unsigned int asid)
{
	return sim->dma_users ? &identity.as : dvq_as_used(sim->as[asid]);
}

/* Give each queue its address space; when this returns none uses another any more. */
static void hand_out(struct vdpasim *sim)
{
	u16 i;

	for (i = 0; i < sim->nvqs; i++) {
		struct vdpasim_vq *vq = &sim->vqs[i];
		unsigned int buffers = sim->group_as[sim->class->vq_group(sim, i)];
		unsigned int ring = sim->group_as[ring_group(sim, i)];

		if (ring == VDPASIM_WITH_BUFFERS)
			ring = buffers;
		mutex_lock(&vq->lock);
		dvq_set_spaces(&vq->q, space(sim, buffers), space(sim, ring));
		mutex_unlock(&vq->lock);
	}
}

/* Every group is in space 0. */
static void go_home(struct vdpasim *sim)
{
	memset(sim->group_as, 0, sim->class->ngroups * sizeof(*sim->group_as));
	if (sim->class->ring_group)
		sim->group_as[sim->class->ring_group] = VDPASIM_WITH_BUFFERS;
}

/* A queue's group may have changed with the features. */
void vdpasim_iommu_regroup(struct vdpasim *sim, bool home)
{
	mutex_lock(&sim->map_lock);
	if (home)
		go_home(sim);
	hand_out(sim);
	mutex_unlock(&sim->map_lock);
}

static u32 dvq_perm(u32 perm)
{
	return (perm & VHOST_MAP_RO ? DVQ_READ : 0) | (perm & VHOST_MAP_WO ? DVQ_WRITE : 0);
}

static bool is_memory(u64 first, u64 bytes_less_1)
{
	return first + bytes_less_1 >= first && pfn_valid(PHYS_PFN(first)) &&
	       pfn_valid(PHYS_PFN(first + bytes_less_1));
}

/* What is walked is the caller's and changes after we return. */
struct span_source {
	struct dvq_source source;
	struct vdpa_spans *spans;
};

static int source_next(struct dvq_source *source, struct dvq_map *ret)
{
	struct span_source *from = container_of(source, struct span_source, source);
	struct vdpa_span span;

	if (!from->spans->next(from->spans, &span))
		return 0;
	if (!is_memory(span.addr, span.last - span.first))
		return -EINVAL;
	*ret = (struct dvq_map){
		.start = span.first,
		.last = span.last,
		.base = phys_to_virt(span.addr),
		.perm = dvq_perm(span.perm),
	};
	return 1;
}

/* When this returns nobody is in what the space was before: the caller may unpin its pages. */
static int change(struct vdpasim *sim, struct dvq_as **as, struct vdpa_spans *spans)
{
	struct span_source from = { { spans->max, source_next }, spans };
	struct dvq_change c;
	int err;

	lockdep_assert_held(&sim->map_lock);
	/* Memory is taken away for good then, which must not fail for want of some. */
	if (spans->max && vdpasim_fails(sim))
		return -ENOMEM;
	err = dvq_change_make(*as, spans->first, spans->last, &from.source, &c);
	if (err)
		return err;
	*as = c.after;
	hand_out(sim);
	dvq_change_done(&c);
	return 0;
}

int vdpasim_set_spans(struct vdpa_device *vdpa, unsigned int asid, struct vdpa_spans *spans)
{
	struct vdpasim *sim = to_sim(vdpa);
	int err;

	if (asid >= sim->class->nas)
		return -EINVAL;
	mutex_lock(&sim->map_lock);
	err = sim->dma_users ? -EBUSY : change(sim, &sim->as[asid], spans);
	mutex_unlock(&sim->map_lock);
	return err;
}
EXPORT_SYMBOL_GPL(vdpasim_set_spans);

/* The entries of a tree, one after the other. */
struct tree_walk {
	struct vdpa_spans spans;
	struct vhost_iotlb_map *m;
};

static bool tree_next(struct vdpa_spans *spans, struct vdpa_span *ret)
{
	struct tree_walk *walk = container_of(spans, struct tree_walk, spans);
	struct vhost_iotlb_map *m = walk->m;

	if (!m)
		return false;
	*ret = (struct vdpa_span){
		.first = m->start, .last = m->last, .addr = m->addr, .perm = m->perm,
	};
	walk->m = vhost_iotlb_itree_next(m, 0, U64_MAX);
	return true;
}

int vdpasim_set_map(struct vdpa_device *vdpa, unsigned int asid, struct vhost_iotlb *iotlb)
{
	struct tree_walk walk = {
		.spans = { .last = U64_MAX, .max = iotlb->nmaps, .next = tree_next },
		.m = vhost_iotlb_itree_first(iotlb, 0, U64_MAX),
	};

	return vdpasim_set_spans(vdpa, asid, &walk.spans);
}

int vdpasim_set_group_asid(struct vdpa_device *vdpa, unsigned int group, unsigned int asid)
{
	struct vdpasim *sim = to_sim(vdpa);

	if (group >= sim->class->ngroups || asid >= sim->class->nas)
		return -EINVAL;
	mutex_lock(&sim->map_lock);
	sim->group_as[group] = asid;
	hand_out(sim);
	mutex_unlock(&sim->map_lock);
	return 0;
}

/* ---- DMA API, for the kernel's drivers ----------------------------------------------------- */

static void dma_users_add(struct vdpasim *sim, int n)
{
	mutex_lock(&sim->map_lock);
	sim->dma_users += n;
	hand_out(sim);
	mutex_unlock(&sim->map_lock);
}

/* Rings are allocated and freed in process context, and before anything is mapped. */
static void *vdpasim_dma_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
			       unsigned long attrs)
{
	void *p = alloc_pages_exact(size, gfp | __GFP_ZERO);

	if (!p)
		return NULL;
	dma_users_add(to_sim(dev_to_vdpa(dev)), 1);
	*dma = virt_to_phys(p);
	return p;
}

static void vdpasim_dma_free(struct device *dev, size_t size, void *p, dma_addr_t dma,
			     unsigned long attrs)
{
	dma_users_add(to_sim(dev_to_vdpa(dev)), -1);
	free_pages_exact(p, size);
}

static dma_addr_t vdpasim_map_page(struct device *dev, struct page *page, unsigned long offset,
				   size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return page_to_phys(page) + offset;
}

static void vdpasim_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
}

static const struct dma_map_ops vdpasim_dma_ops = {
	.alloc = vdpasim_dma_alloc,
	.free = vdpasim_dma_free,
	.map_page = vdpasim_map_page,
	.unmap_page = vdpasim_unmap_page,
};

void __init vdpasim_iommu_setup(void)
{
	identity.all = (struct dvq_map){
		.last = virt_to_phys(high_memory - 1),
		.base = phys_to_virt(0),
		.perm = DVQ_READ | DVQ_WRITE,
	};
}

int vdpasim_iommu_init(struct vdpasim *sim)
{
	struct device *dev = &sim->vdpa.dev;

	sim->as = kcalloc(sim->class->nas, sizeof(*sim->as), GFP_KERNEL);
	sim->group_as = kcalloc(sim->class->ngroups, sizeof(*sim->group_as), GFP_KERNEL);
	if (!sim->as || !sim->group_as)
		return -ENOMEM;
	go_home(sim);

	set_dma_ops(dev, &vdpasim_dma_ops);
	sim->vdpa.dma_dev = dev;
	return dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64));
}

void vdpasim_iommu_free(struct vdpasim *sim)
{
	unsigned int i;

	for (i = 0; sim->as && i < sim->class->nas; i++)
		dvq_as_free(sim->as[i]);
	kfree(sim->as);
	kfree(sim->group_as);
}
