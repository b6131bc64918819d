// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <vdpactl.h>

#include "objects.h"
#include "output.h"
#include "stats-read.h"

static int add_member(json_object *object, const char *key, json_object *value)
{
	if (!value || json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

/* One queue as iproute2 shows it, and its index. */
static int queue_to_json(const struct vdpactl_stats *stats, uint32_t queue, json_object **ret_json)
{
	_cleanup_json_ json_object *json = json_object_new_object();
	const char *type = vdpactl_stats_get_queue_type(stats), *name;
	uint64_t value;
	int r;

	if (!json)
		return -ENOMEM;
	r = add_member(json, "queue", json_object_new_uint64(queue));
	if (r >= 0 && *type)
		r = add_member(json, "queue_type", json_object_new_string(type));
	for (size_t i = 0; r >= 0 && vdpactl_stats_at(stats, i, &name, &value) >= 0; i++)
		r = add_member(json, name, json_object_new_uint64(value));
	if (r < 0)
		return r;
	*ret_json = TAKE_PTR(json);
	return 0;
}

int stats_read_queue(struct vdpactl_ctx *ctx, const char *name, uint32_t queue, json_object *queues)
{
	_cleanup_(cleanup_vdpactl_stats_unref) struct vdpactl_stats *stats = NULL;
	json_object *json;
	int r;

	r = vdpactl_stats_get(ctx, name, queue, &stats);
	if (r >= 0)
		r = queue_to_json(stats, queue, &json);
	if (r < 0)
		return r;
	if (json_object_array_add(queues, json) < 0) {
		json_object_put(json);
		return -ENOMEM;
	}
	return 0;
}

int stats_read_device(struct vdpactl_ctx *ctx, const struct vdpactl_device *device,
		      json_object *queues)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < device->max_vqs; i++)
		r = stats_read_queue(ctx, device->name, i, queues);
	return r;
}

/* One of many: that it has no counters, or is gone by now, is no failure. */
static int read_one_of_all(struct vdpactl_ctx *ctx, const struct vdpactl_device *device,
			   json_object *devices)
{
	_cleanup_json_ json_object *queues = json_object_new_array();
	int r;

	if (!queues)
		return -ENOMEM;
	r = stats_read_device(ctx, device, queues);
	if (r == -EOPNOTSUPP || r == -EAGAIN || r == -ENODEV)
		return 0;
	return r < 0 ? r : add_member(devices, device->name, json_object_get(queues));
}

int stats_read_all(struct vdpactl_ctx *ctx, const struct vdpactl_device_list *list,
		   json_object *devices)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < vdpactl_device_list_size(list); i++)
		r = read_one_of_all(ctx, vdpactl_device_list_at(list, i), devices);
	return r;
}
