// SPDX-License-Identifier: LGPL-2.1-or-later
/* What each type of field can do, and the walkers over tables. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "field.h"

#define STRING_WIRE UINT16_MAX

const struct field_type_info field_types[FIELD_TYPES] = {
	[FIELD_U8] = { "a number", "y", 1, 1, true, false, UINT8_MAX },
	[FIELD_U16] = { "a number", "q", 2, 2, true, false, UINT16_MAX },
	[FIELD_U32] = { "a number", "u", 4, 4, true, false, UINT32_MAX },
	[FIELD_U64] = { "a number", "t", 8, 8, true, false, UINT64_MAX },
	[FIELD_BOOL] = { "true or false", "b", sizeof(int), 1, true, false, 1 },
	[FIELD_FLAG] = { "true or false", "b", sizeof(int), 0, true, false, 1 },
	[FIELD_STRING] = { "a string", "s", sizeof(char *), STRING_WIRE, true, true, 0 },
	[FIELD_MAC] = { "an Ethernet address", "s", 6, 6, false, false, 0 },
	[FIELD_FEATURES] = { "feature bits", "t", 8, 8, true, false, UINT64_MAX },
	[FIELD_CLASSES] = { "device classes", "t", 8, 8, true, false, UINT64_MAX },
	[FIELD_CLASS] = { "a device class", "s", sizeof(char *), 4, true, true, 0 },
	[FIELD_LINK] = { "up or down", "b", sizeof(int), 2, true, false, 1 },
	[FIELD_ANNOUNCE] = { "true or false", "b", sizeof(int), 2, true, false, 1 },
	[FIELD_DRIVER] = { "a driver", "s", sizeof(char *), STRING_WIRE, true, true, 0 },
	[FIELD_ACCOUNT] = { "a user or group", "s", sizeof(char *), STRING_WIRE, true, true, 0 },
	[FIELD_MODE] = { "permissions", "u", 4, 4, true, false, 0777 },
	[FIELD_FILE] = { "an open file", "h", sizeof(int), 4, false, false, 0 },
};

int field_find(const struct field_table *table, const char *name)
{
	for (size_t i = 0; i < table->n; i++)
		if (strcmp(table->fields[i].name, name) == 0)
			return i;
	return -1;
}

uint64_t field_bit(const struct field_table *table, const char *name)
{
	int i = field_find(table, name);

	return i < 0 ? 0 : 1ULL << i;
}

uint64_t field_get_number(const struct field *field, const void *object)
{
	const void *p = field_at(field, object);

	switch (field->type) {
	case FIELD_U8:
		return *(const uint8_t *)p;
	case FIELD_U16:
		return *(const uint16_t *)p;
	case FIELD_U32:
	case FIELD_MODE:
		return *(const uint32_t *)p;
	case FIELD_U64:
	case FIELD_FEATURES:
	case FIELD_CLASSES:
		return *(const uint64_t *)p;
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_LINK:
	case FIELD_ANNOUNCE:
	case FIELD_FILE:
		return *(const int *)p;
	case FIELD_STRING:
	case FIELD_MAC:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
	case FIELD_TYPES:
		break;
	}
	return 0;
}

static void store_number(const struct field *field, void *object, uint64_t value)
{
	void *p = field_at(field, object);

	switch (field->type) {
	case FIELD_U8:
		*(uint8_t *)p = value;
		break;
	case FIELD_U16:
		*(uint16_t *)p = value;
		break;
	case FIELD_U32:
	case FIELD_MODE:
		*(uint32_t *)p = value;
		break;
	case FIELD_U64:
	case FIELD_FEATURES:
	case FIELD_CLASSES:
		*(uint64_t *)p = value;
		break;
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_LINK:
	case FIELD_ANNOUNCE:
		*(int *)p = value;
		break;
	case FIELD_STRING:
	case FIELD_MAC:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
	case FIELD_FILE:
	case FIELD_TYPES:
		break;
	}
}

uint32_t field_device_id(const struct field_table *table, const void *object)
{
	uint32_t id;

	if (table->id_offset < 0)
		return 1;
	memcpy(&id, (const char *)object + table->id_offset, sizeof(id));
	return id;
}

int field_set_string(const struct field_table *table, size_t row, void *object, const char *value)
{
	char **p = field_at(&table->fields[row], object);
	char *copy = NULL;

	if (value) {
		copy = strdup(value);
		if (!copy)
			return -ENOMEM;
		*field_present(object) |= 1ULL << row;
	} else {
		*field_present(object) &= ~(1ULL << row);
	}
	free(*p);
	*p = copy;
	return 0;
}

int field_set_number(const struct field_table *table, size_t row, void *object, uint64_t value,
		     char *error)
{
	const struct field *field = &table->fields[row];
	uint64_t max = field->max ? field->max : field_types[field->type].max;

	if (value < field->min || value > max) {
		snprintf(error, FIELD_ERROR_SIZE,
			 "%s: %" PRIu64 " is out of range (%" PRIu64 " to %" PRIu64 ")",
			 field->name, value, field->min, max);
		return -EINVAL;
	}
	store_number(field, object, value);
	*field_present(object) |= 1ULL << row;
	return 0;
}

int field_set_file(const struct field_table *table, size_t row, void *object, int fd)
{
	int *p = field_at(&table->fields[row], object);
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return -errno;
	if (field_has(object, row))
		close(*p);
	*p = copy;
	*field_present(object) |= 1ULL << row;
	return 0;
}

static bool same(const struct field *field, const void *a, const void *b)
{
	const void *pa = field_at(field, a), *pb = field_at(field, b);

	if (field_types[field->type].string)
		return strcmp(*(char *const *)pa, *(char *const *)pb) == 0;
	return memcmp(pa, pb, field_types[field->type].size) == 0;
}

uint64_t field_diff(const struct field_table *table, const void *a, const void *b)
{
	uint64_t diff = 0;

	for (size_t i = 0; i < table->n; i++) {
		bool in_a = field_has(a, i), in_b = field_has(b, i);

		if (in_a != in_b || (in_a && !same(&table->fields[i], a, b)))
			diff |= 1ULL << i;
	}
	return diff;
}

int field_copy(const struct field_table *table, void *to, const void *from)
{
	int r;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (!field_has(from, i))
			continue;
		if (field_types[field->type].string) {
			r = field_set_string(table, i, to, *(char **)field_at(field, from));
			if (r < 0)
				return r;
			continue;
		}
		if (field->type == FIELD_FILE) {
			r = field_set_file(table, i, to, *(int *)field_at(field, from));
			if (r < 0)
				return r;
			continue;
		}
		memcpy(field_at(field, to), field_at(field, from), field_types[field->type].size);
		*field_present(to) |= 1ULL << i;
	}
	return 0;
}

void field_clear(const struct field_table *table, void *object)
{
	for (size_t i = 0; i < table->n; i++) {
		char **p = field_at(&table->fields[i], object);

		if (table->fields[i].type == FIELD_FILE && field_has(object, i))
			close(*(int *)field_at(&table->fields[i], object));
		if (!field_types[table->fields[i].type].string)
			continue;
		free(*p);
		*p = NULL;
	}
	*field_present(object) = 0;
}
