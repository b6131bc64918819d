/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of vdpactld. Each function returns 0 or -errno, -ERROR_NO_DAEMON when nobody answers; @ret_reason
 * is then what the daemon or the bus said, owned, or NULL.
 */
#ifndef VDPACTL_CLI_BUS_CALL_H
#define VDPACTL_CLI_BUS_CALL_H

#include <systemd/sd-bus.h>

#define SERVICE	   "org.vdpactl1"
#define ROOT	   "/org/vdpactl1"
#define IF_MANAGER "org.vdpactl1.Manager"
#define IF_DEVICE  "org.vdpactl1.Device"

/* @ret_bus: owned, sd_bus_flush_close_unref() */
int bus_connect(sd_bus **ret_bus, char **ret_reason);

/*
 * A call of a method of a device, ready for its arguments.
 * @ret_bus: owned, sd_bus_flush_close_unref(); @ret_message: owned
 */
int bus_device_call_new(const char *name, const char *method, sd_bus **ret_bus,
			sd_bus_message **ret_message, char **ret_reason);

/* Send a call and wait for the answer. @ret_reply: owned; may be NULL */
int bus_call(sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply, char **ret_reason);

/* The same of what can be done without: the daemon is not started for it, and has five seconds. */
int bus_peek(sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply, char **ret_reason);

struct cli;

/* The same, showing the progress that has begun; not where a password may be asked for on the terminal. */
int bus_call_long(struct cli *cli, sd_bus *bus, sd_bus_message *message, sd_bus_message **ret_reply,
		  char **ret_reason);

#endif
