/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change that somebody asked for: created by whoever parsed the request, handed to
 * manager_submit(), done on the worker thread, answered once.
 */
#ifndef VDPACTLD_CHANGE_H
#define VDPACTLD_CHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <vdpactl.h>

#include "apply.h"
#include "saved.h"
#include "worker.h"
#include "workplace.h"

struct change;

enum change_kind {
	CHANGE_ADD,
	CHANGE_DELETE,
	CHANGE_BIND,
	CHANGE_SET_MAC,
	CHANGE_SET_LINK,
	CHANGE_OPEN,
	CHANGE_STATISTICS, /* changes nothing, but needs the daemon's rights */
	/* Of saved definitions. */
	CHANGE_DEFINE,
	CHANGE_UNDEFINE,
	CHANGE_START,
	CHANGE_STOP,
	CHANGE_AUTOSTART,
	CHANGE_PROMOTE,
	CHANGE_RELOAD,
	CHANGE_APPLY,
};

/*
 * The answer, from the loop.
 * @error: 0 or -errno
 * @message: what failed on which object and why, or NULL; borrowed
 * @change: with what came of it, and the device's name, also one that was made up; borrowed
 */
typedef void (*change_done)(void *userdata, int error, const char *message,
			    const struct change *change);

struct manager;

struct change {
	/* What is wanted; the strings are owned, NULL when they do not apply. */
	enum change_kind kind;
	char *device;
	char *mgmtdev;
	char *driver;
	uint8_t mac[6];
	bool up; /* CHANGE_SET_LINK */
	/* CHANGE_ADD, CHANGE_DEFINE; CHANGE_PROMOTE: what is to be saved besides; owned */
	struct vdpactl_device_request *request;
	bool force;	/* CHANGE_DELETE, CHANGE_BIND, CHANGE_STOP: even when it is held open */
	bool autostart; /* CHANGE_AUTOSTART: the new value; CHANGE_START: nobody asked for it */
	struct apply *apply; /* CHANGE_APPLY; owned */
	uint64_t memory;     /* CHANGE_OPEN: bytes that the caller is going to map */
	bool once;	     /* CHANGE_START by itself: not if it was since the machine started */

	/* From manager_submit() on, the manager's. */
	struct job job;
	struct manager *manager;
	struct change *prev, *next;
	sd_event_source *deadline;
	change_done done; /* NULL once answered, or when nobody asked */
	bool late;	  /* the caller was told that it takes too long */
	void *userdata;
	struct workplace *workplace;   /* the worker's */
	struct vdpactl_device *result; /* as read back after the change; NULL after a delete */
	struct vdpactl_config *config; /* the same; NULL where the kernel does not show it */
	/* What became of saved definitions: of @device's, or of all. */
	bool saved_all;
	struct saved **saved; /* owned, with one reference each */
	size_t n_saved;
	struct vdpactl_stats **stats; /* CHANGE_STATISTICS: of each queue; owned */
	size_t n_stats;
	int fd;		 /* CHANGE_OPEN: the character device, owned; -1 for none */
	char **problems; /* CHANGE_RELOAD: mistakes in files; owned, ended by NULL */
	size_t n_problems;
};

/* Is it about a saved definition? */
bool change_is_saved(enum change_kind kind);

/* @device, @mgmtdev, @driver: copied, may be NULL. Returns NULL without memory. */
struct change *change_new(enum change_kind kind, const char *device, const char *mgmtdev,
			  const char *driver);

/* Returns NULL. NULL is accepted. Not for a change that has been submitted. */
struct change *change_free(struct change *change);

/* "adding device web0 on vdpasim_net": owned, free(); NULL without memory. */
char *change_describe(const struct change *change);

/* The work itself, in the worker thread. Returns 0, 1 when it has more to do, or -errno. */
int change_run(struct change *change, struct vdpactl_ctx *ctx);

/* With force, take the device from whoever holds it open. Returns 0 or -errno. */
int change_release(const struct change *change, struct vdpactl_ctx *ctx);

/* What belongs to the device that was read back: link and rights, configuration space. */
void change_look_behind(struct change *change, struct vdpactl_ctx *ctx);

/* The same of those that are about saved definitions. */
int change_run_saved(struct change *change, struct vdpactl_ctx *ctx);

#endif
