// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes wrong, told to people: what failed, why, and what helps. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "kernel-modules.h"
#include "output.h"

static void begin(struct cli *cli)
{
	progress_clear(cli);
	/* What was printed before belongs before it, also in one file. */
	fflush(cli->out);
	fputs("vdpactl: ", cli->err);
}

/* What people, files and the kernel called things is in it: nothing that a terminal would obey comes out. */
static void say(struct cli *cli, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void say(struct cli *cli, const char *format, va_list ap)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, ap) < 0) {
		text = NULL;
		return;
	}
	output_safe(cli->err, text, "");
}

void cli_hint(struct cli *cli, const char *format, ...)
{
	va_list ap;

	progress_clear(cli);
	fflush(cli->out);
	fputs("hint: ", cli->err);
	va_start(ap, format);
	say(cli, format, ap);
	va_end(ap);
	fputc('\n', cli->err);
}

static void hint_no_kernel(struct cli *cli)
{
	switch (kernel_modules_find("vdpa", cli->env->root)) {
	case KERNEL_MODULE_LOADED:
		cli_hint(cli, "the module vdpa is loaded; what was asked for needs another one: "
			      "modprobe vhost_vdpa (for \"vhost\"), modprobe virtio_vdpa (for "
			      "\"virtio\")");
		break;
	case KERNEL_MODULE_INSTALLED:
		cli_hint(cli, "load the module: modprobe vdpa");
		break;
	case KERNEL_MODULE_ABSENT:
		cli_hint(cli,
			 "this kernel has no module vdpa; vdpactl brings one for Debian's 6.1: "
			 "dkms install vdpactl/" VDPACTL_VERSION
			 ", see KERNEL MODULES in vdpactl(1)");
		break;
	}
}

static void hint(struct cli *cli, enum exit_code code)
{
	switch (code) {
	case EXIT_CODE_NO_KERNEL:
		hint_no_kernel(cli);
		break;
	case EXIT_CODE_NO_DAEMON:
		cli_hint(cli,
			 "start the daemon with \"systemctl start vdpactld\", or as root leave "
			 "it out with --direct");
		break;
	case EXIT_CODE_NOT_AUTHORIZED:
		if (cli->direct)
			cli_hint(cli,
				 "--direct needs CAP_NET_ADMIN and write access to sysfs, as root "
				 "has; without it vdpactld asks polkit");
		break;
	case EXIT_CODE_TIMEOUT:
		cli_hint(cli, "\"vdpactl dev show\" tells what came of it");
		break;
	case EXIT_CODE_OK:
	case EXIT_CODE_REFUSED:
	case EXIT_CODE_USAGE:
	case EXIT_CODE_NOT_FOUND:
	case EXIT_CODE_BUSY:
	case EXIT_CODE_EXISTS:
	case EXIT_CODE_NOT_SUPPORTED:
	case EXIT_CODE_PROBLEMS:
	case EXIT_CODE_COUNT:
		break;
	}
}

enum exit_code cli_fail(struct cli *cli, int error, const char *reason, const char *format, ...)
{
	enum exit_code code = exit_code_of(error);
	const char *text = strerrordesc_np(abs(error));
	va_list ap;

	begin(cli);
	va_start(ap, format);
	say(cli, format, ap);
	va_end(ap);
	if (reason)
		output_safe(cli->err, reason, ": ");
	else
		fprintf(cli->err, ": %s", text ? text : "unknown error");
	fputc('\n', cli->err);
	hint(cli, code);
	return code;
}

enum exit_code cli_wrong(struct cli *cli, const char *format, ...)
{
	va_list ap;

	begin(cli);
	va_start(ap, format);
	say(cli, format, ap);
	va_end(ap);
	fputc('\n', cli->err);
	return EXIT_CODE_USAGE;
}

enum exit_code cli_no_memory(struct cli *cli)
{
	return cli_fail(cli, ENOMEM, NULL, "cannot go on");
}
