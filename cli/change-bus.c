// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes asked of vdpactld, which asks polkit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus-call.h"
#include "change.h"
#include "field.h"
#include "objects.h"
#include "request-bus.h"
#include "util/cleanup.h"

static int bus_add(struct cli *cli, const struct vdpactl_device_request *request, char **ret_name,
		   char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const char *name, *path;
	int r;

	r = bus_connect(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT, IF_MANAGER,
						   "AddDevice");
	if (r >= 0)
		r = sd_bus_message_append(message, "ss", request->mgmtdev, request->name);
	if (r >= 0)
		r = request_bus_append(message, request, FIELD_AT_CREATE | FIELD_LIVE);
	if (r >= 0)
		r = bus_call(bus, message, &reply, ret_reason);
	if (r >= 0)
		r = sd_bus_message_read(reply, "so", &name, &path);
	if (r < 0)
		return r;
	*ret_name = strdup(name);
	return *ret_name ? 0 : -ENOMEM;
}

static int bus_delete(struct cli *cli, const char *name, bool force, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = bus_connect(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT, IF_MANAGER,
						   "DeleteDevice");
	if (r >= 0)
		r = force ? sd_bus_message_append(message, "sa{sv}", name, 1, "force", "b", 1)
			  : sd_bus_message_append(message, "sa{sv}", name, 0);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

/* A method of a device that takes one string and options. */
static int device_call(const char *name, const char *method, const char *argument, bool options,
		       char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = bus_device_call_new(name, method, &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", argument);
	if (r >= 0 && options)
		r = sd_bus_message_append(message, "a{sv}", 0);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

static int bus_bind(struct cli *cli, const char *name, const char *driver, char **ret_reason)
{
	return device_call(name, "Bind", driver, true, ret_reason);
}

static int bus_set_mac(struct cli *cli, const char *name, const char *mac, char **ret_reason)
{
	return device_call(name, "SetMac", mac, false, ret_reason);
}

static int bus_set_link(struct cli *cli, const char *name, bool up, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = bus_device_call_new(name, "SetLink", &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "b", up);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

const struct change_ops change_bus = {
	.add = bus_add,
	.delete = bus_delete,
	.bind = bus_bind,
	.set_mac = bus_set_mac,
	.set_link = bus_set_link,
};
