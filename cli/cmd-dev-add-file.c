// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vdpactl.h>

#include "commands.h"
#include "definition.h"
#include "device-add.h"
#include "output.h"
#include "view.h"

enum exit_code definition_from_file(struct cli *cli, const char *path, int flags,
				    struct definition **ret_definition)
{
	bool is_stdin = strcmp(path, "-") == 0;
	_cleanup_fclose_ FILE *opened = NULL;
	char error[DEFINITION_ERROR_MAX];
	int r;

	if (!is_stdin) {
		opened = fopen(path, "re");
		if (!opened)
			return cli_fail(cli, errno, NULL, "cannot open file \"%s\"", path);
	}
	r = definition_read(is_stdin ? stdin : opened, is_stdin ? "standard input" : path, flags,
			    ret_definition, error);
	if (r == -ENOMEM)
		return cli_no_memory(cli);
	if (r == -EINVAL)
		return cli_wrong(cli, "%s", error);
	return r < 0 ? cli_fail(cli, r, error, "cannot read file \"%s\"", path) : EXIT_CODE_OK;
}

/* Names of a part of the file's devices. */
static void tell_names(struct cli *cli, const char *what, const struct definition *definition,
		       size_t from, size_t to)
{
	fflush(cli->out);
	fprintf(cli->err, "vdpactl: %s: ", what);
	for (size_t i = from; i < to; i++)
		output_safe(cli->err, definition->requests[i]->name, i > from ? ", " : "");
	fputs(from < to ? "\n" : "none\n", cli->err);
}

enum exit_code cmd_dev_add_file(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_definition_free) struct definition *definition = NULL;
	_cleanup_json_ json_object *made = json_object_new_object();
	enum exit_code code, printed;
	struct vdpactl_ctx *ctx;
	size_t i;

	if (!made)
		return cli_no_memory(cli);
	code = definition_from_file(cli, verb_value(args, "file"), DEFINITION_LIVE, &definition);
	if (!definition)
		return code;
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	progress_begin(cli, "creating devices", definition->n);
	for (i = 0; i < definition->n; i++) {
		code = device_add(cli, definition->requests[i], made);
		if (code != EXIT_CODE_OK)
			break;
		progress_step(cli);
	}
	progress_end(cli);
	if (cli->dry_run)
		return code;
	printed = i || code == EXIT_CODE_OK ? view_print(cli, &view_device, made, true)
					    : EXIT_CODE_OK;
	if (code == EXIT_CODE_OK)
		return printed;
	tell_names(cli, "created before that", definition, 0, i);
	if (i + 1 < definition->n)
		tell_names(cli, "not tried any more", definition, i + 1, definition->n);
	return code;
}
