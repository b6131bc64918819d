// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends packets through a simulated NIC on vhost-vdpa, 64 at a time, and takes every one of them back.
 *
 *	vmbench-ring DEVICE BYTES sleep|spin SECONDS
 *
 * BYTES are those of the frame. sleep: for the queues' interrupts; spin: without any, looking at the rings. Prints how many
 * packets came back in a second.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "vhost.h"

#define NUM	  256u
#define BATCH	  64u
#define SLOT	  2048u
#define ROOM	  0x4000u /* of a ring */
#define AREA_SIZE (2 * ROOM + (NUM + BATCH) * SLOT)
#define TIMEOUT	  5

enum { RX, TX };

struct queue {
	struct vring vring;
	int kick, call;
	uint16_t avail, used;
};

static uint8_t *mem;
static struct queue queues[2];
static bool sleeps;

static void must(int r, const char *what)
{
	errno = -r;
	if (r < 0)
		bail(what);
}

static uint64_t address(const void *p)
{
	return NIC_IOVA + (uint64_t)((const uint8_t *)p - mem);
}

static uint8_t *rx_buffer(uint32_t i)
{
	return mem + 2 * ROOM + i * SLOT;
}

static uint8_t *tx_buffer(uint32_t i)
{
	return rx_buffer(NUM + i);
}

static void queue_start(int fd, uint32_t i)
{
	struct queue *q = &queues[i];
	struct vhost_vring_addr addr = { .index = i };

	vring_init(&q->vring, NUM, mem + i * ROOM, PAGE);
	if (!sleeps)
		q->vring.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	addr.desc_user_addr = address(q->vring.desc);
	addr.avail_user_addr = address(q->vring.avail);
	addr.used_user_addr = address(q->vring.used);
	q->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	q->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(vh_state(fd, VHOST_SET_VRING_NUM, i, NUM), "SET_VRING_NUM");
	must(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), "SET_VRING_ADDR");
	must(vh_state(fd, VHOST_SET_VRING_BASE, i, 0), "SET_VRING_BASE");
	must(vh_file(fd, VHOST_SET_VRING_KICK, i, q->kick), "SET_VRING_KICK");
	must(vh_file(fd, VHOST_SET_VRING_CALL, i, q->call), "SET_VRING_CALL");
	must(vh_state(fd, VHOST_VDPA_SET_VRING_ENABLE, i, 1), "SET_VRING_ENABLE");
}

static void device_start(int fd)
{
	uint64_t features = 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM;
	uint8_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

	must(vh_ioctl(fd, VHOST_SET_OWNER, NULL), "SET_OWNER");
	must(vh_map(fd, NIC_IOVA, AREA_SIZE, mem), "map");
	must(vh_status(fd, status), "SET_STATUS");
	must(vh_ioctl(fd, VHOST_SET_FEATURES, &features), "SET_FEATURES");
	must(vh_status(fd, status | VIRTIO_CONFIG_S_FEATURES_OK), "FEATURES_OK");
	queue_start(fd, RX);
	queue_start(fd, TX);
	must(vh_status(fd, status | VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK),
	     "DRIVER_OK");
}

static void post(struct queue *q, uint16_t desc)
{
	q->vring.avail->ring[q->avail++ % NUM] = desc;
}

/* Show the device what was posted; it says whether it wishes to be told. */
static void publish(struct queue *q)
{
	uint64_t one = 1;

	__atomic_store_n(&q->vring.avail->idx, q->avail, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!(__atomic_load_n(&q->vring.used->flags, __ATOMIC_RELAXED) & VRING_USED_F_NO_NOTIFY) &&
	    write(q->kick, &one, sizeof(one)) != sizeof(one))
		bail("kick");
}

static uint32_t waiting(const struct queue *q)
{
	return (uint16_t)(__atomic_load_n(&q->vring.used->idx, __ATOMIC_ACQUIRE) - q->used);
}

static void wait_for_batch(struct queue *q)
{
	struct pollfd p = { .fd = q->call, .events = POLLIN };
	time_t start = time(NULL);
	uint64_t n;

	while (waiting(q) < BATCH) {
		errno = ETIMEDOUT;
		if (sleeps && poll(&p, 1, TIMEOUT * 1000) <= 0)
			bail("not all packets came back");
		if (sleeps && read(q->call, &n, sizeof(n)) < 0)
			bail("call");
		if (!sleeps && time(NULL) > start + TIMEOUT)
			bail("not all packets came back");
	}
}

/* What is received has to be what was sent, in that order. */
static void take_back(uint32_t number, uint32_t len)
{
	struct queue *rx = &queues[RX];

	for (uint32_t i = 0; i < BATCH; i++, rx->used++) {
		const struct vring_used_elem *e = &rx->vring.used->ring[rx->used % NUM];
		uint32_t got;

		memcpy(&got, rx_buffer(e->id) + HEADER_SIZE + 14, sizeof(got));
		errno = EBADMSG;
		if (e->len != len || got != number + i)
			bail("a packet came back different");
		post(rx, (uint16_t)e->id);
	}
}

static void round_trip(uint32_t number, uint32_t len)
{
	struct queue *tx = &queues[TX];

	for (uint16_t i = 0; i < BATCH; i++) {
		uint32_t n = number + i;

		memcpy(tx_buffer(i) + HEADER_SIZE + 14, &n, sizeof(n));
		post(tx, i);
	}
	publish(tx);
	wait_for_batch(tx);
	tx->used = (uint16_t)(tx->used + BATCH);
	wait_for_batch(&queues[RX]);
	take_back(number, len);
	publish(&queues[RX]);
}

static void fill_rings(uint32_t len)
{
	for (uint16_t i = 0; i < NUM; i++) {
		queues[RX].vring.desc[i] =
			(struct vring_desc){ address(rx_buffer(i)), SLOT, VRING_DESC_F_WRITE, 0 };
		post(&queues[RX], i);
	}
	for (uint16_t i = 0; i < BATCH; i++) {
		memset(tx_buffer(i) + HEADER_SIZE, 0xff, 6); /* to everybody */
		queues[TX].vring.desc[i] = (struct vring_desc){ address(tx_buffer(i)), len, 0, 0 };
	}
	publish(&queues[RX]);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)(t.tv_sec - start->tv_sec) + (double)(t.tv_nsec - start->tv_nsec) / 1e9;
}

int main(int argc, char **argv)
{
	struct timespec start;
	uint32_t len, number = 0;
	double seconds, spent;
	int fd;

	if (argc != 5)
		return 2;
	len = HEADER_SIZE + (uint32_t)strtoul(argv[2], NULL, 10);
	sleeps = strcmp(argv[3], "sleep") == 0;
	seconds = strtod(argv[4], NULL);
	mem = memory(AREA_SIZE);
	fd = vh_open(argv[1]);
	must(fd, argv[1]);
	device_start(fd);
	fill_rings(len);
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		round_trip(number, len);
		number += BATCH;
		spent = seconds_since(&start);
	} while (spent < seconds);
	printf("%.0f\n", number / spent);
	close(fd);
	return 0;
}
