/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of field tables <-> JSON. */
#ifndef VDPACTL_CODEC_JSON_H
#define VDPACTL_CODEC_JSON_H

#include <json-c/json.h>

#include "field.h"

/* One JSON object with a member for each present field: owned, json_object_put(); NULL without memory. */
json_object *object_to_json(const struct field_table *table, const void *object);

/* One member of such an object; parameters and answers as those of object_from_json(). */
int field_from_json(const struct field_table *table, int flags, const char *key, json_object *value,
		    void *object, char *error);

/*
 * The other way round.
 * @flags: fields to accept, of enum field_flags; any other key is refused. Files are opened by their path, which only
 *         rows with FIELD_LIVE are: for who acts for nobody else
 * @object: zeroed; clear with field_clear() also after a failure
 * @error: FIELD_ERROR_SIZE bytes: the key, the value and the reason
 * Returns 0, -EINVAL with @error filled, or -ENOMEM.
 */
int object_from_json(const struct field_table *table, int flags, json_object *json, void *object,
		     char *error);

#endif
