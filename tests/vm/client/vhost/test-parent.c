// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches the parent, and calls of the parent at the wrong moment: vmtest_parent counts and calls. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "vhost.h"

#define PARAMS "/sys/module/vmtest_parent/parameters/"
#define SWAPS  5000
#define PAGES  512u
#define HUGE   (512u * PAGE)
/* Many more than the device is told of before it is looked again whether it goes. */
#define SLOW_PAGES 4096u
/* Of an address space whose memory is not pinned. */
#define ENTRIES_MAX 65536u

#define READY	    (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK)
#define RUNNING	    (READY | VIRTIO_CONFIG_S_DRIVER_OK)

struct mapping {
	int fd;
	void *mem;
	int ret;
};

static int param(const char *path)
{
	FILE *file = fopen(path, "re");
	int value;

	if (!file || fscanf(file, "%d", &value) != 1)
		bail(path);
	fclose(file);
	return value;
}

static void set_param(const char *path, int value)
{
	FILE *file = fopen(path, "we");

	if (!file || fprintf(file, "%d", value) < 0 || fclose(file))
		bail(path);
}

static int open_owned(const char *path)
{
	int fd = vh_open(path);

	errno = fd < 0 ? -fd : -vh_ioctl(fd, VHOST_SET_OWNER, NULL);
	if (errno)
		bail(path);
	return fd;
}

void test_suspend_parent(const char *path)
{
	int before = param(PARAMS "suspends"), fd = open_owned(path);

	set_param(PARAMS "status", READY);
	is(vh_ioctl(fd, VHOST_VDPA_SUSPEND, NULL), 0, "SUSPEND before it runs");
	is(param(PARAMS "suspends") - before, 0, "V28: ... does not reach the parent");
	set_param(PARAMS "status", RUNNING);
	before = param(PARAMS "suspends");
	is(vh_ioctl(fd, VHOST_VDPA_SUSPEND, NULL), 0, "SUSPEND while it runs");
	is(param(PARAMS "suspends") - before, 1, "... does");
	set_param(PARAMS "status", READY);
	close(fd);
}

void test_map_parent(const char *path)
{
	int fd = open_owned(path), before;
	void *mem = scattered_memory(PAGES);

	/* Such a parent is told all that is mapped each time. */
	set_param(PARAMS "status", RUNNING);
	before = param(PARAMS "maps");
	is(vh_map(fd, NIC_IOVA, PAGES * PAGE, mem), 0, "scattered memory is mapped by one message");
	is(param(PARAMS "maps") - before, 1, "14: ... of which the parent is told once");
	before = param(PARAMS "maps");
	is(vh_unmap(fd, NIC_IOVA, PAGES * PAGE), 0, "... and unmapped");
	is(param(PARAMS "maps") - before, 1, "... of which it is told once");
	set_param(PARAMS "status", READY);
	munmap(mem, PAGES * PAGE);
	close(fd);
}

/* Single messages for a device that does not run yet, as clients without batches send them. */
void test_single_parent(const char *path)
{
	int fd = open_owned(path), before = param(PARAMS "maps"), failed = 0;
	uint8_t *mem = memory(PAGE);

	set_param(PARAMS "status", READY);
	for (uint64_t i = 0; i < PAGES; i++)
		failed += vh_map(fd, NIC_IOVA + 2 * i * PAGE, PAGE, mem) != 0;
	is(failed, 0, "a good many pages are mapped one by one");
	is(param(PARAMS "maps") - before, 0, "14: ... of which the parent is not told each time");
	is(vh_status(fd, RUNNING), 0, "the device runs");
	is(param(PARAMS "maps") - before, 1, "... and has been told of all once");
	munmap(mem, PAGE);
	close(fd);
}

/* On a device that takes memory by its owner's addresses: the mapping alone keeps the file. */
void test_file_parent(const char *path)
{
	int fd = open_owned(path), before = param(PARAMS "early");
	void *mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		bail("mmap");
	is(vh_map(fd, NIC_IOVA, PAGE, mem), 0, "a file is mapped");
	munmap(mem, PAGE);
	is(vh_unmap(fd, NIC_IOVA, PAGE), 0, "... and unmapped, when nobody else has it any more");
	is(param(PARAMS "early") - before, 0, "V23: ... for the parent before it is let go");
	close(fd);
}

/* A parent that would not forget when its device was closed must before the next one opens it. */
void test_close_parent(const char *path)
{
	int fd = open_owned(path), before;
	void *mem = memory(PAGE);

	set_param(PARAMS "status", RUNNING);
	is(vh_map(fd, NIC_IOVA, PAGE, mem), 0, "a page is mapped");
	set_param(PARAMS "map_fails", 1);
	close(fd);
	is(param(PARAMS "map_fails"), 0, "the parent refuses to forget it at the end");
	set_param(PARAMS "map_fails", 1);
	is(vh_open(path), -EIO, "... and when the next one opens, who may not");
	before = param(PARAMS "maps");
	fd = vh_open(path);
	ok(fd >= 0, "... and then it does not");
	is(param(PARAMS "maps") - before, 1, "... having been told that nothing is mapped");
	set_param(PARAMS "status", READY);
	close(fd);
	munmap(mem, PAGE);
}

/* A hole in what the parent knows as one piece: that goes, and comes back in two. */
static void test_hole(int fd, uint8_t *mem, const char *title)
{
	int before = param(PARAMS "pieces");

	is(vh_map(fd, NIC_IOVA, HUGE, mem), 0, title);
	is(param(PARAMS "pieces") - before, 1, "... as one piece");
	is(vh_unmap(fd, NIC_IOVA + 8 * PAGE, PAGE), 0, "... a page of it unmapped");
	is(param(PARAMS "pieces") - before, 2, "... leaves two");
	is(vh_unmap(fd, NIC_IOVA, 8 * PAGE), 0, "... of which one is unmapped");
	is(param(PARAMS "pieces") - before, 1, "... whole");
	is(pinned_kib(), (HUGE - 9 * PAGE) / 1024, "... and given back");
}

/* The parent does not take back one of the parts: what it has lost is not mapped, nor kept. */
static void test_hole_refused(int fd, uint8_t *mem, int which, int pages_left)
{
	is(vh_map(fd, NIC_IOVA, HUGE, mem), 0, "2 MiB mapped");
	set_param(PARAMS "map_fails", which);
	is(vh_unmap(fd, NIC_IOVA + 8 * PAGE, PAGE), -EIO,
	   "a page is unmapped, and the parent refuses a part");
	is(pinned_kib(), pages_left * 4, "... which is given back at once");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "... the rest can be unmapped");
	is(pinned_kib(), 0, "... to nothing");
	is(param(PARAMS "pieces"), 0, "... of which the parent knows");
}

/* On a device that is told of each piece. */
void test_each_parent(const char *path)
{
	int fd = open_owned(path), wrong = param(PARAMS "wrong");
	uint8_t *mem = memory(2 * HUGE), *scattered = scattered_memory(PAGES);

	mem += HUGE - (uintptr_t)mem % HUGE;
	if (madvise(mem, HUGE, MADV_HUGEPAGE) < 0)
		bail("madvise");
	*mem = 1;
	is(vh_map(fd, NIC_IOVA, PAGES * PAGE, scattered), 0, "scattered memory is mapped");
	is(param(PARAMS "pieces"), PAGES, "... page by page");
	is(vh_unmap(fd, NIC_IOVA + 100 * PAGE, 100 * PAGE), 0, "... some of it unmapped");
	is(param(PARAMS "pieces"), PAGES - 100, "... page by page");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "... all of it");
	is(param(PARAMS "pieces"), 0, "... to nothing");
	set_param(PARAMS "map_fails", PAGES);
	is(vh_map(fd, NIC_IOVA, PAGES * PAGE, scattered), -EIO, "the parent refuses the last page");
	is(param(PARAMS "pieces"), 0, "... and has none of the others");
	is(pinned_kib(), 0, "... nor is one pinned");
	test_hole(fd, mem, "2 MiB mapped");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "all of it unmapped");
	test_hole_refused(fd, mem, 1, 512 - 8);
	test_hole_refused(fd, mem, 2, 8);
	test_hole(fd, mem, "2 MiB mapped again");
	close(fd);
	is(param(PARAMS "pieces"), 0, "closed: the parent knows of nothing");
	is(pinned_kib(), 0, "... and nothing is pinned");
	is(param(PARAMS "wrong") - wrong, 0, "it was never told what cannot be");
}

/* Of a device that runs, and hears of what has changed alone. */
void test_range_parent(const char *path)
{
	int fd = open_owned(path), wrong = param(PARAMS "wrong"), told = param(PARAMS "told"),
	    failed = 0;
	uint64_t end = NIC_IOVA + (uint64_t)2 * PAGES * PAGE;
	uint8_t *mem = memory(8 * PAGE);

	set_param(PARAMS "status", RUNNING);
	for (uint64_t i = 0; i < PAGES; i++)
		failed += vh_map(fd, NIC_IOVA + 2 * i * PAGE, PAGE, mem) != 0;
	is(failed, 0, "a good many pages are mapped one by one while it runs");
	is(param(PARAMS "told") - told, PAGES, "14: ... of each of which the parent is told once");
	is(param(PARAMS "pieces"), PAGES, "... and knows");
	is(vh_map(fd, end, 8 * PAGE, mem), 0, "some at once");
	told = param(PARAMS "told");
	is(vh_unmap(fd, NIC_IOVA + 6 * PAGE, PAGE), 0, "one unmapped");
	is(vh_unmap(fd, end + 2 * PAGE, PAGE), 0, "... and one in the midst of others");
	is(param(PARAMS "pieces"), PAGES + 6, "... of which it knows no more");
	ok(param(PARAMS "told") - told <= 2 * 8,
	   "... having been told of their neighbours at most");
	set_param(PARAMS "map_fails", 1);
	is(vh_map(fd, end + 8 * PAGE, PAGE, mem), -EIO, "one is refused");
	is(vh_map(fd, end + 9 * PAGE, PAGE, mem), 0, "... the next one is not");
	is(param(PARAMS "pieces"), PAGES + 7, "... and is the one it knows");
	is(vh_status(fd, 0), 0, "reset");
	set_param(PARAMS "status", READY);
	told = param(PARAMS "told");
	is(vh_status(fd, RUNNING), 0, "... and it runs again");
	ok(param(PARAMS "told") - told > (int)PAGES, "... having been told of all");
	is(param(PARAMS "pieces"), PAGES + 7, "... and of nothing else");
	close(fd);
	is(param(PARAMS "pieces"), 0, "closed: it knows of nothing");
	is(param(PARAMS "wrong") - wrong, 0, "it was never told what cannot be");
	munmap(mem, 8 * PAGE);
}

/* A parent that takes its time: who takes the device away need not wait for all of it. */
static void *map_slowly(void *arg)
{
	struct mapping *m = arg;

	m->ret = vh_map(m->fd, NIC_IOVA, SLOW_PAGES * PAGE, m->mem);
	return NULL;
}

void test_slow_parent(const char *path)
{
	struct mapping m = { open_owned(path), scattered_memory(SLOW_PAGES), 0 };
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int before = param(PARAMS "maps");
	struct timespec from, to;
	pthread_t thread;

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	set_param(PARAMS "map_delay", 5);
	if (pthread_create(&thread, NULL, map_slowly, &m))
		bail("thread");
	for (int i = 0; i < 10000 && param(PARAMS "maps") == before; i++)
		poll_ms(1);
	clock_gettime(CLOCK_MONOTONIC, &from);
	is(vh_unbind(), 0,
	   "unbound while a parent is told of many pages, each of which takes time");
	clock_gettime(CLOCK_MONOTONIC, &to);
	pthread_join(thread, NULL);
	set_param(PARAMS "map_delay", 0);
	is(m.ret, -ENODEV, "... which are given up");
	ok(param(PARAMS "maps") - before < (int)SLOW_PAGES / 2, "... soon");
	printf("# %d of %u pages, %ld s\n", param(PARAMS "maps") - before, SLOW_PAGES,
	       (long)(to.tv_sec - from.tv_sec));
	is(param(PARAMS "pieces"), 0, "... the parent knows of none");
	close(m.fd);
	is(pinned_kib(), 0, "... and none is pinned");
}

static void kick(int event)
{
	uint64_t one = 1;

	if (write(event, &one, sizeof(one)) != sizeof(one))
		bail("kick");
}

void test_kick_parent(const char *path)
{
	int fd = open_owned(path), event = eventfd(0, EFD_CLOEXEC), before = param(PARAMS "kicks");

	is(vh_file(fd, VHOST_SET_VRING_KICK, 0, event), 0, "a queue has an eventfd");
	kick(event);
	is(param(PARAMS "kicks") - before, 1, "... of which each write is a kick");
	is(vh_file(fd, VHOST_SET_VRING_KICK, 0, -1), 0, "it has none");
	kick(event);
	is(param(PARAMS "kicks") - before, 1, "... and that was none");
	/* What was written before counts. */
	is(vh_file(fd, VHOST_SET_VRING_KICK, 0, event), 0, "it has it again");
	is(param(PARAMS "kicks") - before, 2, "... with what was written meanwhile");
	is(vh_unbind(), 0, "unbound");
	kick(event);
	is(param(PARAMS "kicks") - before, 2, "a kick reaches nobody any more");
	close(event);
	close(fd);
}

/* On such a device too, as there no limit on pinned pages ends it. */
void test_many_parent(const char *path)
{
	void *mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open_owned(path), failed = 0;

	if (mem == MAP_FAILED)
		bail("mmap");
	for (uint64_t i = 0; i < ENTRIES_MAX; i++)
		failed += vh_map(fd, NIC_IOVA + 2 * i * PAGE, PAGE, mem) != 0;
	is(failed, 0, "as many entries as there may be");
	ok(vh_map(fd, 0, PAGE, mem) < 0, "V19, 12: ... and no more");
	is(vh_unmap(fd, NIC_IOVA, PAGE), 0, "one less");
	is(vh_map(fd, 0, PAGE, mem), 0, "... makes room for one");
	munmap(mem, PAGE);
	close(fd);
}

static int set_config_call(int fd, int call)
{
	return vh_ioctl(fd, VHOST_VDPA_SET_CONFIG_CALL, &call);
}

static int set_queue_call(int fd, int call)
{
	return vh_file(fd, VHOST_SET_VRING_CALL, 1, call);
}

/* A new eventfd each time, which is gone as soon as the device has another. How many were written to. */
static int swap(int fd, int (*set)(int fd, int call), int *failed)
{
	int called = 0;

	for (int i = 0; i < SWAPS; i++) {
		int call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		uint64_t n;

		if (call < 0)
			bail("eventfd");
		*failed += set(fd, call) != 0;
		called += read(call, &n, sizeof(n)) == sizeof(n);
		close(call);
		if (i % 2)
			*failed += set(fd, -1) != 0;
	}
	return called;
}

static void test_swap(const char *path, int (*set)(int fd, int call), const char *title)
{
	int failed = 0, fd = open_owned(path);

	set_param(PARAMS "calling", 1);
	ok(swap(fd, set, &failed) > 0, title);
	is(failed, 0, "... without an error");
	set_param(PARAMS "calling", 0);
	close(fd);
}

void test_swap_config(const char *path)
{
	test_swap(path, set_config_call,
		  "V4, 20: the configuration's eventfd is swapped while it is called");
}

void test_swap_queue(const char *path)
{
	test_swap(path, set_queue_call, "V5, 20: a queue's eventfd is swapped while it is called");
}

/* The event has been written to since the last look. */
static bool is_called(int event)
{
	struct pollfd p = { .fd = event, .events = POLLIN };
	uint64_t n;

	return poll(&p, 1, 5000) == 1 && read(event, &n, sizeof(n)) == sizeof(n);
}

static void test_bad_call(const char *path, int (*set)(int fd, int call), const char *title)
{
	int fd = open_owned(path), event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t n;

	if (event < 0)
		bail("eventfd");
	set_param(PARAMS "calling", 1);
	is(set(fd, event), 0, "an eventfd");
	ok(is_called(event), "... is called");
	is(set(fd, -2), -EBADF, "a descriptor that is none");
	/* What was called until now. */
	if (read(event, &n, sizeof(n)) < 0 && errno != EAGAIN)
		bail("eventfd");
	ok(is_called(event), title);
	is(set(fd, -1), 0, "none");
	is(set(fd, -2), -EBADF, "a descriptor that is none again");
	close(fd);
	close(event);
	fd = vh_open(path);
	ok(fd >= 0, "V2: closed after that, it can be opened again");
	set_param(PARAMS "calling", 0);
	close(fd);
}

void test_bad_config_call(const char *path)
{
	test_bad_call(path, set_config_call, "V3: ... leaves the configuration the one it had");
}

void test_bad_queue_call(const char *path)
{
	test_bad_call(path, set_queue_call, "V3: ... leaves the queue the one it had");
}
