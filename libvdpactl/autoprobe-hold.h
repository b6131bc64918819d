/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever creates many devices with a driver has to know of autoprobe.h. */
#ifndef VDPACTL_AUTOPROBE_HOLD_H
#define VDPACTL_AUTOPROBE_HOLD_H

struct vdpactl_ctx;

/*
 * Keep one window open for all devices that are created until autoprobe_let_go(), as looking at what others have made meanwhile
 * takes as long as there are devices. Nothing to do where the kernel needs no window, or when it is open.
 * Returns 0, or -errno: then each device has its own as ever.
 */
int autoprobe_hold(struct vdpactl_ctx *ctx);

/* Close it, if it is open. Returns 0 or -errno as autoprobe_close(). */
int autoprobe_let_go(struct vdpactl_ctx *ctx);

#endif
