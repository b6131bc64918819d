// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "codec-json.h"
#include "feature-names.h"
#include "util/cleanup.h"

static json_object *bits_to_json(const struct field *field, uint64_t bits, uint32_t device_id)
{
	json_object *array = json_object_new_array();
	char buf[FEATURE_NAME_SIZE];

	for (unsigned int i = 0; array && i < 64; i++) {
		json_object *item;

		if (!(bits >> i & 1))
			continue;
		item = json_object_new_string(field->type == FIELD_FEATURES
						      ? feature_text(device_id, i, buf)
						      : class_text(i, buf));
		if (!item || json_object_array_add(array, item) < 0) {
			json_object_put(item);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static json_object *value_to_json(const struct field_table *table, size_t row, const void *object)
{
	const struct field *field = &table->fields[row];
	uint64_t number = field_get_number(field, object);
	_cleanup_free_ char *text = NULL;

	switch (field->type) {
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		return json_object_new_uint64(number);
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_ANNOUNCE:
		return json_object_new_boolean(number);
	case FIELD_FEATURES:
	case FIELD_CLASSES:
		return bits_to_json(field, number, field_device_id(table, object));
	case FIELD_STRING:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
	case FIELD_MODE:
	case FIELD_FILE:
	case FIELD_MAC:
	case FIELD_LINK:
	case FIELD_TYPES:
		break;
	}
	return field_text(table, row, object, &text) < 0 ? NULL : json_object_new_string(text);
}

json_object *object_to_json(const struct field_table *table, const void *object)
{
	json_object *json = json_object_new_object();

	for (size_t i = 0; json && i < table->n; i++) {
		json_object *value;

		if (!field_has(object, i))
			continue;
		value = value_to_json(table, i, object);
		if (!value || json_object_object_add(json, table->fields[i].name, value) < 0) {
			json_object_put(value);
			json_object_put(json);
			return NULL;
		}
	}
	return json;
}

/* ---- from JSON ------------------------------------------------------------------------------ */

static int refuse(const char *key, json_object *value, const char *reason, char *error)
{
	snprintf(error, FIELD_ERROR_SIZE, "%s: %.80s: %s", key,
		 json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE),
		 reason);
	return -EINVAL;
}

static int wrong_type(const struct field *field, json_object *value, char *error)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "not %s", field_types[field->type].name);
	return refuse(field->name, value, reason, error);
}

/* JSON strings may hold a NUL in the middle, which C would take for the end. */
static bool has_nul(json_object *value)
{
	return strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value);
}

static int number_from_json(const struct field_table *table, size_t row, json_object *value,
			    void *object, char *error)
{
	const struct field *field = &table->fields[row];

	if (!json_object_is_type(value, json_type_int))
		return wrong_type(field, value, error);
	if (json_object_get_int64(value) < 0)
		return refuse(field->name, value, "negative", error);
	/* The parser makes this of all that it has no room for, so the value cannot be told. */
	if (field_types[field->type].size < sizeof(uint64_t) &&
	    json_object_get_uint64(value) == UINT64_MAX) {
		snprintf(error, FIELD_ERROR_SIZE, "%s: a number above 2^64-2 is too large",
			 field->name);
		return -EINVAL;
	}
	return field_set_number(table, row, object, json_object_get_uint64(value), error);
}

/* An array of names, each of which has a text form of its own; an empty one means no bits. */
static int bits_from_json(const struct field_table *table, size_t row, json_object *value,
			  void *object, char *error)
{
	const struct field *field = &table->fields[row];
	uint64_t bits = 0;
	int r;

	for (size_t i = 0; i < json_object_array_length(value); i++) {
		json_object *item = json_object_array_get_idx(value, i);

		if (!json_object_is_type(item, json_type_string) || has_nul(item))
			return refuse(field->name, item, "not a name", error);
		if (strpbrk(json_object_get_string(item), ",xX ") &&
		    strncasecmp(json_object_get_string(item), "0x", 2) == 0)
			return refuse(field->name, item, "a mask does not go in a list", error);
		if (strchr(json_object_get_string(item), ','))
			return refuse(field->name, item, "not a single name", error);
		r = field_from_text(table, row, object, json_object_get_string(item), error);
		if (r < 0)
			return r;
		bits |= field_get_number(field, object);
	}
	return field_set_number(table, row, object, bits, error);
}

static int value_from_json(const struct field_table *table, size_t row, json_object *value,
			   void *object, char *error)
{
	const struct field *field = &table->fields[row];

	switch (field->type) {
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		return number_from_json(table, row, value, object, error);
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_ANNOUNCE:
		if (!json_object_is_type(value, json_type_boolean))
			return wrong_type(field, value, error);
		return field_set_number(table, row, object, json_object_get_boolean(value), error);
	case FIELD_FEATURES:
	case FIELD_CLASSES:
		if (json_object_is_type(value, json_type_array))
			return bits_from_json(table, row, value, object, error);
		break;
	case FIELD_STRING:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
	case FIELD_MODE:
	case FIELD_FILE:
	case FIELD_MAC:
	case FIELD_LINK:
	case FIELD_TYPES:
		break;
	}
	if (!json_object_is_type(value, json_type_string))
		return wrong_type(field, value, error);
	if (has_nul(value))
		return refuse(field->name, value, "has a NUL in it", error);
	if (field->type == FIELD_FILE)
		return field_open_file(table, row, object, json_object_get_string(value), error);
	return field_from_text(table, row, object, json_object_get_string(value), error);
}

int field_from_json(const struct field_table *table, int flags, const char *key, json_object *value,
		    void *object, char *error)
{
	int row = field_find(table, key);

	if (row < 0 || !(table->fields[row].flags & flags))
		return refuse(key, value, "there is no such key", error);
	return value_from_json(table, row, value, object, error);
}

int object_from_json(const struct field_table *table, int flags, json_object *json, void *object,
		     char *error)
{
	int r;

	*error = '\0';
	if (!json_object_is_type(json, json_type_object)) {
		snprintf(error, FIELD_ERROR_SIZE, "not a JSON object");
		return -EINVAL;
	}
	json_object_object_foreach(json, key, value) {
		r = field_from_json(table, flags, key, value, object, error);
		if (r < 0)
			return r;
	}
	return 0;
}
