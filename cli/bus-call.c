// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus-call.h"
#include "cli.h"
#include "exit-code.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

#define CALL_TIMEOUT_US                                                                            \
	(150 * 1000000ULL) /* longer than a person types a password, and than the daemon waits */

#define WAIT_US		200000 /* so often the progress is told */

#define PEEK_TIMEOUT_US (5 * 1000000ULL)

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

int bus_connect(sd_bus **ret_bus, char **ret_reason)
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

int bus_device_call_new(const char *name, const char *method, sd_bus **ret_bus,
			sd_bus_message **ret_message, char **ret_reason)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = sd_bus_path_encode(ROOT "/device", name, &path);
	if (r >= 0)
		r = bus_connect(ret_bus, ret_reason);
	return r < 0 ? r
		     : sd_bus_message_new_method_call(*ret_bus, ret_message, SERVICE, path,
						      IF_DEVICE, method);
}

static int call(sd_bus *bus, sd_bus_message *message, uint64_t timeout_us,
		sd_bus_message **ret_reply, char **ret_reason)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_call(bus, message, timeout_us, &error, ret_reply);
	return r < 0 ? failure(r, &error, ret_reason) : 0;
}

int bus_call(sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply, char **ret_reason)
{
	return call(bus, message, CALL_TIMEOUT_US, ret_reply, ret_reason);
}

int bus_peek(sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply, char **ret_reason)
{
	int r;

	r = sd_bus_message_set_auto_start(message, false);
	return r < 0 ? r : call(bus, message, PEEK_TIMEOUT_US, ret_reply, ret_reason);
}

static int keep_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	sd_bus_message **kept = userdata;

	*kept = sd_bus_message_ref(reply);
	return 1;
}

int bus_call_long(struct cli *cli, sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply,
		  char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	if (!cli->progress.what || geteuid() != 0)
		return bus_call(bus, message, ret_reply, ret_reason);
	r = sd_bus_call_async(bus, NULL, message, keep_reply, &reply, CALL_TIMEOUT_US);
	while (r >= 0 && !reply) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, WAIT_US);
		progress_wait(cli);
	}
	if (r < 0)
		return r;
	if (sd_bus_message_is_method_error(reply, NULL))
		return failure(-sd_bus_message_get_errno(reply), sd_bus_message_get_error(reply),
			       ret_reason);
	*ret_reply = TAKE_PTR(reply);
	return 0;
}
