/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices as "dev show" has them, for every command that shows some. */
#ifndef VDPACTL_CLI_DEVICE_SHOW_H
#define VDPACTL_CLI_DEVICE_SHOW_H

#include <json-c/json.h>
#include <vdpactl.h>

#include "cli.h"

/*
 * Read a device from the kernel after a change. One that has just come to the virtio bus is given five
 * seconds until its network interface or disk is there; what is not there by then is left out.
 * @objects: the JSON object it is added to, under its name
 * Returns 0 or -errno; the kernel's text is that of cli->ctx.
 */
int device_show_add_settled(struct cli *cli, const char *name, json_object *objects);

/* Read one and print all of it, after a change. Reports a failure; returns the exit status. */
enum exit_code device_show_changed(struct cli *cli, const char *name);

/* "cannot WHAT device NAME" and what helps besides what cli_fail() says; returns the exit status. */
enum exit_code device_fail(struct cli *cli, int error, const char *reason, const char *what,
			   const char *name);

/* What helps when there is no such management device. */
void hint_mgmtdev(struct cli *cli);

/* What helps when there is no such device. */
void hint_device(struct cli *cli);

/* Tells who holds a device open, where that is known. */
void hint_holder(struct cli *cli, const char *name);

#endif
