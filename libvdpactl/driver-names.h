/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people call the bus drivers, and what the kernel does. */
#ifndef VDPACTL_DRIVER_NAMES_H
#define VDPACTL_DRIVER_NAMES_H

#include <stddef.h>
#include <string.h>

#define DRIVER_NONE "none"

/* "vhost" -> "vhost_vdpa"; "none" -> ""; NULL for any other word. A constant. */
static inline const char *driver_to_kernel(const char *word)
{
	if (strcmp(word, "vhost") == 0)
		return "vhost_vdpa";
	if (strcmp(word, "virtio") == 0)
		return "virtio_vdpa";
	return strcmp(word, DRIVER_NONE) == 0 ? "" : NULL;
}

/* "vhost_vdpa" -> "vhost"; NULL or "" -> "none"; any other driver keeps its name. Borrowed. */
static inline const char *driver_from_kernel(const char *driver)
{
	if (!driver || !*driver)
		return DRIVER_NONE;
	if (strcmp(driver, "vhost_vdpa") == 0)
		return "vhost";
	return strcmp(driver, "virtio_vdpa") == 0 ? "virtio" : driver;
}

#endif
