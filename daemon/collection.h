/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The known objects of one kind, sorted by name, and what is new when they are read again. */
#ifndef VDPACTLD_COLLECTION_H
#define VDPACTLD_COLLECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct collection;

/* What is told of differences; names are borrowed for the time of the call. */
struct collection_listener {
	void (*added)(void *userdata, const char *name);
	/* @fields: bit i set = row i of the table has a new value */
	void (*changed)(void *userdata, const char *name, uint64_t fields);
	/* The object can still be found. */
	void (*removed)(void *userdata, const char *name);
};

/*
 * @table: what the objects are; the row with FIELD_KEY is their name
 * @unref: lets go of an object
 * @listener, @userdata: borrowed, must outlive the collection
 */
int collection_new(const struct field_table *table, void (*unref)(void *object),
		   const struct collection_listener *listener, void *userdata,
		   struct collection **ret_collection);

/* Says nothing to the listener. Returns NULL. NULL is accepted. */
struct collection *collection_free(struct collection *collection);

size_t collection_size(const struct collection *collection);
/* Borrowed until the next change of the collection; @index must be below the size. */
const char *collection_name(const struct collection *collection, size_t index);
/* Borrowed until the next change of the collection; NULL when there is none. */
void *collection_find(const struct collection *collection, const char *name);

/*
 * Store an object, in place of the one with its name if there is one. Where a field differs that never
 * changes in an object's life it is another object under the same name: the old one is removed first.
 * @object: taken in any case
 * Returns 0 or -ENOMEM.
 */
int collection_put(struct collection *collection, void *object);

/* Remove an object; it need not be there. */
void collection_remove(struct collection *collection, const char *name);

/*
 * Make the collection what was read: put all of @objects, remove what is not among them.
 * @objects: @n objects, all taken in any case; the array itself stays the caller's and is sorted
 * Returns 0 or -ENOMEM.
 */
int collection_replace(struct collection *collection, void **objects, size_t n);

#endif
