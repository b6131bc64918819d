// SPDX-License-Identifier: LGPL-2.1-or-later
/* The kernel's end of a connection: a netlink socket. */
#include <errno.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "nl-conn.h"

/* Dumps fill one buffer after another; events of thousands of devices come in one go. */
#define RECEIVE_BUFFER (1024 * 1024)

static void close_kernel(void *handle)
{
	nl_socket_free(handle);
}

static int set_option(int fd, int option)
{
	int one = 1;

	return setsockopt(fd, SOL_NETLINK, option, &one, sizeof(one)) < 0 ? -errno : 0;
}

static int configure(struct nl_sock *sock)
{
	int fd, r;

	fd = nl_socket_get_fd(sock);
	r = set_option(fd, NETLINK_EXT_ACK);
	if (r >= 0)
		r = set_option(fd, NETLINK_CAP_ACK);
	if (r >= 0)
		r = set_option(fd, NETLINK_GET_STRICT_CHK);
	if (r < 0)
		return r;
	/* Only comfort: where it is not granted, the default has to do. */
	nl_socket_set_buffer_size(sock, RECEIVE_BUFFER, 0);
	return nl_socket_set_nonblocking(sock) < 0 ? -EIO : 0;
}

static int open_kernel(void *userdata, void **ret_handle)
{
	struct nl_sock *sock;
	int r;

	sock = nl_socket_alloc();
	if (!sock)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(sock, NETLINK_GENERIC) < 0)
		r = errno ? -errno : -EIO;
	else
		r = configure(sock);
	if (r < 0) {
		nl_socket_free(sock);
		return r;
	}
	*ret_handle = sock;
	return 0;
}

static int send_kernel(void *handle, const void *data, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	do
		n = sendto(nl_socket_get_fd(handle), data, size, 0, (struct sockaddr *)&kernel,
			   sizeof(kernel));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int wait_input(int fd, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do {
		int64_t left = end - now_ms();

		n = poll(&p, 1, left > 0 ? left : 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == 0 ? -ETIMEDOUT : 0;
}

static ssize_t recv_kernel(void *handle, int timeout_ms, void **ret_data)
{
	int fd = nl_socket_get_fd(handle);
	_cleanup_free_ void *data = NULL;
	struct sockaddr_nl from;
	socklen_t length = sizeof(from);
	ssize_t n;
	int r;

	r = wait_input(fd, timeout_ms);
	if (r < 0)
		return r;
	n = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	data = malloc(n ? n : 1);
	if (!data)
		return -ENOMEM;
	n = recvfrom(fd, data, n, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	/* Any process may write to our port; only the kernel is believed. */
	if (length != sizeof(from) || from.nl_pid != 0)
		n = 0;
	*ret_data = TAKE_PTR(data);
	return n;
}

static int join_kernel(void *handle, uint32_t group)
{
	int value = group;

	return setsockopt(nl_socket_get_fd(handle), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &value,
			  sizeof(value)) < 0
		       ? -errno
		       : 0;
}

static int get_fd_kernel(void *handle)
{
	return nl_socket_get_fd(handle);
}

const struct nl_transport_ops nl_transport_kernel = {
	.open = open_kernel,
	.send = send_kernel,
	.recv = recv_kernel,
	.join = join_kernel,
	.get_fd = get_fd_kernel,
	.close = close_kernel,
};
