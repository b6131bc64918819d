// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "drift.h"
#include "field.h"
#include "util/cleanup.h"

/* What is live, and the set, each sorted by name. */
struct view {
	const struct vdpactl_device **devices;
	size_t n_devices;
	const struct vdpactl_config **configs;
	size_t n_configs;
	struct vdpactl_device_request **requests;
	size_t n_requests;
};

static void view_done(struct view *view)
{
	free(view->devices);
	free(view->configs);
	free(view->requests);
}

static int device_order(const void *a, const void *b)
{
	return strcmp((*(const struct vdpactl_device *const *)a)->name,
		      (*(const struct vdpactl_device *const *)b)->name);
}

static int config_order(const void *a, const void *b)
{
	return strcmp((*(const struct vdpactl_config *const *)a)->name,
		      (*(const struct vdpactl_config *const *)b)->name);
}

static int request_order(const void *a, const void *b)
{
	return strcmp((*(const struct vdpactl_device_request *const *)a)->name,
		      (*(const struct vdpactl_device_request *const *)b)->name);
}

static const struct vdpactl_device *find_device(const struct view *view, const char *name)
{
	const struct vdpactl_device key = { .name = (char *)name }, *p = &key, **found;

	found = bsearch(&p, view->devices, view->n_devices, sizeof(p), device_order);
	return found ? *found : NULL;
}

static const struct vdpactl_config *find_config(const struct view *view, const char *name)
{
	const struct vdpactl_config key = { .name = (char *)name }, *p = &key, **found;

	found = bsearch(&p, view->configs, view->n_configs, sizeof(p), config_order);
	return found ? *found : NULL;
}

static bool is_in_set(const struct view *view, const char *name)
{
	const struct vdpactl_device_request key = { .name = (char *)name }, *p = &key;

	return bsearch(&p, view->requests, view->n_requests, sizeof(p), request_order);
}

static int view_new(const struct definition *set, const struct vdpactl_device_list *devices,
		    const struct vdpactl_config_list *configs, struct view *ret)
{
	ret->n_devices = vdpactl_device_list_size(devices);
	ret->n_configs = configs ? vdpactl_config_list_size(configs) : 0;
	ret->n_requests = set->n;
	ret->devices = calloc(ret->n_devices + 1, sizeof(struct vdpactl_device *));
	ret->configs = calloc(ret->n_configs + 1, sizeof(struct vdpactl_config *));
	ret->requests = calloc(ret->n_requests + 1, sizeof(struct vdpactl_device_request *));
	if (!ret->devices || !ret->configs || !ret->requests)
		return -ENOMEM;
	for (size_t i = 0; i < ret->n_devices; i++)
		ret->devices[i] = vdpactl_device_list_at(devices, i);
	for (size_t i = 0; i < ret->n_configs; i++)
		ret->configs[i] = vdpactl_config_list_at(configs, i);
	memcpy(ret->requests, set->requests, set->n * sizeof(struct vdpactl_device_request *));
	qsort(ret->devices, ret->n_devices, sizeof(struct vdpactl_device *), device_order);
	qsort(ret->configs, ret->n_configs, sizeof(struct vdpactl_config *), config_order);
	qsort(ret->requests, ret->n_requests, sizeof(struct vdpactl_device_request *),
	      request_order);
	return 0;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static int add_row(struct apply *a, enum apply_action action, const char *name, const char *detail,
		   struct vdpactl_device_request *request)
{
	struct apply_row *row = &a->rows[a->n];

	*row = (struct apply_row){ .action = action, .request = request };
	row->name = strdup(name);
	row->detail = strdup(detail);
	a->n++;
	return row->name && row->detail ? 0 : -ENOMEM;
}

/* What can be changed while it is live, a key at a time; of the others one row tells. */
static int add_drift(struct apply *a, struct vdpactl_device_request *request, const char *drift)
{
	struct drift sorted = { .others = NULL };
	int r;

	r = drift_sort(drift, &sorted);
	if (r >= 0 && sorted.driver)
		r = add_row(a, APPLY_BIND, request->name, "driver", request);
	if (r >= 0 && sorted.mac)
		r = add_row(a, APPLY_SET_MAC, request->name, "mac", request);
	if (r >= 0 && *sorted.others)
		r = add_row(a, APPLY_DIFFERS, request->name, sorted.others, request);
	free(sorted.others);
	return r;
}

static int add_prunes(struct apply *a, const struct view *view, const struct store *store)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < store_size(store); i++) {
		const char *name = store_at(store, i)->request->name;

		if (is_in_set(view, name))
			continue;
		if (find_device(view, name))
			r = add_row(a, APPLY_STOP, name, "", NULL);
		if (r >= 0)
			r = add_row(a, APPLY_UNDEFINE, name, "", NULL);
	}
	return r;
}

static int add_defines(struct apply *a, const struct store *store)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < a->definition->n; i++) {
		struct vdpactl_device_request *request = a->definition->requests[i];
		const struct store_entry *entry = store_find(store, request->name);

		if (!entry || field_diff(&field_table_request, entry->request, request))
			r = add_row(a, APPLY_DEFINE, request->name, "", request);
	}
	return r;
}

static int add_lives(struct apply *a, const struct view *view)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < a->definition->n; i++) {
		struct vdpactl_device_request *request = a->definition->requests[i];
		const struct vdpactl_device *device = find_device(view, request->name);
		_cleanup_free_ char *drift = NULL;

		if (!device)
			continue;
		r = drift_find(request, device, find_config(view, request->name), &drift);
		if (r >= 0)
			r = add_drift(a, request, drift);
	}
	return r;
}

/* What is connected with another comes after those that it may be connected with. */
static int add_starts(struct apply *a, const struct view *view, bool peers)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < a->definition->n; i++) {
		struct vdpactl_device_request *request = a->definition->requests[i];

		if (!!request->peer == peers && !find_device(view, request->name))
			r = add_row(a, APPLY_START, request->name, "", request);
	}
	return r;
}

static int fill(struct apply *a, const struct view *view, const struct store *store)
{
	int r = 0;

	/* At most two for each that goes; for each that comes one to save it, and one to start or three to change it. */
	a->rows = calloc(2 * store_size(store) + 4 * a->definition->n + 1, sizeof(*a->rows));
	if (!a->rows)
		return -ENOMEM;
	if (a->prune)
		r = add_prunes(a, view, store);
	if (r >= 0)
		r = add_defines(a, store);
	if (r >= 0)
		r = add_lives(a, view);
	if (r >= 0)
		r = add_starts(a, view, false);
	if (r >= 0)
		r = add_starts(a, view, true);
	return r;
}

static int check_names(const struct definition *set, char **ret_message)
{
	for (size_t i = 0; i < set->n; i++) {
		const char *name = set->requests[i]->name, *reason = store_check_name(name);

		if (!reason)
			continue;
		if (asprintf(ret_message, "text: device \"%s\": name: %s", name, reason) < 0)
			*ret_message = NULL;
		return -EINVAL;
	}
	return 0;
}

int apply_plan(struct apply *apply, const struct store *store, struct vdpactl_ctx *ctx,
	       char **ret_message)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *devices = NULL;
	_cleanup_(cleanup_vdpactl_config_list_unref) struct vdpactl_config_list *configs = NULL;
	_cleanup_(view_done) struct view view = { NULL };
	char error[DEFINITION_ERROR_MAX];
	int r;

	r = definition_parse(apply->text, strlen(apply->text), "text", DEFINITION_SAVED,
			     &apply->definition, error);
	if (r == -EINVAL)
		*ret_message = strdup(error);
	if (r >= 0)
		r = check_names(apply->definition, ret_message);
	if (r >= 0)
		r = vdpactl_device_list(ctx, VDPACTL_DEVICE_ENDPOINT, &devices);
	if (r < 0)
		return r;
	/* Without, a few differences are not seen; that is no reason to do nothing. */
	if (vdpactl_config_list(ctx, &configs) < 0)
		configs = NULL;
	r = view_new(apply->definition, devices, configs, &view);
	return r < 0 ? r : fill(apply, &view, store);
}
