// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node.h"
#include "objects.h"
#include "util/cleanup.h"

static int fail(int error, char **ret_message, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(int error, char **ret_message, const char *format, ...)
{
	va_list args;
	char *text;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r >= 0)
		*ret_message = text;
	return error;
}

/* The holder may have come or gone since @device was read, so it is only named where it is still the reason. */
static int explain(const struct vdpactl_device *device, int error, char **ret_message)
{
	const char *path = device->chardev;

	if (error == -EBUSY && device->holder_pid)
		return fail(error, ret_message, "%s is held open by %s (pid %u)", path,
			    device->holder_comm ? device->holder_comm : "a process",
			    device->holder_pid);
	if (error == -EBUSY)
		return fail(error, ret_message, "%s is held open by a process", path);
	if (error == -EPERM)
		return fail(
			error, ret_message,
			"the service may not open %s: its device policy is older than the module "
			"vhost_vdpa; systemctl restart vdpactld.service renews it",
			path);
	return fail(error, ret_message, "%s cannot be opened", path);
}

int node_open(struct vdpactl_ctx *ctx, const char *name, int *ret_fd, char **ret_message)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int fd, r;

	r = vdpactl_device_get(
		ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER | VDPACTL_DEVICE_SEARCH,
		&device);
	if (r < 0)
		return r;
	if (!device->chardev || !*device->chardev)
		return fail(-EOPNOTSUPP, ret_message,
			    "it is at driver %s and has no character device; only vhost has",
			    device->driver ? device->driver : "none");
	fd = open(device->chardev, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return explain(device, -errno, ret_message);
	*ret_fd = fd;
	return 0;
}
