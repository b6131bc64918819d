// SPDX-License-Identifier: GPL-2.0-or-later
/* vdpactl on a fake kernel that has some devices, for tests that run it as a program. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "fake.h"

static int fake_new_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	*ret_ctx = fake_ctx(userdata);
	return 0;
}

int main(int argc, char **argv)
{
	struct fake *fake = fake_new();
	const struct cli_env env = { .ctx_new = fake_new_ctx,
				     .userdata = fake,
				     .out = stdout,
				     .err = stderr,
				     .root = "/nonexistent" };
	int code;

	setlocale(LC_CTYPE, "");
	fake_add_device(fake, "web0", "vdpasim_net");
	fake_add_device(fake, "web1", "vdpasim_net");
	fake_add_device(fake, "vdpa:0000:03:00.1", "vdpasim_net");
	fake_add_device(fake, "disk0", "vdpasim_blk");
	code = cli_main(&env, argc, argv);
	fake_free(fake);
	return code;
}
