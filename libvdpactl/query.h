/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking the kernel for objects: the same for all of them but for commands and decoding. */
#ifndef VDPACTL_QUERY_H
#define VDPACTL_QUERY_H

#include "ctx.h"
#include "nl-codec.h"
#include "object.h"

struct query {
	enum ctx_family family;
	int command;
	const struct field_table *table;
	/* Attributes of one message into a new object. Returns 0 or -errno. */
	int (*decode)(const struct nl_attrs *attrs, void *object);
};

/* All objects. @ret_list: empty; filled, object_list_clear(). Returns 0 or -errno. */
int query_list(struct vdpactl_ctx *ctx, const struct query *query, struct object_list *ret_list);

/*
 * One object.
 * @msg: the request, with what says which; borrowed
 * @ret_object: owned, object_unref()
 * Returns 0, -EBADMSG when the kernel answers without it, or -errno.
 */
int query_one(struct vdpactl_ctx *ctx, const struct query *query, struct nl_msg *msg,
	      void **ret_object);

#endif
