/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our vdpa.ko offers beyond <linux/vdpa.h>.
 *
 * <linux/vdpa.h> is the kernel's and stays as it is, so that parents and bus drivers from elsewhere
 * build and load unchanged. Everything newer or of our own hangs off a private record that
 * __vdpa_alloc_device() places in front of struct vdpa_device; a foreign module never sees it and
 * these calls then do the least surprising thing.
 */
#ifndef VDPA_EXT_H
#define VDPA_EXT_H

#include <linux/vdpa.h>

/**
 * struct vdpa_ext_ops - operations that 6.1's struct vdpa_config_ops lacks; each may be NULL
 * @size: sizeof(struct vdpa_ext_ops) of the module that registers, so that fields can be added
 * @set_mac: change the MAC of a live net device; process context, cf_lock held for writing.
 *	0 or -errno; the caller announces the change afterwards.
 * @set_link: set the link of a live net device up or down; context as @set_mac
 */
struct vdpa_ext_ops {
	size_t size;
	int (*set_mac)(struct vdpa_device *vdev, const u8 mac[6]);
	int (*set_link)(struct vdpa_device *vdev, bool up);
};

/**
 * vdpa_ext_register - a parent hands over its extra operations
 * @vdev: allocated, not yet registered
 * @ops: must outlive the device
 */
void vdpa_ext_register(struct vdpa_device *vdev, const struct vdpa_ext_ops *ops);

/**
 * vdpa_claim - a bus driver tells that user space is about to hold the device open
 * @vdev: the device, bound to the calling driver
 *
 * Atomic against deletion: a delete that began first makes this fail, and a claimed device cannot
 * be deleted. current is recorded as the holder.
 *
 * Return: 0, -ENODEV when removal has begun, -EBUSY when it is claimed already.
 */
int vdpa_claim(struct vdpa_device *vdev);

/** vdpa_unclaim - the claim's end; any context that may sleep; harmless without a claim */
void vdpa_unclaim(struct vdpa_device *vdev);

/**
 * vdpa_promise_prompt_remove - a bus driver's remove() never waits for user space
 * @vdev: the device, in the driver's probe()
 *
 * Lets a request to delete the device wait for the driver. Without the promise, which drivers from
 * elsewhere cannot give, it gives up after a moment and deletion goes on by itself. A driver that
 * claims the device whenever user space holds it open can give it.
 */
void vdpa_promise_prompt_remove(struct vdpa_device *vdev);

/**
 * vdpa_notify - announce a lasting change of @vdev to listeners of family "vdpactl"
 * @changes: VDPACTL_NL_CHANGE_*; may be called from atomic context; a hint, may be merged or lost
 */
void vdpa_notify(struct vdpa_device *vdev, u32 changes);

#endif
