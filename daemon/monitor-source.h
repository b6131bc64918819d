/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library's monitor as a source of the event loop. */
#ifndef VDPACTLD_MONITOR_SOURCE_H
#define VDPACTLD_MONITOR_SOURCE_H

#include <systemd/sd-event.h>
#include <vdpactl.h>

struct manager_config;
struct monitor_source;

/* @event: borrowed for the time of the call */
typedef void (*monitor_source_event)(void *userdata, const struct vdpactl_event *event);

/*
 * Begin to watch, on a library context of its own.
 * @config: where the context comes from; borrowed for the time of the call
 * @ret_source: owned, free with monitor_source_free()
 * Returns 0 or -errno.
 */
int monitor_source_new(sd_event *event, const struct manager_config *config,
		       monitor_source_event handler, void *userdata,
		       struct monitor_source **ret_source);

/* Returns NULL. NULL is accepted. */
struct monitor_source *monitor_source_free(struct monitor_source *source);

#endif
