/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May the sender of a call do this? Root may; about everybody else polkit decides; without polkit nobody. */
#ifndef VDPACTLD_POLKIT_H
#define VDPACTLD_POLKIT_H

#include <stddef.h>
#include <systemd/sd-bus.h>

struct authz;

/* A detail that rules can look at. Both borrowed; a detail with the value NULL is left out. */
struct authz_detail {
	const char *key;
	const char *value;
};

/*
 * The answer, once, from the loop.
 * @result: 0 when authorised, -EACCES when not
 * @message: why not, borrowed; NULL when authorised
 */
typedef void (*authz_done)(void *userdata, int result, const char *message);

/*
 * Begin to ask; nothing blocks.
 * @call: the method call whose sender asks; it also tells whether a password prompt is welcome
 * @action: polkit action, must outlive the query
 * @details: ended by a row whose key is NULL; copied
 * @ret_authz: owned, free with authz_free(), also after the answer
 * Returns 0 or -errno.
 */
int authz_check(sd_bus_message *call, const char *action, const struct authz_detail *details,
		authz_done done, void *userdata, struct authz **ret_authz);

/* Frees, and cancels a query under way. Returns NULL. NULL is accepted. */
struct authz *authz_free(struct authz *authz);

#endif
