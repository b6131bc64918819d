// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stand-in for polkit on a private bus: polkit-stub ADDRESS.
 *
 * It decides by the detail "device": names that begin with "yes" are authorised, with "ask" need a
 * password (authorised when the caller lets itself be asked), with "hang" get no answer at all; all
 * others are refused. So is a query about an action that vdpactl
 * does not define or that names no caller.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "util/cleanup.h"

#define ALLOW_INTERACTION 1u

static int known_action(const char *action)
{
	static const char *const actions[] = {
		"org.vdpactl1.add-device",	"org.vdpactl1.delete-device",
		"org.vdpactl1.bind-device",	"org.vdpactl1.set-device",
		"org.vdpactl1.define-device",	"org.vdpactl1.undefine-device",
		"org.vdpactl1.start-device",	"org.vdpactl1.stop-device",
		"org.vdpactl1.promote-device",	"org.vdpactl1.set-autostart",
		"org.vdpactl1.reload",		"org.vdpactl1.apply",
		"org.vdpactl1.read-statistics", "org.vdpactl1.open-vhost",
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(action, actions[i]) == 0)
			return 1;
	return 0;
}

/* The value of one detail, "" when it was not sent. Reads the whole dictionary. */
static int read_details(sd_bus_message *m, const char *wanted, const char **ret_value)
{
	const char *key, *value, *found = "";
	int r;

	r = sd_bus_message_enter_container(m, 'a', "{ss}");
	while (r >= 0 && (r = sd_bus_message_read(m, "{ss}", &key, &value)) > 0)
		if (strcmp(key, wanted) == 0)
			found = value;
	if (r < 0)
		return r;
	*ret_value = found;
	return sd_bus_message_exit_container(m);
}

static int reply(sd_bus_message *m, int authorized, int challenge)
{
	return sd_bus_reply_method_return(m, "(bba{ss})", authorized, challenge, 0);
}

static int method_check(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	const char *kind, *key, *name, *action, *device, *cancel;
	uint32_t flags;
	int r;

	r = sd_bus_message_read(m, "(sa{sv})s", &kind, 1, &key, "s", &name, &action);
	if (r < 0)
		return r;
	r = read_details(m, "device", &device);
	if (r < 0)
		return r;
	r = sd_bus_message_read(m, "us", &flags, &cancel);
	if (r < 0)
		return r;
	if (strcmp(kind, "system-bus-name") != 0 || strcmp(key, "name") != 0 || name[0] != ':' ||
	    !known_action(action))
		return sd_bus_error_setf(error, "org.freedesktop.PolicyKit1.Error.Failed",
					 "no such action %s or subject %s", action, name);
	if (strncmp(device, "hang", 4) == 0)
		return 1;
	if (strncmp(device, "ask", 3) == 0)
		return reply(m, flags & ALLOW_INTERACTION, 1);
	return reply(m, strncmp(device, "yes", 3) == 0, 0);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", method_check,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static int serve(sd_bus *bus, const char *address)
{
	int r;

	r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_set_bus_client(bus, 1);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/PolicyKit1/Authority",
					     "org.freedesktop.PolicyKit1.Authority", vtable, NULL);
	if (r >= 0)
		r = sd_bus_request_name(bus, "org.freedesktop.PolicyKit1", 0);
	while (r >= 0) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	}
	return r;
}

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;
	int r;

	if (argc != 2) {
		fprintf(stderr, "usage: polkit-stub ADDRESS\n");
		return 2;
	}
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = serve(bus, argv[1]);
	sd_bus_flush_close_unref(bus);
	/* The bus going away is how a test ends. */
	return r == -ENOTCONN || r == -ECONNRESET ? 0 : 1;
}
