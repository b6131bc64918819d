// SPDX-License-Identifier: GPL-2.0-or-later
/* Packed rings of a device that offers them: their places in SET_VRING_BASE, and over suspend and resume. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "vhost.h"

#define PACKED (1ull << VIRTIO_F_RING_PACKED)
/* Two places, the driver's side below: number of a descriptor, and the wrap counter. */
#define WRAP	    0x8000u
#define BASE(place) ((uint32_t)(place) << 16 | (place))

static long long base_of(int fd)
{
	struct vhost_vring_state s = { .index = 1 };
	int r = vh_ioctl(fd, VHOST_GET_VRING_BASE, &s);

	return r < 0 ? r : (long long)s.num;
}

static int set_base(int fd, uint32_t base)
{
	return vh_state(fd, VHOST_SET_VRING_BASE, 1, base);
}

static void test_base(struct nic *nic)
{
	uint64_t features = PACKED | 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM;
	int fd = nic->fd;

	is(vh_status(fd, 0), 0, "reset");
	is(vh_status(fd, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER), 0, "a driver");
	is(vh_ioctl(fd, VHOST_SET_FEATURES, &features), 0, "packed rings are negotiated");
	is(base_of(fd), BASE(WRAP), "a ring begins with the counters set");
	is(set_base(fd, BASE(WRAP | 5)), 0, "another place");
	is(base_of(fd), BASE(WRAP | 5), "... is taken");
	is(set_base(fd, BASE(7)), 0, "one of the next round");
	is(base_of(fd), BASE(7), "... too");
	is(set_base(fd, WRAP | 9), 0, "the driver's side alone");
	is(base_of(fd), BASE(WRAP | 9), "... goes for both");
	is(set_base(fd, 3u << 16 | 5), -EINVAL, "two places, with entries in hand between them");
	is(base_of(fd), BASE(WRAP | 9), "... change nothing");
}

/* A queue that was enabled before anybody said what kind of ring it has. */
static void test_enabled_before(struct nic *nic)
{
	uint64_t features = PACKED | 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM;
	struct vhost_vring_addr addr = {
		.index = 1,
		.desc_user_addr = nic_iova(0),
		.avail_user_addr = nic_iova(PAGE),
		.used_user_addr = nic_iova(PAGE + 64),
	};
	int fd = nic->fd;

	is(vh_status(fd, 0), 0, "reset");
	is(vh_status(fd, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER), 0, "a driver");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 1, RING_SIZE), 0, "a ring");
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), 0, "... somewhere");
	is(set_base(fd, 300), 0, "... at an index that no packed one has");
	is(vh_state(fd, VHOST_VDPA_SET_VRING_ENABLE, 1, 1), 0, "... is enabled");
	is(vh_ioctl(fd, VHOST_SET_FEATURES, &features), 0, "packed rings are negotiated");
	is(base_of(fd), BASE(WRAP), "its place is a packed ring's");
}

struct packed {
	struct ring *ring;
	uint16_t place; /* of the driver's next descriptor */
};

static uint16_t flags_of(uint16_t place, bool used)
{
	bool wrap = place & WRAP;

	return (uint16_t)(wrap << VRING_PACKED_DESC_F_AVAIL | (used ? wrap : !wrap)
								      << VRING_PACKED_DESC_F_USED);
}

/* Whether one packet is taken within five seconds, and its descriptor handed back. */
static bool is_sent(struct packed *p, uint16_t id)
{
	struct vring_packed_desc *ring = (void *)p->ring->vring.desc;
	struct vring_packed_desc *desc = &ring[p->place & ~WRAP];
	struct pollfd call = { .fd = p->ring->call, .events = POLLIN };
	uint16_t used = flags_of(p->place, true);
	uint64_t n;

	desc->addr = nic_iova(BUFFER(1));
	desc->len = HEADER_SIZE + 60;
	desc->id = id;
	__atomic_store_n(&desc->flags, flags_of(p->place, false), __ATOMIC_RELEASE);
	ring_kick(p->ring);
	while (__atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE) != used)
		if (poll(&call, 1, 5000) <= 0 || read(call.fd, &n, sizeof(n)) < 0)
			return false;
	p->place++;
	if ((p->place & ~WRAP) == RING_SIZE)
		p->place = ~p->place & WRAP;
	return desc->id == id;
}

static void test_packets(struct nic *nic)
{
	struct packed tx = { .ring = &nic->ring[1] };
	int sent = 0, fd = nic->fd;

	memset(nic->mem + BUFFER(1), 0, PAGE);
	memset(nic->mem, 0, RINGS * RING_ROOM);
	is(nic_start(nic, PACKED), 0, "started");
	for (uint16_t i = 0; i < 100; i++)
		sent += is_sent(&tx, (uint16_t)(i * 600));
	is(sent, 100, "a hundred packets are sent, round the ring many times");
	is(vh_ioctl(fd, VHOST_VDPA_SUSPEND, NULL), 0, "suspended");
	is(base_of(fd), BASE(tx.place), "its place is the driver's");
	is(set_base(fd, BASE(RING_SIZE)), -EINVAL, "a place behind the ring's end");
	is(base_of(fd), BASE(tx.place), "... changes nothing");
	is(set_base(fd, BASE(tx.place)), 0, "the same place");
	is(vh_ioctl(fd, IOCTL_RESUME, NULL), 0, "resumed");
	ok(is_sent(&tx, 7), "... and sends on");
}

void test_packed(const char *path)
{
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init(&nic, fd);
	test_base(&nic);
	test_enabled_before(&nic);
	test_packets(&nic);
	nic_fini(&nic);
}
