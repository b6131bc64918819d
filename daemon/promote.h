/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a live device to the definition that makes it again. */
#ifndef VDPACTLD_PROMOTE_H
#define VDPACTLD_PROMOTE_H

#include "definition-store.h"

/*
 * What to ask for to get a device like that one. What the management device chooses by itself in the same way is
 * left out, so that the definition also works where it cannot be chosen.
 * @store: a device that is defined to be connected with this one need not be named by this one, too
 * @ret_request: owned, vdpactl_device_request_free()
 * Returns 0, -ENODEV, or -errno.
 */
int promote_read(struct vdpactl_ctx *ctx, const struct store *store, const char *name,
		 struct vdpactl_device_request **ret_request);

#endif
