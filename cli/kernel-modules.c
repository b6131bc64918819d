// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel-modules.h"
#include "util/cleanup.h"

/* Whether a line of modules.dep or modules.builtin ("kernel/drivers/vdpa/vdpa.ko: ...") is about @name. */
static bool names_module(char *line, const char *name)
{
	char *file, *dot;

	line[strcspn(line, ":\n")] = '\0';
	file = strrchr(line, '/');
	file = file ? file + 1 : line;
	dot = strstr(file, ".ko");
	if (!dot)
		return false;
	*dot = '\0';
	/* File names may have dashes where the module's name has underscores. */
	for (char *c = file; *c; c++)
		if (*c == '-')
			*c = '_';
	return strcmp(file, name) == 0;
}

/* The release of the kernel that @root is about. */
static bool find_release(const char *root, char *release, size_t size)
{
	_cleanup_fclose_ FILE *f = NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/osrelease", root);
	f = fopen(path, "re");
	if (!f || !fgets(release, (int)size, f))
		return false;
	release[strcspn(release, "\n")] = '\0';
	return true;
}

static bool listed(const char *root, const char *list, const char *name)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *line = NULL;
	char path[PATH_MAX], release[256];
	size_t size = 0;

	if (!find_release(root, release, sizeof(release)))
		return false;
	snprintf(path, sizeof(path), "%s/lib/modules/%s/%s", root, release, list);
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) >= 0)
		if (names_module(line, name))
			return true;
	return false;
}

enum kernel_module kernel_modules_find(const char *name, const char *root)
{
	char path[PATH_MAX];

	root = root ? root : "";
	snprintf(path, sizeof(path), "%s/sys/module/%s", root, name);
	if (access(path, F_OK) == 0 || listed(root, "modules.builtin", name))
		return KERNEL_MODULE_LOADED;
	return listed(root, "modules.dep", name) ? KERNEL_MODULE_INSTALLED : KERNEL_MODULE_ABSENT;
}
