/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the store share: definition-store.c (tables, loading) and definition-store-write.c (changes). */
#ifndef VDPACTLD_DEFINITION_STORE_PRIVATE_H
#define VDPACTLD_DEFINITION_STORE_PRIVATE_H

#include "definition-file.h"

#define STORE_SUFFIX ".json"

struct entry {
	struct store_entry public;
	struct definition_file *file;
};

struct store {
	char **directories;
	struct definition_file **files; /* sorted by directory, then name */
	size_t n_files;
	struct entry *entries; /* sorted by name */
	size_t n;
};

struct entry *store_find_entry(const struct store *store, const char *name);
void store_set_entry(struct entry *entry, struct vdpactl_device_request *request,
		     struct definition_file *file);
/* Moves the other entries. Returns 0 or -ENOMEM. */
int store_insert_entry(struct store *store, struct vdpactl_device_request *request,
		       struct definition_file *file);
void store_drop_entry(struct store *store, struct entry *entry);

/* @base: the last part of its path. NULL when the store knows no such file. */
struct definition_file *store_find_file(const struct store *store, size_t directory,
					const char *base);
/* A file that may exist or not; @ret_file is the store's. Returns 0 or -ENOMEM. */
int store_add_file(struct store *store, size_t directory, const char *base,
		   struct definition_file **ret_file);
/* Forgets it; what is on the disk stays. */
void store_drop_file(struct store *store, struct definition_file *file);

#endif
