/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the opaque types of <vdpactl.h> are, for the field tables and for the programs of this project.
 *
 * Every object that a field table describes begins with "present": bit i says that row i of its table
 * has a value. Strings are owned by the object; booleans are int, because sd-bus reads them as int.
 */
#ifndef VDPACTL_OBJECTS_H
#define VDPACTL_OBJECTS_H

#include <stdint.h>
#include <vdpactl.h>

#include "util/cleanup.h"

struct vdpactl_mgmtdev {
	uint64_t present;
	unsigned int n_refs;
	char *name;
	uint64_t supported_classes;
	uint32_t max_supported_vqs;
	uint64_t dev_features;
};

struct vdpactl_device {
	uint64_t present;
	unsigned int n_refs;
	char *name;
	char *type;
	uint32_t device_id;
	char *mgmtdev;
	uint32_t vendor_id;
	uint32_t max_vqs;
	uint16_t max_vq_size;
	uint16_t min_vq_size;
	char *driver;
	char *chardev;
	char *netdev;
	uint32_t ifindex;
	char *disk;
	int in_use;
	uint32_t holder_pid;
	char *holder_comm;
	char *peer;
};

struct vdpactl_config {
	uint64_t present;
	unsigned int n_refs;
	char *name;
	uint32_t device_id;
	uint8_t mac[6];
	int link;
	int link_announce;
	uint16_t max_vq_pairs;
	uint16_t mtu;
	uint64_t capacity;
	uint32_t size_max;
	uint32_t block_size;
	uint32_t seg_max;
	uint16_t num_queues;
	uint8_t physical_block_exp;
	uint8_t alignment_offset;
	uint16_t min_io_size;
	uint32_t opt_io_size;
	uint32_t max_discard_sectors;
	uint32_t max_discard_seg;
	uint32_t discard_sector_alignment;
	uint32_t max_write_zeroes_sectors;
	uint32_t max_write_zeroes_seg;
	int read_only;
	int flush;
	uint64_t features;
	uint64_t negotiated_features;
};

/* Rows with FIELD_AT_CREATE or FIELD_LIVE are options, those with FIELD_KEY say which device of which parent. */
struct vdpactl_device_request {
	uint64_t present;
	char *name;
	char *mgmtdev;
	uint8_t mac[6];
	uint16_t mtu;
	uint16_t max_vqp;
	uint64_t features;
	char *driver;
	/* For kernels with family "vdpactl"; all but the first two are of disks. */
	char *peer;
	int backpressure;
	uint64_t capacity;
	uint32_t block_size;
	uint16_t num_queues;
	int read_only;
	int shared;
	int backing;
	/* Rows with FIELD_SAVED, of saved definitions. */
	int autostart;
	char *owner;
	char *group;
	uint32_t mode;
};

struct vdpactl_stat {
	char *name;
	uint64_t value;
};

struct vdpactl_stats {
	char *name;
	uint32_t device_id;
	uint32_t queue;
	uint16_t max_vqp; /* 0: not told */
	uint64_t negotiated_features;
	struct vdpactl_stat *v;
	size_t n;
};

struct vdpactl_event {
	enum vdpactl_event_type type;
	enum vdpactl_event_object object;
	char *name;
};

DEFINE_CLEANUP(struct vdpactl_ctx *, vdpactl_unref);
DEFINE_CLEANUP(struct vdpactl_mgmtdev *, vdpactl_mgmtdev_unref);
DEFINE_CLEANUP(struct vdpactl_mgmtdev_list *, vdpactl_mgmtdev_list_unref);
DEFINE_CLEANUP(struct vdpactl_device *, vdpactl_device_unref);
DEFINE_CLEANUP(struct vdpactl_device_list *, vdpactl_device_list_unref);
DEFINE_CLEANUP(struct vdpactl_device_request *, vdpactl_device_request_free);
DEFINE_CLEANUP(struct vdpactl_config *, vdpactl_config_unref);
DEFINE_CLEANUP(struct vdpactl_config_list *, vdpactl_config_list_unref);
DEFINE_CLEANUP(struct vdpactl_stats *, vdpactl_stats_unref);
DEFINE_CLEANUP(struct vdpactl_monitor *, vdpactl_monitor_unref);
DEFINE_CLEANUP(struct vdpactl_event *, vdpactl_event_unref);

#endif
