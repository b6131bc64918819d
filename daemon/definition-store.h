/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saved definitions: vdpactl-definition(5) files in a few directories. A device that is defined in several
 * directories is as the first of them has it; an empty file, or a link to /dev/null, hides the files of its
 * name in later directories. Only files in the first directory are ever written: each as a whole, so that it is
 * the old or the new one whatever happens.
 *
 * A store is used by one thread: what it reads and writes may block.
 */
#ifndef VDPACTLD_DEFINITION_STORE_H
#define VDPACTLD_DEFINITION_STORE_H

#include <stddef.h>

#include "definition.h"

struct store;

/* What is wrong, for people: the file, and where it can be told the line, the device, the key and why. */
#define STORE_ERROR_MAX (DEFINITION_ERROR_MAX + 256)

struct store_entry {
	struct vdpactl_device_request *request;
	const char *path; /* of the file that has it */
};

/*
 * Make an empty store; store_load() fills it.
 * @directories: ended by NULL; copied. They need not exist.
 * @ret_store: owned, store_free()
 * Returns 0 or -ENOMEM.
 */
int store_new(const char *const *directories, struct store **ret_store);

/* Returns NULL. NULL is accepted. */
struct store *store_free(struct store *store);

/*
 * Read all files again. A file with a mistake in it is left out, and told of.
 * @problem: called for each mistake with its text
 * Returns 0 or -ENOMEM, in which case the store is empty.
 */
int store_load(struct store *store, void (*problem)(void *userdata, const char *text),
	       void *userdata);

/* The definitions, sorted by name. Borrowed until the next change of the store. */
size_t store_size(const struct store *store);
const struct store_entry *store_at(const struct store *store, size_t index);
/* NULL when there is none. */
const struct store_entry *store_find(const struct store *store, const char *name);

/* Why no device of that name can be saved; NULL when it can. */
const char *store_check_name(const char *name);

/*
 * Save a definition, in place of the one with its name if there is one.
 * @request: taken in any case
 * @error: STORE_ERROR_MAX bytes: filled when more can be told than the errno says, else empty
 * Returns 0, -EINVAL (no such name can be saved), -ESTALE (somebody changed the file since it was read), or what
 * the file system says; nothing has changed then.
 */
int store_put(struct store *store, struct vdpactl_device_request *request, char *error);

/*
 * Save many definitions; the disk is waited for once. On failure the store is read again, as some may have been saved.
 * @requests: copied
 * Returns 0 or an errno of store_put().
 */
int store_put_all(struct store *store, struct vdpactl_device_request *const *requests, size_t n,
		  char *error);

/*
 * Forget a definition. One of a later directory shows again.
 * Returns 0, -ENOENT, -EROFS (its file is in a later directory), -ESTALE, or what the file system says.
 */
int store_remove(struct store *store, const char *name, char *error);

#endif
