/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The autoprobe window: the moment in which the vdpa bus binds nothing by itself, so that a device can be
 * created and told its driver before any driver sees it. For kernels without family "vdpactl".
 *
 * One process at a time (a lock under the run directory). A note beside the lock says that the window is
 * open and which devices were there, so that whoever comes after a crash can close it.
 */
#ifndef VDPACTL_AUTOPROBE_H
#define VDPACTL_AUTOPROBE_H

#include "autoprobe-hold.h"
#include "ctx.h"

struct autoprobe {
	struct vdpactl_ctx *ctx;
	int lock;
	bool held;     /* we turned it off, so we turn it on again */
	bool shared;   /* it is the context's, which closes it */
	char **before; /* devices that were there; owned */
};

/* Open the window. @ret: always ends with autoprobe_close(). Returns 0 or -errno. */
int autoprobe_open(struct vdpactl_ctx *ctx, struct autoprobe *ret);

/* Say which device is about to be created: it stays as it is should we crash. Returns 0 or -errno. */
int autoprobe_note(struct autoprobe *window, const char *name);

/*
 * Close the window, and give devices that others created meanwhile to the drivers that would have had
 * them.
 * @ours: created in the window; left alone; NULL when nothing was
 * Returns 0 or -errno when automatic binding could not be turned on again.
 */
int autoprobe_close(struct autoprobe *window, const char *ours);

/* Close a window that a crashed process left open. Quiet: who may not do it leaves it to others. */
void autoprobe_recover(struct vdpactl_ctx *ctx);

/* Give a device to a driver: 0 when it has it then, -errno. The override is left at @driver. */
int autoprobe_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver);

#endif
