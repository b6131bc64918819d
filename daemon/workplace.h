/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the worker thread has to do with besides the kernel: files of this machine. Nobody else touches it. */
#ifndef VDPACTLD_WORKPLACE_H
#define VDPACTLD_WORKPLACE_H

#include <stdbool.h>

#include "definition-store.h"

struct workplace_config {
	const char *const
		*directories; /* of saved definitions, ended by NULL; the first is written to */
	const char *links;    /* directory of links to character devices, by the device's name */
	const char *marks;    /* directory of notes that last until the machine stops */
	const char *trouble;  /* file that says why modules could not be loaded, if there is one */
};

struct workplace {
	struct store *store;
	char *links;
	char *marks;
	char *trouble;
};

/* @config: copied. Returns 0 or -ENOMEM. */
int workplace_new(const struct workplace_config *config, struct workplace **ret_workplace);

/* Returns NULL. NULL is accepted. */
struct workplace *workplace_free(struct workplace *workplace);

/* Why the kernel's modules could not be loaded: owned; NULL when nobody said so. */
char *workplace_trouble(const struct workplace *workplace);

/* Has a saved device been started by itself since the machine started? It is not once more, should somebody delete it. */
bool workplace_is_marked(const struct workplace *workplace, const char *name);

/*
 * Note that somebody has decided about it, so that it is not. Without the note it may be started once more than it should, which
 * is no reason to fail. Returns 0 or -errno.
 */
int workplace_mark(const struct workplace *workplace, const char *name);

/* The directory and those above it exist, and everybody may look into them. Returns 0 or -errno. */
int workplace_make_directory(const char *path, unsigned int mode);

#endif
