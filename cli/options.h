/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that go with every command, as data: parsing, help and completion read the same rows. */
#ifndef VDPACTL_CLI_OPTIONS_H
#define VDPACTL_CLI_OPTIONS_H

#include <stddef.h>

#include "verbs.h"

struct cli;

struct option_row {
	const char *name;    /* behind its two dashes */
	char letter;	     /* behind a single one; 0: none */
	const char *metavar; /* its value; NULL: it takes none */
	const char *help;    /* one line */
	size_t offset;	     /* of what it sets in struct cli: a bool, or a const char * */
};

/* Ended by a NULL name. */
extern const struct option_row option_rows[];

/*
 * Take the options out of a command line.
 * @ret_words: what is left, borrowed from @argv; free() its v
 * @ret_error: set when -EINVAL is returned: what is wrong, owned, free()
 * Returns 0, -EINVAL or -ENOMEM.
 */
int options_take(struct cli *cli, int argc, char **argv, struct words *ret_words, char **ret_error);

#endif
