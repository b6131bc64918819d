/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small user of vhost-vdpa for tests: it does what clients do, and what they never would. Every call that
 * can fail returns 0 (or a count) or -errno; what must work ends the program when it does not.
 */
#ifndef VMTEST_VHOST_H
#define VMTEST_VHOST_H

#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u

/* Numbers of later kernels, as Debian 12's headers lack them. */
#define F_RESUME	 5
#define F_LATE_ENABLE	 6
#define F_DESC_ASID	 7
#define F_IOTLB_PERSIST	 8
#define IOCTL_RESUME	 _IO(VHOST_VIRTIO, 0x7E)
#define IOCTL_DESC_GROUP _IOWR(VHOST_VIRTIO, 0x7F, struct vhost_vring_state)
#define IOCTL_VRING_SIZE _IOWR(VHOST_VIRTIO, 0x82, struct vhost_vring_state)

/* TAP */
void ok(bool good, const char *name);
/* Passes when got == want; says both otherwise. Negative values are shown as errnos. */
void is(long long got, long long want, const char *name);
/* Passed over, and why. */
void skip(const char *name, const char *reason);
/* The status of the program. */
int tap_end(void);
/* Ends it with "Bail out!". */
void bail(const char *what) __attribute__((noreturn));

/* calls */
/* @path: of the device, or "fd:N" for what is open as N */
int vh_open(const char *path);
int vh_ioctl(int fd, unsigned long cmd, const void *arg);
int vh_state(int fd, unsigned long cmd, uint32_t index, uint32_t num);
int vh_file(int fd, unsigned long cmd, uint32_t index, int value);
int vh_status(int fd, uint8_t status);
uint8_t vh_get_status(int fd);
uint64_t vh_get_u64(int fd, unsigned long cmd);
uint32_t vh_get_u32(int fd, unsigned long cmd);

/* A message of version 2, address space 0. */
int vh_message(int fd, uint8_t type, uint64_t iova, uint64_t size, const void *uaddr, uint8_t perm);
/* The same in another address space. */
int vh_message_in(int fd, uint32_t asid, const struct vhost_iotlb_msg *iotlb);
int vh_map(int fd, uint64_t iova, uint64_t size, const void *uaddr);
int vh_unmap(int fd, uint64_t iova, uint64_t size);
/* Unbind the device whose name is in the environment, as NAME: 0 or -errno. */
int vh_unbind(void);
/* Wait a little before looking again. */
void poll_ms(int ms);
/* KiB of this process that are pinned: VmPin of /proc/self/status. */
long pinned_kib(void);
void *memory(size_t size);
/* A guest's memory after a long life: no page follows the one before it. @pages: no multiple of 7919. */
void *scattered_memory(uint32_t pages);

/* driver.c: a NIC's driver with queues 0 (receive), 1 (transmit) and, if asked for, 2 (control) */
#define RING_SIZE 16u
#define NIC_IOVA  0x10000000ull
#define NIC_MEM	  (64u * PAGE) /* rings first, then buffers of a page */
#define RING_ROOM (2 * PAGE)
#define RINGS	  3u
#define BUFFER(n) (RINGS * RING_ROOM + (n)*PAGE)
/* What virtio has in front of a packet. */
#define HEADER_SIZE ((uint32_t)sizeof(struct virtio_net_hdr_v1))

struct ring {
	struct vring vring;
	int kick, call;
	uint16_t avail, used;
};

struct nic {
	int fd;
	uint8_t *mem;
	uint64_t features;
	uint32_t rings;
	struct ring ring[RINGS];
	bool event_suppressed;
	uint32_t control_asid; /* the control queue's address space */
	uint32_t ring_asid;    /* that of the other queues' rings, if not that of their buffers */
	uint32_t late;	       /* bit i: ring i is not enabled before the driver is ready */
};

/* Own the open file, map memory. */
void nic_init(struct nic *nic, int fd);
/* The same with NIC_MEM of memory that is given, for a device with as many queues. */
void nic_init_in(struct nic *nic, int fd, void *mem, uint32_t rings);
/* From reset to DRIVER_OK; 0 or -errno of what failed. */
int nic_start(struct nic *nic, uint64_t features);
void nic_fini(struct nic *nic);
/* The address of byte @off of the NIC's memory, for the device. */
uint64_t nic_iova(uint32_t off);
/* Make one descriptor available: receive buffers are written by the device. */
void ring_post(struct ring *ring, uint16_t desc, uint64_t addr, uint32_t len, uint16_t flags);
void ring_post_head(struct ring *ring, uint16_t head);
void ring_kick(struct ring *ring);
/* Wait at most 5 s for a used entry: its length, or -ETIMEDOUT. */
int ring_wait(struct ring *ring);
/* The same where its interrupt is heard by somebody else. */
int ring_look(struct ring *ring);
/* Send @len bytes of payload to everybody and receive them: 0 when they came back the same. */
int nic_echo(struct nic *nic, uint8_t fill, uint32_t len);

/* test-control.c: a request of @size bytes with room for a status: the status, CTRL_PENDING if none was written, or -errno. */
#define CTRL_PENDING 0x5f
int ctrl_request(struct nic *nic, const void *bytes, uint32_t size);

/* The groups of tests. */
void test_ioctl(const char *path);
void test_message(const char *path);
void test_data(const char *path);
void test_revoke(const char *path);
void test_pci(const char *path);
void test_pci_unplug(const char *path);
void test_packed(const char *path);
void test_vduse(const char *path);
void test_hold(const char *path);
void test_control(const char *path);
void test_filter(const char *path);
void test_offload(const char *path);
void test_blk(const char *path);
void test_opens(const char *path);
void test_random(const char *path);
void test_stale(const char *path);
void test_locked(const char *path);
void test_churn(const char *path);
void test_handover(const char *path);
/* What handover executes: @path is the number of a descriptor. */
void test_executed(const char *path);
/* On a device of vmtest_parent's. */
void test_suspend_parent(const char *path);
void test_map_parent(const char *path);
void test_single_parent(const char *path);
void test_file_parent(const char *path);
void test_close_parent(const char *path);
void test_each_parent(const char *path);
void test_range_parent(const char *path);
void test_slow_parent(const char *path);
void test_kick_parent(const char *path);
void test_many_parent(const char *path);
void test_swap_config(const char *path);
void test_swap_queue(const char *path);
void test_bad_config_call(const char *path);
void test_bad_queue_call(const char *path);
/* Two devices: the second is the one after @path in the alphabet. */
void test_limit(const char *path);

#endif
