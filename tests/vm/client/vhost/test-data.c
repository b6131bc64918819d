// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets through the rings, and rings that no driver would make. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vhost.h"

#define UNMAPPED	   0x7000000000ull
#define READ_ONLY	   0x6000000000ull
#define CONFIG_NEEDS_RESET 0x40

static void test_echo(struct nic *nic)
{
	int failed = 0;

	is(nic_start(nic, 0), 0, "the device starts");
	is(nic_echo(nic, 0x5a, 100), 0, "a packet comes back");
	for (int i = 0; i < 100; i++)
		failed += nic_echo(nic, (uint8_t)i, 60 + (uint32_t)i) != 0;
	is(failed, 0, "a hundred do, round the ring many times");
}

static void test_restart(struct nic *nic)
{
	is(nic_start(nic, 1ull << VIRTIO_RING_F_EVENT_IDX | 1ull << VIRTIO_RING_F_INDIRECT_DESC), 0,
	   "reset, and started with more features");
	is(nic_echo(nic, 0x11, 300), 0, "memory is still mapped: a packet comes back");
}

/* Whether the device uses something within a moment. */
static bool moves(const struct ring *ring)
{
	poll(NULL, 0, 100);
	return __atomic_load_n(&ring->vring.used->idx, __ATOMIC_ACQUIRE) != ring->used;
}

/* Send a frame to @mac, for which there is a buffer. */
static void send_to(struct nic *nic, const uint8_t *mac)
{
	struct ring *rx = &nic->ring[0], *tx = &nic->ring[1];
	uint8_t *frame = nic->mem + BUFFER(1);

	memset(frame, 0, HEADER_SIZE + 60);
	memcpy(frame + HEADER_SIZE, mac, 6);
	ring_post(rx, 0, nic_iova(BUFFER(2)), PAGE, VRING_DESC_F_WRITE);
	ring_kick(rx);
	ring_post(tx, 0, nic_iova(BUFFER(1)), HEADER_SIZE + 60, 0);
	ring_kick(tx);
	ok(ring_wait(tx) >= 0, "a frame is sent");
}

/* The case gives the device 02:00:00:00:00:77. */
static void test_addresses(struct nic *nic)
{
	static const uint8_t own[] = { 2, 0, 0, 0, 0, 0x77 }, stranger[] = { 2, 0, 0, 0, 0, 0x78 };

	is(nic_start(nic, 0), 0, "started");
	send_to(nic, own);
	is(ring_wait(&nic->ring[0]), HEADER_SIZE + 60, "... and received, as it is for the device");
	is(nic_start(nic, 0), 0, "started");
	send_to(nic, stranger);
	ok(!moves(&nic->ring[0]), "4: ... not where only what comes before a zero is the same");
}

/* Each is answered, and the next good one is served. */
static void test_bad_buffers(struct nic *nic)
{
	struct ring *rx = &nic->ring[0], *tx = &nic->ring[1];

	is(nic_start(nic, 0), 0, "started");
	is(nic_echo(nic, 0x21, 100), 0, "a packet comes back");
	/* A device that sends what it has left of that one would answer to it with the next buffer. */
	ring_post(rx, 0, nic_iova(BUFFER(2)), PAGE, VRING_DESC_F_WRITE);
	ring_kick(rx);
	ring_post(tx, 0, UNMAPPED, HEADER_SIZE + 100, 0);
	ring_kick(tx);
	ok(ring_wait(tx) >= 0, "a packet from nowhere is completed");
	ok(!moves(rx), "M4: ... and nothing is received for it");
	is(nic_start(nic, 0), 0, "started again");
	is(nic_echo(nic, 0x22, 100), 0, "... packets come back");
	ring_post(tx, 0, nic_iova(0), 0, 0);
	ring_kick(tx);
	ok(ring_wait(tx) >= 0, "M11: an empty packet is completed");
	is(nic_echo(nic, 0x23, 100), 0, "... and the next one comes back");
	ring_post(tx, 0, nic_iova(NIC_MEM - 16), 64, 0);
	ring_kick(tx);
	ok(ring_wait(tx) >= 0, "a packet over the end of memory is completed");
	is(nic_echo(nic, 0x24, 100), 0, "... and the next one comes back");
}

/* A packet that cannot be delivered must not keep the buffer it was sent from. */
static void test_unwritable(struct nic *nic)
{
	struct ring *rx = &nic->ring[0], *tx = &nic->ring[1];

	is(nic_start(nic, 0), 0, "started");
	is(vh_message(nic->fd, VHOST_IOTLB_UPDATE, READ_ONLY, PAGE, nic->mem + BUFFER(4),
		      VHOST_ACCESS_RO),
	   0, "memory that the device may only read");
	ring_post(rx, 0, READ_ONLY, PAGE, VRING_DESC_F_WRITE);
	ring_post(tx, 0, nic_iova(BUFFER(1)), HEADER_SIZE + 60, 0);
	memset(nic->mem + BUFFER(1), 0, HEADER_SIZE);
	memset(nic->mem + BUFFER(1) + HEADER_SIZE, 0xff, 60);
	ring_kick(tx);
	ok(ring_wait(tx) >= 0,
	   "7: a packet for a receive buffer that cannot be written is completed");
	is(vh_unmap(nic->fd, READ_ONLY, PAGE), 0, "... that memory is let go");
	is(nic_start(nic, 0), 0, "... and started again");
	is(nic_echo(nic, 0x25, 100), 0, "... packets come back");
}

static void test_stopped(struct nic *nic)
{
	struct ring *tx = &nic->ring[1];

	is(nic_start(nic, 0), 0, "started");
	is(vh_state(nic->fd, VHOST_VDPA_SET_VRING_ENABLE, 1, 1), 0,
	   "M13: a queue is enabled twice");
	is(nic_echo(nic, 0x26, 100), 0, "M13: ... and served as ever");
	is(vh_status(nic->fd, 0), 0, "reset");
	ring_post(tx, 0, nic_iova(BUFFER(1)), HEADER_SIZE + 60, 0);
	ring_kick(tx);
	ok(!moves(tx), "M9: a kick after a reset moves nothing");
}

/* What a device can only give up on: it says so, and works again after a reset. */
static void test_broken(struct nic *nic)
{
	struct ring *tx = &nic->ring[1];

	is(nic_start(nic, 0), 0, "started");
	tx->vring.avail->idx = 0x4000;
	ring_kick(tx);
	for (int i = 0; i < 500 && !(vh_get_status(nic->fd) & CONFIG_NEEDS_RESET); i++)
		poll(NULL, 0, 10);
	ok(vh_get_status(nic->fd) & CONFIG_NEEDS_RESET,
	   "an index out of all bounds: the device asks for a reset");
	is(nic_start(nic, 0), 0, "... gets it");
	is(nic_echo(nic, 0x33, 100), 0, "... and works");
}

static void test_suspend(struct nic *nic)
{
	uint64_t features = vh_get_u64(nic->fd, VHOST_GET_BACKEND_FEATURES);
	int base;

	is(nic_start(nic, 0), 0, "started");
	for (int i = 0; i < 5; i++)
		nic_echo(nic, 1, 100);
	is(vh_ioctl(nic->fd, VHOST_VDPA_SUSPEND, NULL), 0, "SUSPEND");
	base = vh_state(nic->fd, VHOST_GET_VRING_BASE, 1, 0);
	is(base, 5, "the ring's base is what was sent");
	ring_post(&nic->ring[1], 0, nic_iova(0), 64, 0);
	ring_kick(&nic->ring[1]);
	poll(NULL, 0, 50);
	is(vh_state(nic->fd, VHOST_GET_VRING_BASE, 1, 0), base, "a kick does not move it");
	is(vh_state(nic->fd, VHOST_SET_VRING_BASE, 1, 5), 0, "V9: now it may be set");
	if (!(features & 1ull << F_RESUME))
		return;
	is(vh_ioctl(nic->fd, IOCTL_RESUME, NULL), 0, "RESUME");
	ok(ring_wait(&nic->ring[1]) >= 0, "what was kicked meanwhile is sent");
	is(nic_echo(nic, 0x44, 100), 0, "and packets come back again");
}

struct swapper {
	struct nic *nic;
	bool stop;
	int failed;
	unsigned int called; /* eventfds that were written to */
};

/* Another eventfd for each queue, or none, all the time. */
static void *swap_calls(void *arg)
{
	struct swapper *s = arg;

	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		int call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		uint64_t n;

		for (uint32_t i = 0; i < 2; i++)
			s->failed += vh_file(s->nic->fd, VHOST_SET_VRING_CALL, i, call) != 0;
		s->called += read(call, &n, sizeof(n)) == sizeof(n);
		close(call);
		for (uint32_t i = 0; i < 2; i++)
			s->failed += vh_file(s->nic->fd, VHOST_SET_VRING_CALL, i, -1) != 0;
	}
	return NULL;
}

/* A frame to everybody, for when the interrupts go elsewhere: both rings' entries are looked for. */
static bool echo_unheard(struct nic *nic)
{
	struct ring *rx = &nic->ring[0], *tx = &nic->ring[1];

	memset(nic->mem + BUFFER(1), 0, HEADER_SIZE);
	memset(nic->mem + BUFFER(1) + HEADER_SIZE, 0xff, 60);
	ring_post(rx, 0, nic_iova(BUFFER(2)), PAGE, VRING_DESC_F_WRITE);
	ring_kick(rx);
	ring_post(tx, 0, nic_iova(BUFFER(1)), HEADER_SIZE + 60, 0);
	ring_kick(tx);
	return ring_look(tx) >= 0 && ring_look(rx) == (int)HEADER_SIZE + 60;
}

static void test_swap(struct nic *nic)
{
	struct swapper s = { .nic = nic };
	pthread_t thread;
	int came = 0;

	is(nic_start(nic, 0), 0, "started");
	if (pthread_create(&thread, NULL, swap_calls, &s))
		bail("thread");
	for (int i = 0; i < 2000; i++)
		came += echo_unheard(nic);
	__atomic_store_n(&s.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	is(came, 2000, "packets come back while the queues' eventfds are swapped");
	is(s.failed, 0, "... which is never refused");
	ok(s.called > 0, "... and some of them are written to");
	is(nic_start(nic, 0), 0, "started again");
	is(nic_echo(nic, 0x55, 100), 0, "a packet comes back");
}

/* A kick that is its own interrupt must not lock up. */
static void test_same_eventfd(struct nic *nic)
{
	is(nic_start(nic, 0), 0, "started");
	is(vh_file(nic->fd, VHOST_SET_VRING_CALL, 1, nic->ring[1].kick), 0,
	   "kick and call are one eventfd");
	ring_post(&nic->ring[1], 0, nic_iova(BUFFER(3)), 80, 0);
	ring_kick(&nic->ring[1]);
	for (int i = 0; i < 500 && !nic->ring[1].vring.used->idx; i++)
		poll(NULL, 0, 10);
	is(nic->ring[1].vring.used->idx, 1, "... and a packet is sent all the same");
	is(vh_file(nic->fd, VHOST_SET_VRING_CALL, 1, -1), 0, "... and it is let go");
}

/* Kicked before the eventfd is bound, and before the device runs. */
static void test_early_kick(struct nic *nic)
{
	struct ring *tx = &nic->ring[1];

	is(nic_start(nic, 0), 0, "started");
	is(vh_file(nic->fd, VHOST_SET_VRING_KICK, 1, -1), 0, "the kick is unbound");
	ring_post(tx, 0, nic_iova(BUFFER(3)), 80, 0);
	ring_kick(tx);
	is(vh_file(nic->fd, VHOST_SET_VRING_KICK, 1, tx->kick), 0,
	   "... and bound after it was written to");
	ok(ring_wait(tx) >= 0, "... the packet is sent");
}

static void test_late(struct nic *nic)
{
	uint64_t features = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << F_LATE_ENABLE;

	is(vh_ioctl(nic->fd, VHOST_SET_BACKEND_FEATURES, &features), 0,
	   "queues may be enabled while the driver is ready");
	nic->late = 1u << 1;
	is(nic_start(nic, 0), 0, "started without the transmit queue");
	is(vh_state(nic->fd, VHOST_VDPA_SET_VRING_ENABLE, 1, 1), 0, "... which is enabled then");
	is(nic_echo(nic, 0x66, 100), 0, "... and works");
	nic->late = 0;
}

void test_data(const char *path)
{
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init(&nic, fd);
	test_echo(&nic);
	test_restart(&nic);
	test_addresses(&nic);
	test_bad_buffers(&nic);
	test_unwritable(&nic);
	test_stopped(&nic);
	test_broken(&nic);
	test_suspend(&nic);
	test_swap(&nic);
	test_same_eventfd(&nic);
	test_early_kick(&nic);
	test_late(&nic);
	nic_fini(&nic);
}
