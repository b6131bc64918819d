// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Times mapping and unmapping memory through a vhost-vdpa character device whose driver runs.
 *
 *	vmbench-map DEVICE KIB huge|small|shuffled batched|single|pages
 *
 * The memory is mapped with one message, in a batch or not, or with one for each page. huge: transparent huge pages;
 * small: pages of 4 KiB; shuffled: such pages, touched in random order, so that neighbours are none in the machine's
 * memory. Prints the microseconds of mapping and of unmapping.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "vhost.h"

#define IOVA (1ull << 36) /* within what an IOMMU of 39 bits translates */
#define HUGE (2u << 20)

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* KiB of this process in transparent huge pages. */
static size_t huge_kib(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	char line[256];
	size_t kib = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "AnonHugePages: %zu kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

/* The same order each time, so that runs compare. */
static void touch_shuffled(uint8_t *mem, size_t pages)
{
	size_t *order = calloc(pages, sizeof(*order));

	if (!order)
		bail("memory");
	for (size_t i = 0; i < pages; i++)
		order[i] = i;
	srandom(1);
	for (size_t i = pages - 1; i > 0; i--) {
		size_t j = (size_t)random() % (i + 1), tmp = order[i];

		order[i] = order[j];
		order[j] = tmp;
	}
	for (size_t i = 0; i < pages; i++)
		mem[order[i] * PAGE] = 1;
	free(order);
}

static uint8_t *memory_of(const char *kind, size_t size)
{
	uint8_t *mem = memory(size + HUGE);

	mem += HUGE - (uintptr_t)mem % HUGE;
	if (madvise(mem, size, strcmp(kind, "huge") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE) < 0)
		bail("madvise");
	if (strcmp(kind, "shuffled") == 0)
		touch_shuffled(mem, size / PAGE);
	else
		memset(mem, 1, size);
	errno = ENOMEM;
	if (strcmp(kind, "huge") == 0 && huge_kib() < size / 1024)
		bail("there are not so many huge pages");
	return mem;
}

/* One message, in a batch or not, or one a page. */
static uint64_t timed(int fd, const char *how, uint8_t type, size_t size, const uint8_t *mem)
{
	bool batched = strcmp(how, "batched") == 0;
	size_t step = strcmp(how, "pages") ? size : PAGE;
	uint64_t start = now_us();
	int r = 0;

	if (batched)
		r = vh_message(fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0);
	for (size_t i = 0; !r && i < size; i += step)
		r = vh_message(fd, type, IOVA + i, step, mem + i, VHOST_ACCESS_RW);
	if (!r && batched)
		r = vh_message(fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0);
	errno = -r;
	if (r)
		bail(type == VHOST_IOTLB_UPDATE ? "map" : "unmap");
	return now_us() - start;
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_BATCH;
	struct nic nic;
	uint64_t map;
	uint8_t *mem;
	size_t size;
	int fd;

	if (argc != 5)
		return 2;
	size = strtoul(argv[2], NULL, 10) * 1024;
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	mem = memory_of(argv[3], size);
	fd = vh_open(argv[1]);
	errno = -fd;
	if (fd < 0 || (errno = -vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features)))
		bail(argv[1]);
	nic_init(&nic, fd);
	errno = -nic_start(&nic, 0);
	if (errno)
		bail("start");
	map = timed(fd, argv[4], VHOST_IOTLB_UPDATE, size, mem);
	printf("%lu %lu\n", map, timed(fd, argv[4], VHOST_IOTLB_INVALIDATE, size, mem));
	nic_fini(&nic);
	return 0;
}
