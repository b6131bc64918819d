// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

static int count, failed;

void ok(bool good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++count, name);
	fflush(stdout);
	failed += !good;
}

void skip(const char *name, const char *reason)
{
	printf("ok %d - %s # SKIP %s\n", ++count, name, reason);
	fflush(stdout);
}

static void tell(const char *what, long long value)
{
	const char *name = value < 0 ? strerrorname_np((int)-value) : NULL;

	if (name)
		printf("# %s %s\n", what, name);
	else
		printf("# %s %lld\n", what, value);
}

void is(long long got, long long want, const char *name)
{
	ok(got == want, name);
	if (got == want)
		return;
	tell("got:   ", got);
	tell("wanted:", want);
}

int tap_end(void)
{
	printf("1..%d\n", count);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void bail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

int vh_open(const char *path)
{
	int fd;

	/* One that somebody else opened for us. */
	if (strncmp(path, "fd:", 3) == 0)
		fd = dup(atoi(path + 3));
	else
		fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int vh_ioctl(int fd, unsigned long cmd, const void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

int vh_state(int fd, unsigned long cmd, uint32_t index, uint32_t num)
{
	struct vhost_vring_state state = { index, num };
	int r = vh_ioctl(fd, cmd, &state);

	/* Those that answer do so in the same place. */
	return r < 0 || !(_IOC_DIR(cmd) & _IOC_READ) ? r : (int)state.num;
}

int vh_file(int fd, unsigned long cmd, uint32_t index, int value)
{
	struct vhost_vring_file file = { index, value };

	return vh_ioctl(fd, cmd, &file);
}

int vh_status(int fd, uint8_t status)
{
	return vh_ioctl(fd, VHOST_VDPA_SET_STATUS, &status);
}

uint8_t vh_get_status(int fd)
{
	uint8_t status = 0xff;

	vh_ioctl(fd, VHOST_VDPA_GET_STATUS, &status);
	return status;
}

uint64_t vh_get_u64(int fd, unsigned long cmd)
{
	uint64_t value = 0;

	vh_ioctl(fd, cmd, &value);
	return value;
}

uint32_t vh_get_u32(int fd, unsigned long cmd)
{
	uint32_t value = 0;

	vh_ioctl(fd, cmd, &value);
	return value;
}

int vh_message_in(int fd, uint32_t asid, const struct vhost_iotlb_msg *iotlb)
{
	struct vhost_msg_v2 m = { .type = VHOST_IOTLB_MSG_V2, .asid = asid, .iotlb = *iotlb };
	ssize_t n = write(fd, &m, sizeof(m));

	if (n < 0)
		return -errno;
	return n == sizeof(m) ? 0 : -EIO;
}

int vh_message(int fd, uint8_t type, uint64_t iova, uint64_t size, const void *uaddr, uint8_t perm)
{
	struct vhost_iotlb_msg m = {
		.iova = iova, .size = size, .uaddr = (uintptr_t)uaddr, .perm = perm, .type = type
	};

	return vh_message_in(fd, 0, &m);
}

int vh_map(int fd, uint64_t iova, uint64_t size, const void *uaddr)
{
	return vh_message(fd, VHOST_IOTLB_UPDATE, iova, size, uaddr, VHOST_ACCESS_RW);
}

int vh_unmap(int fd, uint64_t iova, uint64_t size)
{
	return vh_message(fd, VHOST_IOTLB_INVALIDATE, iova, size, NULL, 0);
}

long pinned_kib(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmPin: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

int vh_unbind(void)
{
	const char *name = getenv("NAME");
	FILE *f = fopen("/sys/bus/vdpa/drivers/vhost_vdpa/unbind", "we");

	if (!f || !name)
		bail("unbind");
	fputs(name, f);
	return fclose(f) ? -errno : 0;
}

void poll_ms(int ms)
{
	poll(NULL, 0, ms);
}

void *memory(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		bail("mmap");
	return mem;
}

void *scattered_memory(uint32_t pages)
{
	int file = memfd_create("scattered", MFD_CLOEXEC);
	uint8_t *mem = memory((size_t)pages * PAGE);

	/* All pages before any is mapped: those that are made as they are mapped lie in that order. */
	if (file < 0 || fallocate(file, 0, 0, (off_t)pages * PAGE) < 0)
		bail("memfd");
	for (uint32_t i = 0; i < pages; i++) {
		off_t from = (off_t)((i * 7919u) % pages) * PAGE;

		if (mmap(mem + (size_t)i * PAGE, PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, from) == MAP_FAILED)
			bail("mmap of a page");
	}
	close(file);
	return mem;
}
