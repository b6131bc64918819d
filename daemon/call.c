// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "log.h"
#include "polkit.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

struct call {
	struct call *prev, *next;
	struct call_list *list;
	struct manager *manager;
	sd_bus_message *message;
	struct authz *authz;
	struct change *change; /* until it is submitted */
	bool saved;	       /* about a saved definition */
	call_reply reply;
};

static struct call *call_free(struct call *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		c->list->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	authz_free(c->authz);
	change_free(c->change);
	sd_bus_message_unref(c->message);
	free(c);
	return NULL;
}

static void answer_error(struct call *c, const char *name, const char *message)
{
	int r;

	r = sd_bus_reply_method_errorf(c->message, name, "%s", message ? message : "out of memory");
	if (r < 0)
		log_debug("an answer could not be sent: %s", strerrordesc_np(-r));
}

/* Which error a failed change is for the caller. */
static const char *error_name(int error, const struct call *c, char buf[BUS_ERROR_NAME_SIZE])
{
	const char *member = sd_bus_message_get_member(c->message);

	/* Creating fails with ENODEV for want of the management device, not of the device. */
	if (error == -ENODEV && (strcmp(member, "AddDevice") == 0 || strcmp(member, "Start") == 0))
		return BUS_ERROR_NO_SUCH_MGMTDEV;
	if (error == -ENOENT && c->saved)
		return BUS_ERROR_NO_SUCH_DEFINITION;
	return bus_error_name(error, buf);
}

static void on_changed(void *userdata, int error, const char *message, const struct change *change)
{
	char buf[BUS_ERROR_NAME_SIZE];
	struct call *c = userdata;
	int r;

	if (error < 0) {
		answer_error(c, error_name(error, c, buf), message);
	} else {
		/* A client that has gone is no news: the bus drops the answer. */
		r = c->reply(c->message, change);
		if (r < 0)
			log_debug("an answer could not be sent: %s", strerrordesc_np(-r));
	}
	call_free(c);
}

static void on_authorized(void *userdata, int result, const char *message)
{
	struct call *c = userdata;
	_cleanup_free_ char *what = NULL, *text = NULL;

	if (result >= 0) {
		manager_submit(c->manager, TAKE_PTR(c->change), on_changed, c);
		return;
	}
	what = change_describe(c->change);
	if (asprintf(&text, "%s: %s", what ? what : "the change",
		     message ? message : "not authorised") < 0)
		text = NULL;
	answer_error(c, BUS_ERROR_NOT_AUTHORIZED, text);
	call_free(c);
}

static const char *change_action(enum change_kind kind)
{
	switch (kind) {
	case CHANGE_ADD:
		return "org.vdpactl1.add-device";
	case CHANGE_DELETE:
		return "org.vdpactl1.delete-device";
	case CHANGE_BIND:
		return "org.vdpactl1.bind-device";
	case CHANGE_SET_MAC:
	case CHANGE_SET_LINK:
		return "org.vdpactl1.set-device";
	case CHANGE_OPEN:
		return "org.vdpactl1.open-vhost";
	case CHANGE_STATISTICS:
		return "org.vdpactl1.read-statistics";
	case CHANGE_DEFINE:
		return "org.vdpactl1.define-device";
	case CHANGE_UNDEFINE:
		return "org.vdpactl1.undefine-device";
	case CHANGE_START:
		return "org.vdpactl1.start-device";
	case CHANGE_STOP:
		return "org.vdpactl1.stop-device";
	case CHANGE_AUTOSTART:
		return "org.vdpactl1.set-autostart";
	case CHANGE_PROMOTE:
		return "org.vdpactl1.promote-device";
	case CHANGE_RELOAD:
		return "org.vdpactl1.reload";
	case CHANGE_APPLY:
		return "org.vdpactl1.apply";
	}
	return "org.vdpactl1.unknown";
}

int call_start(struct call_list *list, struct manager *manager, sd_bus_message *message,
	       struct change *change, call_reply reply)
{
	const struct authz_detail details[] = {
		{ "device", change->device },
		{ "mgmtdev", change->mgmtdev },
		{ "driver", change->driver },
		{ NULL, NULL },
	};
	struct call *c;
	int r;

	c = calloc(1, sizeof(*c));
	if (!c) {
		change_free(change);
		return -ENOMEM;
	}
	c->list = list;
	c->next = list->first;
	if (c->next)
		c->next->prev = c;
	list->first = c;
	c->manager = manager;
	c->message = sd_bus_message_ref(message);
	c->change = change;
	c->saved = change_is_saved(change->kind);
	c->reply = reply;
	r = authz_check(message, change_action(change->kind), details, on_authorized, c, &c->authz);
	if (r < 0) {
		call_free(c);
		return r;
	}
	return 1;
}

void call_list_clear(struct call_list *list)
{
	while (list->first) {
		answer_error(list->first, BUS_ERROR_FAILED, "vdpactld is stopping");
		call_free(list->first);
	}
}
