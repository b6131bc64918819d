// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes that are not made, for --dry-run: what would happen is noted, and printed at the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "field.h"
#include "objects.h"
#include "output.h"
#include "rehearse.h"
#include "view.h"

static int add_text(json_object *object, const char *key, const char *value)
{
	json_object *string = json_object_new_string(value);

	if (string && json_object_object_add(object, key, string) == 0)
		return 0;
	json_object_put(string);
	return -ENOMEM;
}

static int note(struct cli *cli, json_object *action)
{
	if (!cli->would)
		cli->would = json_object_new_array();
	if (cli->would && action && json_object_array_add(cli->would, action) == 0)
		return 0;
	json_object_put(action);
	return -ENOMEM;
}

int change_dry_note(struct cli *cli, const char *word, const char *name, const char *key,
		    const char *value)
{
	json_object *action = json_object_new_object();

	if (!action || add_text(action, "action", word) < 0 || add_text(action, "name", name) < 0 ||
	    (key && add_text(action, key, value) < 0)) {
		json_object_put(action);
		return -ENOMEM;
	}
	return note(cli, action);
}

int change_dry_note_request(struct cli *cli, const char *word,
			    const struct vdpactl_device_request *request)
{
	_cleanup_json_ json_object *fields = view_json(cli, &field_table_request, request);
	json_object *action = json_object_new_object();

	if (!fields || !action || add_text(action, "action", word) < 0) {
		json_object_put(action);
		return -ENOMEM;
	}
	json_object_object_foreach(fields, key, value) {
		if (json_object_object_add(action, key, json_object_get(value)) < 0) {
			json_object_put(value);
			json_object_put(action);
			return -ENOMEM;
		}
	}
	return note(cli, action);
}

/* Why a rehearsal failed. */
static int refused(struct cli *cli, int r, char **ret_reason)
{
	const char *text = vdpactl_get_error_message(cli->ctx);

	*ret_reason = text ? strdup(text) : NULL;
	return r;
}

/* @r: what the rehearsal said; @key and @value: what would be new, NULL for nothing */
static int answer(struct cli *cli, int r, const char *word, const char *name, const char *key,
		  const char *value, char **ret_reason)
{
	if (r < 0)
		return refused(cli, r, ret_reason);
	return r ? change_dry_note(cli, word, name, key, value) : 0;
}

static int dry_add(struct cli *cli, const struct vdpactl_device_request *request, char **ret_name,
		   char **ret_reason)
{
	int r;

	r = rehearse_add(cli->ctx, request);
	if (r < 0)
		return refused(cli, r, ret_reason);
	r = change_dry_note_request(cli, "create", request);
	if (r >= 0)
		*ret_name = strdup(request->name);
	return r < 0 || !*ret_name ? -ENOMEM : 0;
}

static int dry_delete(struct cli *cli, const char *name, bool force, char **ret_reason)
{
	return answer(cli, rehearse_delete(cli->ctx, name, force), "delete", name, NULL, NULL,
		      ret_reason);
}

static int dry_bind(struct cli *cli, const char *name, const char *driver, char **ret_reason)
{
	return answer(cli, rehearse_bind(cli->ctx, name, driver), "bind", name, "driver", driver,
		      ret_reason);
}

static int dry_set_mac(struct cli *cli, const char *name, const char *mac, char **ret_reason)
{
	return answer(cli, rehearse_set_net(cli->ctx, name, "mac"), "set", name, "mac", mac,
		      ret_reason);
}

static int dry_set_link(struct cli *cli, const char *name, bool up, char **ret_reason)
{
	return answer(cli, rehearse_set_net(cli->ctx, name, "link"), "set", name, "link",
		      up ? "up" : "down", ret_reason);
}

const struct change_ops change_dry = {
	.add = dry_add,
	.delete = dry_delete,
	.bind = dry_bind,
	.set_mac = dry_set_mac,
	.set_link = dry_set_link,
};

/* ---- what would happen ------------------------------------------------------------------------ */

static void print_action(struct cli *cli, json_object *action)
{
	const char *before = ": ";

	/* One that cannot be done is told as a failure. */
	if (json_object_object_get_ex(action, "error", NULL))
		return;
	json_object_object_foreach(action, key, value) {
		_cleanup_free_ char *owned = view_text(value);
		const char *text = owned ? owned : "?";

		if (strcmp(key, "action") == 0) {
			/* That is how it is, and stays. */
			fprintf(cli->out, "%s%s", strcmp(text, "differs") == 0 ? "" : "would ",
				text);
		} else if (strcmp(key, "name") == 0) {
			output_safe(cli->out, text, " ");
		} else {
			/* Which keys are concerned says itself. */
			fprintf(cli->out, "%s%s", before, strcmp(key, "keys") == 0 ? "" : key);
			output_safe(cli->out, text, strcmp(key, "keys") == 0 ? "" : " ");
			before = ", ";
		}
	}
	fputc('\n', cli->out);
}

enum exit_code change_dry_print(struct cli *cli)
{
	_cleanup_json_ json_object *root = NULL;

	if (!cli->would)
		cli->would = json_object_new_array();
	if (cli->json) {
		root = json_object_new_object();
		if (!root || !cli->would ||
		    json_object_object_add(root, "would", json_object_get(cli->would)) < 0)
			return cli_no_memory(cli);
		output_json(cli, root);
		return EXIT_CODE_OK;
	}
	if (!json_object_array_length(cli->would))
		fputs("nothing would change\n", cli->out);
	for (size_t i = 0; i < json_object_array_length(cli->would); i++)
		print_action(cli, json_object_array_get_idx(cli->would, i));
	return EXIT_CODE_OK;
}
