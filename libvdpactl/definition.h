/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definition files: which devices there are to be. The format is described in vdpactl-definition(5). */
#ifndef VDPACTL_DEFINITION_H
#define VDPACTL_DEFINITION_H

#include <stdio.h>

#include "field.h"
#include "objects.h"

/*
 * Which keys a device may have: what can be chosen at create; in saved definitions more, but no files. Those of a live one
 * are opened as they are read, with the reader's rights: it must be who made the definition.
 */
#define DEFINITION_LIVE	     (FIELD_KEY | FIELD_AT_CREATE | FIELD_LIVE)
#define DEFINITION_SAVED     (FIELD_KEY | FIELD_AT_CREATE | FIELD_SAVED)

#define DEFINITION_VERSION   1
#define DEFINITION_SIZE_MAX  (4 * 1024 * 1024)
#define DEFINITION_ERROR_MAX 512

struct definition {
	struct vdpactl_device_request **requests; /* owned, in the file's order */
	size_t n;
};

/*
 * Read a definition file.
 * @file: read to its end; borrowed
 * @name: what messages call it
 * @flags: DEFINITION_LIVE or DEFINITION_SAVED
 * @ret_definition: owned, definition_free()
 * @error: DEFINITION_ERROR_MAX bytes: the file, and the line or the device, the key, the value and the
 *         reason
 * Returns 0, -EINVAL with @error filled, -EIO and other errnos of reading with @error filled, -ENOMEM.
 */
int definition_read(FILE *file, const char *name, int flags, struct definition **ret_definition,
		    char *error);

/* The same of text in memory. */
int definition_parse(const char *text, size_t size, const char *name, int flags,
		     struct definition **ret_definition, char *error);

/*
 * The text of a definition file: what definition_parse() makes of it gives the same text again.
 * @ret_text: owned, free()
 * Returns 0 or -ENOMEM.
 */
int definition_format(struct vdpactl_device_request *const *requests, size_t n, char **ret_text);

struct definition *definition_free(struct definition *definition);
DEFINE_CLEANUP(struct definition *, definition_free);

#endif
