/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of the vdpa bus and of kernel modules, as udev tells them: the monitor part of sysfs_kernel. */
#ifndef VDPACTL_SYSFS_MONITOR_H
#define VDPACTL_SYSFS_MONITOR_H

#include "sysfs.h"

int sysfs_monitor_open(void *userdata, void **ret_monitor);
int sysfs_monitor_fd(void *monitor);
int sysfs_monitor_next(void *monitor, struct sysfs_event *ret_event);
void sysfs_monitor_close(void *monitor);

#endif
