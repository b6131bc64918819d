// SPDX-License-Identifier: GPL-2.0-or-later
/* Every ioctl, and the errno of every way to get it wrong. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vhost.h"

#define BAD_POINTER ((void *)8)

/* A request for the configuration space with room for the answer. */
static int config(int fd, unsigned long cmd, uint32_t off, uint32_t len, void *ret)
{
	struct {
		struct vhost_vdpa_config c;
		uint8_t buf[64];
	} a = { .c = { off, len } };
	int r = vh_ioctl(fd, cmd, &a);

	if (!r && ret)
		memcpy(ret, a.buf, len);
	return r;
}

static void test_owner(int fd, const char *path)
{
	struct vhost_vring_addr addr = {};
	uint32_t index = 0, many = 1000;

	is(vh_open(path), -EBUSY, "V30: a second open");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 16), -EPERM, "before SET_OWNER, SET_VRING_NUM");
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), -EPERM, "... SET_VRING_ADDR");
	is(vh_file(fd, VHOST_SET_VRING_KICK, 0, -1), -EPERM, "... SET_VRING_KICK");
	is(vh_ioctl(fd, VHOST_SET_MEM_TABLE, &addr), -EPERM, "... SET_MEM_TABLE");
	is(vh_unmap(fd, 0, PAGE), -EPERM, "... a message");
	is(vh_ioctl(fd, VHOST_SET_OWNER, NULL), 0, "SET_OWNER");
	is(vh_ioctl(fd, VHOST_SET_OWNER, NULL), -EBUSY, "SET_OWNER again");
	is(vh_ioctl(fd, VHOST_RESET_OWNER, NULL), -EFAULT, "RESET_OWNER without argument");
	is(vh_ioctl(fd, VHOST_RESET_OWNER, &index), -ENOTTY, "RESET_OWNER");
	is(vh_ioctl(fd, VHOST_RESET_OWNER, &many), -ENOBUFS, "... on a queue that is not there");
	is(vh_ioctl(fd, VHOST_SET_LOG_BASE, &index), -ENOTTY, "SET_LOG_BASE");
	is(vh_ioctl(fd, VHOST_SET_VRING_ENDIAN, &index), -ENOTTY, "SET_VRING_ENDIAN");
	is(vh_ioctl(fd, VHOST_SET_MEM_TABLE, &addr), 0, "SET_MEM_TABLE means nothing");
}

static void test_fork(int fd)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		int r = vh_state(fd, VHOST_SET_VRING_NUM, 0, 16);

		_exit(r == -EPERM && vh_get_u32(fd, VHOST_VDPA_GET_DEVICE_ID) == 1 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "a forked child may look and not touch");
}

static void test_numbers(int fd)
{
	struct vhost_vdpa_iova_range range = {};
	uint16_t num = 0;

	is(vh_get_u32(fd, VHOST_VDPA_GET_DEVICE_ID), 1, "GET_DEVICE_ID: a NIC");
	is(vh_ioctl(fd, VHOST_VDPA_GET_VRING_NUM, &num), 0, "GET_VRING_NUM");
	is(num, 256, "... is the simulator's");
	ok(vh_get_u32(fd, VHOST_VDPA_GET_VQS_COUNT) >= 3, "GET_VQS_COUNT");
	ok(vh_get_u32(fd, VHOST_VDPA_GET_GROUP_NUM) >= 1, "GET_GROUP_NUM");
	ok(vh_get_u32(fd, VHOST_VDPA_GET_AS_NUM) >= 1, "GET_AS_NUM");
	is(vh_ioctl(fd, VHOST_VDPA_GET_IOVA_RANGE, &range), 0, "GET_IOVA_RANGE");
	ok(range.first < range.last, "... is one");
	is(vh_ioctl(fd, VHOST_VDPA_GET_DEVICE_ID, BAD_POINTER), -EFAULT, "V25: a bad pointer");
	is(vh_ioctl(fd, VHOST_GET_BACKEND_FEATURES, BAD_POINTER), -EFAULT,
	   "V25: ... for backend features");
	is(vh_ioctl(fd, _IO(VHOST_VIRTIO, 0xee), NULL), -EFAULT, "an unknown ioctl, no argument");
}

static void test_config(int fd)
{
	uint32_t size = vh_get_u32(fd, VHOST_VDPA_GET_CONFIG_SIZE);
	uint8_t mac[6] = {};

	ok(size >= 12, "GET_CONFIG_SIZE");
	is(config(fd, VHOST_VDPA_GET_CONFIG, 0, 6, mac), 0, "GET_CONFIG");
	ok(mac[0] == 0x02 && mac[5] == 0x77, "... has the MAC address");
	is(config(fd, VHOST_VDPA_GET_CONFIG, 0, 0, NULL), -EINVAL, "V1: GET_CONFIG of nothing");
	is(config(fd, VHOST_VDPA_GET_CONFIG, size, 1, NULL), -EINVAL, "V1: ... behind the end");
	is(config(fd, VHOST_VDPA_GET_CONFIG, size - 1, 2, NULL), -EINVAL, "V1: ... across the end");
	is(config(fd, VHOST_VDPA_GET_CONFIG, UINT32_MAX, 2, NULL), -EINVAL, "V1: ... that wraps");
	is(config(fd, VHOST_VDPA_GET_CONFIG, 0, UINT32_MAX, NULL), -EINVAL, "V1: ... of 4 GiB");
	is(config(fd, VHOST_VDPA_SET_CONFIG, size, 1, NULL), -EINVAL,
	   "V1: SET_CONFIG behind the end");
	is(vh_ioctl(fd, VHOST_VDPA_GET_CONFIG, BAD_POINTER), -EFAULT, "GET_CONFIG to nowhere");
}

static void test_features(int fd)
{
	uint64_t offered = vh_get_u64(fd, VHOST_GET_FEATURES), none = 0;
	uint64_t backend = vh_get_u64(fd, VHOST_GET_BACKEND_FEATURES), unknown = 1ull << 63;
	uint64_t v2 = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2;

	ok(offered & 1ull << VIRTIO_F_VERSION_1, "GET_FEATURES");
	is(vh_status(fd, 1), 0, "SET_STATUS: acknowledge");
	is(vh_status(fd, 3), 0, "... driver");
	is(vh_status(fd, 1), -EINVAL, "V29: a bit taken away");
	is(vh_get_status(fd), 3, "... changes nothing");
	is(vh_ioctl(fd, VHOST_SET_FEATURES, &none), -EINVAL, "SET_FEATURES without translation");
	is(vh_ioctl(fd, VHOST_SET_FEATURES, &offered), 0, "SET_FEATURES");
	is(vh_status(fd, 11), 0, "... features ok");
	is(vh_ioctl(fd, VHOST_SET_FEATURES, &offered), -EBUSY, "V29: SET_FEATURES again");
	ok(backend & v2, "GET_BACKEND_FEATURES");
	is(vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &unknown), -EOPNOTSUPP,
	   "an unknown backend feature");
	is(vh_ioctl(fd, VHOST_SET_BACKEND_FEATURES, &v2), 0, "SET_BACKEND_FEATURES");
	is(vh_ioctl(fd, VHOST_VDPA_SUSPEND, NULL), 0, "SUSPEND of what does not run");
	is(vh_get_status(fd), 11, "... changes nothing");
}

static void test_vring(int fd)
{
	struct vhost_vring_addr addr = {};
	uint32_t n = vh_get_u32(fd, VHOST_VDPA_GET_VQS_COUNT);

	is(vh_state(fd, VHOST_SET_VRING_NUM, n, 16), -ENOBUFS, "SET_VRING_NUM of no queue");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 0), -EINVAL, "SET_VRING_NUM 0");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 24), -EINVAL, "... not a power of two");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 512), -EINVAL, "V6: ... above the device's");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 0x10000), -EINVAL, "... above virtio's");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 256), 0, "SET_VRING_NUM");
	addr.avail_user_addr = 1;
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), -EINVAL, "SET_VRING_ADDR: odd avail ring");
	addr.avail_user_addr = 0;
	addr.used_user_addr = 2;
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), -EINVAL, "... crooked used ring");
	addr.used_user_addr = 0;
	addr.flags = 2;
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), -EOPNOTSUPP, "... unknown flag");
	addr.flags = 1 << VHOST_VRING_F_LOG;
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), 0, "... logging is ignored");
	is(vh_state(fd, VHOST_SET_VRING_BASE, 0, 0x10000), -EINVAL, "SET_VRING_BASE above 65535");
	is(vh_state(fd, VHOST_SET_VRING_BASE, 0, 0xfffe), 0, "SET_VRING_BASE");
	is(vh_state(fd, VHOST_GET_VRING_BASE, 0, 0), 0xfffe,
	   "M10: ... is what GET_VRING_BASE says");
	is(vh_state(fd, VHOST_SET_VRING_BASE, 0, 0), 0, "... and can be set back");
	is(vh_state(fd, VHOST_SET_VRING_BUSYLOOP_TIMEOUT, 0, 7), 0, "SET_VRING_BUSYLOOP_TIMEOUT");
	is(vh_state(fd, IOCTL_VRING_SIZE, 0, 0), 256, "GET_VRING_SIZE");
	is(vh_state(fd, IOCTL_DESC_GROUP, 0, 0), 2,
	   "GET_VRING_DESC_GROUP: rings have one of their own");
	is(vh_state(fd, IOCTL_DESC_GROUP, n, 0), -ENOBUFS, "... of no queue");
	is(vh_state(fd, VHOST_VDPA_SET_VRING_ENABLE, n, 1), -ENOBUFS,
	   "SET_VRING_ENABLE of no queue");
}

static void test_groups(int fd)
{
	uint32_t groups = vh_get_u32(fd, VHOST_VDPA_GET_GROUP_NUM);
	uint32_t spaces = vh_get_u32(fd, VHOST_VDPA_GET_AS_NUM);

	ok(vh_state(fd, VHOST_VDPA_GET_VRING_GROUP, 0, 0) >= 0, "GET_VRING_GROUP");
	is(vh_state(fd, VHOST_VDPA_SET_GROUP_ASID, groups, 0), -EINVAL,
	   "V7: SET_GROUP_ASID of no group");
	is(vh_state(fd, VHOST_VDPA_SET_GROUP_ASID, UINT32_MAX, 0), -EINVAL, "V7: ... far out");
	is(vh_state(fd, VHOST_VDPA_SET_GROUP_ASID, 0, spaces), -EINVAL, "V7: ... to no space");
	is(vh_state(fd, VHOST_VDPA_SET_GROUP_ASID, 0, 0), 0, "SET_GROUP_ASID");
}

static void test_fds(int fd, unsigned long cmd, const char *name)
{
	int event = eventfd(0, EFD_CLOEXEC), pipes[2];

	if (pipe(pipes) < 0)
		bail("pipe");
	ok(vh_file(fd, cmd, 0, -2) == -EBADF && vh_file(fd, cmd, 0, 12345) == -EBADF &&
		   vh_file(fd, cmd, 0, pipes[0]) == -EINVAL && !vh_file(fd, cmd, 0, event) &&
		   vh_file(fd, cmd, 0, -2) == -EBADF && !vh_file(fd, cmd, 0, -1) &&
		   !vh_file(fd, cmd, 0, -1),
	   name);
	close(event);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_config_call(int fd)
{
	int none = -1, bad = -2, event = eventfd(0, EFD_CLOEXEC);

	is(vh_ioctl(fd, VHOST_VDPA_SET_CONFIG_CALL, &event), 0, "SET_CONFIG_CALL");
	is(vh_ioctl(fd, VHOST_VDPA_SET_CONFIG_CALL, &bad), -EBADF, "... with a bad fd");
	is(vh_ioctl(fd, VHOST_VDPA_SET_CONFIG_CALL, &none), 0, "... with none");
	close(event);
}

static void test_mmap(int fd)
{
	void *p = mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0);

	is(p == MAP_FAILED ? -errno : 0, -EOPNOTSUPP, "V11: a doorbell of a device that has none");
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	is(p == MAP_FAILED ? -errno : 0, -EINVAL, "V11: ... to be read");
	p = mmap(NULL, 2 * PAGE, PROT_WRITE, MAP_SHARED, fd, 0);
	is(p == MAP_FAILED ? -errno : 0, -EINVAL, "V11: ... two pages");
	p = mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0);
	is(p == MAP_FAILED ? -errno : 0, -EINVAL, "V11: ... private");
}

static void test_running(int fd)
{
	struct vhost_vring_addr addr = {};

	is(vh_status(fd, 15), 0, "SET_STATUS: driver ok");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 16), -EINVAL, "V9: SET_VRING_NUM while it runs");
	is(vh_ioctl(fd, VHOST_SET_VRING_ADDR, &addr), -EINVAL, "V9: SET_VRING_ADDR while it runs");
	is(vh_state(fd, VHOST_SET_VRING_BASE, 0, 0), -EINVAL, "V9: SET_VRING_BASE while it runs");
	is(vh_state(fd, VHOST_VDPA_SET_GROUP_ASID, 0, 0), -EBUSY,
	   "V8: SET_GROUP_ASID while it runs");
	is(vh_status(fd, 0), 0, "SET_STATUS: reset");
	is(vh_get_status(fd), 0, "... is one");
}

/* The call as a 32-bit process makes it; pointers have to be below 4 GiB. */
static int ioctl_compat(int fd, unsigned long cmd, const void *arg)
{
	int r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(54), "b"(fd), "c"((uint32_t)cmd), "d"((uint32_t)(uintptr_t)arg)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static void test_compat(int fd)
{
	struct vhost_vring_state *state;
	uint64_t *features;

	if (access("/proc/sys/abi/vsyscall32", F_OK) < 0) {
		skip("a 32-bit process", "this kernel runs no 32-bit programs");
		return;
	}
	features = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			-1, 0);
	if (features == MAP_FAILED)
		bail("mmap");
	is(ioctl_compat(fd, VHOST_GET_FEATURES, features), 0, "a 32-bit process asks for features");
	ok(*features == vh_get_u64(fd, VHOST_GET_FEATURES), "... which are the same");
	state = (void *)(features + 1);
	*state = (struct vhost_vring_state){ .index = 1, .num = 7 };
	is(ioctl_compat(fd, VHOST_SET_VRING_BASE, state), 0, "... and sets a queue's state");
	is(vh_state(fd, VHOST_GET_VRING_BASE, 1, 0), 7, "... which it has then");
	is(ioctl_compat(fd, VHOST_GET_FEATURES, BAD_POINTER), -EFAULT,
	   "... and a bad pointer is one");
	vh_state(fd, VHOST_SET_VRING_BASE, 1, 0);
	munmap(features, PAGE);
}

void test_ioctl(const char *path)
{
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	test_owner(fd, path);
	test_fork(fd);
	test_numbers(fd);
	test_config(fd);
	test_features(fd);
	test_vring(fd);
	test_groups(fd);
	test_compat(fd);
	test_fds(fd, VHOST_SET_VRING_KICK, "SET_VRING_KICK: bad and good eventfds");
	test_fds(fd, VHOST_SET_VRING_CALL, "SET_VRING_CALL: bad and good eventfds");
	test_fds(fd, VHOST_SET_VRING_ERR, "SET_VRING_ERR: bad and good eventfds");
	test_config_call(fd);
	test_mmap(fd);
	test_running(fd);
	close(fd);
}
