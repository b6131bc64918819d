/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vdpactld has saved, beside the devices that live: "saved" and "drift" of what is shown. The daemon is asked once, and
 * not started for it; where none answers, nothing of this is known.
 */
#ifndef VDPACTL_CLI_DEVICE_SAVED_H
#define VDPACTL_CLI_DEVICE_SAVED_H

#include <json-c/json.h>
#include <vdpactl.h>

#include "cli.h"
#include "util/cleanup.h"

struct device_saved;

/* The members that it adds, ended by NULL. */
extern const char *const device_saved_fields[];

/*
 * Ask the daemon, and the kernel for the configurations to compare with.
 * @name: of the only device that will be added, NULL: any
 * @ret_saved: owned, device_saved_free(); NULL when nothing is known
 * Returns 0 or -ENOMEM.
 */
int device_saved_load(struct cli *cli, const char *name, struct device_saved **ret_saved);

/*
 * Add what is known of a device to what is shown of it.
 * @saved: may be NULL: then nothing
 * Returns 0 or -ENOMEM.
 */
int device_saved_add(const struct device_saved *saved, const struct vdpactl_device *device,
		     json_object *object);

/* Returns NULL. NULL is accepted. */
struct device_saved *device_saved_free(struct device_saved *saved);
DEFINE_CLEANUP(struct device_saved *, device_saved_free);

#endif
