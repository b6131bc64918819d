/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the manager share: manager.c (model, events), manager-change.c and manager-saved.c. */
#ifndef VDPACTLD_MANAGER_PRIVATE_H
#define VDPACTLD_MANAGER_PRIVATE_H

#include "manager.h"
#include "refresh.h"

/* Tells a collection's listener which manager and kind it is about. */
struct manager_part {
	struct manager *manager;
	enum manager_kind kind;
	struct collection *objects;
};

struct manager {
	sd_event *event;
	struct manager_config config;
	struct worker *worker;
	struct workplace *workplace; /* the worker thread's */
	struct manager_part parts[MANAGER_KINDS];

	struct monitor_source *monitor;

	/* What is worth reading again. */
	bool dirty_all;
	char *dirty[REFRESH_MAX]; /* owned */
	size_t n_dirty;
	bool reading;	 /* a refresh is under way */
	size_t applying; /* sets under way: what they do is known, and reading it after each part would cost more than they */
	sd_event_source *retry;
	unsigned int failures; /* of readings, in a row */

	bool synced, kernel_ready, extension;
	char *kernel_message; /* owned; NULL: nothing wrong */

	const struct manager_listener *listener;
	void *listener_userdata;
	void (*settled)(void *userdata);
	void *settled_userdata;
	void (*appeared)(void *userdata, const char *mgmtdev);
	void *appeared_userdata;

	struct change *changes; /* submitted, not done */
	bool stopping;
};

/*
 * A device was read, or has gone. Its configuration space comes before it and goes after it, so that the device is whole
 * when it is told of.
 * @config: NULL when it was not read; both borrowed
 * Returns 0 or -ENOMEM.
 */
int manager_put_device(struct manager *m, struct vdpactl_device *device,
		       struct vdpactl_config *config);
void manager_remove_device(struct manager *m, const char *name);

/* Mark one device as worth reading again, and read it when nothing else is being read. */
void manager_dirty_device(struct manager *m, const char *name);

void manager_settle(struct manager *m);

/*
 * A device is as told: compare the definition of its name, if there is one.
 * @device: NULL: it is not live
 * @error: why it could not be started; "": that is over; NULL: nothing new about that
 */
void manager_saved_follow(struct manager *m, const char *name, const struct vdpactl_device *device,
			  const char *error);

/* What a change says of saved definitions goes into the model. */
void manager_saved_take(struct manager *m, struct change *change);

#endif
