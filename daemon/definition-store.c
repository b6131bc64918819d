// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "definition-store-private.h"
#include "util/cleanup.h"

const char *store_check_name(const char *name)
{
	if (*name == '.')
		return "a saved device's name cannot begin with a dot";
	if (strchr(name, '%'))
		return "a saved device has a name of its own, without \"%\"";
	return NULL;
}

/* ---- life ---------------------------------------------------------------------------------- */

int store_new(const char *const *directories, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	size_t n = 0;

	while (directories[n])
		n++;
	if (!store || !(store->directories = calloc(n + 1, sizeof(*store->directories)))) {
		free(store);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		store->directories[i] = strdup(directories[i]);
		if (!store->directories[i]) {
			store_free(store);
			return -ENOMEM;
		}
	}
	*ret_store = store;
	return 0;
}

static void clear(struct store *store)
{
	for (size_t i = 0; i < store->n_files; i++)
		definition_file_free(store->files[i]);
	free(store->files);
	free(store->entries);
	store->files = NULL;
	store->entries = NULL;
	store->n_files = store->n = 0;
}

struct store *store_free(struct store *store)
{
	if (!store)
		return NULL;
	clear(store);
	for (char **d = store->directories; d && *d; d++)
		free(*d);
	free(store->directories);
	free(store);
	return NULL;
}

/* ---- tables -------------------------------------------------------------------------------- */

size_t store_size(const struct store *store)
{
	return store->n;
}

const struct store_entry *store_at(const struct store *store, size_t index)
{
	return &store->entries[index].public;
}

/* Where a name is among the entries, or where it would have to go. */
static size_t locate(const struct store *store, const char *name, bool *ret_found)
{
	size_t low = 0, high = store->n;

	*ret_found = false;
	while (low < high && !*ret_found) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, store->entries[middle].public.request->name);

		*ret_found = order == 0;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return *ret_found ? high : low;
}

struct entry *store_find_entry(const struct store *store, const char *name)
{
	bool found;
	size_t i = locate(store, name, &found);

	return found ? &store->entries[i] : NULL;
}

const struct store_entry *store_find(const struct store *store, const char *name)
{
	struct entry *entry = store_find_entry(store, name);

	return entry ? &entry->public : NULL;
}

void store_set_entry(struct entry *entry, struct vdpactl_device_request *request,
		     struct definition_file *file)
{
	entry->public = (struct store_entry){ .request = request, .path = file->path };
	entry->file = file;
}

int store_insert_entry(struct store *store, struct vdpactl_device_request *request,
		       struct definition_file *file)
{
	struct entry *longer;
	bool found;
	size_t i;

	longer = reallocarray(store->entries, store->n + 1, sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	store->entries = longer;
	i = locate(store, request->name, &found);
	memmove(&longer[i + 1], &longer[i], (store->n - i) * sizeof(*longer));
	store_set_entry(&longer[i], request, file);
	store->n++;
	return 0;
}

void store_drop_entry(struct store *store, struct entry *entry)
{
	size_t i = (size_t)(entry - store->entries);

	memmove(entry, entry + 1, (store->n - i - 1) * sizeof(*entry));
	store->n--;
}

static int file_order(const struct definition_file *file, size_t directory, const char *base)
{
	if (file->directory != directory)
		return file->directory < directory ? -1 : 1;
	return strcmp(definition_file_base(file), base);
}

/* The first file that is not before that one. */
static size_t locate_file(const struct store *store, size_t directory, const char *base)
{
	size_t low = 0, high = store->n_files;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file_order(store->files[middle], directory, base) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct definition_file *store_find_file(const struct store *store, size_t directory,
					const char *base)
{
	size_t i = locate_file(store, directory, base);

	return i < store->n_files && file_order(store->files[i], directory, base) == 0
		       ? store->files[i]
		       : NULL;
}

int store_add_file(struct store *store, size_t directory, const char *base,
		   struct definition_file **ret_file)
{
	_cleanup_free_ char *path = NULL;
	struct definition_file **longer, *file;
	size_t i = locate_file(store, directory, base);

	longer = reallocarray(store->files, store->n_files + 1, sizeof(struct definition_file *));
	if (!longer)
		return -ENOMEM;
	store->files = longer;
	if (asprintf(&path, "%s/%s", store->directories[directory], base) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	file = definition_file_new(path, directory);
	if (!file)
		return -ENOMEM;
	memmove(&longer[i + 1], &longer[i], (store->n_files - i) * sizeof(*longer));
	longer[i] = file;
	store->n_files++;
	*ret_file = file;
	return 0;
}

void store_drop_file(struct store *store, struct definition_file *file)
{
	size_t i = locate_file(store, file->directory, definition_file_base(file));

	memmove(&store->files[i], &store->files[i + 1],
		(store->n_files - i - 1) * sizeof(struct definition_file *));
	store->n_files--;
	definition_file_free(file);
}

/* ---- loading ------------------------------------------------------------------------------- */

struct listener {
	void (*problem)(void *userdata, const char *text);
	void *userdata;
};

/* Its devices become entries, but for those that an earlier directory has. */
static int take_devices(struct store *store, struct definition_file *file,
			const struct listener *listener)
{
	char text[STORE_ERROR_MAX];
	int r;

	for (size_t i = 0; file->definition && i < file->definition->n; i++) {
		struct vdpactl_device_request *request = file->definition->requests[i];
		struct entry *other = store_find_entry(store, request->name);

		if (!other) {
			r = store_insert_entry(store, request, file);
			if (r < 0)
				return r;
		} else if (other->file->directory == file->directory) {
			snprintf(text, sizeof(text),
				 "%s: device \"%s\": name: %s has a device of that name already",
				 file->path, request->name, other->public.path);
			listener->problem(listener->userdata, text);
		}
	}
	return 0;
}

static bool is_masked(const struct store *store, size_t directory, const char *base)
{
	const struct definition_file *file;

	for (size_t d = 0; d < directory; d++) {
		file = store_find_file(store, d, base);
		if (file && file->mask)
			return true;
	}
	return false;
}

static int load_file(struct store *store, size_t directory, const char *base,
		     const struct listener *listener)
{
	struct definition_file *file;
	char error[STORE_ERROR_MAX];
	int r;

	if (is_masked(store, directory, base))
		return 0;
	r = store_add_file(store, directory, base, &file);
	if (r < 0)
		return r;
	r = definition_file_read(file, error);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		listener->problem(listener->userdata, error);
	return take_devices(store, file, listener);
}

static int is_definition(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name), suffix = strlen(STORE_SUFFIX);

	return entry->d_name[0] != '.' && n > suffix &&
	       strcmp(entry->d_name + n - suffix, STORE_SUFFIX) == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_directory(struct store *store, size_t directory, const struct listener *listener)
{
	const char *path = store->directories[directory];
	char text[STORE_ERROR_MAX];
	struct dirent **names;
	int n, r = 0;

	n = scandir(path, &names, is_definition, by_bytes);
	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0 && errno != ENOENT) {
		snprintf(text, sizeof(text), "%s cannot be read: %m", path);
		listener->problem(listener->userdata, text);
	}
	for (int i = 0; i < n; i++) {
		if (r >= 0)
			r = load_file(store, directory, names[i]->d_name, listener);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return r;
}

int store_load(struct store *store, void (*problem)(void *userdata, const char *text),
	       void *userdata)
{
	const struct listener listener = { problem, userdata };
	int r = 0;

	clear(store);
	definition_file_tidy(store->directories[0]);
	for (size_t i = 0; store->directories[i] && r >= 0; i++)
		r = load_directory(store, i, &listener);
	if (r < 0)
		clear(store);
	return r;
}
