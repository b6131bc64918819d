/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A generic netlink connection: requests, dumps, events; the kernel's errno and text as they came. What
 * carries the bytes is a table of functions, so that tests can be the kernel.
 */
#ifndef VDPACTL_NL_CONN_H
#define VDPACTL_NL_CONN_H

#include <linux/netlink.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/cleanup.h"

struct nl_transport_ops {
	/* @ret_handle: for the others; closed with close() */
	int (*open)(void *userdata, void **ret_handle);
	/* One netlink message. Returns 0 or -errno. */
	int (*send)(void *handle, const void *data, size_t size);
	/*
	 * One datagram of messages. @ret_data: owned, free(). Returns its size, -ETIMEDOUT when none came
	 * in @timeout_ms (0: do not wait), -ENOBUFS when some were lost, or another -errno.
	 */
	ssize_t (*recv)(void *handle, int timeout_ms, void **ret_data);
	int (*join)(void *handle, uint32_t group);
	/* To poll for input. */
	int (*get_fd)(void *handle);
	void (*close)(void *handle);
};

/* The kernel. */
extern const struct nl_transport_ops nl_transport_kernel;

struct nl_conn;

int nl_conn_new(const struct nl_transport_ops *ops, void *userdata, int timeout_ms,
		struct nl_conn **ret_conn);
struct nl_conn *nl_conn_free(struct nl_conn *conn);
DEFINE_CLEANUP(struct nl_conn *, nl_conn_free);

/* One message of an answer. A negative result ends the request and is returned from it. */
typedef int (*nl_handler)(const struct nlmsghdr *message, void *userdata);

/*
 * Send a request and take its answer up to the acknowledgement or the end of the dump.
 * @msg: its sequence number and, unless it is a dump, NLM_F_ACK are set here; borrowed
 * @handler: for each message of the answer; NULL to ignore them
 * Returns 0, what the kernel said (-errno, see nl_conn_error()), -EINTR when a dump was interrupted by a
 * change or messages were lost, -ETIMEDOUT, -EBADMSG.
 */
int nl_conn_request(struct nl_conn *conn, struct nl_msg *msg, nl_handler handler, void *userdata);

/* The kernel's text for the last request's failure, borrowed until the next request; or NULL. */
const char *nl_conn_error(const struct nl_conn *conn);

struct nl_family {
	uint16_t id;
	uint32_t events; /* id of its multicast group "events"; 0 when it has none */
};

/* Look up a family, which makes the kernel load its module where it knows one. -EPROTONOSUPPORT. */
int nl_conn_family(struct nl_conn *conn, const char *name, struct nl_family *ret_family);

int nl_conn_join(struct nl_conn *conn, uint32_t group);
int nl_conn_get_fd(struct nl_conn *conn);

/* Multicast messages that are there. Returns 1 after some, 0 when there are none, -ENOBUFS, -errno. */
int nl_conn_events(struct nl_conn *conn, nl_handler handler, void *userdata);

#endif
