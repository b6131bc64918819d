/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model: which management devices, devices and saved definitions there are. It knows neither D-Bus nor netlink: it
 * reads through the library on a worker thread, keeps what it read, and tells a listener what is new.
 *
 * Events are hints. Each only marks something as worth reading again; what is then read is compared
 * with what is known, and only a difference is told. So lost, doubled or late events do no harm.
 */
#ifndef VDPACTLD_MANAGER_H
#define VDPACTLD_MANAGER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "change.h"
#include "collection.h"

struct manager;

enum manager_kind {
	MANAGER_MGMTDEV,
	MANAGER_DEVICE,
	MANAGER_DEFINITION,
	MANAGER_CONFIG, /* configuration spaces, by the name of their device */
	MANAGER_KINDS,
};

struct manager_config {
	/* How the worker and the monitor get their library contexts. */
	worker_ctx_new ctx_new;
	void *userdata;
	struct workplace_config workplace;
	/* How long a change may take before its caller is told so, microseconds. */
	uint64_t timeout;
};

/* What may interest others; called from the loop. Objects are borrowed for the time of the call. */
struct manager_listener {
	void (*added)(void *userdata, enum manager_kind kind, const char *name);
	/* @fields: bit i set = row i of the kind's field table has a new value */
	void (*changed)(void *userdata, enum manager_kind kind, const char *name, uint64_t fields);
	/* The object is still there while this is called. */
	void (*removed)(void *userdata, enum manager_kind kind, const char *name);
	/* manager_get_state() says something new. */
	void (*state)(void *userdata);
};

struct manager_state {
	bool synced;	     /* the kernel was asked at least once */
	bool kernel_ready;   /* it has the vDPA family */
	bool extension;	     /* and family "vdpactl" */
	const char *message; /* what is wrong when it is not ready, else ""; borrowed */
};

/* Returns 0 and a manager to free with manager_free(), or -errno. @config is copied. */
int manager_new(sd_event *event, const struct manager_config *config, struct manager **ret_manager);

/* Returns NULL. NULL is accepted. */
struct manager *manager_free(struct manager *manager);

/* Answer what is still open and stop the worker; what the kernel is doing is waited for a while. */
void manager_stop(struct manager *manager);

void manager_set_listener(struct manager *manager, const struct manager_listener *listener,
			  void *userdata);

/*
 * Be told whenever the model agrees with the kernel again: after each reading and each change.
 */
void manager_set_settled(struct manager *manager, void (*settled)(void *userdata), void *userdata);

/* Be told of management devices that were not there when the kernel was read the first time. */
void manager_set_appeared(struct manager *manager,
			  void (*appeared)(void *userdata, const char *mgmtdev), void *userdata);

/* Read everything again, soon. */
void manager_resync(struct manager *manager);

void manager_get_state(const struct manager *manager, struct manager_state *ret_state);

/* The fields of a kind's objects. A constant. */
const struct field_table *manager_table(enum manager_kind kind);

/* What is known, sorted by name. Borrowed until the loop turns. */
const struct collection *manager_objects(const struct manager *manager, enum manager_kind kind);

/*
 * Do a change.
 * @change: taken
 * @done: called once, later, from the loop
 */
void manager_submit(struct manager *manager, struct change *change, change_done done,
		    void *userdata);

#endif
