// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches the parent, and calls of the parent at the wrong moment: vmtest_parent counts and calls. */
#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

#define PARAMS	"/sys/module/vmtest_parent/parameters/"
#define SWAPS	5000
#define PAGES	512u

#define READY	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK)
#define RUNNING (READY | VIRTIO_CONFIG_S_DRIVER_OK)

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
