/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VDPACTL_CLI_DEVICE_ADD_H
#define VDPACTL_CLI_DEVICE_ADD_H

#include <json-c/json.h>
#include <vdpactl.h>

#include "cli.h"

/*
 * Create a device and read it back.
 * @made: the JSON object that it is added to, under its name
 * Reports a failure; returns the exit status.
 */
enum exit_code device_add(struct cli *cli, const struct vdpactl_device_request *request,
			  json_object *made);

#endif
