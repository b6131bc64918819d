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

/** struct vdpa_span - a piece of memory that lies together, and where the device sees it */
struct vdpa_span {
	u64 first; /* the device's addresses, @last included */
	u64 last;
	u64 addr; /* physical */
	u32 perm; /* VHOST_MAP_* */
};

/** struct vdpa_spans - what is mapped in a range, piece by piece, in the order of the device's addresses, none over another */
struct vdpa_spans {
	u64 first; /* of the range; no piece reaches out of it */
	u64 last;
	size_t max; /* there are no more */
	bool (*next)(struct vdpa_spans *spans, struct vdpa_span *ret); /* false: that was all */
};

/**
 * struct vdpa_ext_ops - operations that 6.1's struct vdpa_config_ops lacks; each may be NULL
 * @size: sizeof(struct vdpa_ext_ops) of the module that registers, so that fields can be added
 * @set_mac: change the MAC of a live net device; process context, cf_lock held for writing.
 *	0 or -errno; the caller announces the change afterwards.
 * @set_link: set the link of a live net device up or down; context as @set_mac
 * @resume: go on where suspend() stopped; 0 or -errno. Process context, as the ones below
 * @get_vq_size: entries that the driver may give queue @idx at most
 * @get_vq_desc_group: the group that the rings of queue @idx are in, below ngroups, while
 *	get_vq_group() then is that of its buffers
 * @set_spans: what set_map() is for, without a tree of entries, which costs more than the mapping, and of the range that
 *	has changed alone: the pieces replace all that was mapped there, of which some may reach out of it. Must be
 *	there besides set_map(). Valid during the call. 0, or -errno and the old mappings stay
 * @get_peer: the name of the device that is connected with this one, VDPANL_NAME_MAX bytes at most, into @name:
 *	0, or -ENODATA when there is none
 * @get_backend_features: of VDPA_EXT_BACKEND_FEATURES those that the parent honours
 */
struct vdpa_ext_ops {
	size_t size;
	int (*set_mac)(struct vdpa_device *vdev, const u8 mac[6]);
	int (*set_link)(struct vdpa_device *vdev, bool up);
	int (*resume)(struct vdpa_device *vdev);
	u32 (*get_vq_size)(struct vdpa_device *vdev, u16 idx);
	u32 (*get_vq_desc_group)(struct vdpa_device *vdev, u16 idx);
	u64 (*get_backend_features)(struct vdpa_device *vdev);
	int (*set_spans)(struct vdpa_device *vdev, unsigned int asid, struct vdpa_spans *spans);
	int (*get_peer)(struct vdpa_device *vdev, char *name, size_t size);
};

/*
 * VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK (6): a queue may be made ready while the driver is.
 * VHOST_BACKEND_F_IOTLB_PERSIST (8): mappings outlive a reset. Others follow from the operations.
 */
#define VDPA_EXT_BACKEND_FEATURES (BIT_ULL(6) | BIT_ULL(8))

/**
 * vdpa_ext_register - a parent hands over its extra operations
 * @vdev: allocated, not yet registered
 * @ops: must outlive the device
 */
void vdpa_ext_register(struct vdpa_device *vdev, const struct vdpa_ext_ops *ops);

/**
 * struct vdpa_create_options - what a new device is to be that 6.1's struct vdpa_dev_set_config has no room for
 *
 * A member counts when its bit is in the mask of the struct vdpa_dev_set_config that dev_add is given, which
 * holds none that are not in the management device's config_attr_mask.
 */
struct vdpa_create_options {
	bool ours;	    /* asked for through family "vdpactl", by who knows more than mainline's; always counts */
	u64 blk_sectors;    /* capacity in 512-byte sectors; bit VDPANL_A_BLK_CAPACITY */
	u32 blk_size;	    /* bytes of a block; bit VDPANL_A_BLK_BLK_SIZE */
	u16 blk_queues;	    /* bit VDPANL_A_BLK_NUM_QUEUES */
	bool blk_read_only; /* bit VDPANL_A_BLK_READ_ONLY */
	bool blk_shared;    /* with what all shared disks hold; VDPA_CREATE_BLK_SHARED */
	struct file *blk_file; /* open, what the disk holds; borrowed; VDPA_CREATE_BLK_FILE */
	const char *net_peer; /* the device at the other end of the cable; VDPA_CREATE_NET_PEER */
	bool net_backpressure; /* who sends through it waits for buffers; VDPA_CREATE_NET_BACKPRESSURE */
};

/* Bits of options that no attribute of family "vdpa" is for. */
#define VDPA_CREATE_BLK_SHARED	     BIT_ULL(63)
#define VDPA_CREATE_NET_PEER	     BIT_ULL(62)
#define VDPA_CREATE_NET_BACKPRESSURE BIT_ULL(61)
#define VDPA_CREATE_BLK_FILE	     BIT_ULL(60)

/** vdpa_create_options - the options of the device that is being made; only within dev_add on @mdev */
const struct vdpa_create_options *vdpa_create_options(struct vdpa_mgmt_dev *mdev);

/**
 * vdpa_refuse - a parent's dev_add tells whoever asked why it is about to fail
 * @mdev: the management device that dev_add was called on; only within that call
 * @format: as printk's; the text names field, value and reason, in up to 120 characters
 *
 * The text is copied, so it may go with the parent.
 */
#define vdpa_refuse(mdev, format, ...) \
	__vdpa_refuse(mdev, KBUILD_MODNAME ": " format, ##__VA_ARGS__)
__printf(2, 3) void __vdpa_refuse(struct vdpa_mgmt_dev *mdev, const char *format, ...);

/** vdpa_ext - what the parent of @vdev registered, or NULL */
const struct vdpa_ext_ops *vdpa_ext(const struct vdpa_device *vdev);

/* Whether a parent, whose table may be of an older header and shorter, has this operation. */
#define vdpa_ext_has(ext, op) \
	((ext) && (ext)->size >= offsetofend(struct vdpa_ext_ops, op) && (ext)->op)

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

/** vdpa_claim_move - current, not who claimed, is the holder: it was handed the open file */
void vdpa_claim_move(struct vdpa_device *vdev);

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
