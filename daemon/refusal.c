// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "refusal.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

/* How many bytes the character at @text has; 0 when it is not whole. */
static size_t character(const unsigned char *text)
{
	size_t n = *text < 0x80 ? 1 : *text < 0xc0 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;

	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/*
 * Messages are cut to their room, maybe within a character of what the caller sent, and the bus carries
 * whole ones only: an answer that cannot be sent would leave the caller without any.
 */
static void drop_cut_characters(char *text)
{
	char *to = text;
	size_t n;

	for (; *text; text += n ? n : 1) {
		n = character((const unsigned char *)text);
		memmove(to, text, n);
		to += n;
	}
	*to = '\0';
}

int refusal_set(sd_bus_error *error, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0) {
		text = NULL;
		return -ENOMEM;
	}
	drop_cut_characters(text);
	sd_bus_error_set(error, BUS_ERROR_INVALID, text);
	return -EINVAL;
}
