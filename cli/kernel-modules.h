/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a kernel module there? */
#ifndef VDPACTL_CLI_KERNEL_MODULES_H
#define VDPACTL_CLI_KERNEL_MODULES_H

enum kernel_module {
	KERNEL_MODULE_ABSENT,	 /* the running kernel has none of that name */
	KERNEL_MODULE_INSTALLED, /* it could be loaded */
	KERNEL_MODULE_LOADED,	 /* or built in */
};

/*
 * @name: with underscores, as in /sys/module
 * @root: below which /proc, /sys and /lib/modules are looked for; NULL: "/"
 */
enum kernel_module kernel_modules_find(const char *name, const char *root);

#endif
