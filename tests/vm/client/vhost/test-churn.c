// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that map, unmap, swap eventfds and restart the device, from under which it is unbound; its name is in the
 * environment, as NAME. Each of them may only hear that there is no device.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vhost.h"

#define PAGES 64u

struct worker {
	struct nic *nic;
	int (*step)(struct worker *worker, unsigned int i);
	const char *name;
	uint64_t iova;
	void *mem;
	pthread_t thread;
	unsigned int steps;
	int ret;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	while (!w->ret)
		w->ret = w->step(w, w->steps++);
	return NULL;
}

static int map(struct worker *w, unsigned int i)
{
	uint64_t size = PAGES * PAGE, half = size / 2;

	switch (i % 3) {
	case 0:
		return vh_map(w->nic->fd, w->iova, size, w->mem);
	case 1:
		return vh_unmap(w->nic->fd, w->iova + half / 2, half);
	default:
		return vh_unmap(w->nic->fd, w->iova, size);
	}
}

/* A batch, which other threads map and unmap in too. */
static int batch(struct worker *w, unsigned int i)
{
	uint8_t type = i % 2 ? VHOST_IOTLB_BATCH_END : VHOST_IOTLB_BATCH_BEGIN;

	return vh_message(w->nic->fd, type, 0, 0, NULL, 0);
}

static int swap_call(struct worker *w, unsigned int i)
{
	int event = i % 3 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1, r;

	r = vh_file(w->nic->fd, VHOST_SET_VRING_CALL, i % 2, event);
	if (event >= 0)
		close(event);
	return r;
}

static int swap_kick(struct worker *w, unsigned int i)
{
	int event = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t one = 1;
	int r = vh_file(w->nic->fd, VHOST_SET_VRING_KICK, i % 2, event);

	if (!r && write(event, &one, sizeof(one)) != sizeof(one))
		r = -errno;
	close(event);
	return r;
}

static int restart(struct worker *w, unsigned int i)
{
	return nic_start(w->nic, 0);
}

void test_churn(const char *path)
{
	long before = pinned_kib();
	struct nic nic;
	struct worker workers[] = {
		{ .step = map, .name = "mapping" },
		{ .step = map, .name = "mapping, a second thread" },
		{ .step = batch, .name = "batches" },
		{ .step = swap_call, .name = "call eventfds" },
		{ .step = swap_kick, .name = "kick eventfds" },
		{ .step = restart, .name = "restarting" },
	};
	size_t n = sizeof(workers) / sizeof(workers[0]);
	int fd = vh_open(path);
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	errno = -fd;
	if (fd < 0)
		bail(path);
	/* What is unmapped in a batch stays charged for as long as that is open. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	nic_init(&nic, fd);
	for (size_t i = 0; i < n; i++) {
		struct worker *w = &workers[i];

		w->nic = &nic;
		w->mem = memory(PAGES * PAGE);
		w->iova = 0x40000000ull + i * 0x1000000;
		if (pthread_create(&w->thread, NULL, work, w))
			bail("thread");
	}
	/* Until all of them are at it; then a moment that differs each time. */
	for (size_t i = 0; i < n; i++)
		while (__atomic_load_n(&workers[i].steps, __ATOMIC_RELAXED) < 20 && !workers[i].ret)
			poll_ms(1);
	poll_ms(getpid() % 50);
	is(vh_unbind(), 0, "unbound");
	for (size_t i = 0; i < n; i++) {
		pthread_join(workers[i].thread, NULL);
		is(workers[i].ret, -ENODEV, workers[i].name);
		printf("# %u steps\n", workers[i].steps);
	}
	for (int i = 0; i < 5000 && pinned_kib() != before; i++)
		poll_ms(1);
	is(pinned_kib() - before, 0, "nothing is left pinned");
	nic_fini(&nic);
}
