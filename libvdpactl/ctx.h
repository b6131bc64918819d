/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context from inside: requests to the two families, error texts, and the seams for tests. */
#ifndef VDPACTL_CTX_H
#define VDPACTL_CTX_H

#include "nl-conn.h"
#include "objects.h"
#include "sysfs.h"

enum ctx_family {
	CTX_VDPA,
	CTX_EXT,
	CTX_FAMILIES,
};

/* What a context uses of the world. All borrowed; must outlive the context. */
struct ctx_seams {
	const struct nl_transport_ops *nl;
	void *nl_userdata;
	const struct sysfs_ops *sysfs;
	void *sysfs_userdata;
	const char *run_dir; /* for the lock and the note of the autoprobe window */
	int timeout_ms;	     /* of each wait for the kernel */
};

struct vdpactl_ctx {
	unsigned int n_refs;
	struct ctx_seams seams;
	struct nl_conn *conn; /* NULL until first used */
	struct nl_family families[CTX_FAMILIES];
	struct autoprobe *window; /* kept open by autoprobe_hold(); NULL */
	char *error;
};

/* vdpactl_new() with a world of one's own. */
int ctx_new_with(const struct ctx_seams *seams, struct vdpactl_ctx **ret_ctx);

/* Every public call begins with it: forget the last error text. */
void ctx_begin(struct vdpactl_ctx *ctx);

/* Set the error text; returns @error, so that a caller can return it. */
int ctx_fail(struct vdpactl_ctx *ctx, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The connection, opened when first needed. Returns 0 or -errno. */
int ctx_connection(struct vdpactl_ctx *ctx, struct nl_conn **ret_conn);

/* Id and groups of a family. Returns 0, -EPROTONOSUPPORT, -errno. */
int ctx_family(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_family *ret_family);

/* 1 when the kernel has family "vdpactl", 0 when not, -errno. */
int ctx_has_ext(struct vdpactl_ctx *ctx);

/* A request to put attributes in: owned, nlmsg_free(); NULL without memory. */
struct nl_msg *ctx_message(int command, int flags);
static inline void ctx_message_free(struct nl_msg *msg)
{
	nlmsg_free(msg);
}
DEFINE_CLEANUP(struct nl_msg *, ctx_message_free);

/*
 * Send a request to a family and take its answer; what the kernel says becomes the error text.
 * @restart: a dump was interrupted and begins again: drop what was collected; NULL when not a dump
 * Returns 0 or -errno.
 */
int ctx_request(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_msg *msg,
		nl_handler handler, void (*restart)(void *userdata), void *userdata);

#endif
