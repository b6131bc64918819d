/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reference-counted objects of field tables have in common, and lists of them. */
#ifndef VDPACTL_OBJECT_H
#define VDPACTL_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct object {
	uint64_t present;
	unsigned int n_refs;
};

/* One reference; NULL without memory. */
void *object_new(const struct field_table *table);
void *object_ref(void *object);
/* Returns NULL. NULL is accepted. */
void *object_unref(const struct field_table *table, void *object);

struct object_list {
	const struct field_table *table;
	void **v;
	size_t n;
	size_t room;
};

/* @object: taken in any case. Returns 0 or -ENOMEM. */
int object_list_add(struct object_list *list, void *object);
void object_list_clear(struct object_list *list);

/* The object whose string field at @row is @name; NULL when there is none. */
void *object_list_find(const struct object_list *list, size_t row, const char *name);

#endif
