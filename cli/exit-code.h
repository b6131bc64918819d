/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the exit status of vdpactl says. The numbers are an interface: they are in vdpactl(1). */
#ifndef VDPACTL_CLI_EXIT_CODE_H
#define VDPACTL_CLI_EXIT_CODE_H

#include <stddef.h>

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_REFUSED = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_NOT_FOUND = 3,
	EXIT_CODE_NOT_AUTHORIZED = 4,
	EXIT_CODE_BUSY = 5,
	EXIT_CODE_NO_KERNEL = 6,
	EXIT_CODE_NO_DAEMON = 7,
	EXIT_CODE_EXISTS = 8,
	EXIT_CODE_NOT_SUPPORTED = 9,
	EXIT_CODE_TIMEOUT = 10,
	EXIT_CODE_PROBLEMS = 11,
	EXIT_CODE_COUNT
};

/* The errno by which our own layers say "no daemon answers". */
#define ERROR_NO_DAEMON ENOTCONN

/* Which status an errno (positive or negative) means; EXIT_CODE_REFUSED for what is not special. */
enum exit_code exit_code_of(int error);

/* One line about a status, a constant. */
const char *exit_code_text(enum exit_code code);

#endif
