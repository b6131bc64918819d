// SPDX-License-Identifier: LGPL-2.1-or-later
/* The bus in /sys, by sd-device. */
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
#define DEVICES_DIR  "/sys/bus/" BUS "/devices"

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

static int open_device(const char *name, sd_device **ret_device)
{
	return sd_device_new_from_subsystem_sysname(ret_device, BUS, name);
}

/* NULL stays when no driver is bound. */
static int device_driver(sd_device *device, char **ret_driver)
{
	const char *driver;
	int r;

	r = sd_device_get_driver(device, &driver);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : copy(driver, ret_driver);
}

static int kernel_driver(void *userdata, const char *name, char **ret_driver)
{
	_cleanup_device_ sd_device *device = NULL;
	char *driver = NULL;
	int r;

	r = open_device(name, &device);
	if (r >= 0)
		r = device_driver(device, &driver);
	if (r >= 0)
		*ret_driver = driver;
	return r < 0 ? r : 0;
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
static int take_chardev(sd_device *device, struct sysfs_endpoint *endpoint)
{
	const char *path;
	struct dirent *entry;
	DIR *dir;
	int r;

	r = sd_device_get_syspath(device, &path);
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

static int kernel_endpoint(void *userdata, const char *name, struct sysfs_endpoint *ret_endpoint)
{
	_cleanup_(sysfs_endpoint_clear) struct sysfs_endpoint endpoint = { .driver = NULL };
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = open_device(name, &device);
	if (r >= 0)
		r = device_driver(device, &endpoint.driver);
	if (r < 0)
		return r;
	/* Nothing is behind a device without a driver. */
	if (endpoint.driver)
		r = take_chardev(device, &endpoint);
	if (r >= 0 && endpoint.driver && !endpoint.chardev)
		r = take_children(device, &endpoint);
	if (r < 0)
		return r;
	*ret_endpoint = endpoint;
	memset(&endpoint, 0, sizeof(endpoint));
	return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int read_file(sd_device *device, const char *file, char **ret_value)
{
	const char *value;
	char *text;
	int r;

	r = sd_device_get_sysattr_value(device, file, &value);
	if (r < 0)
		return r;
	text = strndup(value, strcspn(value, "\n"));
	if (!text)
		return -ENOMEM;
	*ret_value = text;
	return 0;
}

/* The bus itself is a device to libsystemd, of the subsystem "subsystem"; a driver one of "drivers". */
static int open_bus(sd_device **ret_device)
{
	return sd_device_new_from_subsystem_sysname(ret_device, "subsystem", BUS);
}

static int open_driver(const char *driver, sd_device **ret_device)
{
	char name[NAME_MAX];

	if (snprintf(name, sizeof(name), BUS ":%s", driver) >= (int)sizeof(name))
		return -ENODEV;
	return sd_device_new_from_subsystem_sysname(ret_device, "drivers", name);
}

static int kernel_has_driver(void *userdata, const char *driver)
{
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = open_driver(driver, &device);
	return r == -ENODEV ? 0 : r < 0 ? r : 1;
}

/*
 * Not sd_device_set_sysattr_value(): it asks for the file to be there under a name of its own making and
 * hides what the driver answered behind a read. A write here is the request itself.
 */
static int write_file(sd_device *device, const char *file, const char *value)
{
	char path[PATH_MAX];
	_cleanup_close_ int fd = -1;
	const char *directory;
	ssize_t n;
	int r;

	r = sd_device_get_syspath(device, &directory);
	if (r < 0)
		return r;
	if (snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	do
		n = write(fd, value, strlen(value));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int kernel_read_bus(void *userdata, const char *file, char **ret_value)
{
	_cleanup_device_ sd_device *bus = NULL;
	int r;

	r = open_bus(&bus);
	return r < 0 ? r : read_file(bus, file, ret_value);
}

static int kernel_write_bus(void *userdata, const char *file, const char *value)
{
	_cleanup_device_ sd_device *bus = NULL;
	int r;

	r = open_bus(&bus);
	return r < 0 ? r : write_file(bus, file, value);
}

static int kernel_read_device(void *userdata, const char *name, const char *file, char **ret_value)
{
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = open_device(name, &device);
	return r < 0 ? r : read_file(device, file, ret_value);
}

static int kernel_write_device(void *userdata, const char *name, const char *file,
			       const char *value)
{
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = open_device(name, &device);
	return r < 0 ? r : write_file(device, file, value);
}

static int kernel_write_driver(void *userdata, const char *driver, const char *file,
			       const char *value)
{
	_cleanup_device_ sd_device *device = NULL;
	int r;

	r = open_driver(driver, &device);
	return r < 0 ? r : write_file(device, file, value);
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
