/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A saved definition as the model and the bus have it: what is saved, and how the live device compares. */
#ifndef VDPACTLD_SAVED_H
#define VDPACTLD_SAVED_H

#include "definition-store.h"
#include "field.h"
#include "objects.h"

struct saved {
	uint64_t present;
	unsigned int n_refs;
	char *name;
	char *mgmtdev;
	int autostart;
	char *file;
	char *text;  /* the definition, as a file that has it alone */
	int live;    /* there is a device of that name */
	char *drift; /* keys whose value the device has otherwise, with commas between */
	char *error; /* why it could not be started, "" when nothing was wrong */

	struct vdpactl_device_request *request; /* owned */
};

extern const struct field_table field_table_saved;

/* One reference; NULL without memory. */
struct saved *saved_new(const struct store_entry *entry);

/*
 * Compare a definition with what is live.
 * @device, @config: live, borrowed; NULL when there is none
 * @error: what LastError is to be; NULL: what it is
 * @ret_saved: the same definition as it compares now, one reference
 * Returns 1, 0 when nothing is new, or -ENOMEM.
 */
int saved_compare(const struct saved *saved, const struct vdpactl_device *device,
		  const struct vdpactl_config *config, const char *error, struct saved **ret_saved);

/* NULL is accepted. */
void saved_unref(void *saved);

#endif
