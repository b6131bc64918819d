/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps vDPA from working on this machine, and what helps. */
#ifndef VDPACTL_CLI_DOCTOR_H
#define VDPACTL_CLI_DOCTOR_H

#include <json-c/json.h>

#include "cli.h"

enum severity {
	SEVERITY_OK,
	SEVERITY_NOTE,	  /* good to know */
	SEVERITY_WARNING, /* something will not work that many want */
	SEVERITY_PROBLEM, /* nothing will work, or something that is in use does not */
	SEVERITY_COUNT
};

struct doctor {
	struct cli *cli;
	const char *check; /* that is at work */
	json_object *findings;
	size_t n[SEVERITY_COUNT];
	bool no_memory;
	/* What more than one check wants to know. */
	bool has_vdpa;
	bool has_daemon;
	char kernel[128]; /* release */
};

/* @remedy: what helps; NULL for what needs none */
void doctor_add(struct doctor *d, enum severity severity, const char *remedy, const char *format,
		...) __attribute__((format(printf, 4, 5)));

/* A file about the machine, below cli->env->root: its first bytes, ended by a NUL. Returns how many, or -errno. */
int doctor_read(const struct doctor *d, const char *path, char *buf, size_t size);

/* How many entries a directory has, without "." and ".."; 0 when there is none. */
size_t doctor_count(const struct doctor *d, const char *path);

/* The checks, in the order in which they run. */
void doctor_check_kernel(struct doctor *d);
void doctor_check_modules(struct doctor *d);
void doctor_check_secure_boot(struct doctor *d);
void doctor_check_iommu(struct doctor *d);
void doctor_check_autoprobe(struct doctor *d);
void doctor_check_memlock(struct doctor *d);
void doctor_check_permissions(struct doctor *d);
void doctor_check_daemon(struct doctor *d);
void doctor_check_definitions(struct doctor *d);

#endif
