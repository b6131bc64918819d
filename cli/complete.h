/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may come next on a command line, for the shells: "vdpactl __complete WORD... CURRENT". Each line
 * is a candidate, a tab and what it is. A line without a candidate says how to go on: "file" asks for
 * names of files, "command" for those of programs, "list" says that more may follow behind a comma.
 */
#ifndef VDPACTL_CLI_COMPLETE_H
#define VDPACTL_CLI_COMPLETE_H

#include "cli.h"

#define COMPLETE_WORD "__complete"

/* @words: those before the cursor, the last of them begun. Never fails with a message. */
enum exit_code complete_print(struct cli *cli, int n, char **words);

#endif
