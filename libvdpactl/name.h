/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of devices and management devices. */
#ifndef VDPACTL_NAME_H
#define VDPACTL_NAME_H

#include <stdbool.h>

/* What is wrong with a name, or NULL when nothing is. A constant. */
const char *name_check_device(const char *name);
const char *name_check_mgmtdev(const char *name);

/* Whether any device can have that name, also one that we would not create. */
bool name_is_possible(const char *name);

#endif
