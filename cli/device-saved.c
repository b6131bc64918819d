// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "definition.h"
#include "device-saved.h"
#include "drift.h"
#include "objects.h"
#include "saved.h"

const char *const device_saved_fields[] = { "saved", "drift", NULL };

struct device_saved {
	struct definition *set;		       /* sorted by name */
	const struct vdpactl_config **configs; /* borrowed from below, sorted by name */
	size_t n_configs;
	struct vdpactl_config_list *list;
	struct vdpactl_config *config; /* the only one, when only one device is wanted */
};

struct device_saved *device_saved_free(struct device_saved *saved)
{
	if (!saved)
		return NULL;
	definition_free(saved->set);
	vdpactl_config_list_unref(saved->list);
	vdpactl_config_unref(saved->config);
	free(saved->configs);
	free(saved);
	return NULL;
}

static int request_order(const void *a, const void *b)
{
	return strcmp((*(const struct vdpactl_device_request *const *)a)->name,
		      (*(const struct vdpactl_device_request *const *)b)->name);
}

static int config_order(const void *a, const void *b)
{
	return strcmp((*(const struct vdpactl_config *const *)a)->name,
		      (*(const struct vdpactl_config *const *)b)->name);
}

/* Configurations that the kernel does not show are no difference, so that they cannot be read is no failure. */
static int load_configs(struct device_saved *saved, struct vdpactl_ctx *ctx, const char *name)
{
	if (name && vdpactl_config_get(ctx, name, &saved->config) < 0)
		saved->config = NULL;
	if (!name && vdpactl_config_list(ctx, &saved->list) < 0)
		saved->list = NULL;
	if (saved->list)
		saved->n_configs = vdpactl_config_list_size(saved->list);
	else if (saved->config)
		saved->n_configs = 1;
	saved->configs = calloc(saved->n_configs + 1, sizeof(struct vdpactl_config *));
	if (!saved->configs)
		return -ENOMEM;
	for (size_t i = 0; i < saved->n_configs; i++)
		saved->configs[i] =
			saved->list ? vdpactl_config_list_at(saved->list, i) : saved->config;
	qsort(saved->configs, saved->n_configs, sizeof(struct vdpactl_config *), config_order);
	return 0;
}

int device_saved_load(struct cli *cli, const char *name, struct device_saved **ret_saved)
{
	_cleanup_(cleanup_device_saved_free) struct device_saved *saved = calloc(1, sizeof(*saved));
	_cleanup_free_ char *text = NULL;
	char error[DEFINITION_ERROR_MAX];
	int r;

	if (!saved)
		return -ENOMEM;
	*ret_saved = NULL;
	r = saved_peek(name, &text);
	if (r >= 0)
		r = definition_parse(text, strlen(text), "vdpactld", DEFINITION_SAVED, &saved->set,
				     error);
	/* Whatever it was, it is not told by the daemon. */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	qsort(saved->set->requests, saved->set->n, sizeof(struct vdpactl_device_request *),
	      request_order);
	r = saved->set->n ? load_configs(saved, cli->ctx, name) : 0;
	if (r < 0)
		return r;
	*ret_saved = TAKE_PTR(saved);
	return 0;
}

static int add_drift(const struct device_saved *saved, const struct vdpactl_device_request *request,
		     const struct vdpactl_device *device, json_object *object)
{
	const struct vdpactl_config key = { .name = device->name }, *p = &key, **config;
	_cleanup_free_ char *drift = NULL;
	json_object *keys;
	int r;

	config = bsearch(&p, saved->configs, saved->n_configs, sizeof(p), config_order);
	r = drift_find(request, device, config ? *config : NULL, &drift);
	if (r < 0)
		return r;
	keys = saved_keys(drift);
	if (keys && json_object_object_add(object, "drift", keys) == 0)
		return 0;
	json_object_put(keys);
	return -ENOMEM;
}

int device_saved_add(const struct device_saved *saved, const struct vdpactl_device *device,
		     json_object *object)
{
	const struct vdpactl_device_request key = { .name = device->name }, *p = &key, **request;
	json_object *is_saved;

	if (!saved)
		return 0;
	request = bsearch(&p, saved->set->requests, saved->set->n, sizeof(p), request_order);
	is_saved = json_object_new_boolean(request != NULL);
	if (!is_saved || json_object_object_add(object, "saved", is_saved) < 0) {
		json_object_put(is_saved);
		return -ENOMEM;
	}
	return request ? add_drift(saved, *request, device, object) : 0;
}
