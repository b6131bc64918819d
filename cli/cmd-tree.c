// SPDX-License-Identifier: GPL-2.0-or-later
/* Everything at a glance: management device > device > driver > endpoint > holder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vdpactl.h>

#include "commands.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "view.h"

/* ---- the tree, as JSON: management devices, each with its devices as "dev" -------------------- */

/* The member "dev" of a management device that may not be there yet; NULL without memory. */
static json_object *devices_of(json_object *tree, const char *mgmtdev)
{
	json_object *parent, *devices;

	if (!json_object_object_get_ex(tree, mgmtdev, &parent)) {
		parent = json_object_new_object();
		if (!parent || json_object_object_add(tree, mgmtdev, parent) < 0) {
			json_object_put(parent);
			return NULL;
		}
	}
	if (json_object_object_get_ex(parent, "dev", &devices))
		return devices;
	devices = json_object_new_object();
	if (devices && json_object_object_add(parent, "dev", devices) == 0)
		return devices;
	json_object_put(devices);
	return NULL;
}

static int add_mgmtdevs(struct cli *cli, json_object *tree)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;
	int r;

	r = vdpactl_mgmtdev_list(cli->ctx, &list);
	for (size_t i = 0; r >= 0 && i < vdpactl_mgmtdev_list_size(list); i++) {
		struct vdpactl_mgmtdev *m = vdpactl_mgmtdev_list_at(list, i);

		r = view_add(cli, &view_mgmtdev, tree, m->name, m);
		if (r >= 0 && !devices_of(tree, m->name))
			r = -ENOMEM;
	}
	return r;
}

static int add_devices(struct cli *cli, json_object *tree)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	int r;

	r = vdpactl_device_list(
		cli->ctx, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER | VDPACTL_DEVICE_SEARCH,
		&list);
	for (size_t i = 0; r >= 0 && i < vdpactl_device_list_size(list); i++) {
		struct vdpactl_device *device = vdpactl_device_list_at(list, i);
		json_object *devices = devices_of(tree, device->mgmtdev ? device->mgmtdev : "");

		r = devices ? view_add(cli, &view_device, devices, device->name, device) : -ENOMEM;
	}
	return r;
}

/* ---- as text --------------------------------------------------------------------------------- */

struct branches {
	const char *middle, *last;	       /* before a name */
	const char *below_middle, *below_last; /* before what is below it */
};

static const struct branches plain = { "|- ", "`- ", "|  ", "   " };
static const struct branches drawn = { "├─ ", "└─ ", "│  ", "   " };

static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value)
							      : NULL;
}

static const char *endpoint_of(json_object *device)
{
	return text_of(device, "chardev") ?: text_of(device, "netdev") ?: text_of(device, "disk");
}

/* "qemu-system-x86 (1234)": owned, free(); NULL when nobody is known to hold it. */
static char *holder_of(json_object *device)
{
	const char *pid = text_of(device, "holder_pid"), *comm = text_of(device, "holder_comm");
	json_object *in_use;
	char *text;

	if (pid)
		return asprintf(&text, "%s (%s)", comm ? comm : "?", pid) < 0 ? NULL : text;
	if (json_object_object_get_ex(device, "in_use", &in_use) && json_object_get_boolean(in_use))
		return strdup("in use");
	return NULL;
}

/* "vdpasim_net (net)": owned, free(). */
static char *head_of(const char *name, json_object *mgmtdev)
{
	json_object *classes = json_object_object_get(mgmtdev, "supported_classes");
	_cleanup_free_ char *text = view_text(classes);
	char *head;

	if (!*name)
		return strdup("(no management device)");
	return asprintf(&head, "%s (%s)", name, text ? text : "?") < 0 ? NULL : head;
}

static enum style driver_style(const char *driver)
{
	return driver && strcmp(driver, "none") == 0 ? STYLE_DIM : STYLE_GOOD;
}

/* A device a line: what belongs to it in columns. */
static int fill_table(struct table *table, const struct branches *branches, json_object *tree)
{
	json_object_object_foreach(tree, parent, mgmtdev) {
		_cleanup_free_ char *head = head_of(parent, mgmtdev);
		json_object *devices = json_object_object_get(mgmtdev, "dev");
		size_t left = json_object_object_length(devices);

		if (!head)
			return -ENOMEM;
		table_add(table, STYLE_HEAD, head);
		for (int i = 0; i < 3; i++)
			table_add(table, STYLE_PLAIN, NULL);
		json_object_object_foreach(devices, name, device) {
			_cleanup_free_ char *holder = holder_of(device);
			const char *driver = text_of(device, "driver");

			table_add_led(table, --left ? branches->middle : branches->last, STYLE_NAME,
				      name);
			table_add(table, driver_style(driver), driver);
			table_add(table, STYLE_PLAIN, endpoint_of(device));
			table_add(table, STYLE_PLAIN, holder);
		}
	}
	return 0;
}

/* A line for each level, where the lines of the other form do not fit. */
static void print_levels(struct cli *cli, const struct branches *branches, bool last,
			 const char *name, json_object *device)
{
	_cleanup_free_ char *holder = holder_of(device);
	const char *driver = text_of(device, "driver");
	const struct {
		enum style style;
		const char *text;
	} levels[] = {
		{ STYLE_NAME, name },
		{ driver_style(driver), driver },
		{ STYLE_PLAIN, endpoint_of(device) },
		{ STYLE_PLAIN, holder },
	};
	int depth = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!levels[i].text)
			continue;
		if (depth)
			fputs(last ? branches->below_last : branches->below_middle, cli->out);
		for (int d = 1; d < depth; d++)
			fputs(branches->below_last, cli->out);
		fputs(depth || last ? branches->last : branches->middle, cli->out);
		output_styled(cli, levels[i].style, levels[i].text);
		fputc('\n', cli->out);
		depth++;
	}
}

static int print_narrow(struct cli *cli, const struct branches *branches, json_object *tree)
{
	json_object_object_foreach(tree, parent, mgmtdev) {
		_cleanup_free_ char *head = head_of(parent, mgmtdev);
		json_object *devices = json_object_object_get(mgmtdev, "dev");
		size_t left = json_object_object_length(devices);

		if (!head)
			return -ENOMEM;
		output_styled(cli, STYLE_HEAD, head);
		fputc('\n', cli->out);
		json_object_object_foreach(devices, name, device) {
			left--;
			print_levels(cli, branches, left == 0, name, device);
		}
	}
	return 0;
}

static int print_text(struct cli *cli, json_object *tree)
{
	const struct branches *branches = cli->utf8 ? &drawn : &plain;
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	struct table_format format = output_format(cli);
	int r;

	r = table_new(4, &table);
	if (r >= 0)
		r = fill_table(table, branches, tree);
	if (r < 0)
		return r;
	if (cli->width && table_width(table) > cli->width)
		return print_narrow(cli, branches, tree);
	format.blank = true;
	return table_print(table, cli->out, &format);
}

/* ---- the command ------------------------------------------------------------------------------ */

static enum exit_code print(struct cli *cli, json_object *tree)
{
	_cleanup_json_ json_object *root = NULL;

	if (!cli->json)
		return print_text(cli, tree) < 0 ? cli_no_memory(cli) : EXIT_CODE_OK;
	root = json_object_new_object();
	if (!root || json_object_object_add(root, "tree", json_object_get(tree)) < 0)
		return cli_no_memory(cli);
	output_json(cli, root);
	return EXIT_CODE_OK;
}

/* Only one management device of a whole tree. */
static enum exit_code print_one(struct cli *cli, json_object *tree, const char *name)
{
	_cleanup_json_ json_object *one = json_object_new_object();
	json_object *mgmtdev;

	if (!json_object_object_get_ex(tree, name, &mgmtdev)) {
		cli_fail(cli, ENODEV, "there is none of that name",
			 "cannot show management device \"%s\"", name);
		hint_mgmtdev(cli);
		return EXIT_CODE_NOT_FOUND;
	}
	if (!one || json_object_object_add(one, name, json_object_get(mgmtdev)) < 0)
		return cli_no_memory(cli);
	return print(cli, one);
}

enum exit_code cmd_tree(struct cli *cli, const struct verb_args *args)
{
	_cleanup_json_ json_object *tree = json_object_new_object();
	const char *name = verb_value(args, "mgmtdev");
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	if (!tree)
		return cli_no_memory(cli);
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = add_mgmtdevs(cli, tree);
	if (r >= 0)
		r = add_devices(cli, tree);
	if (r < 0)
		return cli_fail(cli, r, vdpactl_get_error_message(ctx), "cannot list devices");
	return name ? print_one(cli, tree, name) : print(cli, tree);
}
