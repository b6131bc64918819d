// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "polkit.h"
#include "util/cleanup.h"

#define SECOND 1000000ULL

/* polkit's flag "a password may be asked for", and its answer's time limit with and without. */
#define ALLOW_INTERACTION   1u
#define TIMEOUT_INTERACTIVE (120 * SECOND)
#define TIMEOUT_SILENT	    (20 * SECOND)

struct authz {
	sd_bus_slot *slot;
	sd_bus_message *call;
	sd_bus_message *query; /* CheckAuthorization, ready to go */
	const char *action;
	authz_done done;
	void *userdata;
};

/* The last thing to do with an authz in a callback: the answer may free it. */
static void refuse(struct authz *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void refuse(struct authz *a, const char *format, ...)
{
	_cleanup_free_ char *message = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&message, format, args);
	va_end(args);
	if (r < 0)
		message = NULL;
	a->done(a->userdata, -EACCES, message);
}

/* Is this what the bus says when a service is neither running nor can be started? */
static int no_service(const sd_bus_error *error)
{
	static const char *const names[] = {
		SD_BUS_ERROR_SERVICE_UNKNOWN,
		SD_BUS_ERROR_NAME_HAS_NO_OWNER,
		"org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
		"org.freedesktop.DBus.Error.Spawn.ExecFailed",
		"org.freedesktop.systemd1.NoSuchUnit",
		"org.freedesktop.systemd1.UnitMasked",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sd_bus_error_has_name(error, names[i]))
			return 1;
	return 0;
}

static int on_decision(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	struct authz *a = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	int authorized, challenge, r;

	if (error && no_service(error)) {
		refuse(a, "polkit is not there to decide about %s, so only root may do this",
		       a->action);
		return 0;
	}
	if (error) {
		refuse(a, "polkit could not decide about %s: %s", a->action,
		       error->message ? error->message : error->name);
		return 0;
	}
	r = sd_bus_message_enter_container(reply, 'r', "bba{ss}");
	if (r >= 0)
		r = sd_bus_message_read(reply, "bb", &authorized, &challenge);
	if (r < 0)
		refuse(a, "polkit's answer about %s makes no sense", a->action);
	else if (authorized)
		a->done(a->userdata, 0, NULL);
	else if (challenge)
		refuse(a, "polkit action %s needs authentication, and nobody could be asked",
		       a->action);
	else
		refuse(a, "polkit action %s was refused", a->action);
	return 0;
}

static int ask_polkit(struct authz *a)
{
	sd_bus *bus = sd_bus_message_get_bus(a->call);
	int interactive = sd_bus_message_get_allow_interactive_authorization(a->call) > 0;

	a->slot = sd_bus_slot_unref(a->slot);
	return sd_bus_call_async(bus, &a->slot, a->query, on_decision, a,
				 interactive ? TIMEOUT_INTERACTIVE : TIMEOUT_SILENT);
}

static int on_user(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	struct authz *a = userdata;
	uint32_t uid;
	int r;

	if (sd_bus_message_is_method_error(reply, NULL) ||
	    sd_bus_message_read(reply, "u", &uid) < 0) {
		refuse(a, "the bus does not know the caller any more");
		return 0;
	}
	if (uid == 0) {
		a->done(a->userdata, 0, NULL);
		return 0;
	}
	r = ask_polkit(a);
	if (r < 0)
		refuse(a, "polkit could not be asked about %s: %s", a->action, strerrordesc_np(-r));
	return 0;
}

static int append_details(sd_bus_message *m, const struct authz_detail *details)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{ss}");
	for (; r >= 0 && details->key; details++)
		if (details->value)
			r = sd_bus_message_append(m, "{ss}", details->key, details->value);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int build_query(struct authz *a, const struct authz_detail *details)
{
	sd_bus *bus = sd_bus_message_get_bus(a->call);
	int interactive = sd_bus_message_get_allow_interactive_authorization(a->call) > 0;
	int r;

	r = sd_bus_message_new_method_call(bus, &a->query, "org.freedesktop.PolicyKit1",
					   "/org/freedesktop/PolicyKit1/Authority",
					   "org.freedesktop.PolicyKit1.Authority",
					   "CheckAuthorization");
	if (r < 0)
		return r;
	r = sd_bus_message_append(a->query, "(sa{sv})s", "system-bus-name", 1, "name", "s",
				  sd_bus_message_get_sender(a->call), a->action);
	if (r < 0)
		return r;
	r = append_details(a->query, details);
	if (r < 0)
		return r;
	return sd_bus_message_append(a->query, "us", interactive ? ALLOW_INTERACTION : 0, "");
}

int authz_check(sd_bus_message *call, const char *action, const struct authz_detail *details,
		authz_done done, void *userdata, struct authz **ret_authz)
{
	struct authz *a;
	int r;

	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->call = sd_bus_message_ref(call);
	a->action = action;
	a->done = done;
	a->userdata = userdata;
	r = build_query(a, details);
	if (r >= 0)
		r = sd_bus_call_method_async(sd_bus_message_get_bus(call), &a->slot,
					     "org.freedesktop.DBus", "/org/freedesktop/DBus",
					     "org.freedesktop.DBus", "GetConnectionUnixUser",
					     on_user, a, "s", sd_bus_message_get_sender(call));
	if (r < 0) {
		authz_free(a);
		return r;
	}
	*ret_authz = a;
	return 0;
}

struct authz *authz_free(struct authz *authz)
{
	if (!authz)
		return NULL;
	sd_bus_slot_unref(authz->slot);
	sd_bus_message_unref(authz->query);
	sd_bus_message_unref(authz->call);
	free(authz);
	return NULL;
}
