/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvdpactl: see and change the vDPA devices of the running kernel.
 *
 * Conventions
 * - A function that can fail returns 0 (or a positive answer) on success and -errno on failure. Results
 *   are the last parameters, called ret_*, and are written only on success.
 * - Objects are reference counted where they have _ref(), immutable once received, and snapshots: they
 *   do not follow the kernel. *_unref() and *_free() accept NULL and return NULL.
 * - "borrowed" means: valid as long as the object it came from; "owned" names the function to free it.
 * - A context must be used by one thread at a time; different contexts are independent.
 * - The calls are synchronous; each waits at most ten seconds for an answer of the kernel (-ETIMEDOUT).
 *
 * Errors that every call to the kernel may return besides its own
 *   -EPROTONOSUPPORT  the kernel has no vDPA (module vdpa is not there or not loaded)
 *   -EPERM, -EACCES   not allowed; reading needs no privilege, changing CAP_NET_ADMIN and root's sysfs files
 *   -EBADMSG          the kernel's answer is not understood
 *   -ENOMEM, -ETIMEDOUT
 */
#ifndef VDPACTL_H
#define VDPACTL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* ---- context ------------------------------------------------------------------------------- */

struct vdpactl_ctx;

/*
 * Make a context. The kernel is asked later, by the calls that need it.
 * @ret_ctx: owned, vdpactl_unref()
 */
int vdpactl_new(struct vdpactl_ctx **ret_ctx);
struct vdpactl_ctx *vdpactl_ref(struct vdpactl_ctx *ctx);
struct vdpactl_ctx *vdpactl_unref(struct vdpactl_ctx *ctx);

/*
 * Why the last failed call on this context failed, beyond its errno: the kernel's own text, or what the
 * library found. Borrowed until the next call on @ctx; NULL when there is nothing to add.
 */
const char *vdpactl_get_error_message(struct vdpactl_ctx *ctx);

/*
 * Whether the kernel has the netlink family "vdpactl" of this project's modules: driver at create
 * without a window, holders, link state, events of every change.
 * Returns 1, 0 or -errno.
 */
int vdpactl_has_extension(struct vdpactl_ctx *ctx);

/* ---- management devices: what makes devices --------------------------------------------------- */

struct vdpactl_mgmtdev;
struct vdpactl_mgmtdev_list;

/* @ret_list: owned, vdpactl_mgmtdev_list_unref() */
int vdpactl_mgmtdev_list(struct vdpactl_ctx *ctx, struct vdpactl_mgmtdev_list **ret_list);
size_t vdpactl_mgmtdev_list_size(const struct vdpactl_mgmtdev_list *list);
/* Borrowed; NULL when @index is not below the size. */
struct vdpactl_mgmtdev *vdpactl_mgmtdev_list_at(const struct vdpactl_mgmtdev_list *list,
						size_t index);
struct vdpactl_mgmtdev_list *vdpactl_mgmtdev_list_unref(struct vdpactl_mgmtdev_list *list);

/*
 * @name: "vdpasim_net", or with its bus "pci/0000:03:00.1"
 * @ret_mgmtdev: owned, vdpactl_mgmtdev_unref()
 * Returns -ENODEV when there is none of that name.
 */
int vdpactl_mgmtdev_get(struct vdpactl_ctx *ctx, const char *name,
			struct vdpactl_mgmtdev **ret_mgmtdev);
struct vdpactl_mgmtdev *vdpactl_mgmtdev_ref(struct vdpactl_mgmtdev *mgmtdev);
struct vdpactl_mgmtdev *vdpactl_mgmtdev_unref(struct vdpactl_mgmtdev *mgmtdev);

/* Borrowed; as vdpactl_mgmtdev_get() takes it. */
const char *vdpactl_mgmtdev_get_name(const struct vdpactl_mgmtdev *mgmtdev);
/* Bit n is set when it makes devices of virtio device id n (1 net, 2 block). */
uint64_t vdpactl_mgmtdev_get_supported_classes(const struct vdpactl_mgmtdev *mgmtdev);
/* The most virtqueues a device of it may have; 0 when the kernel does not tell. */
uint32_t vdpactl_mgmtdev_get_max_supported_vqs(const struct vdpactl_mgmtdev *mgmtdev);
/* The virtio feature bits that its devices may offer; 0 when the kernel does not tell. */
uint64_t vdpactl_mgmtdev_get_dev_features(const struct vdpactl_mgmtdev *mgmtdev);

/* ---- devices -------------------------------------------------------------------------------- */

struct vdpactl_device;
struct vdpactl_device_list;

enum vdpactl_device_flags {
	/* Also the bus driver, and what stands behind the device: chardev, netdev, disk. */
	VDPACTL_DEVICE_ENDPOINT = 1 << 0,
	/* Also who holds it open, which the kernel tells with vdpactl_has_extension(). */
	VDPACTL_DEVICE_HOLDER = 1 << 1,
	/*
	 * Together with both: where the kernel does not tell who holds a device at vhost, look for it among the open files
	 * of all processes that the caller may look into (root: all). It takes as long as there are open files. Who is not
	 * found is not known to be none.
	 */
	VDPACTL_DEVICE_SEARCH = 1 << 2,
};

/*
 * All devices.
 * @flags: of enum vdpactl_device_flags
 * @ret_list: owned, vdpactl_device_list_unref()
 */
int vdpactl_device_list(struct vdpactl_ctx *ctx, int flags, struct vdpactl_device_list **ret_list);
size_t vdpactl_device_list_size(const struct vdpactl_device_list *list);
/* Borrowed; NULL when @index is not below the size. */
struct vdpactl_device *vdpactl_device_list_at(const struct vdpactl_device_list *list, size_t index);
struct vdpactl_device_list *vdpactl_device_list_unref(struct vdpactl_device_list *list);

/*
 * One device.
 * @ret_device: owned, vdpactl_device_unref()
 * Returns -ENODEV when there is none of that name.
 */
int vdpactl_device_get(struct vdpactl_ctx *ctx, const char *name, int flags,
		       struct vdpactl_device **ret_device);
struct vdpactl_device *vdpactl_device_ref(struct vdpactl_device *device);
struct vdpactl_device *vdpactl_device_unref(struct vdpactl_device *device);

/* Strings are borrowed. */
const char *vdpactl_device_get_name(const struct vdpactl_device *device);
/* The management device that made it. */
const char *vdpactl_device_get_mgmtdev(const struct vdpactl_device *device);
/* The virtio device id: 1 net, 2 block. */
uint32_t vdpactl_device_get_device_id(const struct vdpactl_device *device);
uint32_t vdpactl_device_get_vendor_id(const struct vdpactl_device *device);
uint32_t vdpactl_device_get_max_vqs(const struct vdpactl_device *device);
/* In descriptors; 0 when the kernel does not tell. */
uint16_t vdpactl_device_get_max_vq_size(const struct vdpactl_device *device);
uint16_t vdpactl_device_get_min_vq_size(const struct vdpactl_device *device);
/* "vhost", "virtio", "none" or another driver's own name; NULL without VDPACTL_DEVICE_ENDPOINT. */
const char *vdpactl_device_get_driver(const struct vdpactl_device *device);
/* "/dev/vhost-vdpa-0"; NULL when there is none. */
const char *vdpactl_device_get_chardev(const struct vdpactl_device *device);
/* "eth1" and its index; NULL and 0 when there is none. */
const char *vdpactl_device_get_netdev(const struct vdpactl_device *device);
uint32_t vdpactl_device_get_ifindex(const struct vdpactl_device *device);
/* "/dev/vda"; NULL when there is none. */
const char *vdpactl_device_get_disk(const struct vdpactl_device *device);
/* 1 held open by user space, 0 not, -ENODATA not known. */
int vdpactl_device_get_in_use(const struct vdpactl_device *device);
/* The process that opened it, 0 when unknown, and its command name, NULL when unknown. */
uint32_t vdpactl_device_get_holder_pid(const struct vdpactl_device *device);
const char *vdpactl_device_get_holder_comm(const struct vdpactl_device *device);
/* The simulated NIC at the other end of its cable; NULL when there is none or the kernel does not tell. */
const char *vdpactl_device_get_peer(const struct vdpactl_device *device);

/* ---- changing devices ----------------------------------------------------------------------- */

struct vdpactl_device_request;

/*
 * What a new device is to be.
 * @mgmtdev: as vdpactl_mgmtdev_get() takes it; copied
 * @name: 1 to 63 bytes, no "/"; one "%d" in it becomes the lowest free number; copied
 * @ret_request: owned, vdpactl_device_request_free()
 * Returns -EINVAL for names that no device can have.
 */
int vdpactl_device_request_new(const char *mgmtdev, const char *name,
			       struct vdpactl_device_request **ret_request);
struct vdpactl_device_request *vdpactl_device_request_free(struct vdpactl_device_request *request);

/* The Ethernet address: -EINVAL for a group address and for all zeroes. */
int vdpactl_device_request_set_mac(struct vdpactl_device_request *request, const uint8_t mac[6]);
/* The largest packet in bytes, 68 to 65535, else -EINVAL. */
int vdpactl_device_request_set_mtu(struct vdpactl_device_request *request, uint16_t mtu);
/* Pairs of queues, at least 1, else -EINVAL. */
int vdpactl_device_request_set_max_vqp(struct vdpactl_device_request *request, uint16_t max_vqp);
/* The virtio feature bits that the device is to offer. */
int vdpactl_device_request_set_features(struct vdpactl_device_request *request, uint64_t features);
/*
 * Another simulated NIC, which has none yet, to connect the new one with: what one sends the other receives. -EINVAL for
 * what no device can be called. Copied. Where the kernel has no family "vdpactl" vdpactl_device_add() answers -EOPNOTSUPP.
 */
int vdpactl_device_request_set_peer(struct vdpactl_device_request *request, const char *peer);
/*
 * Together with a peer: 1: what finds no receive buffer at the other end waits for one, in both directions; 0, as without: it is
 * dropped. As for a peer the kernel needs family "vdpactl".
 */
int vdpactl_device_request_set_backpressure(struct vdpactl_device_request *request, int wait);
/*
 * Of a disk, where the kernel has family "vdpactl"; elsewhere vdpactl_device_add() answers -EOPNOTSUPP.
 * The capacity in sectors of 512 bytes, at least 1; the size of a block in bytes, 512 to 65536, of which the
 * management device takes powers of two; how many queues, at least 1. Else -EINVAL. read_only: 1, or 0 as
 * without. shared: 1: it holds what all shared disks of its management device hold, who have one capacity.
 */
int vdpactl_device_request_set_capacity(struct vdpactl_device_request *request, uint64_t sectors);
int vdpactl_device_request_set_block_size(struct vdpactl_device_request *request, uint32_t bytes);
int vdpactl_device_request_set_num_queues(struct vdpactl_device_request *request, uint16_t queues);
int vdpactl_device_request_set_read_only(struct vdpactl_device_request *request, int read_only);
int vdpactl_device_request_set_shared(struct vdpactl_device_request *request, int shared);
/*
 * Of a simulated disk: the open file or block device that it is kept in, of which a duplicate is taken, and which the kernel
 * holds as long as there is the disk. Open for reading, and for writing unless read_only is 1; not with O_APPEND or
 * O_DIRECT. Without a capacity the disk is as large as the file. 0 or -errno of dup().
 */
int vdpactl_device_request_set_backing(struct vdpactl_device_request *request, int fd);
/* "vhost", "virtio" or "none", else -EINVAL. Without, the kernel decides. */
int vdpactl_device_request_set_driver(struct vdpactl_device_request *request, const char *driver);

/*
 * Create a device. With a driver in the request no other driver gets to see the device; where the kernel
 * has no family "vdpactl" this holds the bus's automatic binding for a moment, with a lock and a note
 * under /run/vdpactl, so that it is restored even after a crash. A device that cannot be bound as wanted
 * is deleted again.
 * @ret_device: owned, vdpactl_device_unref(); read back with its endpoint and holder; may be NULL
 * Returns -ENODEV (no such management device), -EEXIST, -EINVAL, -EOPNOTSUPP (the management device or
 * the kernel cannot do what was asked), -ENXIO (the driver is not loaded), or what the kernel says.
 */
int vdpactl_device_add(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
		       struct vdpactl_device **ret_device);

/* Returns -ENODEV, -EBUSY (held open, on kernels that tell), or what the kernel says. */
int vdpactl_device_delete(struct vdpactl_ctx *ctx, const char *name);

/*
 * Give a device to a bus driver. When that fails the device goes back to the driver it had; the error
 * message says so when even that failed.
 * @driver: "vhost", "virtio" or "none"
 * Returns -ENODEV, -EINVAL (no such driver), -ENXIO (the driver is not loaded), -EBUSY (held open), or
 * what the kernel says.
 */
int vdpactl_device_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver);

/*
 * Take a device from its driver even when user space holds it open: whoever does gets ENODEV for all that he asks of it
 * from then on, and what he had pinned is let go. The device is at no driver then and can be deleted or bound.
 * Returns -ENODEV, -EOPNOTSUPP (it is held open, and the kernel has no family "vdpactl"), or what the kernel says.
 */
int vdpactl_device_release(struct vdpactl_ctx *ctx, const char *name);

/* Returns -ENODEV, -EINVAL (a group address, all zeroes), -EOPNOTSUPP (kernel or device cannot). */
int vdpactl_device_set_mac(struct vdpactl_ctx *ctx, const char *name, const uint8_t mac[6]);

/*
 * Give a network device a link (1) or take it (0), as a cable does that is pulled. Returns -ENODEV, -EINVAL (no network
 * device), -EOPNOTSUPP (the kernel has no family "vdpactl", or the device cannot).
 */
int vdpactl_device_set_link(struct vdpactl_ctx *ctx, const char *name, int up);

/* ---- configuration space --------------------------------------------------------------------- */

struct vdpactl_config;
struct vdpactl_config_list;

/* The configuration spaces of all devices. @ret_list: owned, vdpactl_config_list_unref() */
int vdpactl_config_list(struct vdpactl_ctx *ctx, struct vdpactl_config_list **ret_list);
size_t vdpactl_config_list_size(const struct vdpactl_config_list *list);
struct vdpactl_config *vdpactl_config_list_at(const struct vdpactl_config_list *list, size_t index);
struct vdpactl_config_list *vdpactl_config_list_unref(struct vdpactl_config_list *list);

/* That of one device. @ret_config: owned, vdpactl_config_unref(). Returns -ENODEV. */
int vdpactl_config_get(struct vdpactl_ctx *ctx, const char *name,
		       struct vdpactl_config **ret_config);
struct vdpactl_config *vdpactl_config_ref(struct vdpactl_config *config);
struct vdpactl_config *vdpactl_config_unref(struct vdpactl_config *config);

/* The device's name; borrowed. */
const char *vdpactl_config_get_name(const struct vdpactl_config *config);
/* Six bytes, borrowed; NULL when there is none. */
const uint8_t *vdpactl_config_get_mac(const struct vdpactl_config *config);
/* Numbers: 0, or -ENODATA when the device has none. */
int vdpactl_config_get_mtu(const struct vdpactl_config *config, uint16_t *ret_bytes);
int vdpactl_config_get_max_vq_pairs(const struct vdpactl_config *config, uint16_t *ret_pairs);
/* 1 up, 0 down, -ENODATA. */
int vdpactl_config_get_link(const struct vdpactl_config *config);
/* In sectors of 512 bytes. */
int vdpactl_config_get_capacity(const struct vdpactl_config *config, uint64_t *ret_sectors);
int vdpactl_config_get_features(const struct vdpactl_config *config, uint64_t *ret_features);
/* -ENODATA also as long as no driver has agreed on features. */
int vdpactl_config_get_negotiated_features(const struct vdpactl_config *config,
					   uint64_t *ret_features);

/* ---- counters -------------------------------------------------------------------------------- */

struct vdpactl_stats;

/*
 * The counters of a virtqueue, by the names that the device's driver gives them.
 * @queue: index from 0
 * @ret_stats: owned, vdpactl_stats_unref()
 * Returns -ENODEV, -EOPNOTSUPP (the device has none), -EAGAIN (no driver has agreed on features yet),
 * -ERANGE or -EINVAL (no such queue).
 */
int vdpactl_stats_get(struct vdpactl_ctx *ctx, const char *name, uint32_t queue,
		      struct vdpactl_stats **ret_stats);
size_t vdpactl_stats_size(const struct vdpactl_stats *stats);
/* @ret_name: borrowed. Returns -ERANGE when @index is not below the size. */
int vdpactl_stats_at(const struct vdpactl_stats *stats, size_t index, const char **ret_name,
		     uint64_t *ret_value);
/* "rx", "tx", "control" or "" when the kind of queue is not known; borrowed. */
const char *vdpactl_stats_get_queue_type(const struct vdpactl_stats *stats);
struct vdpactl_stats *vdpactl_stats_unref(struct vdpactl_stats *stats);

/* ---- what changes ---------------------------------------------------------------------------- */

struct vdpactl_monitor;
struct vdpactl_event;

enum vdpactl_event_type {
	VDPACTL_EVENT_ADDED,
	VDPACTL_EVENT_CHANGED,
	VDPACTL_EVENT_REMOVED,
	/* Events were lost: read everything again. */
	VDPACTL_EVENT_OVERFLOW,
};

enum vdpactl_event_object {
	VDPACTL_OBJECT_NONE, /* of an overflow */
	VDPACTL_OBJECT_DEVICE,
	VDPACTL_OBJECT_MGMTDEV,
};

/*
 * Begin to watch. An event is a hint to read the object again: events may be merged, late or doubled.
 * With vdpactl_has_extension() they come from the vDPA core of the kernel, else from udev: of devices, and
 * a change of management devices without a name when a module came or went.
 * @ctx: a reference is kept
 * @ret_monitor: owned, vdpactl_monitor_unref()
 * Works without vDPA in the kernel, too: it may come later.
 */
int vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor);
struct vdpactl_monitor *vdpactl_monitor_unref(struct vdpactl_monitor *monitor);
/* To poll for POLLIN; borrowed. Call vdpactl_monitor_next() until it returns 0. */
int vdpactl_monitor_get_fd(struct vdpactl_monitor *monitor);
/*
 * Take the next event; never blocks.
 * @ret_event: owned, vdpactl_event_unref()
 * Returns 1, 0 when there is none for now, or -errno.
 */
int vdpactl_monitor_next(struct vdpactl_monitor *monitor, struct vdpactl_event **ret_event);

enum vdpactl_event_type vdpactl_event_get_type(const struct vdpactl_event *event);
enum vdpactl_event_object vdpactl_event_get_object(const struct vdpactl_event *event);
/* The object's name, borrowed; "" when it is not known which. */
const char *vdpactl_event_get_name(const struct vdpactl_event *event);
struct vdpactl_event *vdpactl_event_unref(struct vdpactl_event *event);

/* ---- names ----------------------------------------------------------------------------------- */

/* "net", "block", ...; NULL when the id has no name. A constant. */
const char *vdpactl_class_name(uint32_t device_id);
/* "CSUM", "VERSION_1", ... of a feature bit of that sort of device; NULL when it has none. A constant. */
const char *vdpactl_feature_name(uint32_t device_id, unsigned int bit);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
