// SPDX-License-Identifier: GPL-2.0-or-later
/* org.vdpactl1.Device: the methods; its properties are the rows of the device's field table. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bus-private.h"
#include "check-args.h"
#include "codec-bus.h"
#include "objects.h"

static int reply_nothing(sd_bus_message *call, const struct change *change)
{
	return sd_bus_reply_method_return(call, NULL);
}

static int start(sd_bus_message *m, struct change *change, bool force)
{
	struct bus *bus = bus_current(sd_bus_message_get_bus(m));

	if (!change)
		return -ENOMEM;
	change->force = force;
	return call_start(&bus->calls, bus->manager, m, change, reply_nothing);
}

static int method_bind(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct vdpactl_device *device = userdata;
	const char *driver;
	bool force;
	int r;

	r = sd_bus_message_read(m, "s", &driver);
	if (r < 0)
		return r;
	r = check_driver(driver, error);
	if (r >= 0)
		r = codec_bus_read_force(m, &force, error);
	if (r < 0)
		return r;
	return start(m, change_new(CHANGE_BIND, device->name, NULL, driver), force);
}

static int method_delete(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct vdpactl_device *device = userdata;
	bool force;
	int r;

	r = codec_bus_read_force(m, &force, error);
	if (r < 0)
		return r;
	return start(m, change_new(CHANGE_DELETE, device->name, NULL, NULL), force);
}

static int method_set_mac(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct vdpactl_device *device = userdata;
	struct change *change;
	uint8_t mac[6];
	const char *text;
	int r;

	r = sd_bus_message_read(m, "s", &text);
	if (r < 0)
		return r;
	r = check_mac(text, mac, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_SET_MAC, device->name, NULL, NULL);
	if (change)
		memcpy(change->mac, mac, sizeof(mac));
	return start(m, change, false);
}

static int method_set_link(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct vdpactl_device *device = userdata;
	struct change *change;
	int up, r;

	r = sd_bus_message_read(m, "b", &up);
	if (r < 0)
		return r;
	change = change_new(CHANGE_SET_LINK, device->name, NULL, NULL);
	if (change)
		change->up = up;
	return start(m, change, false);
}

/* ---- opening ------------------------------------------------------------------------------- */

/* Each page that the caller maps is pinned, and counts against its limit, once for each device it has open. */
uint64_t bus_memlock_for(uint64_t memory)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return memory > UINT64_MAX - page ? UINT64_MAX : (memory + page - 1) / page * page;
}

static int reply_open(sd_bus_message *call, const struct change *change)
{
	return sd_bus_reply_method_return(call, "ht", change->fd, bus_memlock_for(change->memory));
}

static int method_open_vhost(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct bus *bus = bus_current(sd_bus_message_get_bus(m));
	struct vdpactl_device *device = userdata;
	struct change *change;
	uint64_t memory = 0;
	const struct codec_option options[] = { { "memory", 't', &memory }, { NULL } };
	int r;

	r = codec_bus_read_simple(m, options, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_OPEN, device->name, NULL, NULL);
	if (!change)
		return -ENOMEM;
	change->memory = memory;
	return call_start(&bus->calls, bus->manager, m, change, reply_open);
}

/* ---- statistics ---------------------------------------------------------------------------- */

static int append_counters(sd_bus_message *m, const struct vdpactl_stats *stats)
{
	const char *name;
	uint64_t value;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{st}");
	for (size_t i = 0; r >= 0 && vdpactl_stats_at(stats, i, &name, &value) >= 0; i++)
		r = sd_bus_message_append(m, "{st}", name, value);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_queue(sd_bus_message *m, uint32_t index, const struct vdpactl_stats *stats)
{
	int r;

	r = sd_bus_message_open_container(m, 'r', "usa{st}");
	if (r >= 0)
		r = sd_bus_message_append(m, "us", index, vdpactl_stats_get_queue_type(stats));
	if (r >= 0)
		r = append_counters(m, stats);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int reply_statistics(sd_bus_message *call, const struct change *change)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(usa{st})");
	for (size_t i = 0; r >= 0 && i < change->n_stats; i++)
		r = append_queue(reply, (uint32_t)i, change->stats[i]);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int method_get_statistics(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct bus *bus = bus_current(sd_bus_message_get_bus(m));
	struct vdpactl_device *device = userdata;
	struct change *change;

	change = change_new(CHANGE_STATISTICS, device->name, NULL, NULL);
	if (!change)
		return -ENOMEM;
	return call_start(&bus->calls, bus->manager, m, change, reply_statistics);
}

const sd_bus_vtable bus_device_methods[] = {
	SD_BUS_METHOD_WITH_ARGS("Bind", SD_BUS_ARGS("s", driver, "a{sv}", options),
				SD_BUS_NO_RESULT, method_bind, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Delete", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT,
				method_delete, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetMac", SD_BUS_ARGS("s", mac), SD_BUS_NO_RESULT, method_set_mac,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetLink", SD_BUS_ARGS("b", up), SD_BUS_NO_RESULT, method_set_link,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("OpenVhost", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("h", fd, "t", memlock), method_open_vhost,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetStatistics", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("a(usa{st})", queues), method_get_statistics,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};
