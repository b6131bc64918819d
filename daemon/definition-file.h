/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file of saved definitions: read with what it takes to see a change by others, written as a whole or not at all. */
#ifndef VDPACTLD_DEFINITION_FILE_H
#define VDPACTLD_DEFINITION_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "definition-store.h"

struct definition_file {
	char *path;
	size_t directory;	       /* which of the store's */
	struct definition *definition; /* owned; NULL: there is none to speak of */
	bool dirty;		       /* the store's: to be written with others */
	bool mask;		       /* empty: hides others of its name */
	struct stat seen;	       /* as it was when it was read or written */
};

/* @path: copied. Returns NULL without memory. */
struct definition_file *definition_file_new(const char *path, size_t directory);
struct definition_file *definition_file_free(struct definition_file *file);

/* The last part of the path; borrowed. */
const char *definition_file_base(const struct definition_file *file);

/* Returns 0, -EINVAL or another errno with @error (STORE_ERROR_MAX bytes) filled, -ENOMEM. */
int definition_file_read(struct definition_file *file, char *error);

/*
 * Make the file say what its definition says; without devices it is removed.
 * Returns 0, -ESTALE (others changed it) or an errno of the file system; @error is filled unless it is -ENOMEM.
 */
int definition_file_write(struct definition_file *file, char *error);

/*
 * The same for many files of one directory, none of them without devices, with the disk waited for once. When it fails
 * some may have been replaced, each as a whole; @error says at which it failed.
 */
int definition_files_write(const char *path, struct definition_file **files, size_t n, char *error);

/* Remove what writers that were killed left in a directory. */
void definition_file_tidy(const char *directory);

#endif
