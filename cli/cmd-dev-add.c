// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <vdpactl.h>

#include "change.h"
#include "commands.h"
#include "device-add.h"
#include "device-show.h"
#include "field.h"
#include "objects.h"
#include "output.h"
#include "view.h"

/* Every parameter is a field of the request by the same name. */
static int fill_request(const struct verb_args *args, struct vdpactl_device_request *request,
			char *error)
{
	int row, r;

	for (const struct param *p = args->verb->params; p->name; p++) {
		const char *value = verb_value(args, p->name);

		row = field_find(&field_table_request, p->name);
		if (row < 0 || !value)
			continue;
		/* With our own rights, whoever makes the device then. */
		if (field_table_request.fields[row].type == FIELD_FILE)
			r = field_open_file(&field_table_request, row, request, value, error);
		else
			r = field_from_text(&field_table_request, row, request, value, error);
		if (r < 0)
			return r;
	}
	return 0;
}

enum exit_code device_add(struct cli *cli, const struct vdpactl_device_request *request,
			  json_object *made)
{
	_cleanup_free_ char *name = NULL, *reason = NULL;
	enum exit_code code;
	int r;

	r = change_ops(cli)->add(cli, request, &name, &reason);
	if (r < 0) {
		code = cli_fail(cli, r, reason, "cannot create device \"%s\" on \"%s\"",
				request->name, request->mgmtdev);
		if (code == EXIT_CODE_NOT_FOUND)
			hint_mgmtdev(cli);
		return code;
	}
	if (cli->dry_run)
		return EXIT_CODE_OK;
	r = device_show_add_settled(cli, name, made);
	if (r < 0)
		return cli_fail(cli, r, vdpactl_get_error_message(cli->ctx),
				"device \"%s\" was created, but cannot be shown", name);
	return EXIT_CODE_OK;
}

enum exit_code device_request(struct cli *cli, const struct verb_args *args,
			      struct vdpactl_device_request **ret_request)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	char error[FIELD_ERROR_SIZE];
	int r;

	request = calloc(1, sizeof(*request));
	if (!request)
		return cli_no_memory(cli);
	r = fill_request(args, request, error);
	if (r < 0)
		return r == -EINVAL ? cli_wrong(cli, "%s", error) : cli_no_memory(cli);
	*ret_request = TAKE_PTR(request);
	return EXIT_CODE_OK;
}

enum exit_code cmd_dev_add(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	_cleanup_json_ json_object *made = json_object_new_object();
	struct vdpactl_ctx *ctx;
	enum exit_code code;

	if (!made)
		return cli_no_memory(cli);
	code = device_request(cli, args, &request);
	if (!request)
		return code;
	code = cli_open(cli, &ctx);
	if (code == EXIT_CODE_OK)
		code = device_add(cli, request, made);
	return code == EXIT_CODE_OK && !cli->dry_run ? view_print(cli, &view_device, made, true)
						     : code;
}
