// SPDX-License-Identifier: GPL-2.0-or-later
/* A character device: ioctls, messages and rings, from a state that is mostly right. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../vhost/vhost.h"
#include "fuzz.h"

#define CALLS 12

static const char *device;

static const unsigned long cmds[] = {
	VHOST_VDPA_GET_DEVICE_ID,
	VHOST_VDPA_GET_STATUS,
	VHOST_VDPA_SET_STATUS,
	VHOST_GET_FEATURES,
	VHOST_SET_FEATURES,
	VHOST_GET_BACKEND_FEATURES,
	VHOST_SET_BACKEND_FEATURES,
	VHOST_VDPA_GET_VRING_NUM,
	VHOST_VDPA_GET_IOVA_RANGE,
	VHOST_VDPA_GET_CONFIG_SIZE,
	VHOST_VDPA_GET_VQS_COUNT,
	VHOST_VDPA_GET_GROUP_NUM,
	VHOST_VDPA_GET_AS_NUM,
	VHOST_VDPA_SUSPEND,
	IOCTL_RESUME,
	VHOST_SET_OWNER,
	VHOST_RESET_OWNER,
	VHOST_SET_MEM_TABLE,
	VHOST_SET_LOG_BASE,
	VHOST_SET_VRING_NUM,
	VHOST_SET_VRING_BASE,
	VHOST_GET_VRING_BASE,
	VHOST_SET_VRING_ENDIAN,
	VHOST_SET_VRING_BUSYLOOP_TIMEOUT,
	VHOST_VDPA_SET_VRING_ENABLE,
	VHOST_VDPA_GET_VRING_GROUP,
	VHOST_VDPA_SET_GROUP_ASID,
	IOCTL_DESC_GROUP,
	IOCTL_VRING_SIZE,
};

static void call_ioctl(struct input *in, int fd)
{
	union {
		uint64_t number[8];
		struct vhost_vring_state state;
	} a = { .number = { 0 } };

	/* Most begin with the index of a queue, of which there are few. */
	if (pick(in, 4))
		a.state = (struct vhost_vring_state){ pick(in, 4), (uint32_t)pick_number(in) };
	else
		a.number[0] = pick_number(in);
	ioctl(fd, cmds[pick(in, sizeof(cmds) / sizeof(cmds[0]))], &a);
}

static void call_config(struct input *in, int fd)
{
	/* Longer than any configuration, so that what is too long is refused for that. */
	static struct {
		struct vhost_vdpa_config c;
		uint8_t buf[0x10000];
	} a;

	a.c = (struct vhost_vdpa_config){ (uint32_t)pick_number(in), (uint32_t)pick_number(in) };
	if (pick(in, 4))
		a.c.len %= 64;
	ioctl(fd, pick(in, 2) ? VHOST_VDPA_GET_CONFIG : VHOST_VDPA_SET_CONFIG, &a);
}

static void call_fd(struct input *in, struct nic *nic)
{
	static const unsigned long file_cmds[] = { VHOST_SET_VRING_KICK, VHOST_SET_VRING_CALL,
						   VHOST_SET_VRING_ERR };
	int fds[] = { -1, -2, nic->ring[0].kick, nic->ring[0].call, nic->ring[1].kick, 0, nic->fd };
	int fd = fds[pick(in, sizeof(fds) / sizeof(fds[0]))];
	unsigned int which = pick(in, 4);

	if (which == 3)
		ioctl(nic->fd, VHOST_VDPA_SET_CONFIG_CALL, &fd);
	else
		vh_file(nic->fd, file_cmds[which], pick(in, 4), fd);
}

static void call_addr(struct input *in, struct nic *nic)
{
	struct vhost_vring_addr addr = {
		.index = pick(in, 4),
		.flags = pick(in, 4),
		.desc_user_addr = nic_iova(pick(in, 16) * 0x400),
		.avail_user_addr = nic_iova(pick(in, 16) * 0x400),
		.used_user_addr = nic_iova(pick(in, 16) * 0x400),
	};

	if (!pick(in, 4))
		addr.desc_user_addr = pick_number(in);
	if (!pick(in, 4))
		addr.used_user_addr = pick_number(in);
	ioctl(nic->fd, VHOST_SET_VRING_ADDR, &addr);
}

static void call_message(struct input *in, struct nic *nic)
{
	struct vhost_msg_v2 m = { .type = pick(in, 8) ? VHOST_IOTLB_MSG_V2 : (int)pick(in, 4),
				  .asid = pick(in, 8) ? 0 : (uint32_t)pick_number(in) };
	uint64_t pages = pick(in, 70);

	m.iotlb = (struct vhost_iotlb_msg){
		.iova = NIC_IOVA + pages * PAGE,
		.size = (uint64_t)pick(in, 80) * PAGE,
		.uaddr = (uintptr_t)nic->mem + (uint64_t)pick(in, 70) * PAGE,
		.perm = (uint8_t)pick(in, 5),
		.type = (uint8_t)pick(in, 8),
	};
	switch (pick(in, 8)) {
	case 0:
		m.iotlb.iova = pick_number(in);
		break;
	case 1:
		m.iotlb.size = pick_number(in);
		break;
	case 2:
		m.iotlb.uaddr = pick_number(in);
		break;
	}
	if (write(nic->fd, &m, pick(in, 16) ? sizeof(m) : pick(in, 100)) < 0)
		return;
}

/* Descriptors, indexes and kicks, by a driver that means no good. */
static void call_ring(struct input *in, struct nic *nic)
{
	struct ring *ring = &nic->ring[pick(in, 2)];
	uint16_t desc = (uint16_t)pick(in, RING_SIZE);

	if (!ring->vring.desc)
		return;
	ring->vring.desc[desc] = (struct vring_desc){
		.addr = pick(in, 4) ? nic_iova(pick(in, 64) * PAGE + pick(in, 256))
				    : pick_number(in),
		.len = pick(in, 2) ? pick(in, 256) * 16 : (uint32_t)pick_number(in),
		.flags = (uint16_t)pick(in, 8),
		.next = (uint16_t)pick(in, RING_SIZE + 2),
	};
	ring_post_head(ring, pick(in, 16) ? desc : (uint16_t)pick_number(in));
	if (!pick(in, 32))
		ring->vring.avail->idx = (uint16_t)pick_number(in);
	if (!pick(in, 8))
		memset(nic->mem + pick(in, 64) * PAGE / 4, (int)pick(in, 256), 64);
	ring_kick(ring);
}

static void call_mmap(struct input *in, int fd)
{
	size_t size = (1 + pick(in, 3)) * PAGE;
	void *p = mmap(NULL, size, pick(in, 2) ? PROT_WRITE : PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, (off_t)(pick_number(in) & 0x7fffffff) * PAGE);

	if (p != MAP_FAILED)
		munmap(p, size);
}

static void run(struct input *in)
{
	int fd = vh_open(device);
	struct nic nic;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", device, strerror(-fd));
		exit(2);
	}
	nic_init(&nic, fd);
	if (pick(in, 4) && nic_start(&nic, pick(in, 2) ? pick_number(in) : 0) == 0)
		goal();
	for (unsigned int n = 1 + pick(in, CALLS); n; n--) {
		switch (pick(in, 12)) {
		case 0 ... 2:
			call_ioctl(in, fd);
			break;
		case 3:
			call_config(in, fd);
			break;
		case 4:
			call_fd(in, &nic);
			break;
		case 5:
			call_addr(in, &nic);
			break;
		case 6 ... 7:
			call_message(in, &nic);
			break;
		case 8 ... 10:
			call_ring(in, &nic);
			break;
		default:
			call_mmap(in, fd);
			break;
		}
	}
	nic_fini(&nic);
}

static void start(const char *arg)
{
	if (!arg) {
		fprintf(stderr, "chardev: which device?\n");
		exit(2);
	}
	device = arg;
}

const struct target target_chardev = {
	.name = "chardev",
	.goal = "times the device ran",
	.start = start,
	.run = run,
};
