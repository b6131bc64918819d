/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VDPACTL_CLI_SIGNALS_H
#define VDPACTL_CLI_SIGNALS_H

/* SIGINT and SIGTERM as something to poll for, in place of a sudden end. Returns a file descriptor, owned, or -errno. */
int signals_open(void);

#endif
