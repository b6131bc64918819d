/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon as a whole: model and bus, put together; main() and the tests run it. */
#ifndef VDPACTLD_DAEMON_H
#define VDPACTLD_DAEMON_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "manager.h"
#include "util/cleanup.h"

struct daemon;

struct daemon_config {
	struct manager_config manager;
	const char *bus_address; /* borrowed; NULL: the system bus */
	bool notify;		 /* tell the service manager how it goes (sd_notify) */
};

/*
 * Set everything going: the name on the bus is taken once the kernel has been read.
 * @event: the caller runs it; a reference is kept
 * @ret_daemon: owned, free with daemon_free()
 * Returns 0 or -errno.
 */
int daemon_new(sd_event *event, const struct daemon_config *config, struct daemon **ret_daemon);

/* Open calls are answered, changes under way are waited for. Returns NULL. NULL is accepted. */
struct daemon *daemon_free(struct daemon *daemon);
DEFINE_CLEANUP(struct daemon *, daemon_free);

#endif
