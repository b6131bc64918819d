/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saved definitions, which vdpactld keeps. Each function returns 0 or -errno, -ERROR_NO_DAEMON when nobody
 * answers; @ret_reason is then what the daemon said, owned, or NULL.
 */
#ifndef VDPACTL_CLI_SAVED_H
#define VDPACTL_CLI_SAVED_H

#include <json-c/json.h>
#include <vdpactl.h>

#include "cli.h"

/* What a definition has besides its keys, ended by NULL. */
extern const char *const saved_fields[];

/* @name: NULL for all. @ret_objects: a JSON object with a member for each, owned. -ENOENT when there is no such. */
int saved_list(const char *name, json_object **ret_objects, char **ret_reason);

int saved_define(const struct vdpactl_device_request *request, char **ret_reason);
/* Of @request only what live devices do not have. */
int saved_promote(const char *name, const struct vdpactl_device_request *request,
		  char **ret_reason);
int saved_undefine(const char *name, char **ret_reason);
int saved_start(const char *name, char **ret_reason);
int saved_stop(const char *name, char **ret_reason);
int saved_set_autostart(const char *name, bool autostart, char **ret_reason);

/* The text of a definition file. @name: NULL for all. @ret_text: owned */
int saved_export(const char *name, char **ret_text, char **ret_reason);

/* The same of a daemon that runs already; a name that is not saved is no error. */
int saved_peek(const char *name, char **ret_text);

/* Keys with commas between as a JSON array: owned; NULL without memory. */
json_object *saved_keys(const char *text);

/* Read the files again. @ret_problems: a JSON array of lines, owned */
int saved_reload(json_object **ret_problems, char **ret_reason);

#endif
