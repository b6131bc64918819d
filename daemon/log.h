/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's log: the journal with structured fields, or standard error when there is none. */
#ifndef VDPACTLD_LOG_H
#define VDPACTLD_LOG_H

#include <syslog.h>

/* What a message is about; NULL members are left out. All borrowed. */
struct log_about {
	const char *device;  /* journal field VDPA_DEVICE= */
	const char *mgmtdev; /* journal field VDPA_MGMTDEV= */
};

/*
 * Log one line.
 * @priority: LOG_ERR ... LOG_DEBUG; debug is shown only with VDPACTLD_DEBUG in the environment
 * @about: borrowed, NULL when the message is about no object
 */
void log_about(int priority, const struct log_about *about, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...)	 log_about(LOG_ERR, NULL, __VA_ARGS__)
#define log_warning(...) log_about(LOG_WARNING, NULL, __VA_ARGS__)
#define log_info(...)	 log_about(LOG_INFO, NULL, __VA_ARGS__)
#define log_debug(...)	 log_about(LOG_DEBUG, NULL, __VA_ARGS__)

#endif
