/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon on the bus: org.vdpactl1 with its object tree. This file owns the connection, the paths
 * and the signals; the interfaces are in manager-bus.c, mgmtdev-bus.c and device-bus.c.
 */
#ifndef VDPACTLD_BUS_H
#define VDPACTLD_BUS_H

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager.h"

#define BUS_NAME	  "org.vdpactl1"
#define BUS_ROOT	  "/org/vdpactl1"
#define BUS_IF_MANAGER	  "org.vdpactl1.Manager"
#define BUS_IF_MGMTDEV	  "org.vdpactl1.ManagementDevice"
#define BUS_IF_DEVICE	  "org.vdpactl1.Device"
#define BUS_IF_DEFINITION "org.vdpactl1.Definition"

#define BUS_IF_NET	  "org.vdpactl1.Net"
#define BUS_IF_BLOCK	  "org.vdpactl1.Block"

struct bus;

/*
 * Connect and set up the tree, without taking the name yet.
 * @address: borrowed; NULL means the system bus
 * @manager: borrowed, must outlive the bus; its listener becomes the bus
 * @ret_bus: owned, free with bus_free()
 * Returns 0 or -errno.
 */
int bus_new(sd_event *event, const char *address, struct manager *manager, struct bus **ret_bus);

/* Take the name: clients see a complete tree. Returns 0 or -errno, -EEXIST when it is taken. */
int bus_publish(struct bus *bus);

/* Calls not answered yet are answered with an error. Returns NULL. NULL is accepted. */
struct bus *bus_free(struct bus *bus);

#endif
