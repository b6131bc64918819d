/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The character device of a vhost device, which no udev rule ever sees: a link by the device's name that stays while
 * the number changes, and the rights that the saved definition gives.
 */
#ifndef VDPACTLD_NODE_H
#define VDPACTLD_NODE_H

#include <vdpactl.h>

#include "workplace.h"

/*
 * A device was read: link and rights become as they should be. What cannot be done is logged.
 * @device: with its endpoint
 */
void node_follow(const struct workplace *workplace, const struct vdpactl_device *device);

/* There is no device of that name (any more). */
void node_forget(const struct workplace *workplace, const char *name);

/* Remove links of devices that are not in a list. */
void node_sweep(const struct workplace *workplace, const struct vdpactl_device_list *devices);

/*
 * Open the character device for somebody else.
 * @ret_message: why not, owned; untouched when the library's context tells or memory is short
 * Returns 0, -ENODEV, -EOPNOTSUPP (it is not at vhost), -EBUSY, -EPERM (the service may not), or another errno.
 */
int node_open(struct vdpactl_ctx *ctx, const char *name, int *ret_fd, char **ret_message);

/*
 * Give the rights of a definition: owner and group get what @request's mode says by entries of an access control list;
 * the node stays root's.
 * @error: 256 bytes, filled unless it is -ENOMEM
 * Returns 0, -ENOENT (no such user or group), or what the kernel says.
 */
int node_grant(const char *path, const struct vdpactl_device_request *request, char *error);

/* Do two definitions give other rights? */
bool node_rights_differ(const struct vdpactl_device_request *a,
			const struct vdpactl_device_request *b);

/* Take back what the definition of a device gave, before it is forgotten. @device: with its endpoint */
void node_revoke_definition(const struct workplace *workplace, const struct vdpactl_device *device);

/* Take all rights back: root's alone. Returns 0 or -errno. */
int node_revoke(const char *path);

#endif
