/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request for a device on the bus. */
#ifndef VDPACTL_CLI_REQUEST_BUS_H
#define VDPACTL_CLI_REQUEST_BUS_H

#include <systemd/sd-bus.h>
#include <vdpactl.h>

/* Append what was chosen, as a dictionary of options. @flags: rows with one of these. Returns 0 or -errno. */
int request_bus_append(sd_bus_message *message, const struct vdpactl_device_request *request,
		       int flags);

#endif
