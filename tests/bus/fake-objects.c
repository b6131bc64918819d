// SPDX-License-Identifier: GPL-2.0-or-later
/* Those of the library's calls that only look into what the fake kernel handed out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake-objects.h"
#include "field.h"
#include "objects.h"

size_t vdpactl_mgmtdev_list_size(const struct vdpactl_mgmtdev_list *list)
{
	return list->n;
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_list_at(const struct vdpactl_mgmtdev_list *list, size_t i)
{
	return i < list->n ? list->v[i] : NULL;
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_ref(struct vdpactl_mgmtdev *m)
{
	m->n_refs++;
	return m;
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_unref(struct vdpactl_mgmtdev *m)
{
	if (!m || --m->n_refs)
		return NULL;
	field_clear(&field_table_mgmtdev, m);
	free(m);
	return NULL;
}

struct vdpactl_mgmtdev_list *vdpactl_mgmtdev_list_unref(struct vdpactl_mgmtdev_list *list)
{
	for (size_t i = 0; list && i < list->n; i++)
		vdpactl_mgmtdev_unref(list->v[i]);
	free(list);
	return NULL;
}

size_t vdpactl_device_list_size(const struct vdpactl_device_list *list)
{
	return list->n;
}

struct vdpactl_device *vdpactl_device_list_at(const struct vdpactl_device_list *list, size_t i)
{
	return i < list->n ? list->v[i] : NULL;
}

struct vdpactl_device *vdpactl_device_ref(struct vdpactl_device *device)
{
	device->n_refs++;
	return device;
}

struct vdpactl_device *vdpactl_device_unref(struct vdpactl_device *device)
{
	if (!device || --device->n_refs)
		return NULL;
	field_clear(&field_table_device, device);
	free(device);
	return NULL;
}

struct vdpactl_device_list *vdpactl_device_list_unref(struct vdpactl_device_list *list)
{
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		vdpactl_device_unref(list->v[i]);
	free(list->v);
	free(list);
	return NULL;
}

const char *vdpactl_device_get_name(const struct vdpactl_device *device)
{
	return device->name;
}

int vdpactl_device_request_new(const char *mgmtdev, const char *name,
			       struct vdpactl_device_request **ret_request)
{
	struct vdpactl_device_request *r = calloc(1, sizeof(*r));

	field_set_string(&field_table_request, field_find(&field_table_request, "name"), r, name);
	field_set_string(&field_table_request, field_find(&field_table_request, "mgmtdev"), r,
			 mgmtdev);
	*ret_request = r;
	return 0;
}

struct vdpactl_device_request *vdpactl_device_request_free(struct vdpactl_device_request *request)
{
	if (request)
		field_clear(&field_table_request, request);
	free(request);
	return NULL;
}

struct vdpactl_config *vdpactl_config_unref(struct vdpactl_config *config)
{
	if (!config || --config->n_refs)
		return NULL;
	field_clear(&field_table_config, config);
	free(config);
	return NULL;
}

enum vdpactl_event_type vdpactl_event_get_type(const struct vdpactl_event *event)
{
	return event->type;
}

enum vdpactl_event_object vdpactl_event_get_object(const struct vdpactl_event *event)
{
	return event->object;
}

const char *vdpactl_event_get_name(const struct vdpactl_event *event)
{
	return event->name;
}

struct vdpactl_event *vdpactl_event_unref(struct vdpactl_event *event)
{
	if (event)
		free(event->name);
	free(event);
	return NULL;
}

struct vdpactl_config *vdpactl_config_ref(struct vdpactl_config *config)
{
	config->n_refs++;
	return config;
}

const char *vdpactl_config_get_name(const struct vdpactl_config *config)
{
	return config->name;
}

size_t vdpactl_config_list_size(const struct vdpactl_config_list *list)
{
	return list->n;
}

struct vdpactl_config *vdpactl_config_list_at(const struct vdpactl_config_list *list, size_t i)
{
	return i < list->n ? list->v[i] : NULL;
}

struct vdpactl_config_list *vdpactl_config_list_unref(struct vdpactl_config_list *list)
{
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		vdpactl_config_unref(list->v[i]);
	free(list->v);
	free(list);
	return NULL;
}

uint32_t vdpactl_device_get_max_vqs(const struct vdpactl_device *device)
{
	return device->max_vqs;
}

int vdpactl_stats_at(const struct vdpactl_stats *stats, size_t index, const char **ret_name,
		     uint64_t *ret_value)
{
	if (index >= stats->n)
		return -ERANGE;
	*ret_name = stats->v[index].name;
	*ret_value = stats->v[index].value;
	return 0;
}

const char *vdpactl_stats_get_queue_type(const struct vdpactl_stats *stats)
{
	return stats->queue ? "tx" : "rx";
}

struct vdpactl_stats *vdpactl_stats_unref(struct vdpactl_stats *stats)
{
	for (size_t i = 0; stats && i < stats->n; i++)
		free(stats->v[i].name);
	if (stats)
		free(stats->v);
	free(stats);
	return NULL;
}
