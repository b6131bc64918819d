/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole set of definitions at once: what has to be done for them to be saved and live, and doing it. In the worker
 * thread, in parts, so that others' requests are done in between.
 */
#ifndef VDPACTLD_APPLY_H
#define VDPACTLD_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "definition-store.h"
#include "workplace.h"

/* In the order in which they are done. */
enum apply_action {
	APPLY_STOP,	/* delete the device of a definition that is not in the set */
	APPLY_UNDEFINE, /* and forget that */
	APPLY_DEFINE,	/* save */
	APPLY_BIND,	/* another driver */
	APPLY_SET_MAC,	/* another address */
	APPLY_DIFFERS,	/* nothing can be done about it while the device is live */
	APPLY_START,	/* create */
};

struct apply_row {
	enum apply_action action;
	char *name;
	char *detail; /* keys of the definition that it is about, with commas between; "" when about all */
	char *error; /* why it failed; NULL when it did not, or was not tried */
	struct vdpactl_device_request *request; /* of the set; borrowed */
	/* What came of it, for the model. */
	struct vdpactl_device *device; /* owned */
	struct vdpactl_config *config; /* owned; NULL where the kernel does not show it */
	bool gone;
};

struct apply {
	char *text;
	bool prune;   /* definitions that are not in the set are forgotten, their devices deleted */
	bool dry_run; /* only say what would be done */

	struct definition *definition;
	struct apply_row *rows;
	size_t n, done; /* rows, and how many have been tried */
	size_t told;	/* of those, how many the model knows of: the loop's */
};

/* @text: copied. Returns NULL without memory. */
struct apply *apply_new(const char *text);

/* Returns NULL. NULL is accepted. */
struct apply *apply_free(struct apply *apply);

/* "start" */
const char *apply_action_name(enum apply_action action);

/*
 * Do the next part; the first makes the plan.
 * @ret_message: why all of it failed, owned; untouched when the context tells or memory is short
 * Returns 1 when more is to be done, 0 at the end (rows may have failed), -EINVAL for a set with a mistake in it, or
 * another -errno when nothing was done.
 */
int apply_run(struct apply *apply, const struct workplace *workplace, struct vdpactl_ctx *ctx,
	      char **ret_message);

/* apply-plan.c: fill the rows. */
int apply_plan(struct apply *apply, const struct store *store, struct vdpactl_ctx *ctx,
	       char **ret_message);

#endif
