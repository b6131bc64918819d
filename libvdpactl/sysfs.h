/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vdpa bus in sysfs, and what stands behind its devices. A table of functions, so that tests can be
 * the kernel.
 */
#ifndef VDPACTL_SYSFS_H
#define VDPACTL_SYSFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sysfs-holder.h"
#include "util/cleanup.h"

/* Strings are owned; NULL when there is none. */
struct sysfs_endpoint {
	char *driver;  /* as the kernel calls it */
	char *chardev; /* "/dev/vhost-vdpa-0" */
	char *netdev;
	uint32_t ifindex;
	char *disk; /* "/dev/vda" */
};

void sysfs_endpoint_clear(struct sysfs_endpoint *endpoint);

/* An event of the bus. */
struct sysfs_event {
	char action; /* 'a'dded, 'c'hanged, 'r'emoved */
	bool module; /* a kernel module, not a device */
	char *name;  /* owned */
};

struct sysfs_ops {
	/* Returns 0, -ENODEV when there is no such device, or -errno. */
	int (*endpoint)(void *userdata, const char *device, struct sysfs_endpoint *ret_endpoint);
	/* The kernel's name of the bound driver, owned, NULL when none is. -ENODEV. */
	int (*driver)(void *userdata, const char *device, char **ret_driver);
	/* Whether a bus driver is there: 1, 0, -errno. */
	int (*has_driver)(void *userdata, const char *driver);
	/* Names of all devices, ended by NULL; sysfs_names_free(). No bus: none. */
	int (*list)(void *userdata, char ***ret_names);
	/* Files of the bus ("drivers_autoprobe"), a device ("driver_override"), a driver ("unbind"). */
	int (*read_bus)(void *userdata, const char *file, char **ret_value);
	int (*write_bus)(void *userdata, const char *file, const char *value);
	int (*read_device)(void *userdata, const char *device, const char *file, char **ret_value);
	int (*write_device)(void *userdata, const char *device, const char *file,
			    const char *value);
	int (*write_driver)(void *userdata, const char *driver, const char *file,
			    const char *value);
	/* Whether somebody has a character device open: 1, 0, or -errno when that cannot be known. */
	int (*in_use)(void *userdata, const char *chardev);
	/* Who has character devices open, as far as that can be seen: as sysfs_holders(). */
	int (*holders)(void *userdata, struct sysfs_holder **ret_holders, size_t *ret_n);
	/* Events; next: 1, 0 when there is none for now, -ENOBUFS when some were lost, -errno. */
	int (*monitor_open)(void *userdata, void **ret_monitor);
	int (*monitor_fd)(void *monitor);
	int (*monitor_next)(void *monitor, struct sysfs_event *ret_event);
	void (*monitor_close)(void *monitor);
};

/* /sys. */
extern const struct sysfs_ops sysfs_kernel;

char **sysfs_names_free(char **names);
DEFINE_CLEANUP(char **, sysfs_names_free);

#endif
