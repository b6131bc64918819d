/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists that the fake kernel hands out. */
#ifndef TESTS_BUS_FAKE_OBJECTS_H
#define TESTS_BUS_FAKE_OBJECTS_H

#include <vdpactl.h>

#define MAX_MGMTDEVS 4

struct vdpactl_device_list {
	struct vdpactl_device **v;
	size_t n;
};

struct vdpactl_config_list {
	struct vdpactl_config **v;
	size_t n;
};

struct vdpactl_mgmtdev_list {
	struct vdpactl_mgmtdev *v[MAX_MGMTDEVS];
	size_t n;
};

#endif
