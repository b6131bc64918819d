// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device is taken away while it is open and busy. Prints "ready" on standard error when it may be,
 * and waits for that.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "vhost.h"

void test_revoke(const char *path)
{
	struct pollfd p = { .events = POLLIN };
	long before = pinned_kib();
	struct nic nic;
	uint64_t n;

	p.fd = vh_open(path);
	if (p.fd < 0)
		bail(path);
	nic_init(&nic, p.fd);
	is(nic_start(&nic, 0), 0, "the device starts");
	is(nic_echo(&nic, 1, 100), 0, "... and works");
	p.events = 0;
	is(poll(&p, 1, 0), 0, "no hangup yet");
	fprintf(stderr, "ready\n");
	is(poll(&p, 1, 30000), 1, "the device goes: poll wakes");
	ok(p.revents & POLLHUP, "... with a hangup");
	is(vh_ioctl(nic.fd, VHOST_GET_FEATURES, &n), -ENODEV, "every later call: GET_FEATURES");
	is(vh_status(nic.fd, 0), -ENODEV, "... SET_STATUS");
	is(vh_state(nic.fd, VHOST_GET_VRING_BASE, 0, 0), -ENODEV, "... GET_VRING_BASE");
	is(vh_unmap(nic.fd, NIC_IOVA, PAGE), -ENODEV, "... a message");
	/* Nobody waits for that, nor does it take long. */
	for (int i = 0; i < 5000 && pinned_kib() != before; i++)
		poll_ms(1);
	is(pinned_kib() - before, 0, "its memory is given back");
	ring_kick(&nic.ring[1]);
	is(vh_ioctl(nic.fd, VHOST_SET_OWNER, NULL), -ENODEV, "... SET_OWNER, after a kick");
	nic_fini(&nic);
}
