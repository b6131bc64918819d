// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "query.h"

struct answer {
	const struct query *query;
	struct object_list list;
};

static int take(const struct nlmsghdr *message, void *userdata)
{
	struct answer *answer = userdata;
	struct nl_attrs attrs;
	void *object;
	int r;

	r = nl_attrs_parse_message(&attrs, message);
	if (r < 0)
		return r;
	object = object_new(answer->query->table);
	if (!object)
		return -ENOMEM;
	r = answer->query->decode(&attrs, object);
	if (r < 0) {
		object_unref(answer->query->table, object);
		return r;
	}
	return object_list_add(&answer->list, object);
}

static void restart(void *userdata)
{
	struct answer *answer = userdata;

	object_list_clear(&answer->list);
}

int query_list(struct vdpactl_ctx *ctx, const struct query *query, struct object_list *ret_list)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	struct answer answer = { .query = query, .list = { .table = query->table } };
	int r;

	msg = ctx_message(query->command, NLM_F_DUMP);
	if (!msg)
		return -ENOMEM;
	r = ctx_request(ctx, query->family, msg, take, restart, &answer);
	if (r < 0) {
		object_list_clear(&answer.list);
		return r;
	}
	*ret_list = answer.list;
	return 0;
}

int query_one(struct vdpactl_ctx *ctx, const struct query *query, struct nl_msg *msg,
	      void **ret_object)
{
	struct answer answer = { .query = query, .list = { .table = query->table } };
	int r;

	r = ctx_request(ctx, query->family, msg, take, NULL, &answer);
	if (r >= 0 && answer.list.n != 1)
		r = ctx_fail(ctx, -EBADMSG, "the kernel's answer is not understood");
	if (r >= 0)
		*ret_object = object_ref(answer.list.v[0]);
	object_list_clear(&answer.list);
	return r;
}
