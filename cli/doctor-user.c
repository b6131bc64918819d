// SPDX-License-Identifier: GPL-2.0-or-later
/* What this user may do, and whether the daemon is there. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>
#include <vdpactl.h>

#include "doctor.h"
#include "objects.h"
#include "output.h"
#include "saved.h"
#include "view.h"

#define CAP_NET_ADMIN_BIT 12
#define SERVICE		  "org.vdpactl1"

void doctor_check_memlock(struct doctor *d)
{
	char limits[4096], soft[32];
	const char *line;

	if (doctor_read(d, "/proc/self/limits", limits, sizeof(limits)) < 0)
		return;
	line = strstr(limits, "Max locked memory");
	if (!line || sscanf(line, "Max locked memory %31s", soft) != 1)
		return;
	if (strcmp(soft, "unlimited") == 0)
		doctor_add(d, SEVERITY_OK, NULL, "programs of this user may lock all memory");
	else
		doctor_add(
			d, SEVERITY_NOTE,
			"for a program that you start yourself: ulimit -l, memlock in "
			"limits.conf(5), LimitMEMLOCK= of its unit; libvirt does it by itself",
			"programs of this user may lock %llu KiB; each vhost device of a virtual "
			"machine locks all of its memory once",
			strtoull(soft, NULL, 10) / 1024);
}

static bool has_net_admin(struct doctor *d)
{
	char status[4096];
	const char *line;
	uint64_t caps;

	if (doctor_read(d, "/proc/self/status", status, sizeof(status)) < 0)
		return false;
	line = strstr(status, "CapEff:");
	return line && sscanf(line, "CapEff: %" SCNx64, &caps) == 1 &&
	       caps >> CAP_NET_ADMIN_BIT & 1;
}

static void check_chardevs(struct doctor *d)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	size_t n = 0, refused = 0, missing = 0;

	if (vdpactl_device_list(d->cli->ctx, VDPACTL_DEVICE_ENDPOINT, &list) < 0)
		return;
	for (size_t i = 0; i < vdpactl_device_list_size(list); i++) {
		const struct vdpactl_device *device = vdpactl_device_list_at(list, i);
		char full[PATH_MAX];

		if (!device->chardev)
			continue;
		n++;
		snprintf(full, sizeof(full), "%s%s", d->cli->env->root, device->chardev);
		if (access(full, R_OK | W_OK) == 0)
			continue;
		missing += errno == ENOENT;
		refused += errno != ENOENT;
	}
	if (missing)
		doctor_add(d, SEVERITY_PROBLEM,
			   "in a container, have them passed in; else see whether devtmpfs is "
			   "mounted at /dev",
			   "character devices that are not there: %zu of %zu", missing, n);
	if (refused)
		doctor_add(d, SEVERITY_NOTE,
			   "start what uses them as root, as libvirt does, or change their group "
			   "and mode",
			   "character devices that this user may not open: %zu of %zu", refused, n);
}

void doctor_check_permissions(struct doctor *d)
{
	if (has_net_admin(d))
		doctor_add(d, SEVERITY_OK, NULL,
			   "this user may change devices without the daemon (--direct)");
	else
		doctor_add(d, SEVERITY_OK, NULL,
			   "this user may look at devices; to change them vdpactld asks polkit");
	check_chardevs(d);
}

/* ---- the daemon -------------------------------------------------------------------------------- */

static int ask_bus(sd_bus *bus, const char *method, const char *types, const char *name,
		   sd_bus_message **ret_reply)
{
	return sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				  "org.freedesktop.DBus", method, NULL, ret_reply, types, name);
}

static bool runs(sd_bus *bus)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int has_owner = 0;

	return ask_bus(bus, "NameHasOwner", "s", SERVICE, &reply) >= 0 &&
	       sd_bus_message_read(reply, "b", &has_owner) >= 0 && has_owner;
}

static bool can_start(sd_bus *bus)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *name;

	if (ask_bus(bus, "ListActivatableNames", NULL, NULL, &reply) < 0 ||
	    sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s") < 0)
		return false;
	while (sd_bus_message_read(reply, "s", &name) > 0)
		if (strcmp(name, SERVICE) == 0)
			return true;
	return false;
}

void doctor_check_daemon(struct doctor *d)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = sd_bus_open_system(&bus);
	d->has_daemon = r >= 0 && (runs(bus) || can_start(bus));
	if (r < 0)
		doctor_add(d, SEVERITY_WARNING, "as root, change devices with --direct",
			   "the system bus cannot be reached (%s), so neither can vdpactld",
			   strerrordesc_np(-r));
	else if (runs(bus))
		doctor_add(d, SEVERITY_OK, NULL, "vdpactld is running");
	else if (can_start(bus))
		doctor_add(d, SEVERITY_OK, NULL,
			   "vdpactld is not running; D-Bus starts it when it is needed");
	else
		doctor_add(d, SEVERITY_WARNING,
			   "systemctl reload dbus; systemctl enable --now vdpactld",
			   "D-Bus does not know vdpactld, which changes devices");
}

/* What one definition has to say. */
static void check_definition(struct doctor *d, const char *name, json_object *definition)
{
	json_object *drift = json_object_object_get(definition, "drift");
	json_object *error = json_object_object_get(definition, "last_error");
	_cleanup_free_ char *keys = view_text(drift);
	char remedy[256];

	if (error) {
		snprintf(remedy, sizeof(remedy), "mend what it says, then: vdpactl def start %s",
			 name);
		doctor_add(d, SEVERITY_WARNING, remedy, "\"%s\" could not be started: %s", name,
			   json_object_get_string(error));
	}
	if (!keys || !*keys)
		return;
	snprintf(remedy, sizeof(remedy),
		 "to keep what lives: vdpactl def promote %s; to have what is saved: vdpactl def "
		 "stop %s, vdpactl def start %s",
		 name, name, name);
	doctor_add(d, SEVERITY_WARNING, remedy, "\"%s\" is not as it is saved: %s", name, keys);
}

void doctor_check_definitions(struct doctor *d)
{
	_cleanup_json_ json_object *objects = NULL;
	_cleanup_free_ char *reason = NULL;
	size_t before = d->n[SEVERITY_WARNING];

	if (!d->has_daemon)
		return;
	if (saved_list(NULL, &objects, &reason) < 0) {
		doctor_add(d, SEVERITY_WARNING, "look into its log: journalctl -u vdpactld",
			   "vdpactld does not tell its definitions: %s",
			   reason ? reason : "no reason is given");
		return;
	}
	json_object_object_foreach(objects, name, definition) {
		check_definition(d, name, definition);
	}
	if (d->n[SEVERITY_WARNING] == before)
		doctor_add(d, SEVERITY_OK, NULL,
			   "saved definitions: %d, and what lives is as saved",
			   json_object_object_length(objects));
}
