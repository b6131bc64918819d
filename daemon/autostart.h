/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saved devices that are created by themselves: all of them once, when the daemon has read the kernel's state the first
 * time, and those of a management device when it appears later. What fails for a reason that may pass is tried again,
 * a few times and after growing pauses.
 */
#ifndef VDPACTLD_AUTOSTART_H
#define VDPACTLD_AUTOSTART_H

#include "manager.h"

struct autostart;

/* @manager: borrowed. Returns 0 or -ENOMEM. */
int autostart_new(sd_event *event, struct manager *manager, struct autostart **ret_autostart);

/* Returns NULL. NULL is accepted. No change may be under way any more. */
struct autostart *autostart_free(struct autostart *autostart);

/*
 * Begin with all whose management device is there, but for those that have been started since the machine was.
 * @done: called once, from the loop, when each has been tried
 */
void autostart_begin(struct autostart *autostart, void (*done)(void *userdata), void *userdata);

/* A management device has appeared. */
void autostart_appeared(struct autostart *autostart, const char *mgmtdev);

#endif
