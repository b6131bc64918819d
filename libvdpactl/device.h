/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading devices, for the other files of the library. */
#ifndef VDPACTL_DEVICE_H
#define VDPACTL_DEVICE_H

#include "ctx.h"
#include "query.h"

/* vdpactl_device_get() that keeps the error text of what went before. */
int device_read(struct vdpactl_ctx *ctx, const char *name, int flags,
		struct vdpactl_device **ret_device);

/*
 * For those at vhost of which the kernel has not told whether they are in use: who holds them open, where that can be
 * seen. Returns 0 or -ENOMEM.
 */
int device_search_holders(struct vdpactl_ctx *ctx, struct vdpactl_device *const *devices, size_t n);

/* Also what stands behind it; one that has just gone has nothing. Returns 0 or -errno. */
int device_add_endpoint(struct vdpactl_ctx *ctx, struct vdpactl_device *device);

/* The answer of family "vdpactl" to a request about one device: its DEV message. */
extern const struct query query_device_ext;

#endif
