// SPDX-License-Identifier: LGPL-2.1-or-later
/* The bus in /sys: its own files by their paths, what virtio makes of a device by sd-device. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-device.h>

#include "sysfs.h"
#include "sysfs-monitor.h"

#define BUS	     "vdpa"
#define VHOST_PREFIX "vhost-vdpa-"
#define BUS_DIR	     "/sys/bus/" BUS
#define DEVICES_DIR  BUS_DIR "/devices"

static void unref_device(sd_device **device)
{
	sd_device_unref(*device);
}

#define _cleanup_device_ _cleanup_(unref_device)

void sysfs_endpoint_clear(struct sysfs_endpoint *endpoint)
{
	free(endpoint->driver);
	free(endpoint->chardev);
	free(endpoint->netdev);
	free(endpoint->disk);
	memset(endpoint, 0, sizeof(*endpoint));
}

char **sysfs_names_free(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
	return NULL;
}

static int copy(const char *text, char **ret)
{
	free(*ret);
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

/* "/sys/bus/vdpa/devices/web0/driver": @kind is "devices" or "drivers". */
static int make_path(char path[PATH_MAX], const char *kind, const char *name, const char *file)
{
	return snprintf(path, PATH_MAX, BUS_DIR "/%s/%s/%s", kind, name, file) >= PATH_MAX ? -ENODEV
											   : 0;
}

/* Only the last part of the link says something. NULL stays when no driver is bound. */
static int kernel_driver(void *userdata, const char *name, char **ret_driver)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t n;
	int r;

	r = make_path(path, "devices", name, "driver");
	if (r < 0)
		return r;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0 && errno == ENOENT) {
		path[strlen(path) - strlen("/driver")] = '\0';
		return access(path, F_OK) < 0 ? -ENODEV : 0;
	}
	if (n < 0)
		return -errno;
	target[n] = '\0';
	last = strrchr(target, '/');
	return copy(last ? last + 1 : target, ret_driver);
}

/* ---- what stands behind ---------------------------------------------------------------------- */

static int take_devname(sd_device *child, char **ret)
{
	const char *path;

	return sd_device_get_devname(child, &path) < 0 ? 0 : copy(path, ret);
}

static int take_netdev(sd_device *child, struct sysfs_endpoint *endpoint)
{
	const char *name;
	int index, r;

	r = sd_device_get_sysname(child, &name);
	if (r >= 0)
		r = copy(name, &endpoint->netdev);
	if (r >= 0 && sd_device_get_ifindex(child, &index) >= 0)
		endpoint->ifindex = index;
	return r;
}

static int take_child(sd_device *child, struct sysfs_endpoint *endpoint);

/* libsystemd lists no children of children, and follows the links "driver" and "subsystem" as if they were. */
static int take_children(sd_device *parent, struct sysfs_endpoint *endpoint)
{
	int r = 0;

	for (sd_device *child = sd_device_get_child_first(parent, NULL); r >= 0 && child;
	     child = sd_device_get_child_next(parent, NULL))
		r = take_child(child, endpoint);
	return r;
}

static int take_child(sd_device *child, struct sysfs_endpoint *endpoint)
{
	const char *subsystem, *type;

	if (sd_device_get_subsystem(child, &subsystem) < 0)
		return 0;
	if (strcmp(subsystem, "virtio") == 0)
		return take_children(child, endpoint);
	if (strcmp(subsystem, "net") == 0 && !endpoint->netdev)
		return take_netdev(child, endpoint);
	/* The disk, not its partitions. */
	if (strcmp(subsystem, "block") == 0 && sd_device_get_devtype(child, &type) >= 0 &&
	    strcmp(type, "disk") == 0)
		return take_devname(child, &endpoint->disk);
	return 0;
}

/*
 * vhost_vdpa gives its character devices no class, so libsystemd does not see them: look for the directory.
 * The node in /dev has its name.
 */
static int take_chardev(const char *name, struct sysfs_endpoint *endpoint)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	int r;

	r = make_path(path, "devices", name, "");
	if (r < 0)
		return r;
	dir = opendir(path);
	while (dir && !endpoint->chardev && r >= 0 && (entry = readdir(dir)))
		if (strncmp(entry->d_name, VHOST_PREFIX, strlen(VHOST_PREFIX)) == 0 &&
		    asprintf(&endpoint->chardev, "/dev/%s", entry->d_name) < 0)
			r = -ENOMEM;
	if (dir)
		closedir(dir);
	return r;
}

static int take_virtio(const char *name, struct sysfs_endpoint *endpoint)
{
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = sd_device_new_from_subsystem_sysname(&device, BUS, name);
	return r < 0 ? r : take_children(device, endpoint);
}

static int kernel_endpoint(void *userdata, const char *name, struct sysfs_endpoint *ret_endpoint)
{
	_cleanup_(sysfs_endpoint_clear) struct sysfs_endpoint endpoint = { .driver = NULL };
	int r;

	r = kernel_driver(NULL, name, &endpoint.driver);
	if (r < 0)
		return r;
	/* Nothing is behind a device without a driver. */
	if (endpoint.driver)
		r = take_chardev(name, &endpoint);
	if (r >= 0 && endpoint.driver && !endpoint.chardev)
		r = take_virtio(name, &endpoint);
	if (r < 0)
		return r;
	*ret_endpoint = endpoint;
	memset(&endpoint, 0, sizeof(endpoint));
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* Where there is no such file there is no such device, driver or bus. */
static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 ? fd : errno == ENOENT ? -ENODEV : -errno;
}

static int read_file(const char *path, char **ret_value)
{
	_cleanup_close_ int fd = open_file(path, O_RDONLY);
	char value[4096], *text;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, value, sizeof(value) - 1);
	if (n < 0)
		return -errno;
	value[n] = '\0';
	text = strndup(value, strcspn(value, "\n"));
	if (!text)
		return -ENOMEM;
	*ret_value = text;
	return 0;
}

/* A write is the request itself, and what it returns the answer. */
static int write_file(const char *path, const char *value)
{
	_cleanup_close_ int fd = open_file(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = write(fd, value, strlen(value));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int kernel_has_driver(void *userdata, const char *driver)
{
	char path[PATH_MAX];
	int r;

	r = make_path(path, "drivers", driver, "");
	if (r < 0 || access(path, F_OK) == 0)
		return r < 0 ? 0 : 1;
	return errno == ENOENT ? 0 : -errno;
}

static int kernel_read_bus(void *userdata, const char *file, char **ret_value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS_DIR "/%s", file);
	return read_file(path, ret_value);
}

static int kernel_write_bus(void *userdata, const char *file, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BUS_DIR "/%s", file);
	return write_file(path, value);
}

static int kernel_read_device(void *userdata, const char *name, const char *file, char **ret_value)
{
	char path[PATH_MAX];
	int r;

	r = make_path(path, "devices", name, file);
	return r < 0 ? r : read_file(path, ret_value);
}

static int kernel_write_device(void *userdata, const char *name, const char *file,
			       const char *value)
{
	char path[PATH_MAX];
	int r;

	r = make_path(path, "devices", name, file);
	return r < 0 ? r : write_file(path, value);
}

static int kernel_write_driver(void *userdata, const char *driver, const char *file,
			       const char *value)
{
	char path[PATH_MAX];
	int r;

	r = make_path(path, "drivers", driver, file);
	return r < 0 ? r : write_file(path, value);
}

/* ---- lists and users ------------------------------------------------------------------------- */

static int is_device(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* An enumerator would open each device; here only the names matter. */
static int kernel_list(void *userdata, char ***ret_names)
{
	struct dirent **entries = NULL;
	int n = scandir(DEVICES_DIR, &entries, is_device, NULL), r = 0;
	char **names;

	if (n < 0 && errno != ENOENT)
		return -errno;
	if (n < 0)
		n = 0;
	names = calloc((size_t)n + 1, sizeof(*names));
	if (!names)
		r = -ENOMEM;
	for (int i = 0; i < n; i++) {
		if (!r && !(names[i] = strdup(entries[i]->d_name)))
			r = -ENOMEM;
		free(entries[i]);
	}
	free(entries);
	if (r < 0)
		sysfs_names_free(names);
	else
		*ret_names = names;
	return r;
}

/* vhost_vdpa lets one process at a time open a device; opening one that is free changes nothing. */
static int kernel_in_use(void *userdata, const char *chardev)
{
	_cleanup_close_ int fd = -1;

	fd = open(chardev, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd >= 0)
		return 0;
	return errno == EBUSY ? 1 : -errno;
}

static int kernel_holders(void *userdata, struct sysfs_holder **ret_holders, size_t *ret_n)
{
	return sysfs_holders("/proc", ret_holders, ret_n);
}

const struct sysfs_ops sysfs_kernel = {
	.endpoint = kernel_endpoint,
	.driver = kernel_driver,
	.has_driver = kernel_has_driver,
	.list = kernel_list,
	.read_bus = kernel_read_bus,
	.write_bus = kernel_write_bus,
	.read_device = kernel_read_device,
	.write_device = kernel_write_device,
	.write_driver = kernel_write_driver,
	.in_use = kernel_in_use,
	.holders = kernel_holders,
	.monitor_open = sysfs_monitor_open,
	.monitor_fd = sysfs_monitor_fd,
	.monitor_next = sysfs_monitor_next,
	.monitor_close = sysfs_monitor_close,
};
