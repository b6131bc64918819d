/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device that hears of each piece of memory, or of ranges, must have been told, in vmtest_parent. */
#ifndef VMTEST_MODEL_H
#define VMTEST_MODEL_H

#include <linux/vhost_iotlb.h>

#include "vdpa_ext.h"

struct vmtest_model {
	struct vhost_iotlb now; /* the pieces that are mapped, */
	struct vhost_iotlb known; /* ... and all since there were none */
};

void vmtest_model_init(struct vmtest_model *model);
void vmtest_model_free(struct vmtest_model *model);
/* 0 or -ENOMEM. What cannot be is counted in the module's parameter "wrong". */
int vmtest_model_map(struct vmtest_model *model, u64 iova, u64 size, u64 pa, u32 perm);
void vmtest_model_unmap(struct vmtest_model *model, u64 iova, u64 size);
/* Of a device that hears of ranges; each page is a piece of its own then. */
int vmtest_model_replace(struct vmtest_model *model, struct vdpa_spans *spans);

#endif
