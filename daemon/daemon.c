// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "autostart.h"
#include "bus.h"
#include "daemon.h"
#include "log.h"

struct daemon {
	sd_event *event;
	struct manager *manager;
	struct bus *bus;
	struct autostart *autostart;
	uint64_t patience; /* how long to wait for saved devices before being ready, microseconds */
	sd_event_source *patience_over;
	bool notify;
	bool begun; /* starting saved devices */
	bool published;
};

static void tell_service_manager(struct daemon *d)
{
	struct manager_state state;

	if (!d->notify)
		return;
	manager_get_state(d->manager, &state);
	if (state.kernel_ready)
		sd_notifyf(0, "STATUS=%zu devices on %zu management devices, %zu saved",
			   collection_size(manager_objects(d->manager, MANAGER_DEVICE)),
			   collection_size(manager_objects(d->manager, MANAGER_MGMTDEV)),
			   collection_size(manager_objects(d->manager, MANAGER_DEFINITION)));
	else
		sd_notifyf(0, "STATUS=No vDPA in the kernel: %s", state.message);
}

/* The tree is complete, and the devices that are to be there are: take the name, be ready. */
static void publish(void *userdata)
{
	struct daemon *d = userdata;
	int r;

	d->patience_over = sd_event_source_disable_unref(d->patience_over);
	if (d->published)
		return;
	r = bus_publish(d->bus);
	if (r < 0) {
		log_error("the name " BUS_NAME " cannot be taken: %s", strerrordesc_np(-r));
		sd_event_exit(d->event, r);
		return;
	}
	d->published = true;
	if (d->notify)
		sd_notify(0, "READY=1");
	tell_service_manager(d);
}

static int on_patience_over(sd_event_source *source, uint64_t usec, void *userdata)
{
	log_warning("not all saved devices have been started yet; going on with that");
	publish(userdata);
	return 0;
}

/* The model has settled after a reading or a change. The first time, saved devices are started. */
static void on_settled(void *userdata)
{
	struct daemon *d = userdata;

	if (d->begun) {
		tell_service_manager(d);
		return;
	}
	d->begun = true;
	if (sd_event_add_time_relative(d->event, &d->patience_over, CLOCK_MONOTONIC, d->patience, 0,
				       on_patience_over, d) < 0)
		log_warning("no timer for the start of saved devices");
	autostart_begin(d->autostart, publish, d);
}

static void on_appeared(void *userdata, const char *mgmtdev)
{
	const struct daemon *d = userdata;

	autostart_appeared(d->autostart, mgmtdev);
}

int daemon_new(sd_event *event, const struct daemon_config *config, struct daemon **ret_daemon)
{
	struct daemon *d;
	int r;

	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->event = sd_event_ref(event);
	d->notify = config->notify;
	d->patience = config->manager.timeout;
	r = manager_new(event, &config->manager, &d->manager);
	if (r >= 0)
		r = autostart_new(event, d->manager, &d->autostart);
	if (r >= 0)
		r = bus_new(event, config->bus_address, d->manager, &d->bus);
	if (r < 0) {
		log_error("starting: %s", strerrordesc_np(-r));
		daemon_free(d);
		return r;
	}
	manager_set_settled(d->manager, on_settled, d);
	manager_set_appeared(d->manager, on_appeared, d);
	manager_resync(d->manager);
	*ret_daemon = d;
	return 0;
}

struct daemon *daemon_free(struct daemon *daemon)
{
	if (!daemon)
		return NULL;
	if (daemon->notify)
		sd_notify(0, "STOPPING=1");
	if (daemon->manager)
		manager_stop(daemon->manager);
	sd_event_source_disable_unref(daemon->patience_over);
	autostart_free(daemon->autostart);
	bus_free(daemon->bus);
	manager_free(daemon->manager);
	sd_event_unref(daemon->event);
	free(daemon);
	return NULL;
}
