/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command shows, as JSON: the text for people is made from the same value, so that both always
 * say the same. Objects are members of one JSON object under their names, as iproute2 has it.
 */
#ifndef VDPACTL_CLI_VIEW_H
#define VDPACTL_CLI_VIEW_H

#include <json-c/json.h>

#include "cli.h"
#include "field.h"

/* What kind of objects is shown. */
struct view {
	const char *key;		  /* around them in JSON: {"dev":{...}} */
	const struct field_table *fields; /* of one of them */
	const char *const *columns;	  /* of a table, in order, ended by NULL */
};

extern const struct view view_mgmtdev;
extern const struct view view_device;
extern const struct view view_config;

/* An object's fields, with --hex features as a mask: owned; NULL without memory. */
json_object *view_json(const struct cli *cli, const struct field_table *fields, const void *object);

/*
 * Add an object to what is shown.
 * @objects: the JSON object of all of them
 * Returns 0 or -ENOMEM.
 */
int view_add(const struct cli *cli, const struct view *view, json_object *objects, const char *name,
	     const void *object);

/*
 * Print objects: JSON when asked for, else a table or, with @whole, each with all its fields.
 * Returns the exit status.
 */
enum exit_code view_print(struct cli *cli, const struct view *view, json_object *objects,
			  bool whole);

/* A JSON value as text for people: owned, free(); NULL when there is none. */
char *view_text(json_object *value);

#endif
