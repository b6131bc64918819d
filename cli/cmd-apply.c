// SPDX-License-Identifier: GPL-2.0-or-later
/* apply: a whole file of definitions, through the daemon or, of what lives only, without it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vdpactl.h>

#include "bus-call.h"
#include "change.h"
#include "commands.h"
#include "definition.h"
#include "device-add.h"
#include "drift.h"
#include "objects.h"
#include "output.h"
#include "rehearse.h"
#include "saved.h"

/* What there is to do with a device, in the daemon's words, and how it is told when it is done. */
static const struct {
	const char *action, *done, *infinitive;
} actions[] = {
	{ "stop", "stopped", "stop" },
	{ "undefine", "forgotten", "forget" },
	{ "define", "saved", "save" },
	{ "bind", "bound", "bind" },
	{ "set-mac", "mac set", "set the mac of" },
	{ "differs", "differs", "change" },
	{ "start", "started", "start" },
};

static int add_text(json_object *row, const char *key, const char *text)
{
	json_object *string = json_object_new_string(text);

	if (string && json_object_object_add(row, key, string) == 0)
		return 0;
	json_object_put(string);
	return -ENOMEM;
}

static int add_keys(json_object *row, const char *keys)
{
	json_object *list = saved_keys(keys);

	if (list && json_object_object_add(row, "keys", list) == 0)
		return 0;
	json_object_put(list);
	return -ENOMEM;
}

/* @keys: of the definition, that it is about, with commas between; "" for all. @error: "" when there was none */
static int add_row(json_object *rows, const char *action, const char *name, const char *keys,
		   const char *error)
{
	json_object *row = json_object_new_object();
	int r = row ? 0 : -ENOMEM;

	if (r >= 0)
		r = add_text(row, "action", action);
	if (r >= 0)
		r = add_text(row, "name", name);
	if (r >= 0 && *keys)
		r = add_keys(row, keys);
	if (r >= 0 && *error)
		r = add_text(row, "error", error);
	if (r >= 0 && json_object_array_add(rows, row) == 0)
		return 0;
	json_object_put(row);
	return -ENOMEM;
}

/* ---- by the daemon ---------------------------------------------------------------------------------- */

static int append_option(sd_bus_message *m, const char *name, bool value)
{
	return value ? sd_bus_message_append(m, "{sv}", name, "b", 1) : 0;
}

static int read_rows(sd_bus_message *reply, json_object *rows)
{
	const char *action, *name, *keys, *error;
	int r;

	r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "(ssss)");
	while (r >= 0 &&
	       (r = sd_bus_message_read(reply, "(ssss)", &action, &name, &keys, &error)) > 0)
		r = add_row(rows, action, name, keys, error);
	return r;
}

static int apply_bus(struct cli *cli, const struct definition *set, bool prune, json_object *rows,
		     char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	r = definition_format(set->requests, set->n, &text);
	if (r >= 0)
		r = bus_connect(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT, IF_MANAGER,
						   "Apply");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", text);
	if (r >= 0)
		r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
	if (r >= 0)
		r = append_option(message, "prune", prune);
	if (r >= 0)
		r = append_option(message, "dry_run", cli->dry_run);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	if (r >= 0)
		r = bus_call_long(cli, bus, message, &reply, ret_reason);
	return r < 0 ? r : read_rows(reply, rows);
}

/* ---- without it: each does or rehearses one thing; 0, 1 or -errno, the text is the context's --------- */

static int start(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request, bool dry)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;

	return dry ? rehearse_add(ctx, request) : vdpactl_device_add(ctx, request, &device);
}

static int rebind(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request, bool dry)
{
	return dry ? rehearse_bind(ctx, request->name, request->driver)
		   : vdpactl_device_bind(ctx, request->name, request->driver);
}

static int set_mac(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request, bool dry)
{
	return dry ? rehearse_set_net(ctx, request->name, "mac")
		   : vdpactl_device_set_mac(ctx, request->name, request->mac);
}

struct step {
	const char *action;
	int (*run)(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request, bool dry);
};

static const struct step step_start = { "start", start }, step_bind = { "bind", rebind },
			 step_mac = { "set-mac", set_mac }, step_differs = { "differs", NULL };

static int take(struct cli *cli, const struct step *step,
		const struct vdpactl_device_request *request, const char *keys, json_object *rows)
{
	int r = step->run ? step->run(cli->ctx, request, cli->dry_run) : 0;
	const char *text = r < 0 ? vdpactl_get_error_message(cli->ctx) : "";

	progress_step(cli);
	return add_row(rows, step->action, request->name, keys, text ? text : strerrordesc_np(-r));
}

/* One that lives: in what it is not as it should be. */
static int change(struct cli *cli, const struct vdpactl_device_request *request,
		  const struct vdpactl_device *device, json_object *rows)
{
	_cleanup_(cleanup_vdpactl_config_unref) struct vdpactl_config *config = NULL;
	struct drift sorted = { .others = NULL };
	_cleanup_free_ char *drift = NULL;
	int r;

	/* Without, a few differences are not seen; that is no reason to do nothing. */
	if (vdpactl_config_get(cli->ctx, request->name, &config) < 0)
		config = NULL;
	r = drift_find(request, device, config, &drift);
	if (r >= 0)
		r = drift_sort(drift, &sorted);
	if (r >= 0 && sorted.driver)
		r = take(cli, &step_bind, request, "driver", rows);
	if (r >= 0 && sorted.mac)
		r = take(cli, &step_mac, request, "mac", rows);
	if (r >= 0 && *sorted.others)
		r = take(cli, &step_differs, request, sorted.others, rows);
	free(sorted.others);
	return r;
}

static int apply_direct(struct cli *cli, const struct definition *set, json_object *rows)
{
	_cleanup_free_ bool *lives = calloc(set->n + 1, sizeof(bool));
	int r = lives ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < set->n; i++) {
		_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;

		r = vdpactl_device_get(cli->ctx, set->requests[i]->name, VDPACTL_DEVICE_ENDPOINT,
				       &device);
		lives[i] = r >= 0;
		if (r >= 0)
			r = change(cli, set->requests[i], device, rows);
		else if (r == -ENODEV)
			r = 0;
	}
	/* What is connected with another comes after those that it may be connected with. */
	for (int peers = 0; peers <= 1; peers++)
		for (size_t i = 0; r >= 0 && i < set->n; i++)
			if (!lives[i] && !set->requests[i]->peer == !peers)
				r = take(cli, &step_start, set->requests[i], "", rows);
	return r;
}

/* ---- what came of it -------------------------------------------------------------------------------- */

static const char *text_of(json_object *row, const char *key)
{
	return json_object_get_string(json_object_object_get(row, key));
}

static size_t find_action(const char *action)
{
	size_t i = 0;

	while (i < sizeof(actions) / sizeof(actions[0]) && strcmp(actions[i].action, action) != 0)
		i++;
	return i;
}

static void print_row(struct cli *cli, json_object *row)
{
	const char *action = text_of(row, "action"), *before = ": ";
	json_object *keys = json_object_object_get(row, "keys");
	size_t i = find_action(action);
	bool known = i < sizeof(actions) / sizeof(actions[0]);

	if (text_of(row, "error"))
		return;
	output_styled(cli, STYLE_NAME, text_of(row, "name"));
	fprintf(cli->out, ": %s", known ? actions[i].done : action);
	for (i = 0; keys && strcmp(action, "differs") == 0 && i < json_object_array_length(keys);
	     i++) {
		fprintf(cli->out, "%s%s", before,
			json_object_get_string(json_object_array_get_idx(keys, i)));
		before = ", ";
	}
	fputc('\n', cli->out);
}

/* Returns whether it failed. */
static bool tell_failure(struct cli *cli, json_object *row)
{
	const char *error = text_of(row, "error");
	size_t i = find_action(text_of(row, "action"));

	if (!error)
		return false;
	cli_fail(cli, EIO, error, "cannot %s \"%s\"",
		 i < sizeof(actions) / sizeof(actions[0]) ? actions[i].infinitive
							  : text_of(row, "action"),
		 text_of(row, "name"));
	return true;
}

static enum exit_code print_rows(struct cli *cli, json_object *rows)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	size_t n = json_object_array_length(rows);
	bool failed = false, differs = false;

	if (cli->dry_run) {
		cli->would = json_object_get(rows);
		change_dry_print(cli);
	} else if (cli->json) {
		if (!root || json_object_object_add(root, "applied", json_object_get(rows)) < 0)
			return cli_no_memory(cli);
		output_json(cli, root);
	}
	for (size_t i = 0; i < n; i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		if (!cli->json && !cli->dry_run)
			print_row(cli, row);
		failed = tell_failure(cli, row) || failed;
		differs = differs || strcmp(text_of(row, "action"), "differs") == 0;
	}
	if (differs && !cli->json)
		cli_hint(cli,
			 "what differs lives on as it is: delete it with \"vdpactl dev del NAME\" "
			 "and apply again to make it anew");
	return failed ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
}

enum exit_code cmd_apply(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_definition_free) struct definition *set = NULL;
	_cleanup_json_ json_object *rows = json_object_new_array();
	bool prune = verb_value(args, "prune");
	_cleanup_free_ char *reason = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	if (!rows)
		return cli_no_memory(cli);
	if (prune && cli->direct)
		return cli_wrong(cli,
				 "--prune: what is saved is known to vdpactld, not with --direct");
	code = definition_from_file(cli, verb_value(args, "file"), DEFINITION_SAVED, &set);
	if (set && cli->direct)
		code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	progress_begin(cli, cli->direct ? "changing devices" : "vdpactld applies devices",
		       cli->direct ? 0 : set->n);
	r = cli->direct ? apply_direct(cli, set, rows) : apply_bus(cli, set, prune, rows, &reason);
	progress_end(cli);
	if (r < 0)
		return cli_fail(cli, r, reason, "cannot apply \"%s\"", verb_value(args, "file"));
	return print_rows(cli, rows);
}
