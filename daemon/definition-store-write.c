// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of the store: first in memory, then on the disk, and back in memory when the disk refuses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "definition-store-private.h"
#include "field.h"
#include "util/cleanup.h"

static size_t index_of(const struct definition *definition, const char *name)
{
	size_t i = 0;

	while (i < definition->n && strcmp(definition->requests[i]->name, name) != 0)
		i++;
	return i;
}

/* @request becomes the definition's; what was in its place is the caller's then, NULL when nothing was. */
static int exchange(struct definition *definition, struct vdpactl_device_request *request,
		    struct vdpactl_device_request **ret_old)
{
	size_t i = index_of(definition, request->name);
	struct vdpactl_device_request **longer;

	if (i == definition->n) {
		longer = reallocarray(definition->requests, i + 1,
				      sizeof(struct vdpactl_device_request *));
		if (!longer)
			return -ENOMEM;
		definition->requests = longer;
		definition->requests[definition->n++] = NULL;
	}
	*ret_old = definition->requests[i];
	definition->requests[i] = request;
	return 0;
}

static struct vdpactl_device_request *take_out(struct definition *definition, size_t i)
{
	struct vdpactl_device_request *request = definition->requests[i];

	definition->n--;
	memmove(&definition->requests[i], &definition->requests[i + 1],
		(definition->n - i) * sizeof(struct vdpactl_device_request *));
	return request;
}

/* There is room: it was taken out of here. */
static void put_in(struct definition *definition, size_t i, struct vdpactl_device_request *request)
{
	memmove(&definition->requests[i + 1], &definition->requests[i],
		(definition->n - i) * sizeof(struct vdpactl_device_request *));
	definition->requests[i] = request;
	definition->n++;
}

/* A file of its own for a device that has none yet. */
static int own_file(struct store *store, const char *name, struct definition_file **ret_file,
		    char *error)
{
	_cleanup_free_ char *base = NULL;
	struct definition_file *file;
	int r;

	if (asprintf(&base, "%s" STORE_SUFFIX, name) < 0) {
		base = NULL;
		return -ENOMEM;
	}
	file = store_find_file(store, 0, base);
	if (file && !file->definition) {
		snprintf(error, STORE_ERROR_MAX,
			 "%s is there, and is no file of definitions that can be added to",
			 file->path);
		return -EEXIST;
	}
	r = file ? 0 : store_add_file(store, 0, base, &file);
	if (r >= 0 && !file->definition) {
		file->definition = calloc(1, sizeof(*file->definition));
		r = file->definition ? 0 : -ENOMEM;
		if (r < 0)
			store_drop_file(store, file);
	}
	if (r >= 0)
		*ret_file = file;
	return r;
}

static void drop_if_empty(struct store *store, struct definition_file *file)
{
	if (!file->definition->n)
		store_drop_file(store, file);
}

/* Put a request into a file and the file on the disk. */
static int put_into(struct store *store, struct definition_file *file,
		    struct vdpactl_device_request *request, char *error)
{
	struct entry *entry = store_find_entry(store, request->name);
	struct vdpactl_device_request *old;
	int r;

	/* The entry first: it may need memory, and after the writing nothing may fail. */
	if (!entry) {
		r = store_insert_entry(store, request, file);
		if (r < 0)
			return r;
	}
	r = exchange(file->definition, request, &old);
	if (r >= 0) {
		r = definition_file_write(file, error);
		if (r < 0) {
			size_t i = index_of(file->definition, request->name);

			if (old)
				file->definition->requests[i] = old;
			else
				take_out(file->definition, i);
		}
	}
	if (r < 0) {
		if (!entry)
			store_drop_entry(store, store_find_entry(store, request->name));
		return r;
	}
	store_set_entry(store_find_entry(store, request->name), request, file);
	vdpactl_device_request_free(old);
	return 0;
}

int store_put(struct store *store, struct vdpactl_device_request *request, char *error)
{
	struct entry *entry = store_find_entry(store, request->name);
	const char *reason = store_check_name(request->name);
	struct definition_file *file = NULL;
	int r = 0;

	*error = '\0';
	if (reason) {
		snprintf(error, STORE_ERROR_MAX, "name \"%s\": %s", request->name, reason);
		r = -EINVAL;
	} else if (entry && entry->file->directory == 0) {
		file = entry->file;
	} else {
		r = own_file(store, request->name, &file, error);
	}
	if (r >= 0)
		r = put_into(store, file, request, error);
	if (r < 0) {
		vdpactl_device_request_free(request);
		if (file)
			drop_if_empty(store, file);
	}
	return r;
}

/* ---- many at once -------------------------------------------------------------------------- */

static int put_in_memory(struct store *store, const struct vdpactl_device_request *from,
			 char *error)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		calloc(1, sizeof(*request));
	struct entry *entry = store_find_entry(store, from->name);
	struct definition_file *file = entry ? entry->file : NULL;
	struct vdpactl_device_request *old;
	int r;

	if (!request || field_copy(&field_table_request, request, from) < 0)
		return -ENOMEM;
	r = file && !file->directory ? 0 : own_file(store, from->name, &file, error);
	if (r >= 0 && !entry)
		r = store_insert_entry(store, request, file);
	if (r < 0)
		return r;
	/* What is in a table from here on is not ours to free. */
	r = exchange(file->definition, request, &old);
	if (r < 0)
		return r;
	store_set_entry(store_find_entry(store, from->name), TAKE_PTR(request), file);
	vdpactl_device_request_free(old);
	file->dirty = true;
	return 0;
}

static int write_dirty(struct store *store, char *error)
{
	_cleanup_free_ struct definition_file **dirty =
		calloc(store->n_files + 1, sizeof(struct definition_file *));
	size_t n = 0;

	if (!dirty)
		return -ENOMEM;
	for (size_t i = 0; i < store->n_files; i++) {
		if (store->files[i]->dirty)
			dirty[n++] = store->files[i];
		store->files[i]->dirty = false;
	}
	return n ? definition_files_write(store->directories[0], dirty, n, error) : 0;
}

static void ignore(void *userdata, const char *text)
{
}

int store_put_all(struct store *store, struct vdpactl_device_request *const *requests, size_t n,
		  char *error)
{
	int r = 0;

	*error = '\0';
	for (size_t i = 0; i < n && r >= 0; i++)
		r = put_in_memory(store, requests[i], error);
	if (r >= 0)
		r = write_dirty(store, error);
	if (r < 0)
		store_load(store, ignore, NULL);
	return r;
}

/* What an earlier directory had hidden. */
static int show_hidden(struct store *store, const char *name)
{
	for (size_t f = 0; f < store->n_files; f++) {
		struct definition_file *file = store->files[f];
		size_t i =
			file->directory && file->definition ? index_of(file->definition, name) : 0;

		if (file->directory && file->definition && i < file->definition->n)
			return store_insert_entry(store, file->definition->requests[i], file);
	}
	return 0;
}

int store_remove(struct store *store, const char *name, char *error)
{
	struct entry *entry = store_find_entry(store, name);
	struct vdpactl_device_request *request;
	struct definition_file *file;
	size_t i;
	int r;

	*error = '\0';
	if (!entry)
		return -ENOENT;
	file = entry->file;
	if (file->directory) {
		snprintf(error, STORE_ERROR_MAX,
			 "it comes from %s, which is not to be changed; an empty file %s/%s hides "
			 "it",
			 file->path, store->directories[0], definition_file_base(file));
		return -EROFS;
	}
	i = index_of(file->definition, name);
	request = take_out(file->definition, i);
	r = definition_file_write(file, error);
	if (r < 0) {
		put_in(file->definition, i, request);
		return r;
	}
	store_drop_entry(store, entry);
	drop_if_empty(store, file);
	r = show_hidden(store, request->name);
	vdpactl_device_request_free(request);
	return r;
}
