// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes asked of vdpactld, which asks polkit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "change.h"
#include "request-bus.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

#define SERVICE	   "org.vdpactl1"
#define ROOT	   "/org/vdpactl1"
#define IF_MANAGER "org.vdpactl1.Manager"
#define IF_DEVICE  "org.vdpactl1.Device"
#define CALL_TIMEOUT_US                                                                            \
	(150 * 1000000ULL) /* longer than a person types a password, and than the daemon waits */

/* Errors of the bus itself that say that no daemon answers. */
static const char *const no_daemon[] = {
	SD_BUS_ERROR_SERVICE_UNKNOWN,
	SD_BUS_ERROR_NAME_HAS_NO_OWNER,
	SD_BUS_ERROR_NO_SERVER,
	SD_BUS_ERROR_DISCONNECTED,
	"org.freedesktop.DBus.Error.Spawn.",
	"org.freedesktop.systemd1.",
};

static int set_reason(char **ret_reason, const char *text)
{
	free(*ret_reason);
	*ret_reason = text ? strdup(text) : NULL;
	return text && !*ret_reason ? -ENOMEM : 0;
}

/* What an error of the bus or the daemon means for us. */
static int failure(int r, const sd_bus_error *error, char **ret_reason)
{
	int mapped = bus_error_to_errno(error->name);

	if (!sd_bus_error_is_set(error))
		return r;
	set_reason(ret_reason, error->message);
	if (mapped < 0)
		return mapped;
	for (size_t i = 0; i < sizeof(no_daemon) / sizeof(no_daemon[0]); i++)
		if (strncmp(error->name, no_daemon[i], strlen(no_daemon[i])) == 0)
			return -ERROR_NO_DAEMON;
	/* The daemon has no object of that name. */
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_OBJECT)) {
		set_reason(ret_reason, "there is no such device");
		return -ENODEV;
	}
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
		return -ETIMEDOUT;
	return -sd_bus_error_get_errno(error);
}

static int connect_bus(sd_bus **ret_bus, char **ret_reason)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	char *reason;
	int r;

	r = sd_bus_open_system(&bus);
	if (r < 0) {
		if (asprintf(&reason, "the system bus cannot be reached (%s)",
			     strerrordesc_np(-r)) >= 0)
			*ret_reason = reason;
		return -ERROR_NO_DAEMON;
	}
	/* Where somebody sits who can type a password, polkit may ask for it. */
	r = sd_bus_set_allow_interactive_authorization(bus, isatty(STDIN_FILENO));
	if (r < 0)
		return r;
	*ret_bus = TAKE_PTR(bus);
	return 0;
}

/* Send a call and wait for the answer. */
static int call(sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply, char **ret_reason)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_call(bus, message, CALL_TIMEOUT_US, &error, ret_reply);
	return r < 0 ? failure(r, &error, ret_reason) : 0;
}

static int bus_add(struct cli *cli, const struct vdpactl_device_request *request, char **ret_name,
		   char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const char *name, *path;
	int r;

	r = connect_bus(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT, IF_MANAGER,
						   "AddDevice");
	if (r >= 0)
		r = request_bus_append(message, request);
	if (r >= 0)
		r = call(bus, message, &reply, ret_reason);
	if (r >= 0)
		r = sd_bus_message_read(reply, "so", &name, &path);
	if (r < 0)
		return r;
	*ret_name = strdup(name);
	return *ret_name ? 0 : -ENOMEM;
}

static int bus_delete(struct cli *cli, const char *name, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = connect_bus(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT, IF_MANAGER,
						   "DeleteDevice");
	if (r >= 0)
		r = sd_bus_message_append(message, "sa{sv}", name, 0);
	return r < 0 ? r : call(bus, message, NULL, ret_reason);
}

/* A method of a device that takes one string and options. */
static int device_call(const char *name, const char *method, const char *argument, bool options,
		       char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_free_ char *path = NULL;
	int r;

	r = sd_bus_path_encode(ROOT "/device", name, &path);
	if (r >= 0)
		r = connect_bus(&bus, ret_reason);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, path, IF_DEVICE, method);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", argument);
	if (r >= 0 && options)
		r = sd_bus_message_append(message, "a{sv}", 0);
	return r < 0 ? r : call(bus, message, NULL, ret_reason);
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
	/* The daemon has no method for it. */
	*ret_reason = strdup("vdpactld does not do that; --direct does");
	return -EOPNOTSUPP;
}

const struct change_ops change_bus = {
	.add = bus_add,
	.delete = bus_delete,
	.bind = bus_bind,
	.set_mac = bus_set_mac,
	.set_link = bus_set_link,
};
