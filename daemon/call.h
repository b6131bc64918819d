/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A method call that changes something: authorisation, the change itself, the answer. */
#ifndef VDPACTLD_CALL_H
#define VDPACTLD_CALL_H

#include <systemd/sd-bus.h>

#include "manager.h"

struct call;
struct call_list {
	struct call *first;
};

/* Writes the answer of a change that went well. Returns what sd_bus_reply_method_return() does. */
typedef int (*call_reply)(sd_bus_message *call, const struct change *change);

/*
 * Start the way of a call; the caller's method handler then returns 1.
 * @list: where the call is kept until it is answered
 * @manager: borrowed
 * @message: a reference is taken
 * @change: taken in any case
 * @reply: how to answer success
 * Returns 1 when under way, or -errno when nothing was started and nothing will be answered.
 */
int call_start(struct call_list *list, struct manager *manager, sd_bus_message *message,
	       struct change *change, call_reply reply);

/* Answer and drop every call that is still open: the daemon is going. */
void call_list_clear(struct call_list *list);

#endif
