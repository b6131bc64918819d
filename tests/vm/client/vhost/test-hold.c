// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client among others in a storm: takes the device if it can, sends packets for a second, and goes. The
 * device may be somebody else's, or be taken away at any time; what it may not do is answer otherwise.
 */
#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "vhost.h"

/* Of a device that goes: no device, or a packet that never arrives as nobody carries it any more. */
static bool has_gone(const struct nic *nic)
{
	uint64_t features = 0;

	return vh_ioctl(nic->fd, VHOST_GET_FEATURES, &features) == -ENODEV;
}

void test_hold(const char *path)
{
	struct timespec now, end;
	struct nic nic;
	int fd = vh_open(path), r, echoes = 0;

	if (fd == -EBUSY || fd == -ENODEV || fd == -ENXIO || fd == -ENOENT) {
		ok(true, "somebody else's, or gone");
		return;
	}
	is(fd < 0 ? fd : 0, 0, "opened");
	if (fd < 0)
		return;
	nic = (struct nic){ .fd = fd };
	/* The name of a node is used again, by a device of another class perhaps. */
	if (vh_get_u32(fd, VHOST_VDPA_GET_DEVICE_ID) != VIRTIO_ID_NET) {
		ok(true, "gone at once");
		close(fd);
		return;
	}
	nic_init(&nic, fd);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec++;
	r = nic_start(&nic, 0);
	do {
		if (!r)
			r = nic_echo(&nic, 0x77, 100);
		echoes += !r;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!r && (now.tv_sec < end.tv_sec ||
			(now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec)));
	ok(!r || has_gone(&nic), "packets come back until the device goes");
	printf("# %d packets\n", echoes);
	nic_fini(&nic);
}
