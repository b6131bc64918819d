// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"

void *object_new(const struct field_table *table)
{
	struct object *object = calloc(1, table->size);

	if (object)
		object->n_refs = 1;
	return object;
}

void *object_ref(void *object)
{
	((struct object *)object)->n_refs++;
	return object;
}

void *object_unref(const struct field_table *table, void *object)
{
	if (!object || --((struct object *)object)->n_refs)
		return NULL;
	field_clear(table, object);
	free(object);
	return NULL;
}

int object_list_add(struct object_list *list, void *object)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void **v = reallocarray(list->v, room, sizeof(*v));

		if (!v) {
			object_unref(list->table, object);
			return -ENOMEM;
		}
		list->v = v;
		list->room = room;
	}
	list->v[list->n++] = object;
	return 0;
}

void object_list_clear(struct object_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		object_unref(list->table, list->v[i]);
	free(list->v);
	list->v = NULL;
	list->n = list->room = 0;
}

void *object_list_find(const struct object_list *list, size_t row, const char *name)
{
	const struct field *field = &list->table->fields[row];

	for (size_t i = 0; i < list->n; i++)
		if (field_has(list->v[i], row) &&
		    strcmp(*(char **)field_at(field, list->v[i]), name) == 0)
			return list->v[i];
	return NULL;
}
