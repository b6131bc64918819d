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

/*
 * What the arguments of a command ask for: each parameter is a field of the request by the same name.
 * @ret_request: owned
 * Reports what is wrong; returns the exit status.
 */
enum exit_code device_request(struct cli *cli, const struct verb_args *args,
			      struct vdpactl_device_request **ret_request);

struct definition;

/*
 * Read a definition file, "-" for standard input.
 * @flags: DEFINITION_LIVE or DEFINITION_SAVED
 * @ret_definition: owned, definition_free()
 * Reports what is wrong; returns the exit status.
 */
enum exit_code definition_from_file(struct cli *cli, const char *path, int flags,
				    struct definition **ret_definition);

#endif
