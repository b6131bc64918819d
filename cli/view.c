// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec-json.h"
#include "output.h"
#include "view.h"

const struct view view_mgmtdev = {
	.key = "mgmtdev",
	.fields = &field_table_mgmtdev,
	.columns = (const char *const[]){ "name", "supported_classes", "max_supported_vqs", NULL },
};

const struct view view_device = {
	.key = "dev",
	.fields = &field_table_device,
	.columns = (const char *const[]){ "name", "type", "mgmtdev", "driver", "chardev", "netdev",
					  "disk", "in_use", "drift", NULL },
};

const struct view view_config = {
	.key = "config",
	.fields = &field_table_config,
	.columns = (const char *const[]){ "name", "mac", "link", "mtu", "max_vq_pairs", "capacity",
					  "num_queues", "read_only", NULL },
};

/* In place of the list of names. */
static int set_mask(json_object *object, const char *key, uint64_t bits)
{
	json_object *text;
	char mask[24];

	snprintf(mask, sizeof(mask), "0x%" PRIx64, bits);
	text = json_object_new_string(mask);
	if (text && json_object_object_add(object, key, text) == 0)
		return 0;
	json_object_put(text);
	return -ENOMEM;
}

json_object *view_json(const struct cli *cli, const struct field_table *fields, const void *object)
{
	json_object *value = object_to_json(fields, object);
	int r = value ? 0 : -ENOMEM;

	for (size_t i = 0; cli->hex && r >= 0 && i < fields->n; i++)
		if (fields->fields[i].type == FIELD_FEATURES && field_has(object, i))
			r = set_mask(value, fields->fields[i].name,
				     field_get_number(&fields->fields[i], object));
	if (r >= 0)
		return value;
	json_object_put(value);
	return NULL;
}

int view_add(const struct cli *cli, const struct view *view, json_object *objects, const char *name,
	     const void *object)
{
	json_object *value;

	value = view_json(cli, view->fields, object);
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(objects, name, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

/* ---- text ---------------------------------------------------------------------------------- */

static char *array_text(json_object *array)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (size_t i = 0; i < json_object_array_length(array); i++)
		fprintf(f, "%s%s", i ? " " : "",
			json_object_get_string(json_object_array_get_idx(array, i)));
	if (fclose(f) < 0)
		return NULL;
	return TAKE_PTR(text);
}

char *view_text(json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return NULL;
	case json_type_boolean:
		return strdup(json_object_get_boolean(value) ? "yes" : "no");
	case json_type_array:
		return array_text(value);
	case json_type_double:
	case json_type_int:
	case json_type_object:
	case json_type_string:
		return strdup(json_object_get_string(value));
	}
	return NULL;
}

/* What a value means to the reader. */
static enum style value_style(const char *key, const char *text)
{
	if (strcmp(key, "name") == 0)
		return STYLE_NAME;
	if (!text || strcmp(text, "none") == 0)
		return STYLE_DIM;
	if (strcmp(key, "driver") == 0 || strcmp(text, "up") == 0)
		return STYLE_GOOD;
	return strcmp(text, "down") == 0 ? STYLE_BAD : STYLE_PLAIN;
}

static void add_cell(struct table *table, const char *key, json_object *value)
{
	_cleanup_free_ char *text = view_text(value);

	table_add(table, value_style(key, text), text);
}

/* What was asked for with --output, else the columns of the view. */
static const char *const *columns_of(const struct cli *cli, const struct view *view)
{
	return cli->columns[0] ? cli->columns : view->columns;
}

static int print_table(struct cli *cli, const struct view *view, json_object *objects)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	struct table_format format = output_format(cli);
	const char *const *columns = columns_of(cli, view);
	size_t n = 0;
	int r;

	while (columns[n])
		n++;
	r = table_new(n, &table);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		table_add(table, STYLE_HEAD, columns[i]);
	json_object_object_foreach(objects, name, object) {
		(void)name;
		for (size_t i = 0; i < n; i++)
			add_cell(table, columns[i], json_object_object_get(object, columns[i]));
	}
	format.heading = true;
	format.keep_empty = cli->columns[0];
	return table_print(table, cli->out, &format);
}

static int print_whole(struct cli *cli, json_object *objects)
{
	struct table_format format = output_format(cli);
	int r = 0;

	format.indent = 2;
	json_object_object_foreach(objects, name, object) {
		_cleanup_(cleanup_table_free) struct table *table = NULL;

		r = table_new(2, &table);
		if (r < 0)
			return r;
		output_styled(cli, STYLE_NAME, name);
		fputs(":\n", cli->out);
		json_object_object_foreach(object, key, value) {
			if (strcmp(key, "name") == 0)
				continue;
			table_add(table, STYLE_PLAIN, key);
			add_cell(table, key, value);
		}
		r = table_print(table, cli->out, &format);
		if (r < 0)
			return r;
	}
	return r;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

/* The members of an object that were asked for, in that order: owned; NULL without memory. */
static json_object *choose(const struct cli *cli, json_object *object)
{
	json_object *chosen = json_object_new_object(), *value;

	for (size_t i = 0; chosen && cli->columns[i]; i++) {
		if (!json_object_object_get_ex(object, cli->columns[i], &value))
			continue;
		if (json_object_object_add(chosen, cli->columns[i], json_object_get(value)) < 0) {
			json_object_put(value);
			json_object_put(chosen);
			return NULL;
		}
	}
	return chosen;
}

static json_object *choose_all(const struct cli *cli, json_object *objects)
{
	json_object *all = json_object_new_object();

	json_object_object_foreach(objects, name, object) {
		json_object *chosen = all ? choose(cli, object) : NULL;

		if (chosen && json_object_object_add(all, name, chosen) == 0)
			continue;
		json_object_put(chosen);
		json_object_put(all);
		return NULL;
	}
	return all;
}

static int print_json(struct cli *cli, const struct view *view, json_object *objects)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	json_object *shown;

	shown = cli->columns[0] ? choose_all(cli, objects) : json_object_get(objects);
	if (!root || !shown || json_object_object_add(root, view->key, shown) < 0) {
		json_object_put(shown);
		return -ENOMEM;
	}
	output_json(cli, root);
	return 0;
}

enum exit_code view_print(struct cli *cli, const struct view *view, json_object *objects,
			  bool whole)
{
	int r;

	if (cli->json)
		r = print_json(cli, view, objects);
	else if (whole && !cli->columns[0])
		r = print_whole(cli, objects);
	else
		r = print_table(cli, view, objects);
	return r < 0 ? cli_no_memory(cli) : EXIT_CODE_OK;
}
