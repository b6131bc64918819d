// SPDX-License-Identifier: GPL-2.0-or-later
/* One process, one limit, two devices that know nothing of each other. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vhost.h"

#define IOVA	0x40000000ull
#define LIMIT	(512u * PAGE)
#define MORE	(LIMIT / 2 + PAGE) /* one of it is allowed, two are not */
#define ROUNDS	200
#define FITTING 10000

struct mapper {
	int fd;
	uint8_t *mem;
	pthread_barrier_t *start;
	int mapped;
};

static void *map_each_round(void *arg)
{
	struct mapper *m = arg;

	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(m->start);
		m->mapped += vh_map(m->fd, IOVA, MORE, m->mem) == 0;
		pthread_barrier_wait(m->start);
		vh_unmap(m->fd, IOVA, MORE);
	}
	return NULL;
}

/* Asks for more than it can ever have. */
struct greedy {
	int fd;
	uint8_t *mem;
	bool stop;
};

static void *ask_for_too_much(void *arg)
{
	struct greedy *g = arg;

	while (!__atomic_load_n(&g->stop, __ATOMIC_ACQUIRE))
		vh_map(g->fd, IOVA, LIMIT + PAGE, g->mem);
	return NULL;
}

static void test_greedy(int fd, int other, uint8_t *mem)
{
	struct greedy g = { .fd = other, .mem = memory(LIMIT + PAGE) };
	pthread_t thread;
	int failed = 0;

	if (pthread_create(&thread, NULL, ask_for_too_much, &g))
		bail("thread");
	for (int i = 0; i < FITTING; i++) {
		failed += vh_map(fd, IOVA, PAGE, mem) != 0;
		vh_unmap(fd, IOVA, PAGE);
	}
	__atomic_store_n(&g.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	is(failed, 0, "... and who asks for too much takes nothing from who does not");
}

void test_limit(const char *path)
{
	struct rlimit limit = { LIMIT, RLIM_INFINITY };
	pthread_barrier_t start;
	struct mapper m[2];
	pthread_t thread[2];
	char other[64];
	long before;

	if (snprintf(other, sizeof(other), "%s", path) >= (int)sizeof(other))
		bail("the name is too long");
	other[strlen(other) - 1]++;
	before = pinned_kib();
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		m[i] = (struct mapper){ vh_open(i ? other : path), memory(MORE), &start, 0 };
		if (m[i].fd < 0)
			bail("a device does not open");
		/* There already, so that pinning takes no time for making it. */
		memset(m[i].mem, 1, MORE);
		is(vh_ioctl(m[i].fd, VHOST_SET_OWNER, NULL), 0, "SET_OWNER");
	}
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		bail("setrlimit");
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, map_each_round, &m[i]))
			bail("thread");
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	is(m[0].mapped + m[1].mapped, ROUNDS, "26: of two at once exactly one gets what is left");
	test_greedy(m[0].fd, m[1].fd, m[0].mem);
	is(pinned_kib() - before, 0, "... and all of it is given back");
	for (int i = 0; i < 2; i++)
		close(m[i].fd);
	pthread_barrier_destroy(&start);
}
