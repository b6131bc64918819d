// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved definitions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "commands.h"
#include "device-add.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "saved.h"
#include "view.h"

static const struct view view_def = {
	.key = "def",
	.columns = (const char *const[]){ "name", "mgmtdev", "driver", "autostart", "live", "drift",
					  "last_error", NULL },
};

/* The daemon keeps them, so there is nothing to be had without it. */
static enum exit_code check_way(struct cli *cli)
{
	if (!cli->direct)
		return EXIT_CODE_OK;
	return cli_wrong(cli, "--direct: saved definitions are kept by vdpactld");
}

static enum exit_code failed(struct cli *cli, int r, const char *reason, const char *what,
			     const char *name)
{
	enum exit_code code = cli_fail(cli, r, reason, "cannot %s \"%s\"", what, name);

	if (r == -ENOENT)
		cli_hint(cli, "\"vdpactl def show\" lists what is saved");
	if (code == EXIT_CODE_BUSY)
		hint_holder(cli, name);
	return code;
}

/* ---- show ----------------------------------------------------------------------------------------- */

static enum exit_code show(struct cli *cli, const char *name)
{
	_cleanup_json_ json_object *objects = NULL;
	_cleanup_free_ char *reason = NULL;
	int r;

	r = saved_list(name, &objects, &reason);
	if (r >= 0)
		return view_print(cli, &view_def, objects, name);
	if (name)
		return failed(cli, r, reason, "show the definition of", name);
	return cli_fail(cli, r, reason, "cannot list definitions");
}

enum exit_code cmd_def_show(struct cli *cli, const struct verb_args *args)
{
	enum exit_code code = check_way(cli);

	return code == EXIT_CODE_OK ? show(cli, verb_value(args, "name")) : code;
}

/* ---- one at a time -------------------------------------------------------------------------------- */

static enum exit_code define(struct cli *cli, const struct vdpactl_device_request *request)
{
	_cleanup_free_ char *reason = NULL;
	int r;

	if (cli->dry_run)
		return change_dry_note_request(cli, "define", request) < 0 ? cli_no_memory(cli)
									   : EXIT_CODE_OK;
	r = saved_define(request, &reason);
	return r < 0 ? failed(cli, r, reason, "save the definition of", request->name)
		     : EXIT_CODE_OK;
}

enum exit_code cmd_def_add(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	enum exit_code code = check_way(cli);

	if (code == EXIT_CODE_OK)
		code = device_request(cli, args, &request);
	if (code == EXIT_CODE_OK)
		code = define(cli, request);
	return code == EXIT_CODE_OK && !cli->dry_run ? show(cli, request->name) : code;
}

enum exit_code cmd_def_promote(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	_cleanup_free_ char *reason = NULL;
	enum exit_code code = check_way(cli);
	int r;

	if (code == EXIT_CODE_OK)
		code = device_request(cli, args, &request);
	if (code != EXIT_CODE_OK)
		return code;
	if (cli->dry_run)
		return change_dry_note_request(cli, "save", request) < 0 ? cli_no_memory(cli)
									 : EXIT_CODE_OK;
	r = saved_promote(request->name, request, &reason);
	return r < 0 ? failed(cli, r, reason, "save device", request->name)
		     : show(cli, request->name);
}

/* What a command does with a name. */
struct action {
	const char *word; /* "undefine" */
	int (*run)(const char *name, char **ret_reason);
};

static enum exit_code act(struct cli *cli, const char *name, const struct action *action)
{
	_cleanup_json_ json_object *saved = NULL;
	_cleanup_free_ char *reason = NULL;
	int r;

	if (!cli->dry_run) {
		r = action->run(name, &reason);
		return r < 0 ? failed(cli, r, reason, action->word, name) : EXIT_CODE_OK;
	}
	r = saved_list(name, &saved, &reason);
	if (r < 0)
		return failed(cli, r, reason, action->word, name);
	return change_dry_note(cli, action->word, name, NULL, NULL) < 0 ? cli_no_memory(cli)
									: EXIT_CODE_OK;
}

static enum exit_code print_name(struct cli *cli, const char *key, const char *name)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	json_object *names = json_object_new_array();

	if (!root || json_object_object_add(root, key, names) < 0 ||
	    json_object_array_add(names, json_object_new_string(name)) < 0)
		return cli_no_memory(cli);
	output_json(cli, root);
	return EXIT_CODE_OK;
}

enum exit_code cmd_def_del(struct cli *cli, const struct verb_args *args)
{
	static const struct action action = { "undefine", saved_undefine };
	const char *name = verb_value(args, "name");
	enum exit_code code = check_way(cli);

	if (code == EXIT_CODE_OK)
		code = act(cli, name, &action);
	return code == EXIT_CODE_OK && cli->json && !cli->dry_run
		       ? print_name(cli, "undefined", name)
		       : code;
}

static enum exit_code act_and_show(struct cli *cli, const struct verb_args *args,
				   const struct action *action)
{
	const char *name = verb_value(args, "name");
	enum exit_code code = check_way(cli);

	if (code == EXIT_CODE_OK)
		code = act(cli, name, action);
	return code == EXIT_CODE_OK && !cli->dry_run ? show(cli, name) : code;
}

enum exit_code cmd_def_start(struct cli *cli, const struct verb_args *args)
{
	static const struct action action = { "start", saved_start };

	return act_and_show(cli, args, &action);
}

enum exit_code cmd_def_stop(struct cli *cli, const struct verb_args *args)
{
	static const struct action action = { "stop", saved_stop };

	return act_and_show(cli, args, &action);
}

static int autostart_on(const char *name, char **ret_reason)
{
	return saved_set_autostart(name, true, ret_reason);
}

static int autostart_off(const char *name, char **ret_reason)
{
	return saved_set_autostart(name, false, ret_reason);
}

enum exit_code cmd_def_set(struct cli *cli, const struct verb_args *args)
{
	static const struct action on = { "set autostart of", autostart_on };
	static const struct action off = { "clear autostart of", autostart_off };
	const char *value = verb_value(args, "autostart");

	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return cli_wrong(cli, "autostart: \"%s\": neither \"yes\" nor \"no\"", value);
	return act_and_show(cli, args, *value == 'y' ? &on : &off);
}

/* ---- as files ------------------------------------------------------------------------------------- */

enum exit_code cmd_export(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name");
	_cleanup_free_ char *text = NULL, *reason = NULL;
	enum exit_code code = check_way(cli);
	int r;

	if (code != EXIT_CODE_OK)
		return code;
	r = saved_export(name, &text, &reason);
	if (r < 0 && name)
		return failed(cli, r, reason, "export", name);
	if (r < 0)
		return cli_fail(cli, r, reason, "cannot export definitions");
	/* It is JSON in any case, byte by byte what a file would hold. */
	fputs(text, cli->out);
	return EXIT_CODE_OK;
}

enum exit_code cmd_def_reload(struct cli *cli, const struct verb_args *args)
{
	_cleanup_json_ json_object *problems = NULL, *root = NULL;
	_cleanup_free_ char *reason = NULL;
	enum exit_code code = check_way(cli);
	size_t n;
	int r;

	if (code != EXIT_CODE_OK)
		return code;
	r = saved_reload(&problems, &reason);
	if (r < 0)
		return cli_fail(cli, r, reason, "cannot read the definitions again");
	n = json_object_array_length(problems);
	if (cli->json) {
		root = json_object_new_object();
		if (!root ||
		    json_object_object_add(root, "problems", json_object_get(problems)) < 0)
			return cli_no_memory(cli);
		output_json(cli, root);
	}
	for (size_t i = 0; i < n; i++)
		cli_wrong(cli, "%s",
			  json_object_get_string(json_object_array_get_idx(problems, i)));
	return n ? EXIT_CODE_USAGE : EXIT_CODE_OK;
}
