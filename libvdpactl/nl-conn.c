// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nl-codec.h"
#include "nl-conn.h"
#include "uapi/vdpactl-netlink.h"

struct nl_conn {
	const struct nl_transport_ops *ops;
	void *userdata; /* of open() */
	void *handle;
	bool unfinished; /* the kernel is at a dump that was given up, and takes no other from this handle */
	int timeout_ms;
	uint32_t sequence;
	char *error;
};

int nl_conn_new(const struct nl_transport_ops *ops, void *userdata, int timeout_ms,
		struct nl_conn **ret_conn)
{
	struct nl_conn *conn;
	int r;

	conn = calloc(1, sizeof(*conn));
	if (!conn)
		return -ENOMEM;
	conn->ops = ops;
	conn->userdata = userdata;
	conn->timeout_ms = timeout_ms;
	conn->sequence = time(NULL);
	r = ops->open(userdata, &conn->handle);
	if (r < 0) {
		free(conn);
		return r;
	}
	*ret_conn = conn;
	return 0;
}

struct nl_conn *nl_conn_free(struct nl_conn *conn)
{
	if (!conn)
		return NULL;
	conn->ops->close(conn->handle);
	free(conn->error);
	free(conn);
	return NULL;
}

const char *nl_conn_error(const struct nl_conn *conn)
{
	return conn->error;
}

/* ---- one answer ------------------------------------------------------------------------------ */

/* Errnos end here; what is beyond has no text, and the least number has no positive counterpart. */
#define ERRNO_MAX 4095

struct answer {
	struct nl_conn *conn;
	uint32_t sequence;
	nl_handler handler;
	void *userdata;
	bool interrupted;
	bool done;
};

/* The text behind an error. A kernel that sends none, or a broken one, takes nothing from the errno. */
static void take_text(struct nl_conn *conn, const struct nlmsghdr *message, size_t offset)
{
	struct nl_attrs attrs;
	const char *text;

	offset = NLMSG_ALIGN(offset);
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || offset > message->nlmsg_len)
		return;
	if (nl_attrs_parse(&attrs, (const char *)message + offset, message->nlmsg_len - offset) <
		    0 ||
	    nl_get_string(attrs.at[NLMSGERR_ATTR_MSG], &text) < 0)
		return;
	free(conn->error);
	conn->error = strdup(text);
}

static int take_error(struct answer *answer, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);
	size_t offset = NLMSG_LENGTH(sizeof(*error));

	if (message->nlmsg_len < offset || error->error > 0 || error->error < -ERRNO_MAX)
		return -EBADMSG;
	answer->done = true;
	if (!error->error)
		return 0;
	/* The request comes back with the error unless the kernel was asked to cut it off. */
	if (!(message->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < NLMSG_HDRLEN ||
		    error->msg.nlmsg_len > message->nlmsg_len)
			return error->error;
		offset += error->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	take_text(answer->conn, message, offset);
	return error->error;
}

/* The end of a dump carries an error, too; old kernels leave it out. */
static int take_done(struct answer *answer, const struct nlmsghdr *message)
{
	int error = 0;

	answer->done = true;
	if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, NLMSG_DATA(message), sizeof(error));
	if (error < -ERRNO_MAX)
		return -EBADMSG;
	if (error < 0)
		take_text(answer->conn, message, NLMSG_LENGTH(sizeof(error)));
	return error < 0 ? error : 0;
}

static int take_message(const struct nlmsghdr *message, void *userdata)
{
	struct answer *answer = userdata;

	/* A late answer to a request that was given up on, or an event. */
	if (message->nlmsg_seq != answer->sequence)
		return 0;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		return take_error(answer, message);
	case NLMSG_DONE:
		return take_done(answer, message);
	case NLMSG_OVERRUN:
		answer->interrupted = true;
		return 0;
	default:
		return answer->handler ? answer->handler(message, answer->userdata) : 0;
	}
}

/* Every message of a datagram. Returns 0, -EBADMSG, or what the handler returned. */
static int each_message(const void *data, size_t size, nl_handler handler, void *userdata)
{
	const char *p = data;
	int r;

	while (size >= NLMSG_HDRLEN) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)p;
		size_t step = NLMSG_ALIGN(message->nlmsg_len);

		if (message->nlmsg_len < NLMSG_HDRLEN || message->nlmsg_len > size)
			return -EBADMSG;
		r = handler(message, userdata);
		if (r < 0)
			return r;
		step = step > size ? size : step;
		p += step;
		size -= step;
	}
	return size ? -EBADMSG : 0;
}

static int take_datagram(struct answer *answer)
{
	struct nl_conn *conn = answer->conn;
	_cleanup_free_ void *data = NULL;
	ssize_t n;

	n = conn->ops->recv(conn->handle, conn->timeout_ms, &data);
	if (n == -ENOBUFS)
		return -EINTR;
	if (n < 0)
		return n;
	return each_message(data, n, take_message, answer);
}

static int reopen(struct nl_conn *conn)
{
	void *handle;
	int r;

	r = conn->ops->open(conn->userdata, &handle);
	if (r < 0)
		return r;
	conn->ops->close(conn->handle);
	conn->handle = handle;
	conn->unfinished = false;
	return 0;
}

int nl_conn_request(struct nl_conn *conn, struct nl_msg *msg, nl_handler handler, void *userdata)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct answer answer = {
		.conn = conn,
		.sequence = ++conn->sequence,
		.handler = handler,
		.userdata = userdata,
	};
	bool dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int r;

	free(conn->error);
	conn->error = NULL;
	r = conn->unfinished ? reopen(conn) : 0;
	if (r < 0)
		return r;
	header->nlmsg_seq = answer.sequence;
	header->nlmsg_flags |= NLM_F_REQUEST;
	if (!dump)
		header->nlmsg_flags |= NLM_F_ACK;
	r = conn->ops->send(conn->handle, header, header->nlmsg_len);
	while (r >= 0 && !answer.done)
		r = take_datagram(&answer);
	conn->unfinished = dump && !answer.done;
	if (r < 0)
		return r;
	return answer.interrupted ? -EINTR : 0;
}

/* ---- families -------------------------------------------------------------------------------- */

/* Groups are a nest of nests, each with a name and an id. */
static int take_groups(const struct nlattr *groups, struct nl_family *family)
{
	struct nl_attrs list, group;
	const char *name;
	int r;

	if (!groups)
		return 0;
	r = nl_attrs_parse_nested(&list, groups);
	for (size_t i = 0; r >= 0 && i < NL_CODEC_MAX; i++) {
		if (!list.at[i])
			continue;
		r = nl_attrs_parse_nested(&group, list.at[i]);
		if (r >= 0)
			r = nl_get_string(group.at[CTRL_ATTR_MCAST_GRP_NAME], &name);
		if (r >= 0 && strcmp(name, VDPACTL_NL_EVENTS) == 0)
			r = nl_get_u32(group.at[CTRL_ATTR_MCAST_GRP_ID], &family->events);
	}
	return r;
}

static int take_family(const struct nlmsghdr *message, void *userdata)
{
	struct nl_family *family = userdata;
	struct nl_attrs attrs;
	int r;

	r = nl_attrs_parse_message(&attrs, message);
	if (r >= 0)
		r = nl_get_u16(attrs.at[CTRL_ATTR_FAMILY_ID], &family->id);
	return r < 0 ? r : take_groups(attrs.at[CTRL_ATTR_MCAST_GROUPS], family);
}

int nl_conn_family(struct nl_conn *conn, const char *name, struct nl_family *ret_family)
{
	struct nl_family family = { .id = 0 };
	struct nl_msg *msg;
	int r;

	msg = nlmsg_alloc();
	if (!msg)
		return -ENOMEM;
	if (!genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_GETFAMILY, 1) ||
	    nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name) < 0)
		r = -ENOMEM;
	else
		r = nl_conn_request(conn, msg, take_family, &family);
	nlmsg_free(msg);
	if (r == -ENOENT)
		return -EPROTONOSUPPORT;
	if (r < 0)
		return r;
	if (!family.id)
		return -EBADMSG;
	*ret_family = family;
	return 0;
}

/* ---- events ---------------------------------------------------------------------------------- */

int nl_conn_join(struct nl_conn *conn, uint32_t group)
{
	return conn->ops->join(conn->handle, group);
}

int nl_conn_get_fd(struct nl_conn *conn)
{
	return conn->ops->get_fd(conn->handle);
}

int nl_conn_events(struct nl_conn *conn, nl_handler handler, void *userdata)
{
	_cleanup_free_ void *data = NULL;
	ssize_t n;
	int r;

	n = conn->ops->recv(conn->handle, 0, &data);
	if (n == -ETIMEDOUT)
		return 0;
	if (n < 0)
		return n;
	r = each_message(data, n, handler, userdata);
	return r < 0 ? r : 1;
}
