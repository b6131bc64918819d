// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "model.h"

static unsigned int pieces;
module_param(pieces, uint, 0444);
MODULE_PARM_DESC(pieces, "how many pieces are mapped");

static unsigned int wrong;
module_param(wrong, uint, 0444);
MODULE_PARM_DESC(wrong, "how often a device was told of a piece what cannot be");

static unsigned int told;
module_param(told, uint, 0444);
MODULE_PARM_DESC(told, "of how many pieces a device was told that hears of ranges");

void vmtest_model_init(struct vmtest_model *model)
{
	vhost_iotlb_init(&model->now, UINT_MAX, 0);
	vhost_iotlb_init(&model->known, UINT_MAX, 0);
}

void vmtest_model_free(struct vmtest_model *model)
{
	vhost_iotlb_reset(&model->now);
	vhost_iotlb_reset(&model->known);
}

/* Told of again, a piece lies where it lay before. */
static bool agrees(const struct vhost_iotlb_map *m, u64 first, u64 last, u64 addr, u32 perm)
{
	return m->start <= first && m->last >= last && m->addr + (first - m->start) == addr &&
	       m->perm == perm;
}

int vmtest_model_map(struct vmtest_model *model, u64 iova, u64 size, u64 pa, u32 perm)
{
	u64 last = iova + size - 1;
	struct vhost_iotlb_map *m;
	int err = 0;

	m = vhost_iotlb_itree_first(&model->known, iova, last);
	if (m)
		wrong += !agrees(m, iova, last, pa, perm);
	else
		err = vhost_iotlb_add_range(&model->known, iova, last, pa, perm);
	wrong += !!vhost_iotlb_itree_first(&model->now, iova, last);
	if (!err)
		err = vhost_iotlb_add_range(&model->now, iova, last, pa, perm);
	pieces = model->now.nmaps;
	return err;
}

/* Exactly a piece each time: some devices know of no part of one. */
void vmtest_model_unmap(struct vmtest_model *model, u64 iova, u64 size)
{
	u64 last = iova + size - 1;
	struct vhost_iotlb_map *m = vhost_iotlb_itree_first(&model->now, iova, last);

	if (m && m->start == iova && m->last == last)
		vhost_iotlb_map_free(&model->now, m);
	else
		wrong++;
	pieces = model->now.nmaps;
	if (!pieces)
		vhost_iotlb_reset(&model->known);
}

static int add_each_page(struct vhost_iotlb *to, const struct vdpa_span *span)
{
	u64 at;
	int err = 0;

	for (at = span->first; !err && at < span->last; at += PAGE_SIZE)
		err = vhost_iotlb_add_range(to, at, at + PAGE_SIZE - 1, span->addr + (at - span->first),
					    span->perm);
	return err;
}

int vmtest_model_replace(struct vmtest_model *model, struct vdpa_spans *spans)
{
	struct vhost_iotlb_map *m;
	struct vdpa_span span;
	u64 from = spans->first;
	size_t n = 0;
	int err = 0;

	while ((m = vhost_iotlb_itree_first(&model->now, spans->first, spans->last)))
		vhost_iotlb_map_free(&model->now, m);
	while (!err && spans->next(spans, &span)) {
		wrong += span.first < from || span.last > spans->last || ++n > spans->max;
		from = span.last + 1;
		err = add_each_page(&model->now, &span);
	}
	told += n;
	pieces = model->now.nmaps;
	return err;
}
