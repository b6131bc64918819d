/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the manager share: manager.c (model, events) and manager-change.c (changes). */
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
	struct manager_part parts[MANAGER_KINDS];

	struct monitor_source *monitor;

	/* What is worth reading again. */
	bool dirty_all;
	char *dirty[REFRESH_MAX]; /* owned */
	size_t n_dirty;
	bool reading; /* a refresh is under way */
	sd_event_source *retry;
	unsigned int failures; /* of readings, in a row */

	bool synced, kernel_ready, extension;
	char *kernel_message; /* owned; NULL: nothing wrong */

	const struct manager_listener *listener;
	void *listener_userdata;
	void (*settled)(void *userdata);
	void *settled_userdata;

	struct change *changes; /* submitted, not done */
	bool stopping;
};

/* Mark one device as worth reading again, and read it when nothing else is being read. */
void manager_dirty_device(struct manager *m, const char *name);

void manager_settle(struct manager *m);

#endif
