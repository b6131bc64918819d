/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of vdpactl: its options, its streams, its way to the kernel. */
#ifndef VDPACTL_CLI_H
#define VDPACTL_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "exit-code.h"
#include "progress.h"
#include "verbs.h"

struct json_object;
struct vdpactl_ctx;

/* What a run uses of the world around it; a test brings its own. */
struct cli_env {
	/* Returns 0 or -errno and a context, owned. */
	int (*ctx_new)(void *userdata, struct vdpactl_ctx **ret_ctx);
	void *userdata;
	FILE *out;
	FILE *err;
	/* What is before the paths of files about the machine ("/proc/..."); "" on a real one. */
	const char *root;
	/* Of the terminal that the output is written for, when @out is none; 0: it is for none. */
	int width;
};

#define CLI_COLUMNS_MAX 64

struct cli {
	const struct cli_env *env;
	FILE *out;
	FILE *err;
	bool json;
	bool pretty;
	bool direct;
	bool dry_run;
	bool hex;
	bool help;
	bool version;
	const char *fields; /* of --output, as typed */
	const char *color;  /* of --color, as typed */

	bool in_batch;
	bool colour;
	bool utf8; /* what the output may hold besides ASCII */
	int width; /* of the terminal; 0: nothing needs to fit anywhere */
	/* The fields of --output, ended by NULL; none at all: what the command has by itself. */
	const char *columns[CLI_COLUMNS_MAX + 1];
	struct json_object *would; /* with --dry-run: what would be changed, an array */
	struct vdpactl_ctx *ctx;   /* opened when first needed, see cli_open() */
	struct progress progress;
};

/* All of vdpactl but its main(): returns the exit status. */
int cli_main(const struct cli_env *env, int argc, char **argv);

/* One command line of a run whose options, streams and context are set up: returns the exit status. */
enum exit_code cli_run(struct cli *cli, int argc, char **argv);

/*
 * Reach the kernel.
 * @ret_ctx: borrowed, valid until the end of the run
 * Returns EXIT_CODE_OK, or another status after reporting why.
 */
enum exit_code cli_open(struct cli *cli, struct vdpactl_ctx **ret_ctx);

/* ---- what goes wrong: on standard error, each returns the exit status ------------------------ */

/*
 * "vdpactl: WHAT: REASON", and a hint where one helps.
 * @error: errno, positive or negative; decides about the status
 * @reason: the text of whoever refused (kernel, daemon), or NULL for the errno's own
 */
enum exit_code cli_fail(struct cli *cli, int error, const char *reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for wrong arguments: EXIT_CODE_USAGE. */
enum exit_code cli_wrong(struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* EXIT_CODE_REFUSED for want of memory. */
enum exit_code cli_no_memory(struct cli *cli);

/* "hint: ..." */
void cli_hint(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
