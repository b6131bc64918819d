/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes: asked of vdpactld over D-Bus, with --direct made through the library, or with --dry-run only
 * rehearsed. All are tables of the same functions. Each returns 0 or -errno (-ERROR_NO_DAEMON when nobody answers); @ret_reason is
 * then what the kernel or the daemon said, owned, or NULL.
 */
#ifndef VDPACTL_CLI_CHANGE_H
#define VDPACTL_CLI_CHANGE_H

#include <vdpactl.h>

#include "cli.h"

struct change_ops {
	/* @ret_name: the new device's, owned: it may have been made up */
	int (*add)(struct cli *cli, const struct vdpactl_device_request *request, char **ret_name,
		   char **ret_reason);
	/* @force: also one that somebody holds open */
	int (*delete)(struct cli *cli, const char *name, bool force, char **ret_reason);
	int (*bind)(struct cli *cli, const char *name, const char *driver, char **ret_reason);
	int (*set_mac)(struct cli *cli, const char *name, const char *mac, char **ret_reason);
	int (*set_link)(struct cli *cli, const char *name, bool up, char **ret_reason);
};

extern const struct change_ops change_direct;
extern const struct change_ops change_bus;
extern const struct change_ops change_dry;

/* Whom this run asks. */
static inline const struct change_ops *change_ops(const struct cli *cli)
{
	if (cli->dry_run)
		return &change_dry;
	return cli->direct ? &change_direct : &change_bus;
}

/*
 * Note something that --dry-run does not do. @key and @value: what would be new; NULL for nothing.
 * Each returns 0 or -ENOMEM.
 */
int change_dry_note(struct cli *cli, const char *word, const char *name, const char *key,
		    const char *value);
int change_dry_note_request(struct cli *cli, const char *word,
			    const struct vdpactl_device_request *request);

/* What change_dry was asked for; returns the exit status. */
enum exit_code change_dry_print(struct cli *cli);

#endif
