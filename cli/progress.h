/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far long work has got: one line on standard error, where that is a terminal and people read (not with --json). It comes
 * after a second, and goes before anything else is printed.
 */
#ifndef VDPACTL_CLI_PROGRESS_H
#define VDPACTL_CLI_PROGRESS_H

#include <stddef.h>
#include <stdbool.h>
#include <time.h>

struct cli;

struct progress {
	const char *what; /* "creating devices"; NULL: nothing is told */
	size_t done, total;
	struct timespec begun, told;
	bool shown;
};

/* @what: a constant; @total: how many steps there will be, 0: that is not known */
void progress_begin(struct cli *cli, const char *what, size_t total);

/* One more step is done. */
void progress_step(struct cli *cli);

/* It still goes on. */
void progress_wait(struct cli *cli);

/* Take the line away, so that something can be printed. */
void progress_clear(struct cli *cli);

void progress_end(struct cli *cli);

#endif
