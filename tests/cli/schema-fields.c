// SPDX-License-Identifier: GPL-2.0-or-later
/* What the schema must say about objects of the field tables: one JSON object, by table. */
#include <stdio.h>
#include <string.h>
#include <json-c/json.h>

#include "field.h"

static const struct {
	const char *name;
	const struct field_table *table;
} tables[] = {
	{ "device", &field_table_device },
	{ "mgmtdev", &field_table_mgmtdev },
	{ "config", &field_table_config },
	{ "request", &field_table_request },
	/* These have further members. */
	{ "definition", &field_table_request },
	{ "branch", &field_table_mgmtdev },
	{ "action", &field_table_request },
};

static void add(json_object *fields, const char *name, const char *schema)
{
	json_object_object_add(fields, name, json_tokener_parse(schema));
}

/* As JSON Schema: by what the type is on the bus, but for those that JSON says more of. */
static json_object *schema_of(enum field_type type)
{
	const struct field_type_info *info = &field_types[type];
	json_object *schema;

	if (type == FIELD_FEATURES)
		return json_tokener_parse("{\"$ref\":\"#/$defs/features\"}");
	if (type == FIELD_CLASSES)
		return json_tokener_parse("{\"$ref\":\"#/$defs/names\"}");
	if (type == FIELD_MAC)
		return json_tokener_parse("{\"$ref\":\"#/$defs/mac\"}");
	if (type == FIELD_LINK)
		return json_tokener_parse("{\"type\":\"string\",\"enum\":[\"up\",\"down\"]}");
	if (info->signature[0] == 's' || type == FIELD_MODE)
		return json_tokener_parse("{\"type\":\"string\"}");
	if (info->signature[0] == 'b')
		return json_tokener_parse("{\"type\":\"boolean\"}");
	schema = json_tokener_parse("{\"type\":\"integer\",\"minimum\":0}");
	/* Larger numbers lose their last digits in many readers. */
	if (info->size < sizeof(uint64_t))
		json_object_object_add(schema, "maximum",
				       json_object_new_uint64((1ULL << 8 * info->size) - 1));
	return schema;
}

int main(void)
{
	json_object *all = json_object_new_object();

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		json_object *fields = json_object_new_object();

		for (size_t row = 0; row < tables[i].table->n; row++) {
			const struct field *f = &tables[i].table->fields[row];

			/* Of a request that is not saved, only what a device is made with. */
			if (strcmp(tables[i].name, "request") == 0 && f->flags & FIELD_SAVED)
				continue;
			json_object_object_add(fields, f->name, schema_of(f->type));
		}
		if (strcmp(tables[i].name, "branch") == 0)
			add(fields, "dev",
			    "{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/$defs/"
			    "device\"}}");
		if (strcmp(tables[i].name, "action") == 0)
			add(fields, "action",
			    "{\"type\":\"string\",\"enum\":[\"create\",\"bind\",\"set\",\"delete\","
			    "\"define\",\"save\",\"undefine\",\"start\",\"stop\",\"set autostart "
			    "of\","
			    "\"clear autostart of\"]}");
		if (strcmp(tables[i].name, "device") == 0) {
			add(fields, "saved", "{\"type\":\"boolean\"}");
			add(fields, "drift", "{\"$ref\":\"#/$defs/names\"}");
		}
		if (strcmp(tables[i].name, "definition") == 0) {
			add(fields, "file", "{\"type\":\"string\"}");
			add(fields, "live", "{\"type\":\"boolean\"}");
			add(fields, "drift", "{\"$ref\":\"#/$defs/names\"}");
			add(fields, "last_error", "{\"type\":\"string\"}");
		}
		json_object_object_add(all, tables[i].name, fields);
	}
	puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
	return 0;
}
