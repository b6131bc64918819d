/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One reading of the kernel's state on the worker thread: everything, or a few devices by name. */
#ifndef VDPACTLD_REFRESH_H
#define VDPACTLD_REFRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <vdpactl.h>

#include "worker.h"
#include "workplace.h"

/* More devices than this are cheaper to read with one dump. */
#define REFRESH_MAX 16

/* What is read of a device besides the kernel's own report: the same for every reading, or they differ. */
#define REFRESH_FLAGS (VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER)

struct refresh {
	struct job job;
	void *userdata;
	struct workplace *workplace; /* links and rights follow what is read */

	/* what to read */
	bool all;
	char *names[REFRESH_MAX]; /* owned; without @all */
	size_t n_names;

	/* what was read */
	bool extension;
	struct vdpactl_mgmtdev_list *mgmtdevs;	    /* with @all */
	struct vdpactl_device_list *devices;	    /* with @all */
	struct vdpactl_device *found[REFRESH_MAX];  /* NULL: no such device any more */
	struct vdpactl_config_list *configs;	    /* with @all */
	struct vdpactl_config *config[REFRESH_MAX]; /* NULL: the kernel does not show it */
	struct vdpactl_config **more; /* with @all: those that the dump left out; owned, @n_more */
	size_t n_more;
};

/* Returns NULL without memory. */
struct refresh *refresh_new(void (*done)(struct job *job), void *userdata);

/* Returns NULL. NULL is accepted. */
struct refresh *refresh_free(struct refresh *refresh);

static inline struct refresh *refresh_of(struct job *job)
{
	return (struct refresh *)((char *)job - offsetof(struct refresh, job));
}

#endif
