/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of devices and management devices. */
#ifndef VDPACTL_NAME_H
#define VDPACTL_NAME_H

/* What is wrong with a name, or NULL when nothing is. A constant. */
const char *name_check_device(const char *name);
const char *name_check_mgmtdev(const char *name);

#endif
