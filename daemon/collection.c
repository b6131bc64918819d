// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collection.h"

struct collection {
	const struct field_table *table;
	const struct field *key;
	uint64_t changing; /* rows with FIELD_CHANGES */
	void (*unref)(void *object);
	const struct collection_listener *listener;
	void *userdata;
	void **objects; /* sorted by name */
	size_t n, room;
};

int collection_new(const struct field_table *table, void (*unref)(void *object),
		   const struct collection_listener *listener, void *userdata,
		   struct collection **ret_collection)
{
	struct collection *c;

	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->table = table;
	for (size_t i = 0; i < table->n; i++) {
		if (table->fields[i].flags & FIELD_CHANGES)
			c->changing |= 1ULL << i;
		if (table->fields[i].flags & FIELD_KEY && !c->key)
			c->key = &table->fields[i];
	}
	c->unref = unref;
	c->listener = listener;
	c->userdata = userdata;
	*ret_collection = c;
	return 0;
}

struct collection *collection_free(struct collection *collection)
{
	if (!collection)
		return NULL;
	for (size_t i = 0; i < collection->n; i++)
		collection->unref(collection->objects[i]);
	free(collection->objects);
	free(collection);
	return NULL;
}

static const char *name_of(const struct collection *c, const void *object)
{
	return *(char *const *)field_at(c->key, object);
}

size_t collection_size(const struct collection *collection)
{
	return collection->n;
}

const char *collection_name(const struct collection *collection, size_t index)
{
	return name_of(collection, collection->objects[index]);
}

/* Where a name is, or where it would have to go. */
static size_t locate(const struct collection *c, const char *name, bool *ret_found)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, collection_name(c, middle));

		if (order == 0) {
			*ret_found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*ret_found = false;
	return low;
}

void *collection_find(const struct collection *collection, const char *name)
{
	bool found;
	size_t i = locate(collection, name, &found);

	return found ? collection->objects[i] : NULL;
}

static int make_room(struct collection *c)
{
	size_t room = c->room ? c->room * 2 : 16;
	void **objects;

	if (c->n < c->room)
		return 0;
	objects = reallocarray(c->objects, room, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	c->objects = objects;
	c->room = room;
	return 0;
}

static void remove_at(struct collection *c, size_t i)
{
	void *object = c->objects[i];

	c->listener->removed(c->userdata, name_of(c, object));
	memmove(&c->objects[i], &c->objects[i + 1], (c->n - i - 1) * sizeof(*c->objects));
	c->n--;
	c->unref(object);
}

static int insert_at(struct collection *c, size_t i, void *object)
{
	if (make_room(c) < 0) {
		c->unref(object);
		return -ENOMEM;
	}
	memmove(&c->objects[i + 1], &c->objects[i], (c->n - i) * sizeof(*c->objects));
	c->objects[i] = object;
	c->n++;
	c->listener->added(c->userdata, name_of(c, object));
	return 0;
}

int collection_put(struct collection *collection, void *object)
{
	struct collection *c = collection;
	uint64_t diff;
	bool found;
	size_t i;

	i = locate(c, name_of(c, object), &found);
	if (!found)
		return insert_at(c, i, object);
	diff = field_diff(c->table, c->objects[i], object);
	if (diff & ~c->changing) {
		remove_at(c, i);
		return insert_at(c, i, object);
	}
	c->unref(c->objects[i]);
	c->objects[i] = object;
	if (diff)
		c->listener->changed(c->userdata, name_of(c, object), diff);
	return 0;
}

void collection_remove(struct collection *collection, const char *name)
{
	bool found;
	size_t i = locate(collection, name, &found);

	if (found)
		remove_at(collection, i);
}

static int compare(const void *a, const void *b, void *userdata)
{
	return strcmp(name_of(userdata, *(void *const *)a), name_of(userdata, *(void *const *)b));
}

/* Remove what is not among the sorted objects: one walk over both. */
static void remove_others(struct collection *c, void **objects, size_t n)
{
	size_t i = 0, j = 0;
	int order;

	while (i < c->n) {
		order = j < n ? strcmp(collection_name(c, i), name_of(c, objects[j])) : -1;
		if (order < 0) {
			remove_at(c, i);
			continue;
		}
		if (order == 0)
			i++;
		j++;
	}
}

int collection_replace(struct collection *collection, void **objects, size_t n)
{
	int r = 0, r2;

	if (n)
		qsort_r(objects, n, sizeof(*objects), compare, collection);
	remove_others(collection, objects, n);
	for (size_t i = 0; i < n; i++) {
		r2 = collection_put(collection, objects[i]);
		if (r2 < 0)
			r = r2;
	}
	return r;
}
