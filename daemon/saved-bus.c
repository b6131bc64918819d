// SPDX-License-Identifier: GPL-2.0-or-later
/* Methods of org.vdpactl1.Manager about saved definitions. */
#include <errno.h>
#include <string.h>

#include "bus-private.h"
#include "check-args.h"
#include "codec-bus.h"
#include "objects.h"
#include "refusal.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

static int reply_nothing(sd_bus_message *call, const struct change *change)
{
	return sd_bus_reply_method_return(call, NULL);
}

static int reply_definition(sd_bus_message *call, const struct change *change)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_definition_path(change->device, &path);
	return r < 0 ? r : sd_bus_reply_method_return(call, "o", path);
}

static int reply_device(sd_bus_message *call, const struct change *change)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_device_path(change->device, &path);
	return r < 0 ? r : sd_bus_reply_method_return(call, "o", path);
}

static int start(sd_bus_message *m, struct bus *bus, struct change *change, call_reply reply)
{
	return change ? call_start(&bus->calls, bus->manager, m, change, reply) : -ENOMEM;
}

/* The name of a definition: one that a device can have, but no pattern. */
static int check_name(const char *name, sd_bus_error *error)
{
	const char *reason;
	int r;

	r = check_device_name(name, 0, error);
	if (r < 0)
		return r;
	reason = store_check_name(name);
	return reason ? refusal_set(error, "name \"%s\": %s", name, reason) : 0;
}

static int read_name(sd_bus_message *m, const char **ret_name, sd_bus_error *error)
{
	int r;

	r = sd_bus_message_read(m, "s", ret_name);
	return r < 0 ? r : check_name(*ret_name, error);
}

int bus_method_define(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	const char *mgmtdev, *name;
	struct change *change;
	int r;

	r = sd_bus_message_read(m, "ss", &mgmtdev, &name);
	if (r >= 0)
		r = check_mgmtdev_name(mgmtdev, error);
	if (r >= 0)
		r = check_name(name, error);
	if (r >= 0)
		r = vdpactl_device_request_new(mgmtdev, name, &request);
	if (r >= 0)
		r = codec_bus_read_options(m, &field_table_request, FIELD_AT_CREATE | FIELD_SAVED,
					   request, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_DEFINE, name, mgmtdev, request->driver);
	if (change)
		change->request = TAKE_PTR(request);
	return start(m, userdata, change, reply_definition);
}

int bus_method_promote(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	struct change *change;
	const char *name;
	int r;

	request = calloc(1, sizeof(*request));
	if (!request)
		return -ENOMEM;
	r = read_name(m, &name, error);
	if (r >= 0)
		r = codec_bus_read_options(m, &field_table_request, FIELD_SAVED, request, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_PROMOTE, name, NULL, NULL);
	if (change)
		change->request = TAKE_PTR(request);
	return start(m, userdata, change, reply_definition);
}

int bus_method_undefine(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *name;
	int r;

	r = read_name(m, &name, error);
	if (r < 0)
		return r;
	return start(m, userdata, change_new(CHANGE_UNDEFINE, name, NULL, NULL), reply_nothing);
}

int bus_method_start(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *name;
	int r;

	r = read_name(m, &name, error);
	if (r < 0)
		return r;
	return start(m, userdata, change_new(CHANGE_START, name, NULL, NULL), reply_device);
}

int bus_method_stop(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct change *change;
	const char *name;
	bool force;
	int r;

	r = read_name(m, &name, error);
	if (r >= 0)
		r = codec_bus_read_force(m, &force, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_STOP, name, NULL, NULL);
	if (change)
		change->force = force;
	return start(m, userdata, change, reply_nothing);
}

int bus_method_set_autostart(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct change *change;
	const char *name;
	int autostart, r;

	r = read_name(m, &name, error);
	if (r >= 0)
		r = sd_bus_message_read(m, "b", &autostart);
	if (r < 0)
		return r;
	change = change_new(CHANGE_AUTOSTART, name, NULL, NULL);
	if (change)
		change->autostart = autostart;
	return start(m, userdata, change, reply_nothing);
}

/* ---- a whole set --------------------------------------------------------------------------- */

static int append_rows(sd_bus_message *reply, const struct apply *apply)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "(ssss)");
	for (size_t i = 0; i < apply->n && r >= 0; i++) {
		const struct apply_row *row = &apply->rows[i];

		r = sd_bus_message_append(reply, "(ssss)", apply_action_name(row->action),
					  row->name, row->detail, row->error ? row->error : "");
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int reply_rows(sd_bus_message *call, const struct change *change)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = append_rows(reply, change->apply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

int bus_method_apply(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	int prune = 0, dry_run = 0, r;
	const struct codec_option options[] = { { "prune", 'b', &prune },
						{ "dry_run", 'b', &dry_run },
						{ NULL } };
	struct change *change;
	const char *text;

	r = sd_bus_message_read(m, "s", &text);
	if (r >= 0)
		r = codec_bus_read_simple(m, options, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_APPLY, NULL, NULL, NULL);
	if (change)
		change->apply = apply_new(text);
	if (!change || !change->apply) {
		change_free(change);
		return -ENOMEM;
	}
	change->apply->prune = prune;
	change->apply->dry_run = dry_run;
	return start(m, userdata, change, reply_rows);
}

/* ---- all of them --------------------------------------------------------------------------- */

static int reply_problems(sd_bus_message *call, const struct change *change)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = sd_bus_message_append_strv(reply, change->problems);
	return r < 0 ? r : sd_bus_message_send(reply);
}

int bus_method_reload(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	return start(m, userdata, change_new(CHANGE_RELOAD, NULL, NULL, NULL), reply_problems);
}

/* The requests of some definitions, or of all without a name: borrowed. */
static int collect(const struct collection *definitions, char **names,
		   struct vdpactl_device_request **requests, size_t *ret_n, sd_bus_error *error)
{
	size_t n = 0;

	for (; names && *names; names++) {
		const struct saved *saved = collection_find(definitions, *names);

		if (!saved)
			return sd_bus_error_setf(error, BUS_ERROR_NO_SUCH_DEFINITION,
						 "there is no saved definition \"%.*s\"",
						 REFUSAL_VALUE_MAX, *names);
		requests[n++] = saved->request;
	}
	for (size_t i = 0; !n && i < collection_size(definitions); i++) {
		const struct saved *saved =
			collection_find(definitions, collection_name(definitions, i));

		requests[i] = saved->request;
	}
	*ret_n = n ? n : collection_size(definitions);
	return 0;
}

static size_t count(char **names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

static int export(sd_bus_message *m, struct bus *bus, char **names, sd_bus_error *error)
{
	const struct collection *definitions = manager_objects(bus->manager, MANAGER_DEFINITION);
	_cleanup_free_ struct vdpactl_device_request **requests = NULL;
	_cleanup_free_ char *text = NULL;
	size_t n;
	int r;

	requests = calloc(count(names) + collection_size(definitions) + 1,
			  sizeof(struct vdpactl_device_request *));
	if (!requests)
		return -ENOMEM;
	r = collect(definitions, names, requests, &n, error);
	if (r >= 0)
		r = definition_format(requests, n, &text);
	return r < 0 ? r : sd_bus_reply_method_return(m, "s", text);
}

int bus_method_export(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	char **names = NULL;
	int r;

	r = sd_bus_message_read_strv(m, &names);
	if (r >= 0)
		r = export(m, userdata, names, error);
	bus_strv_free(names);
	return r;
}
