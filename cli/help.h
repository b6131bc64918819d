/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help texts, made from the rows of the verb table. */
#ifndef VDPACTL_CLI_HELP_H
#define VDPACTL_CLI_HELP_H

#include <stdio.h>

#include "verbs.h"

/*
 * Everything about the commands whose words begin with @prefix; "" for all of them.
 * Returns 0 or -ENOMEM.
 */
int help_print(FILE *out, const struct verb *table, const char *prefix);

#endif
