// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log.h"
#include "util/cleanup.h"

#define FIELDS_MAX 5

/* One journal field; what does not fit into memory is left out rather than failing the caller. */
static void add_field(struct iovec *fields, int *n, const char *name, const char *value)
{
	char *field;
	int len;

	if (!value)
		return;
	len = asprintf(&field, "%s=%s", name, value);
	if (len < 0)
		return;
	fields[(*n)++] = (struct iovec){ .iov_base = field, .iov_len = (size_t)len };
}

static int to_journal(int priority, const struct log_about *about, const char *text)
{
	struct iovec fields[FIELDS_MAX];
	char level[2] = { (char)('0' + priority), '\0' };
	int n = 0, r;

	add_field(fields, &n, "MESSAGE", text);
	add_field(fields, &n, "PRIORITY", level);
	add_field(fields, &n, "SYSLOG_IDENTIFIER", "vdpactld");
	add_field(fields, &n, "VDPA_DEVICE", about->device);
	add_field(fields, &n, "VDPA_MGMTDEV", about->mgmtdev);
	r = sd_journal_sendv(fields, n);
	for (int i = 0; i < n; i++)
		free(fields[i].iov_base);
	return r;
}

void log_about(int priority, const struct log_about *about, const char *format, ...)
{
	static const struct log_about nothing;
	_cleanup_free_ char *text = NULL;
	va_list args;
	int r;

	if (priority >= LOG_DEBUG && !getenv("VDPACTLD_DEBUG"))
		return;
	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0) {
		text = NULL;
		return;
	}
	/* The service manager sets JOURNAL_STREAM when standard error is the journal anyway. */
	if (getenv("JOURNAL_STREAM") && to_journal(priority, about ? about : &nothing, text) >= 0)
		return;
	fprintf(stderr, "vdpactld: %s\n", text);
}
