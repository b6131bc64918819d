// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved definitions in the model: as the worker's store has them, and compared with what is live. */
#include <errno.h>
#include <stdlib.h>

#include "log.h"
#include "manager-private.h"
#include "util/cleanup.h"

void manager_saved_follow(struct manager *m, const char *name, const struct vdpactl_device *device,
			  const char *error)
{
	struct collection *definitions = m->parts[MANAGER_DEFINITION].objects;
	const struct vdpactl_config *config =
		collection_find(m->parts[MANAGER_CONFIG].objects, name);
	const struct saved *saved = collection_find(definitions, name);
	struct saved *now = NULL;
	int r;

	r = saved ? saved_compare(saved, device, config, error, &now) : 0;
	if (r > 0)
		r = collection_put(definitions, now);
	if (r < 0)
		log_error("comparing device %s with its definition: out of memory", name);
}

/* A definition as it was read from its file, with what the model knows besides. Takes @saved. */
static struct saved *complete(struct manager *m, struct saved *saved)
{
	const struct saved *old =
		collection_find(m->parts[MANAGER_DEFINITION].objects, saved->name);
	const struct vdpactl_device *device =
		collection_find(m->parts[MANAGER_DEVICE].objects, saved->name);
	const struct vdpactl_config *config =
		collection_find(m->parts[MANAGER_CONFIG].objects, saved->name);
	struct saved *now;
	int r;

	r = saved_compare(saved, device, config, old ? old->error : NULL, &now);
	if (r <= 0)
		return saved;
	saved_unref(saved);
	return now;
}

void manager_saved_take(struct manager *m, struct change *change)
{
	struct collection *definitions = m->parts[MANAGER_DEFINITION].objects;
	int r = 0;

	for (size_t i = 0; i < change->n_saved; i++)
		change->saved[i] = complete(m, change->saved[i]);
	if (change->saved_all)
		r = collection_replace(definitions, (void **)change->saved, change->n_saved);
	else if (change->n_saved)
		r = collection_put(definitions, change->saved[0]);
	else
		collection_remove(definitions, change->device);
	change->n_saved = 0;
	if (r < 0)
		log_error("not all saved definitions are known: out of memory");
}
