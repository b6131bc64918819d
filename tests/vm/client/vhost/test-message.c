// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings: what is refused, what is pinned, and that it is given back to the page. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vhost.h"

#define IOVA		0x40000000ull
#define KIB(n)		((n)*1024ull)
#define MIB(n)		((n)*1048576ull)
#define PAGES_SCATTERED 16384u

static long pinned_before;

/* KiB pinned since the test began. */
static long pinned(void)
{
	return pinned_kib() - pinned_before;
}

static void test_form(int fd, uint8_t *mem)
{
	struct vhost_msg_v2 m = { .type = VHOST_IOTLB_MSG_V2 };
	struct vhost_msg v1 = { .type = VHOST_IOTLB_MSG };

	m.iotlb = (struct vhost_iotlb_msg){ .iova = IOVA,
					    .size = PAGE,
					    .uaddr = (uintptr_t)mem,
					    .perm = 3,
					    .type = VHOST_IOTLB_UPDATE };
	v1.iotlb = m.iotlb;
	ok(write(fd, &m, 40) < 0 && errno == EINVAL, "28: a message of 40 bytes");
	ok(write(fd, &m, sizeof(m) - 1) < 0 && errno == EINVAL, "28: a byte too short");
	is(pinned(), 0, "... pins nothing");
	is(write(fd, &v1, sizeof(v1)), sizeof(v1), "a message of version 1");
	is(pinned(), 4, "... pins");
	is(vh_unmap(fd, IOVA, PAGE), 0, "... and is unmapped by version 2");
	m.type = 3;
	ok(write(fd, &m, sizeof(m)) < 0 && errno == EINVAL, "a message of no known version");
	is(vh_message(fd, VHOST_IOTLB_MISS, IOVA, PAGE, mem, 1), -EINVAL,
	   "a message for the other side");
}

static void test_update_refused(int fd, uint8_t *mem)
{
	uint8_t perm;

	is(vh_map(fd, IOVA, 0, mem), -EINVAL, "V20: UPDATE of size 0");
	is(vh_map(fd, IOVA + 0x800, PAGE, mem), -EINVAL, "V22: ... crooked iova");
	is(vh_map(fd, IOVA, PAGE, mem + 0x800), -EINVAL, "V22: ... crooked address");
	is(vh_map(fd, IOVA, 0x800, mem), -EINVAL, "V22: ... half a page");
	is(vh_map(fd, UINT64_MAX - PAGE + 1, 2 * PAGE, mem), -EINVAL, "V18: ... that wraps");
	is(vh_map(fd, 0, UINT64_MAX - PAGE + 1, mem), -EINVAL, "V18: ... whose address wraps");
	is(vh_map(fd, 0, UINT64_MAX, NULL), -EINVAL, "V20: ... of all numbers but one");
	for (perm = 0; perm < 8; perm++)
		if ((!perm || perm > 3) &&
		    vh_message(fd, VHOST_IOTLB_UPDATE, IOVA, PAGE, mem, perm) != -EINVAL)
			break;
	is(perm, 8, "V21, 15: ... permissions other than 1 to 3");
	is(vh_map(fd, IOVA, PAGE, NULL), -EFAULT, "... of what is not there");
	is(pinned(), 0, "none of these pinned anything");
}

static void test_overlap(int fd, uint8_t *mem)
{
	is(vh_map(fd, IOVA, 4 * PAGE, mem), 0, "UPDATE of four pages");
	is(pinned(), 16, "... pins four pages");
	is(vh_map(fd, IOVA, 4 * PAGE, mem), -EEXIST, "V22: the same again");
	is(vh_map(fd, IOVA + 3 * PAGE, 4 * PAGE, mem), -EEXIST, "V22: one that overlaps by a page");
	is(vh_map(fd, IOVA - PAGE, 2 * PAGE, mem), -EEXIST, "V22: ... from below");
	is(pinned(), 16, "... pin nothing more");
	is(vh_map(fd, IOVA + 4 * PAGE, PAGE, mem + 4 * PAGE), 0, "a neighbour");
}

static void test_invalidate(int fd)
{
	is(vh_unmap(fd, IOVA, 0), -EINVAL, "V21: INVALIDATE of size 0");
	is(vh_unmap(fd, 0, 0), -EINVAL, "V21: ... from 0");
	is(vh_unmap(fd, IOVA + 0x800, PAGE), -EINVAL, "... crooked");
	is(vh_unmap(fd, IOVA + PAGE, PAGE), 0, "V21, 15: one page out of four");
	is(pinned(), 16, "... gives back one page");
	is(vh_unmap(fd, IOVA + PAGE, PAGE), 0, "... a second time is nothing");
	is(pinned(), 16, "... and gives back nothing");
	is(vh_unmap(fd, IOVA + 3 * PAGE, 2 * PAGE), 0, "the end of one and all of its neighbour");
	is(pinned(), 8, "... gives back two pages");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "everything, as DPDK asks for it");
	is(pinned(), 0, "... gives back all");
}

static void set_memlock(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		bail("setrlimit");
}

static void test_batch(int fd, uint8_t *mem)
{
	is(vh_message(fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0), 0, "BATCH_END without a batch");
	is(vh_message(fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0), 0, "BATCH_BEGIN");
	is(vh_message(fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0), 0, "... twice");
	is(vh_map(fd, IOVA, PAGE, mem), 0, "UPDATE in it");
	is(vh_unmap(fd, IOVA, PAGE), 0, "INVALIDATE in it");
	is(pinned(), 0, "... gives back at once");
	is(vh_map(fd, IOVA, PAGE, mem), 0, "... and UPDATE again");
	is(vh_message(fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0), 0, "BATCH_END");
	is(pinned(), 4, "one page is pinned");
	/* The device was told of it. */
	set_memlock(PAGE);
	is(vh_message(fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0), 0, "BATCH_BEGIN");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "everything unmapped in it, as DPDK does");
	is(vh_map(fd, IOVA, PAGE, mem), 0, "... and mapped again, with no more than it takes once");
	is(vh_message(fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0), 0, "BATCH_END");
	set_memlock(RLIM_INFINITY);
	is(vh_status(fd, 0), 0, "reset");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "unmap");
	is(pinned(), 0, "none is pinned");
}

static void test_read_only(int fd)
{
	uint8_t *mem = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	is(vh_map(fd, IOVA, PAGE, mem), -EFAULT, "read-only memory for writing");
	is(vh_message(fd, VHOST_IOTLB_UPDATE, IOVA, PAGE, mem, VHOST_ACCESS_RO), 0,
	   "... for reading");
	is(vh_unmap(fd, IOVA, PAGE), 0, "... unmapped");
	munmap(mem, PAGE);
}

static void test_limit_of_one(int fd, uint8_t *mem)
{
	set_memlock(KIB(64));
	is(vh_map(fd, IOVA, KIB(68), mem), -ENOMEM, "one page more than the limit");
	is(pinned(), 0, "V17: ... pins nothing");
	is(vh_map(fd, IOVA, KIB(64), mem), 0, "as much as the limit");
	is(vh_map(fd, IOVA + MIB(1), PAGE, mem), -ENOMEM, "V19, 12: and a page more");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "unmap");
	is(pinned(), 0, "... to nothing");
	set_memlock(RLIM_INFINITY);
}

static void test_scattered(int fd)
{
	uint8_t *mem = scattered_memory(PAGES_SCATTERED);

	is(vh_map(fd, IOVA, PAGES_SCATTERED * PAGE, mem), 0, "13: 64 MiB of scattered pages");
	is(pinned(), 65536, "... are pinned");
	is(vh_unmap(fd, IOVA + MIB(16), MIB(16)), 0, "a quarter is unmapped");
	is(pinned(), 49152, "... exactly");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "all of them");
	is(pinned(), 0, "... to nothing");
	munmap(mem + (PAGES_SCATTERED - 1) * PAGE, PAGE);
	is(vh_map(fd, IOVA, PAGES_SCATTERED * PAGE, mem), -EFAULT, "V17: the last of them missing");
	is(pinned(), 0, "V17: ... none of the others is pinned");
	is(vh_map(fd, IOVA, MIB(16), mem), 0, "... nor mapped");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "unmapped");
	munmap(mem, (PAGES_SCATTERED - 1) * PAGE);
}

/* A message of which all but the first word is on a page that comes when somebody reads it. */
struct late_message {
	int fd, faults;
	uint8_t *pages;
	struct vhost_msg_v2 m;
	int chosen;
};

/* The kernel is about to read the rest: there are no address spaces any more, and then there is the page. */
static void *choose_and_come(void *arg)
{
	struct late_message *late = arg;
	uint64_t features = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2;
	uint8_t page[PAGE] = {};
	struct uffdio_copy copy = { .dst = (uintptr_t)late->pages + PAGE,
				    .src = (uintptr_t)page,
				    .len = PAGE };
	struct uffd_msg fault;

	if (read(late->faults, &fault, sizeof(fault)) != sizeof(fault))
		bail("userfaultfd");
	late->chosen = vh_ioctl(late->fd, VHOST_SET_BACKEND_FEATURES, &features);
	memcpy(page, (uint8_t *)&late->m + sizeof(late->m.type),
	       sizeof(late->m) - sizeof(late->m.type));
	if (ioctl(late->faults, UFFDIO_COPY, &copy) < 0)
		bail("UFFDIO_COPY");
	return NULL;
}

/* @late: what it says; returns what write() does. */
static ssize_t write_late(struct late_message *late)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t thread;
	ssize_t n;

	late->pages =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	late->faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (uintptr_t)late->pages + PAGE;
	range.range.len = PAGE;
	if (late->pages == MAP_FAILED || late->faults < 0 ||
	    ioctl(late->faults, UFFDIO_API, &api) < 0 ||
	    ioctl(late->faults, UFFDIO_REGISTER, &range) < 0 ||
	    pthread_create(&thread, NULL, choose_and_come, late))
		bail("userfaultfd");
	memcpy(late->pages + PAGE - sizeof(late->m.type), &late->m.type, sizeof(late->m.type));
	n = write(late->fd, late->pages + PAGE - sizeof(late->m.type), sizeof(late->m));
	pthread_join(thread, NULL);
	close(late->faults);
	munmap(late->pages, 2 * PAGE);
	return n;
}

static void test_features_race(int fd, uint8_t *mem)
{
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	struct late_message late = {
		.fd = fd,
		.m = { .type = VHOST_IOTLB_MSG_V2,
		       .asid = 1,
		       .iotlb = { .iova = IOVA,
				  .size = PAGE,
				  .uaddr = (uintptr_t)mem,
				  .perm = VHOST_ACCESS_RW,
				  .type = VHOST_IOTLB_UPDATE } },
	};
	struct vhost_iotlb_msg unmap = { .iova = IOVA,
					 .size = PAGE,
					 .type = VHOST_IOTLB_INVALIDATE };

	is(vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features), 0, "address spaces");
	is(write_late(&late), sizeof(late.m), "a message for one of them");
	is(late.chosen, 0, "... while it is read there are none any more");
	is(vh_unmap(fd, IOVA, PAGE), 0, "what it mapped is unmapped where there are none");
	is(pinned(), 0,
	   "V24: ... as a message is of the features that there are when all of it is read");
	/* Where it is in the other space. */
	vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features);
	vh_message_in(fd, 1, &unmap);
}

/* Address spaces beyond the first, where the device has them. */
static void test_spaces(int fd, uint8_t *mem)
{
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	struct vhost_msg_v2 m = { .type = VHOST_IOTLB_MSG_V2, .asid = 1 };
	uint32_t spaces = vh_get_u32(fd, VHOST_VDPA_GET_AS_NUM);

	m.iotlb = (struct vhost_iotlb_msg){ .iova = IOVA,
					    .size = PAGE,
					    .uaddr = (uintptr_t)mem,
					    .perm = 3,
					    .type = VHOST_IOTLB_UPDATE };
	is(vh_map(fd, IOVA, PAGE, mem), 0, "a page in space 0");
	is(vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &features), 0, "address spaces are asked for");
	is(write(fd, &m, sizeof(m)), sizeof(m), "the same address in space 1");
	m.asid = spaces;
	ok(write(fd, &m, sizeof(m)) < 0 && errno == EINVAL, "... in a space that is not there");
	is(vh_message(fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0), 0, "a batch in space 0");
	m.asid = 1;
	ok(write(fd, &m, sizeof(m)) < 0 && errno == EINVAL, "... takes nothing for space 1");
	is(vh_message(fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0), 0, "... and ends");
	is(pinned(), 8, "two pages are pinned");
}

void test_message(const char *path)
{
	int fd = vh_open(path);
	uint8_t *mem = memory(MIB(1));

	if (fd < 0)
		bail(path);
	set_memlock(RLIM_INFINITY);
	memset(mem, 1, MIB(1));
	pinned_before = pinned_kib();
	is(vh_ioctl(fd, VHOST_SET_OWNER, NULL), 0, "SET_OWNER");
	is(vh_unmap(fd, IOVA, PAGE), -EINVAL, "INVALIDATE of a space that was never used");
	test_form(fd, mem);
	test_update_refused(fd, mem);
	test_overlap(fd, mem);
	test_invalidate(fd);
	test_batch(fd, mem);
	test_read_only(fd);
	test_limit_of_one(fd, mem);
	test_scattered(fd);
	if (vh_get_u64(fd, VHOST_GET_BACKEND_FEATURES) & 1ull << VHOST_BACKEND_F_IOTLB_ASID) {
		test_features_race(fd, mem);
		test_spaces(fd, mem);
	} else
		is(vh_map(fd, IOVA, 2 * PAGE, mem), 0, "two pages are left mapped");
	close(fd);
	is(pinned(), 0, "V16: closing gives back what was left mapped");
}
