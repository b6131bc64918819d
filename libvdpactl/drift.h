/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In what a live device is not as a definition has it, and what of that can be changed while it lives. */
#ifndef VDPACTL_DRIFT_H
#define VDPACTL_DRIFT_H

#include <stdbool.h>

#include "objects.h"

/*
 * Compare them; what the kernel does not show is no difference.
 * @device, @config: live, borrowed; NULL when there is none
 * @ret_drift: keys of the definition with commas between, "" when there is none; owned, free()
 * Returns 0 or -ENOMEM.
 */
int drift_find(const struct vdpactl_device_request *request, const struct vdpactl_device *device,
	       const struct vdpactl_config *config, char **ret_drift);

struct drift {
	bool driver, mac; /* these can be changed */
	char *others;	  /* these cannot: as drift_find() has it; owned, free() */
};

/* Sort the keys of a drift. Returns 0 or -ENOMEM. */
int drift_sort(const char *drift, struct drift *ret);

#endif
