/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes that are not made: what the library and the kernel are known to check, without the change. Each
 * returns 1 when something would change, 0 when all is so already, or what the change would return, with
 * the context's error text. That the change succeeds cannot be promised.
 */
#ifndef VDPACTL_REHEARSE_H
#define VDPACTL_REHEARSE_H

#include "ctx.h"

int rehearse_add(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request);
/* @force: with vdpactl_device_release() before */
int rehearse_delete(struct vdpactl_ctx *ctx, const char *name, bool force);
int rehearse_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver);
/* Of what only network devices have. */
int rehearse_set_net(struct vdpactl_ctx *ctx, const char *name, const char *what);

#endif
