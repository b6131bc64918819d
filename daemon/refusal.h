/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling a caller what is wrong with an argument. */
#ifndef VDPACTLD_REFUSAL_H
#define VDPACTLD_REFUSAL_H

#include <systemd/sd-bus.h>

/* How much of a caller's text an answer repeats, as a precision for %.*s; enough to know it by. */
#define REFUSAL_VALUE_MAX 100

/*
 * Set the error for an argument that is refused; the text should name field, value and reason. Characters that
 * are not whole are left out. Returns -EINVAL, or -ENOMEM with nothing set.
 */
int refusal_set(sd_bus_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
