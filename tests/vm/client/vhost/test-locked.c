// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that are locked while they are pinned or given back, as those of a file are whose server, the holder perhaps, does
 * not answer: who waits for them must not keep anybody else waiting. vmtest_lock locks them. The last test unbinds the
 * device, whose name is in the environment, as NAME.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "vhost.h"

#define IOVA 0x40000000ull

/* A call in a thread of its own. */
struct call {
	int (*run)(struct call *call);
	int fd;
	void *mem;
	pthread_t thread;
	atomic_int tid;
	int ret;
};

static void *run_call(void *arg)
{
	struct call *call = arg;

	atomic_store(&call->tid, gettid());
	call->ret = call->run(call);
	return NULL;
}

static void start(struct call *call)
{
	if (pthread_create(&call->thread, NULL, run_call, call))
		bail("thread");
}

/* What it returned, or -ETIMEDOUT. */
static int finish(struct call *call)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 10;
	return pthread_timedjoin_np(call->thread, NULL, &end) ? -ETIMEDOUT : call->ret;
}

static char state_of(int tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state;
}

/* It waits for what no signal ends: a page's lock. */
static bool blocks(struct call *call)
{
	for (int i = 0; i < 5000; i++) {
		int tid = atomic_load(&call->tid);

		if (tid && state_of(tid) == 'D')
			return true;
		poll_ms(1);
	}
	return false;
}

static void lock_page(const void *mem)
{
	FILE *f = fopen("/sys/module/vmtest_lock/parameters/address", "we");

	if (!f || fprintf(f, "%ju", (uintmax_t)(uintptr_t)mem) < 0 || fclose(f))
		bail("vmtest_lock");
}

static int message_in(int fd, uint32_t asid, uint8_t type, void *mem)
{
	struct vhost_iotlb_msg m = {
		.iova = IOVA, .size = PAGE, .uaddr = (uintptr_t)mem, .perm = 3, .type = type
	};

	return vh_message_in(fd, asid, &m);
}

static int map_in_1(struct call *call)
{
	return message_in(call->fd, 1, VHOST_IOTLB_UPDATE, call->mem);
}

/* A page that is locked in one place, and is not there yet in another: pinning it waits. */
static void test_update(int fd)
{
	struct call call = { .run = map_in_1, .fd = fd };
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	int file = memfd_create("locked", MFD_CLOEXEC);
	long before = pinned_kib();
	uint8_t *mem;

	if (file < 0 || ftruncate(file, PAGE) < 0)
		bail("memfd");
	mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	call.mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (mem == MAP_FAILED || call.mem == MAP_FAILED)
		bail("mmap");
	*mem = 1;
	lock_page(mem);
	is(vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features), 0, "address spaces");
	start(&call);
	ok(blocks(&call), "UPDATE in space 1 waits for a page");
	is(message_in(fd, 0, VHOST_IOTLB_BATCH_BEGIN, NULL), 0, "... a batch in space 0 does not");
	lock_page(NULL);
	is(finish(&call), -EINVAL, "... and has begun first: it takes nothing for space 1");
	is(pinned_kib() - before, 0, "... nor is anything left pinned");
	is(message_in(fd, 0, VHOST_IOTLB_BATCH_END, NULL), 0, "... and it ends");
	munmap(mem, PAGE);
	munmap(call.mem, PAGE);
	close(file);
}

static int unmap(struct call *call)
{
	return vh_unmap(call->fd, IOVA, PAGE);
}

/* Memory that is not marked as written to yet is, when the device gives it back, under its lock. */
static uint8_t *map_fresh(int fd)
{
	uint8_t *mem = memory(PAGE);

	*mem = 1;
	is(vh_map(fd, IOVA, PAGE, mem), 0, "a page is mapped");
	lock_page(mem);
	return mem;
}

static void test_invalidate(int fd)
{
	struct call call = { .run = unmap, .fd = fd };
	uint8_t *mem = map_fresh(fd), *other = memory(PAGE);

	start(&call);
	ok(blocks(&call), "INVALIDATE waits for its page");
	is(vh_map(fd, IOVA, PAGE, other), 0, "... and does not keep others waiting");
	lock_page(NULL);
	is(finish(&call), 0, "... and succeeds");
	is(vh_unmap(fd, IOVA, PAGE), 0, "unmap");
	munmap(mem, PAGE);
	munmap(other, PAGE);
}

static int unbind(struct call *call)
{
	return vh_unbind();
}

static void test_unbind(int fd)
{
	struct call call = { .run = unbind };
	long before = pinned_kib();
	uint8_t *mem = map_fresh(fd);
	int left = 5000;

	start(&call);
	is(finish(&call), 0, "the device is unbound, whoever has the page's lock");
	is(vh_unmap(fd, IOVA, PAGE), -ENODEV, "... and gone for its holder");
	lock_page(NULL);
	while (pinned_kib() != before && left--)
		poll_ms(1);
	is(pinned_kib() - before, 0, "unlocked, the page is given back");
	munmap(mem, PAGE);
}

void test_locked(const char *path)
{
	int fd = vh_open(path);

	errno = fd < 0 ? -fd : -vh_ioctl(fd, VHOST_SET_OWNER, NULL);
	if (errno)
		bail(path);
	test_update(fd);
	test_invalidate(fd);
	test_unbind(fd);
	close(fd);
}
