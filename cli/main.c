// SPDX-License-Identifier: GPL-2.0-or-later
#include <locale.h>
#include <vdpactl.h>

#include "cli.h"

static int library_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	return vdpactl_new(ret_ctx);
}

int main(int argc, char **argv)
{
	const struct cli_env env = {
		.ctx_new = library_ctx, .out = stdout, .err = stderr, .root = ""
	};

	/* For the width of what is printed; messages are English. */
	setlocale(LC_CTYPE, "");
	return cli_main(&env, argc, argv);
}
