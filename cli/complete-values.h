/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values to complete: what is there now, and words that are always the same. */
#ifndef VDPACTL_CLI_COMPLETE_VALUES_H
#define VDPACTL_CLI_COMPLETE_VALUES_H

#include "cli.h"

struct completion {
	struct cli *cli;
	const char *current;  /* what was typed of the word */
	unsigned int offered; /* bits of enum param_values: more rows than one may want the same */
};

/* Print a candidate, if the current word is its beginning. */
void complete_offer(struct completion *c, const char *candidate, const char *help);

/* The values of a parameter. @mgmtdev: that was named on the line, or NULL */
void complete_values(struct completion *c, const struct param *param, const char *mgmtdev);

/* What is behind "--". @is_name: the program itself, else one of its arguments */
void complete_program(struct completion *c, bool is_name);

/* Names of fields, as a list. @names: ended by NULL */
void complete_fields(struct completion *c, const char *const *names);

#endif
