/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of virtqueues as JSON: an object for each queue, as "dev stats" prints it. */
#ifndef VDPACTL_CLI_STATS_READ_H
#define VDPACTL_CLI_STATS_READ_H

#include <json-c/json.h>
#include <vdpactl.h>

/* Each returns 0 or -errno; the kernel's text is the context's. */

/* One queue, added to an array. */
int stats_read_queue(struct vdpactl_ctx *ctx, const char *name, uint32_t queue,
		     json_object *queues);

/* All queues of a device, added to an array. */
int stats_read_device(struct vdpactl_ctx *ctx, const struct vdpactl_device *device,
		      json_object *queues);

/* An array of each device that has counters now, added to an object under its name. */
int stats_read_all(struct vdpactl_ctx *ctx, const struct vdpactl_device_list *list,
		   json_object *devices);

#endif
