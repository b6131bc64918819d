// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that reach memory through the platform's IOMMU: a domain of their own while they are
 * open.
 */
#include <linux/iommu.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

static struct iommu_domain *make_domain(struct device *dma_dev)
{
	struct iommu_domain *domain;
	int err;

	/*
	 * Without it the guest would have to flush caches, and virtio has no way of asking it to.
	 */
	if (!dma_dev->bus || !device_iommu_capable(dma_dev, IOMMU_CAP_CACHE_COHERENCY))
		return ERR_PTR(-EOPNOTSUPP);
	domain = iommu_domain_alloc(dma_dev->bus);
	if (!domain)
		return ERR_PTR(-ENOMEM);
	err = iommu_attach_device(domain, dma_dev);
	if (!err)
		return domain;
	iommu_domain_free(domain);
	return ERR_PTR(err);
}

int vhost_vdpa_domain_open(struct vhost_vdpa *v)
{
	struct iommu_domain *domain = make_domain(vdpa_get_dma_dev(v->vdpa));

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	v->domain = domain;
	if (domain->geometry.force_aperture)
		v->range = (struct vdpa_iova_range){
			.first = domain->geometry.aperture_start,
			.last = domain->geometry.aperture_end,
		};
	return 0;
}

void vhost_vdpa_domain_close(struct vhost_vdpa *v)
{
	iommu_detach_device(v->domain, vdpa_get_dma_dev(v->vdpa));
	iommu_domain_free(v->domain);
	v->domain = NULL;
}

int vhost_vdpa_domain_map(struct vhost_vdpa *v, const struct extent *e, u32 perm)
{
	int prot = IOMMU_CACHE;

	prot |= perm & VHOST_MAP_RO ? IOMMU_READ : 0;
	prot |= perm & VHOST_MAP_WO ? IOMMU_WRITE : 0;
	return iommu_map(v->domain, e->iova, e->addr, e->size, prot);
}
