// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "node.h"
#include "objects.h"
#include "util/cleanup.h"

/* ---- the link ------------------------------------------------------------------------------ */

static char *link_path(const struct workplace *w, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", w->links, name) < 0 ? NULL : path;
}

/* From /dev/vdpa/by-name, so that it also holds where /dev is seen elsewhere, as in a container. */
static char *link_target(const char *chardev)
{
	char *target;

	return asprintf(&target, "../..%s", strrchr(chardev, '/')) < 0 ? NULL : target;
}

static bool points_to(const char *path, const char *target)
{
	char now[PATH_MAX];
	ssize_t n = readlink(path, now, sizeof(now));

	return n == (ssize_t)strlen(target) && memcmp(now, target, (size_t)n) == 0;
}

/* In one step, so that there is never a moment without. */
static int replace_link(const struct workplace *w, const char *path, const char *target)
{
	_cleanup_free_ char *temporary = NULL;
	int r;

	/* No device can have that name: the slash is the link's directory. */
	if (asprintf(&temporary, "%s/../.by-name-new", w->links) < 0) {
		temporary = NULL;
		return -ENOMEM;
	}
	r = workplace_make_directory(w->links, 0755);
	if (r < 0)
		return r;
	unlink(temporary);
	if (symlink(target, temporary) < 0 || rename(temporary, path) < 0)
		return -errno;
	return 0;
}

static int update_link(const struct workplace *w, const char *name, const char *chardev)
{
	_cleanup_free_ char *path = link_path(w, name), *target = NULL;

	if (!path)
		return -ENOMEM;
	if (!chardev)
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	target = link_target(chardev);
	if (!target)
		return -ENOMEM;
	return points_to(path, target) ? 0 : replace_link(w, path, target);
}

/* ---- both ---------------------------------------------------------------------------------- */

/* The rows of a definition that are about rights. */
static uint64_t rights(void)
{
	return field_bit(&field_table_request, "owner") | field_bit(&field_table_request, "group") |
	       field_bit(&field_table_request, "mode");
}

static bool has_rights(const struct vdpactl_device_request *request)
{
	return request->present & rights();
}

bool node_rights_differ(const struct vdpactl_device_request *a,
			const struct vdpactl_device_request *b)
{
	return field_diff(&field_table_request, a, b) & rights();
}

void node_follow(const struct workplace *workplace, const struct vdpactl_device *device)
{
	const struct log_about about = { .device = device->name };
	const struct store_entry *entry = store_find(workplace->store, device->name);
	const char *chardev = device->chardev && *device->chardev ? device->chardev : NULL;
	char error[256];
	int r;

	r = update_link(workplace, device->name, chardev);
	if (r < 0)
		log_about(LOG_WARNING, &about, "%s/%s: %s", workplace->links, device->name,
			  strerrordesc_np(-r));
	if (!entry || !chardev || !has_rights(entry->request))
		return;
	r = node_grant(chardev, entry->request, error);
	if (r < 0)
		log_about(LOG_WARNING, &about, "rights of device %s: %s", device->name,
			  r == -ENOMEM ? "out of memory" : error);
}

void node_revoke_definition(const struct workplace *workplace, const struct vdpactl_device *device)
{
	const struct store_entry *entry = store_find(workplace->store, device->name);

	if (entry && has_rights(entry->request) && device->chardev && *device->chardev)
		node_revoke(device->chardev);
}

void node_forget(const struct workplace *workplace, const char *name)
{
	update_link(workplace, name, NULL);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sweep(const struct workplace *w, DIR *dir, const char **names, size_t n)
{
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (entry->d_type == DT_LNK && !bsearch(&name, names, n, sizeof(*names), by_name))
			node_forget(w, name);
	}
}

void node_sweep(const struct workplace *workplace, const struct vdpactl_device_list *devices)
{
	size_t n = vdpactl_device_list_size(devices);
	_cleanup_free_ const char **names = calloc(n + 1, sizeof(const char *));
	DIR *dir = opendir(workplace->links);

	for (size_t i = 0; names && i < n; i++)
		names[i] = vdpactl_device_get_name(vdpactl_device_list_at(devices, i));
	if (names && dir) {
		qsort(names, n, sizeof(*names), by_name);
		sweep(workplace, dir, names, n);
	}
	if (dir)
		closedir(dir);
}
