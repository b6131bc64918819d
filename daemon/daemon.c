// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "bus.h"
#include "daemon.h"
#include "log.h"

struct daemon {
	sd_event *event;
	struct manager *manager;
	struct bus *bus;
	bool notify;
	bool published;
};

static void tell_service_manager(struct daemon *d)
{
	struct manager_state state;

	if (!d->notify)
		return;
	manager_get_state(d->manager, &state);
	if (state.kernel_ready)
		sd_notifyf(0, "STATUS=%zu devices on %zu management devices",
			   collection_size(manager_objects(d->manager, MANAGER_DEVICE)),
			   collection_size(manager_objects(d->manager, MANAGER_MGMTDEV)));
	else
		sd_notifyf(0, "STATUS=No vDPA in the kernel: %s", state.message);
}

/*
 * The model has settled after a reading or a change. The first time, the tree is complete: take the
 * name, be ready.
 */
static void on_settled(void *userdata)
{
	struct daemon *d = userdata;
	int r;

	if (!d->published) {
		r = bus_publish(d->bus);
		if (r < 0) {
			log_error("the name " BUS_NAME " cannot be taken: %s", strerrordesc_np(-r));
			sd_event_exit(d->event, r);
			return;
		}
		d->published = true;
		if (d->notify)
			sd_notify(0, "READY=1");
	}
	tell_service_manager(d);
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
	r = manager_new(event, &config->manager, &d->manager);
	if (r >= 0)
		r = bus_new(event, config->bus_address, d->manager, &d->bus);
	if (r < 0) {
		log_error("starting: %s", strerrordesc_np(-r));
		daemon_free(d);
		return r;
	}
	manager_set_settled(d->manager, on_settled, d);
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
	bus_free(daemon->bus);
	manager_free(daemon->manager);
	sd_event_unref(daemon->event);
	free(daemon);
	return NULL;
}
