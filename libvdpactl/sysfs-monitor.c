// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <systemd/sd-device.h>
#include <systemd/sd-event.h>

#include "sysfs-monitor.h"

/* libsystemd hands out devices only from an event loop, so the monitor has one of its own. */
struct monitor {
	sd_event *event;
	sd_device_monitor *devices;
	struct sysfs_event *v; /* taken in, not yet handed out */
	size_t n;
	int error;
};

static int queue(struct monitor *m, char action, bool module, const char *name)
{
	struct sysfs_event *v;

	v = reallocarray(m->v, m->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	m->v = v;
	v[m->n] = (struct sysfs_event){ .action = action, .module = module };
	v[m->n].name = strdup(name);
	if (!v[m->n].name)
		return -ENOMEM;
	m->n++;
	return 0;
}

/*
 * A network interface or disk came, went or was renamed: that is a change of the vDPA device behind it, when
 * there is one.
 */
static int on_endpoint(struct monitor *m, sd_device *device)
{
	const char *name;
	sd_device *parent;

	if (sd_device_get_parent_with_subsystem_devtype(device, "vdpa", NULL, &parent) < 0 ||
	    sd_device_get_sysname(parent, &name) < 0)
		return 0;
	return queue(m, 'c', false, name);
}

static int on_device(sd_device_monitor *monitor, sd_device *device, void *userdata)
{
	struct monitor *m = userdata;
	const char *subsystem, *name;
	sd_device_action_t action;
	char letter = 'c';
	int r;

	if (sd_device_get_subsystem(device, &subsystem) < 0 ||
	    sd_device_get_sysname(device, &name) < 0 || sd_device_get_action(device, &action) < 0)
		return 0;
	if (action == SD_DEVICE_ADD)
		letter = 'a';
	else if (action == SD_DEVICE_REMOVE)
		letter = 'r';
	if (strcmp(subsystem, "net") == 0 || strcmp(subsystem, "block") == 0)
		r = on_endpoint(m, device);
	else
		r = queue(m, letter, strcmp(subsystem, "module") == 0, name);
	if (r < 0)
		m->error = r;
	return 0;
}

void sysfs_monitor_close(void *monitor)
{
	struct monitor *m = monitor;

	sd_device_monitor_unref(m->devices);
	sd_event_unref(m->event);
	for (size_t i = 0; i < m->n; i++)
		free(m->v[i].name);
	free(m->v);
	free(m);
}

static int start(struct monitor *m)
{
	static const char *const subsystems[] = { "vdpa", "module", "net", "block" };
	int r;

	r = sd_event_new(&m->event);
	if (r >= 0)
		r = sd_device_monitor_new(&m->devices);
	for (size_t i = 0; i < sizeof(subsystems) / sizeof(subsystems[0]) && r >= 0; i++)
		r = sd_device_monitor_filter_add_match_subsystem_devtype(m->devices, subsystems[i],
									 NULL);
	if (r >= 0)
		r = sd_device_monitor_attach_event(m->devices, m->event);
	if (r >= 0)
		r = sd_device_monitor_start(m->devices, on_device, m);
	return r < 0 ? r : 0;
}

int sysfs_monitor_open(void *userdata, void **ret_monitor)
{
	struct monitor *m;
	int r;

	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	r = start(m);
	if (r < 0) {
		sysfs_monitor_close(m);
		return r;
	}
	*ret_monitor = m;
	return 0;
}

int sysfs_monitor_fd(void *monitor)
{
	struct monitor *m = monitor;

	return sd_event_get_fd(m->event);
}

int sysfs_monitor_next(void *monitor, struct sysfs_event *ret_event)
{
	struct monitor *m = monitor;
	int r;

	while (!m->n && !m->error) {
		r = sd_event_run(m->event, 0);
		if (r <= 0)
			return r;
	}
	/* Without memory for an event, it is lost. */
	if (m->error) {
		m->error = 0;
		return -ENOBUFS;
	}
	*ret_event = m->v[0];
	memmove(m->v, m->v + 1, --m->n * sizeof(*m->v));
	return 1;
}
