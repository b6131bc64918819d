// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "manager.h"
#include "monitor-source.h"
#include "objects.h"

/* Events taken in one turn of the loop, so that a storm of them does not keep callers waiting. */
#define BURST 64

struct monitor_source {
	struct vdpactl_ctx *ctx;
	struct vdpactl_monitor *monitor;
	sd_event_source *io;
	monitor_source_event handler;
	void *userdata;
};

/* An overflow may come with another file descriptor: follow it. */
static int follow(struct monitor_source *s)
{
	int fd = vdpactl_monitor_get_fd(s->monitor);

	return fd == sd_event_source_get_io_fd(s->io) ? 0 : sd_event_source_set_io_fd(s->io, fd);
}

static int on_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct monitor_source *s = userdata;
	int r;

	for (int i = 0; i < BURST; i++) {
		_cleanup_(cleanup_vdpactl_event_unref) struct vdpactl_event *event = NULL;

		r = vdpactl_monitor_next(s->monitor, &event);
		if (r == 0)
			return 0;
		if (r < 0) {
			log_warning("taking an event: %s", strerrordesc_np(-r));
			return follow(s);
		}
		if (vdpactl_event_get_type(event) == VDPACTL_EVENT_OVERFLOW) {
			log_debug("events were lost or their source changed");
			r = follow(s);
			if (r < 0)
				return r;
		}
		s->handler(s->userdata, event);
	}
	return 0;
}

int monitor_source_new(sd_event *event, const struct manager_config *config,
		       monitor_source_event handler, void *userdata,
		       struct monitor_source **ret_source)
{
	struct monitor_source *s;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->handler = handler;
	s->userdata = userdata;
	r = config->ctx_new(config->userdata, &s->ctx);
	if (r >= 0)
		r = vdpactl_monitor_new(s->ctx, &s->monitor);
	if (r >= 0)
		r = sd_event_add_io(event, &s->io, vdpactl_monitor_get_fd(s->monitor), EPOLLIN,
				    on_readable, s);
	if (r < 0) {
		monitor_source_free(s);
		return r;
	}
	*ret_source = s;
	return 0;
}

struct monitor_source *monitor_source_free(struct monitor_source *source)
{
	if (!source)
		return NULL;
	sd_event_source_disable_unref(source->io);
	vdpactl_monitor_unref(source->monitor);
	vdpactl_unref(source->ctx);
	free(source);
	return NULL;
}
