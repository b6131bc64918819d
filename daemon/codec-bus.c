// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec-bus.h"
#include "mac.h"
#include "refusal.h"
#include "util/cleanup.h"

/* ---- properties ---------------------------------------------------------------------------- */

/* @userdata: the member itself. A device without an address has zeroes there. */
static int get_mac(sd_bus *bus, const char *path, const char *interface, const char *property,
		   sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	static const uint8_t none[6];
	char text[32] = "";

	if (memcmp(userdata, none, sizeof(none)) != 0)
		mac_format(userdata, text);
	return sd_bus_message_append(reply, "s", text);
}

static sd_bus_vtable property(const struct field *field)
{
	uint64_t flags = field->flags & FIELD_CHANGES ? SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
						      : SD_BUS_VTABLE_PROPERTY_CONST;

	/* Without a getter sd-bus reads the member at the offset. */
	return (sd_bus_vtable)SD_BUS_PROPERTY(field->bus_name, field_types[field->type].signature,
					      field->type == FIELD_MAC ? get_mac : NULL,
					      field->offset, flags);
}

static size_t count_entries(const sd_bus_vtable *v)
{
	size_t n = 0;

	while (v && v[n].type != _SD_BUS_VTABLE_END)
		n++;
	return n;
}

int codec_bus_vtable(const struct field_table *table, uint64_t rows, const sd_bus_vtable *methods,
		     sd_bus_vtable **ret_vtable)
{
	size_t n_methods = count_entries(methods), n = 0;
	sd_bus_vtable *v;

	for (size_t i = 0; i < table->n; i++)
		if (rows >> i & 1 && !field_types[table->fields[i].type].direct &&
		    table->fields[i].type != FIELD_MAC)
			return -EOPNOTSUPP;
	v = calloc(table->n + n_methods + 2, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v[n++] = (sd_bus_vtable)SD_BUS_VTABLE_START(0);
	for (size_t i = 0; i < n_methods; i++)
		v[n++] = methods[i];
	for (size_t i = 0; i < table->n; i++)
		if (rows >> i & 1)
			v[n++] = property(&table->fields[i]);
	v[n] = (sd_bus_vtable)SD_BUS_VTABLE_END;
	*ret_vtable = v;
	return 0;
}

void codec_bus_names(const struct field_table *table, uint64_t fields, const char *names[65])
{
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++)
		if (fields >> i & 1)
			names[n++] = table->fields[i].bus_name;
	names[n] = NULL;
}

/* ---- options ------------------------------------------------------------------------------- */

/* What a variant can hold that becomes a field. */
union value {
	uint8_t y;
	int16_t n;
	uint16_t q;
	int32_t i;
	uint32_t u;
	int64_t x;
	uint64_t t;
};

/* Widen an integer of D-Bus type @type; -ERANGE when negative, -EINVAL for what is no integer. */
static int widen(char type, const union value *v, uint64_t *ret_number)
{
	int64_t number;

	switch (type) {
	case 'y':
		*ret_number = v->y;
		return 0;
	case 'q':
		*ret_number = v->q;
		return 0;
	case 'u':
		*ret_number = v->u;
		return 0;
	case 't':
		*ret_number = v->t;
		return 0;
	case 'b':
		*ret_number = (uint64_t)v->i;
		return 0;
	case 'n':
		number = v->n;
		break;
	case 'i':
		number = v->i;
		break;
	case 'x':
		number = v->x;
		break;
	default:
		return -EINVAL;
	}
	*ret_number = (uint64_t)number;
	return number < 0 ? -ERANGE : 0;
}

static int read_number(sd_bus_message *m, const struct field_table *table, int row, void *object,
		       sd_bus_error *error)
{
	const struct field *field = &table->fields[row];
	char text[FIELD_ERROR_SIZE];
	union value v = { .t = 0 };
	uint64_t number = 0;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, NULL);
	if (r < 0)
		return r;
	if (!strchr("byqutnix", type) || field_types[field->type].string ||
	    field->type == FIELD_MAC ||
	    (type == 'b') != (*field_types[field->type].signature == 'b'))
		return refusal_set(error, "option %s: its value has to be %s", field->name,
				   field_types[field->type].name);
	r = sd_bus_message_read_basic(m, type, &v);
	if (r < 0)
		return r;
	r = widen(type, &v, &number);
	if (r < 0)
		return refusal_set(error, "option %s: %" PRId64 " is negative", field->name,
				   (int64_t)number);

	r = field_set_number(table, row, object, number, text);
	return r == -EINVAL ? refusal_set(error, "option %s", text) : r;
}

static int read_text(sd_bus_message *m, const struct field_table *table, int row, void *object,
		     sd_bus_error *error)
{
	char text[FIELD_ERROR_SIZE];
	const char *value;
	int r;

	r = sd_bus_message_read(m, "s", &value);
	if (r < 0)
		return r;
	r = field_from_text(table, row, object, value, text);
	return r == -EINVAL ? refusal_set(error, "option %s", text) : r;
}

/* The client's, who could open it. */
static int read_file(sd_bus_message *m, const struct field_table *table, int row, void *object,
		     sd_bus_error *error)
{
	const struct field *field = &table->fields[row];
	char type;
	int fd, r;

	r = sd_bus_message_peek_type(m, &type, NULL);
	if (r < 0)
		return r;
	if (type != SD_BUS_TYPE_UNIX_FD)
		return refusal_set(error, "option %s: its value has to be %s", field->name,
				   field_types[field->type].name);
	r = sd_bus_message_read_basic(m, type, &fd);
	return r < 0 ? r : field_set_file(table, row, object, fd);
}

static int read_value(sd_bus_message *m, const struct field_table *table, int row, void *object,
		      sd_bus_error *error)
{
	const char *contents;
	int r;

	r = sd_bus_message_peek_type(m, NULL, &contents);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;
	if (table->fields[row].type == FIELD_FILE && strcmp(contents, "s") != 0)
		r = read_file(m, table, row, object, error);
	else if (strcmp(contents, "s") == 0)
		r = read_text(m, table, row, object, error);
	else
		r = read_number(m, table, row, object, error);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* "known are a, b, c" for an error message; cut short rather than failing. */
static void list_keys(const struct field_table *table, int flag, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].flags & flag && n < size)
			n += snprintf(text + n, size - n, "%s%s", n ? ", " : "",
				      table->fields[i].name);
}

static int read_option(sd_bus_message *m, const struct field_table *table, int flag, void *object,
		       sd_bus_error *error)
{
	char keys[FIELD_ERROR_SIZE / 2];
	const char *key;
	int row, r;

	r = sd_bus_message_read(m, "s", &key);
	if (r < 0)
		return r;
	row = field_find(table, key);
	if (row < 0 || !(table->fields[row].flags & flag)) {
		list_keys(table, flag, keys, sizeof(keys));
		return refusal_set(error, "option \"%.60s\" is not known; known are %s", key, keys);
	}
	if (field_has(object, row))
		return refusal_set(error, "option %s is there twice", key);
	return read_value(m, table, row, object, error);
}

int codec_bus_read_options(sd_bus_message *message, const struct field_table *table, int flag,
			   void *object, sd_bus_error *error)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		r = read_option(message, table, flag, object, error);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_simple(sd_bus_message *m, const struct codec_option *options, sd_bus_error *error)
{
	const struct codec_option *o = options;
	const char *key, *type;
	int r;

	r = sd_bus_message_read(m, "s", &key);
	if (r < 0)
		return r;
	while (o->name && strcmp(o->name, key) != 0)
		o++;
	if (!o->name)
		return refusal_set(error, "option \"%.60s\" is not known", key);
	r = sd_bus_message_peek_type(m, NULL, &type);
	if (r < 0)
		return r;
	if (type[0] != o->type || type[1])
		return refusal_set(error, "option %s: its value has to be %s", o->name,
				   o->type == 'b' ? "true or false (b)" : "a number (t)");
	return sd_bus_message_read(m, "v", type, o->value);
}

int codec_bus_read_simple(sd_bus_message *message, const struct codec_option *options,
			  sd_bus_error *error)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		r = read_simple(message, options, error);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
	}
	return r < 0 ? r : sd_bus_message_exit_container(message);
}

int codec_bus_read_force(sd_bus_message *message, bool *ret_force, sd_bus_error *error)
{
	int force = 0, r;
	const struct codec_option options[] = { { "force", 'b', &force }, { NULL } };

	r = codec_bus_read_simple(message, options, error);
	if (r >= 0)
		*ret_force = force;
	return r;
}
