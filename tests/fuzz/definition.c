// SPDX-License-Identifier: GPL-2.0-or-later
/* A definition file as text. What is read can be written and read again, and is the same. */
#include <errno.h>

#include "codec-json.h"
#include "definition.h"
#include "fuzz.h"

static void cleanup_json(json_object **json)
{
	json_object_put(*json);
}

/* The file that says what a definition says. */
static json_object *write_back(const struct definition *definition)
{
	json_object *root = json_object_new_object(), *devices = json_object_new_array();

	json_object_object_add(root, "version", json_object_new_int(DEFINITION_VERSION));
	json_object_object_add(root, "devices", devices);
	for (size_t i = 0; i < definition->n; i++)
		json_object_array_add(
			devices, object_to_json(&field_table_request, definition->requests[i]));
	return root;
}

static void read_again(const struct definition *first)
{
	_cleanup_(cleanup_json) json_object *root = write_back(first);
	_cleanup_(cleanup_definition_free) struct definition *second = NULL;
	const char *text = json_object_to_json_string(root);
	char error[DEFINITION_ERROR_MAX];

	if (definition_parse(text, strlen(text), "again", &second, error) < 0) {
		fprintf(stderr, "%s\n%s\n", text, error);
		PROMISE(!"what was read can be read again");
	}
	PROMISE(second->n == first->n);
	for (size_t i = 0; i < first->n; i++)
		PROMISE(!field_diff(&field_table_request, first->requests[i], second->requests[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cleanup_definition_free) struct definition *definition = NULL;
	char error[DEFINITION_ERROR_MAX];
	int r;

	memset(error, 'x', sizeof(error));
	r = definition_parse((const char *)data, size, "input", &definition, error);
	PROMISE(r == 0 || r == -EINVAL);
	PROMISE(!r == !!definition);
	PROMISE(!r == !*error);
	PROMISE(memchr(error, '\0', sizeof(error)));
	/* A text that ends early would hide what stands behind. */
	PROMISE(r || !size || !memchr(data, '\0', size));
	if (!r)
		read_again(definition);
	return 0;
}
