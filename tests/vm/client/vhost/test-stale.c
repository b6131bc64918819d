// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the character device and its rings hand out, on a kernel that fills memory as it is freed (slub_debug=P):
 * nothing of it is what somebody else left there.
 */
#include <errno.h>
#include <string.h>

#include "vhost.h"

/* POISON_FREE and POISON_INUSE of the kernel's <linux/poison.h>. */
static bool is_poison(uint8_t byte)
{
	return byte == 0x6b || byte == 0x5a;
}

static bool is_stale(const void *mem, size_t size)
{
	const uint8_t *byte = mem;

	for (size_t i = 0; i + 3 <= size; i++)
		if (is_poison(byte[i]) && byte[i] == byte[i + 1] && byte[i] == byte[i + 2])
			return true;
	return false;
}

/* Each answers into the same room, in which there was something else. */
static void test_answers(int fd)
{
	static const unsigned long commands[] = {
		VHOST_GET_FEATURES,	    VHOST_GET_BACKEND_FEATURES, VHOST_VDPA_GET_DEVICE_ID,
		VHOST_VDPA_GET_STATUS,	    VHOST_VDPA_GET_VRING_NUM,	VHOST_VDPA_GET_IOVA_RANGE,
		VHOST_VDPA_GET_CONFIG_SIZE, VHOST_VDPA_GET_VQS_COUNT,	VHOST_VDPA_GET_GROUP_NUM,
		VHOST_VDPA_GET_AS_NUM,	    VHOST_VDPA_GET_VRING_GROUP, VHOST_GET_VRING_BASE,
		IOCTL_VRING_SIZE,
	};
	union {
		struct vhost_vring_state state;
		uint8_t byte[64];
	} room;
	int failed = 0, stale = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		memset(&room, 0xa5, sizeof(room));
		room.state.index = 0;
		failed += vh_ioctl(fd, commands[i], &room) != 0;
		stale += is_stale(&room, sizeof(room));
	}
	is(failed, 0, "every question is answered");
	is(stale, 0, "... with nothing stale");
}

static void test_config(int fd)
{
	uint32_t size = vh_get_u32(fd, VHOST_VDPA_GET_CONFIG_SIZE);
	struct {
		struct vhost_vdpa_config c;
		uint8_t buf[256];
	} config = { .c = { 0, size } };

	memset(config.buf, 0xa5, sizeof(config.buf));
	ok(size > 0 && size <= sizeof(config.buf), "the configuration has a size");
	is(vh_ioctl(fd, VHOST_VDPA_GET_CONFIG, &config), 0, "all of it is read");
	ok(!is_stale(config.buf, size), "... with nothing stale");
}

void test_stale(const char *path)
{
	struct nic nic;
	int fd = vh_open(path);

	errno = -fd;
	if (fd < 0)
		bail(path);
	ok(is_stale("\x6b\x6b\x6b", 3) && !is_stale("\x6b\x6b\x6c", 3), "stale memory is known");
	nic_init(&nic, fd);
	test_answers(fd);
	test_config(fd);
	is(nic_start(&nic, 0), 0, "the device starts");
	is(nic_echo(&nic, 0x11, 100), 0, "a packet comes back");
	ok(!is_stale(nic.mem + BUFFER(0), PAGE), "... with nothing stale, nor behind it");
	nic_fini(&nic);
}
