// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"

static int text(const char *value, char **ret)
{
	*ret = strdup(value);
	return *ret ? 0 : -ENOMEM;
}

static int driver(void *userdata, const char *name, char **ret_driver)
{
	struct fake *fake = userdata;
	struct fake_device *d = fake_find(fake, name);

	if (!d)
		return -ENODEV;
	if (fake->fail_look && --fake->fail_look == 0)
		return -ENOMEM;
	if (!*d->driver) {
		*ret_driver = NULL;
		return 0;
	}
	return text(d->driver, ret_driver);
}

static int endpoint(void *userdata, const char *name, struct sysfs_endpoint *ret)
{
	struct fake *fake = userdata;
	struct fake_device *d = fake_find(fake, name);
	int i = d ? d - fake->devices : 0, r;

	r = driver(userdata, name, &ret->driver);
	if (r < 0 || !ret->driver)
		return r;
	if (strcmp(d->driver, "vhost_vdpa") == 0)
		return asprintf(&ret->chardev, "/dev/vhost-vdpa-%d", i) < 0 ? -ENOMEM : 0;
	if (d->id == 2)
		return asprintf(&ret->disk, "/dev/vd%c", 'a' + i) < 0 ? -ENOMEM : 0;
	ret->ifindex = 10 + i;
	return asprintf(&ret->netdev, "eth%d", i) < 0 ? -ENOMEM : 0;
}

static int has_driver(void *userdata, const char *name)
{
	struct fake *fake = userdata;

	for (size_t i = 0; i < 4; i++)
		if (strcmp(fake->drivers[i], name) == 0)
			return 1;
	return 0;
}

static int list(void *userdata, char ***ret_names)
{
	struct fake *fake = userdata;
	char **names = calloc(fake->n_devices + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < fake->n_devices; i++) {
		names[i] = strdup(fake->devices[i].name);
		if (!names[i]) {
			sysfs_names_free(names);
			return -ENOMEM;
		}
	}
	*ret_names = names;
	return 0;
}

static int read_bus(void *userdata, const char *file, char **ret_value)
{
	struct fake *fake = userdata;

	if (strcmp(file, "drivers_autoprobe") != 0)
		return -ENOENT;
	return text(fake->autoprobe ? "1" : "0", ret_value);
}

static int write_bus(void *userdata, const char *file, const char *value)
{
	struct fake *fake = userdata;
	struct fake_device *d;

	fake_log(fake, "%s=%s\n", file, value);
	if (fake->fail_write)
		return -fake->fail_write;
	if (strcmp(file, "drivers_autoprobe") == 0) {
		fake->autoprobe = *value == '1';
		return 0;
	}
	d = fake_find(fake, value);
	if (!d || strcmp(file, "drivers_probe") != 0)
		return -ENODEV;
	/* As the kernel has it: success says nothing about whether it is bound now. */
	fake_probe(fake, d);
	return 0;
}

static int read_device(void *userdata, const char *name, const char *file, char **ret_value)
{
	struct fake_device *d = fake_find(userdata, name);

	if (!d || strcmp(file, "driver_override") != 0)
		return -ENODEV;
	return text(*d->override ? d->override : "(null)", ret_value);
}

static int write_device(void *userdata, const char *name, const char *file, const char *value)
{
	struct fake *fake = userdata;
	struct fake_device *d = fake_find(fake, name);

	fake_log(fake, "%s/%s=%s\n", name, file, value);
	if (!d || strcmp(file, "driver_override") != 0)
		return -ENODEV;
	if (fake->fail_write)
		return -fake->fail_write;
	snprintf(d->override, FAKE_NAME, "%.*s", (int)strcspn(value, "\n"), value);
	return 0;
}

static int write_driver(void *userdata, const char *name, const char *file, const char *value)
{
	struct fake *fake = userdata;
	struct fake_device *d = fake_find(fake, value);

	fake_log(fake, "%s/%s=%s\n", name, file, value);
	if (!d || strcmp(file, "unbind") != 0 || strcmp(d->driver, name) != 0)
		return -ENODEV;
	if (fake->fail_write)
		return -fake->fail_write;
	/* Whoever held it has a dead file now. */
	d->held = false;
	*d->driver = '\0';
	return 0;
}

static int in_use(void *userdata, const char *chardev)
{
	struct fake *fake = userdata;
	int i = -1;

	if (sscanf(chardev, "/dev/vhost-vdpa-%d", &i) != 1 || (size_t)i >= fake->n_devices)
		return -ENOENT;
	return fake->devices[i].held;
}

/* The first that is held, by a process that is there only here. */
static int holders(void *userdata, struct sysfs_holder **ret_holders, size_t *ret_n)
{
	struct fake *fake = userdata;
	struct sysfs_holder *holder;
	size_t i = 0;

	while (i < fake->n_devices && !fake->devices[i].held)
		i++;
	*ret_n = 0;
	if (i == fake->n_devices)
		return 0;
	holder = calloc(1, sizeof(*holder));
	if (!holder || asprintf(&holder->chardev, "/dev/vhost-vdpa-%zu", i) < 0) {
		free(holder);
		return -ENOMEM;
	}
	holder->pid = 4711;
	holder->comm = strdup("qemu");
	*ret_holders = holder;
	*ret_n = 1;
	return 0;
}

/* ---- events ---------------------------------------------------------------------------------- */

static int monitor_open(void *userdata, void **ret_monitor)
{
	*ret_monitor = userdata;
	return 0;
}

static int monitor_fd(void *monitor)
{
	struct fake *fake = monitor;

	return fake->event_fds[0];
}

static int monitor_next(void *monitor, struct sysfs_event *ret_event)
{
	struct fake *fake = monitor;
	char c;

	if (!fake->n_events || read(fake->event_fds[0], &c, 1) != 1)
		return 0;
	*ret_event = fake->events[0];
	memmove(fake->events, fake->events + 1, --fake->n_events * sizeof(*fake->events));
	return 1;
}

static void monitor_close(void *monitor)
{
}

const struct sysfs_ops fake_sysfs = {
	.endpoint = endpoint,
	.driver = driver,
	.has_driver = has_driver,
	.list = list,
	.read_bus = read_bus,
	.write_bus = write_bus,
	.read_device = read_device,
	.write_device = write_device,
	.write_driver = write_driver,
	.in_use = in_use,
	.holders = holders,
	.monitor_open = monitor_open,
	.monitor_fd = monitor_fd,
	.monitor_next = monitor_next,
	.monitor_close = monitor_close,
};
