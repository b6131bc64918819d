/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of changes that creating a device needs, too. Each sets the context's error text. */
#ifndef VDPACTL_CHANGE_H
#define VDPACTL_CHANGE_H

#include "ctx.h"

/* Is there such a bus driver: -EINVAL for no such word, -ENXIO when it is not loaded. */
int change_check_driver(struct vdpactl_ctx *ctx, const char *driver);

/* -EBUSY when somebody is known to hold the device open, who is then looked for. */
int change_check_free(struct vdpactl_ctx *ctx, struct vdpactl_device *device);

/* Delete without looking first. */
int change_delete(struct vdpactl_ctx *ctx, const char *name);

#endif
