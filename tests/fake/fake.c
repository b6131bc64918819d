// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fake kernel: %s\n", what);
	abort();
}

struct fake *fake_new(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	must(fake, "no memory");
	fake->has_vdpa = fake->autoprobe = true;
	fake->per_part = 2;
	fake->next_type = 0x20;
	strcpy(fake->drivers[0], "vhost_vdpa");
	strcpy(fake->drivers[1], "virtio_vdpa");
	strcpy(fake->run_dir, "/tmp/vdpactl-test-XXXXXX");
	must(mkdtemp(fake->run_dir), "no directory");
	must(pipe2(fake->event_fds, O_CLOEXEC | O_NONBLOCK) == 0, "no pipe");
	fake_add_mgmtdev(fake, "", "vdpasim_net", 1 << 1);
	fake_add_mgmtdev(fake, "pci", "0000:01:00.0", 1 << 1);
	fake_add_mgmtdev(fake, "", "vdpasim_blk", 1 << 2);
	fake->seams = (struct ctx_seams){
		.nl = &fake_netlink,
		.nl_userdata = fake,
		.sysfs = &fake_sysfs,
		.sysfs_userdata = fake,
		.run_dir = fake->run_dir,
		.timeout_ms = 50,
	};
	return fake;
}

struct fake *fake_free(struct fake *fake)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/autoprobe.open", fake->run_dir);
	unlink(path);
	rmdir(fake->run_dir);
	for (size_t i = 0; i < fake->n_events; i++)
		free(fake->events[i].name);
	close(fake->event_fds[0]);
	close(fake->event_fds[1]);
	free(fake);
	return NULL;
}

struct vdpactl_ctx *fake_ctx(struct fake *fake)
{
	struct vdpactl_ctx *ctx;

	must(ctx_new_with(&fake->seams, &ctx) == 0, "no context");
	return ctx;
}

void fake_log(struct fake *fake, const char *format, ...)
{
	size_t used = strlen(fake->log);
	va_list ap;

	va_start(ap, format);
	vsnprintf(fake->log + used, sizeof(fake->log) - used, format, ap);
	va_end(ap);
}

struct fake_mgmtdev *fake_add_mgmtdev(struct fake *fake, const char *bus, const char *name,
				      uint64_t classes)
{
	struct fake_mgmtdev *m = &fake->mgmtdevs[fake->n_mgmtdevs++];

	must(fake->n_mgmtdevs <= FAKE_MAX, "too many management devices");
	snprintf(m->bus, FAKE_NAME, "%s", bus);
	snprintf(m->name, FAKE_NAME, "%s", name);
	m->classes = classes;
	m->features = 0x300020020;
	return m;
}

struct fake_mgmtdev *fake_find_mgmtdev(struct fake *fake, const char *bus, const char *name)
{
	for (size_t i = 0; i < fake->n_mgmtdevs; i++)
		if (strcmp(fake->mgmtdevs[i].bus, bus) == 0 &&
		    strcmp(fake->mgmtdevs[i].name, name) == 0)
			return &fake->mgmtdevs[i];
	return NULL;
}

struct fake_device *fake_find(struct fake *fake, const char *name)
{
	for (size_t i = 0; i < fake->n_devices; i++)
		if (strcmp(fake->devices[i].name, name) == 0)
			return &fake->devices[i];
	return NULL;
}

void fake_probe(struct fake *fake, struct fake_device *device)
{
	for (size_t i = 0; !*device->driver && i < 4; i++) {
		const char *driver = fake->drivers[i];

		if (!*driver || strcmp(driver, fake->refuses) == 0)
			continue;
		if (!*device->override || strcmp(device->override, driver) == 0)
			snprintf(device->driver, FAKE_NAME, "%s", driver);
	}
}

struct fake_device *fake_add_device(struct fake *fake, const char *name, const char *mgmtdev)
{
	struct fake_device *d = &fake->devices[fake->n_devices++];

	must(fake->n_devices <= FAKE_MAX, "too many devices");
	memset(d, 0, sizeof(*d));
	snprintf(d->name, FAKE_NAME, "%s", name);
	d->mgmtdev = fake_find_mgmtdev(fake, "", mgmtdev);
	must(d->mgmtdev, "no such management device");
	d->id = d->mgmtdev->classes & 1 << 2 ? 2 : 1;
	d->mtu = 1500;
	d->max_vqp = 1;
	d->capacity = 262144;
	d->block_size = 512;
	d->num_queues = 2;
	d->features = d->mgmtdev->features;
	if (fake->autoprobe)
		fake_probe(fake, d);
	return d;
}

void fake_remove(struct fake *fake, struct fake_device *device)
{
	size_t i = device - fake->devices;

	memmove(device, device + 1, (--fake->n_devices - i) * sizeof(*device));
}

void fake_uevent(struct fake *fake, char action, bool module, const char *name)
{
	struct sysfs_event *e = &fake->events[fake->n_events++];

	must(fake->n_events <= FAKE_MAX, "too many events");
	*e = (struct sysfs_event){ .action = action, .module = module, .name = strdup(name) };
	must(e->name && write(fake->event_fds[1], "", 1) == 1, "no event");
}
