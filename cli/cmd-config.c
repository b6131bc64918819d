// SPDX-License-Identifier: GPL-2.0-or-later
#include <vdpactl.h>

#include "commands.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "view.h"

static int add_all(struct cli *cli, json_object *objects)
{
	_cleanup_(cleanup_vdpactl_config_list_unref) struct vdpactl_config_list *list = NULL;
	int r;

	r = vdpactl_config_list(cli->ctx, &list);
	for (size_t i = 0; r >= 0 && i < vdpactl_config_list_size(list); i++) {
		struct vdpactl_config *config = vdpactl_config_list_at(list, i);

		r = view_add(cli, &view_config, objects, vdpactl_config_get_name(config), config);
	}
	return r;
}

static int add_one(struct cli *cli, const char *name, json_object *objects)
{
	_cleanup_(cleanup_vdpactl_config_unref) struct vdpactl_config *config = NULL;
	int r;

	r = vdpactl_config_get(cli->ctx, name, &config);
	return r < 0 ? r
		     : view_add(cli, &view_config, objects, vdpactl_config_get_name(config),
				config);
}

enum exit_code cmd_dev_config_show(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name");
	_cleanup_json_ json_object *objects = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	objects = json_object_new_object();
	if (!objects)
		return cli_no_memory(cli);
	r = name ? add_one(cli, name, objects) : add_all(cli, objects);
	if (r >= 0)
		return view_print(cli, &view_config, objects, name);
	if (!name)
		return cli_fail(cli, r, vdpactl_get_error_message(ctx),
				"cannot list configurations");
	code = cli_fail(cli, r, vdpactl_get_error_message(ctx),
			"cannot show the configuration of device \"%s\"", name);
	if (code == EXIT_CODE_NOT_FOUND)
		hint_device(cli);
	return code;
}
