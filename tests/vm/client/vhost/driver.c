// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

#define CONTROL_GROUP 1
#define RING_GROUP    2

uint64_t nic_iova(uint32_t off)
{
	return NIC_IOVA + off;
}

void nic_init_in(struct nic *nic, int fd, void *mem, uint32_t rings)
{
	*nic = (struct nic){ .fd = fd, .mem = mem, .rings = rings };
	for (uint32_t i = 0; i < rings; i++) {
		nic->ring[i].kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		nic->ring[i].call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	errno = -vh_ioctl(fd, VHOST_SET_OWNER, NULL);
	if (errno)
		bail("SET_OWNER");
	errno = -vh_map(fd, NIC_IOVA, NIC_MEM, nic->mem);
	if (errno)
		bail("map");
}

void nic_init(struct nic *nic, int fd)
{
	nic_init_in(nic, fd, memory(NIC_MEM), 2);
}

void nic_fini(struct nic *nic)
{
	for (uint32_t i = 0; i < nic->rings; i++) {
		close(nic->ring[i].kick);
		close(nic->ring[i].call);
	}
	munmap(nic->mem, NIC_MEM);
	close(nic->fd);
}

static int ring_start(struct nic *nic, uint32_t i)
{
	struct ring *ring = &nic->ring[i];
	struct vhost_vring_addr addr = { .index = i };
	uint32_t off = i * RING_ROOM;
	int r;

	memset(nic->mem + off, 0, RING_ROOM);
	vring_init(&ring->vring, RING_SIZE, nic->mem + off, PAGE);
	ring->avail = ring->used = 0;
	addr.desc_user_addr = nic_iova((uint32_t)((uint8_t *)ring->vring.desc - nic->mem));
	addr.avail_user_addr = nic_iova((uint32_t)((uint8_t *)ring->vring.avail - nic->mem));
	addr.used_user_addr = nic_iova((uint32_t)((uint8_t *)ring->vring.used - nic->mem));
	r = vh_state(nic->fd, VHOST_SET_VRING_NUM, i, RING_SIZE);
	if (!r)
		r = vh_ioctl(nic->fd, VHOST_SET_VRING_ADDR, &addr);
	if (!r)
		r = vh_state(nic->fd, VHOST_SET_VRING_BASE, i, 0);
	if (!r)
		r = vh_file(nic->fd, VHOST_SET_VRING_KICK, i, ring->kick);
	if (!r)
		r = vh_file(nic->fd, VHOST_SET_VRING_CALL, i, ring->call);
	if (!r && !(nic->late & 1u << i))
		r = vh_state(nic->fd, VHOST_VDPA_SET_VRING_ENABLE, i, 1);
	return r;
}

int nic_start(struct nic *nic, uint64_t features)
{
	uint8_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
	int r;

	features |= 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM;
	nic->features = features;
	r = vh_status(nic->fd, 0);
	/* Some devices forget their mappings with a reset, and say so by not offering this. */
	if (!r && !(vh_get_u64(nic->fd, VHOST_GET_BACKEND_FEATURES) & 1ull << F_IOTLB_PERSIST)) {
		vh_unmap(nic->fd, NIC_IOVA, NIC_MEM);
		r = vh_map(nic->fd, NIC_IOVA, NIC_MEM, nic->mem);
	}
	if (!r)
		r = vh_status(nic->fd, status);
	if (!r)
		r = vh_ioctl(nic->fd, VHOST_SET_FEATURES, &features);
	status |= VIRTIO_CONFIG_S_FEATURES_OK;
	if (!r)
		r = vh_status(nic->fd, status);
	if (!r && nic->control_asid)
		r = vh_state(nic->fd, VHOST_VDPA_SET_GROUP_ASID, CONTROL_GROUP, nic->control_asid);
	if (!r && nic->ring_asid)
		r = vh_state(nic->fd, VHOST_VDPA_SET_GROUP_ASID, RING_GROUP, nic->ring_asid);
	for (uint32_t i = 0; !r && i < nic->rings; i++)
		r = ring_start(nic, i);
	return r ? r : vh_status(nic->fd, status | VIRTIO_CONFIG_S_DRIVER_OK);
}

void ring_post_head(struct ring *ring, uint16_t head)
{
	ring->vring.avail->ring[ring->avail % RING_SIZE] = head;
	ring->avail++;
	__atomic_store_n(&ring->vring.avail->idx, ring->avail, __ATOMIC_RELEASE);
}

void ring_post(struct ring *ring, uint16_t desc, uint64_t addr, uint32_t len, uint16_t flags)
{
	ring->vring.desc[desc] = (struct vring_desc){ addr, len, flags, 0 };
	ring_post_head(ring, desc);
}

void ring_kick(struct ring *ring)
{
	uint64_t one = 1;

	if (write(ring->kick, &one, sizeof(one)) != sizeof(one))
		bail("kick");
}

static bool is_used(struct ring *ring)
{
	return __atomic_load_n(&ring->vring.used->idx, __ATOMIC_ACQUIRE) != ring->used;
}

static int take_used(struct ring *ring)
{
	return (int)ring->vring.used->ring[ring->used++ % RING_SIZE].len;
}

int ring_wait(struct ring *ring)
{
	struct pollfd p = { .fd = ring->call, .events = POLLIN };
	uint64_t n;

	while (!is_used(ring)) {
		if (poll(&p, 1, 5000) <= 0)
			return -ETIMEDOUT;
		if (read(ring->call, &n, sizeof(n)) < 0)
			return -errno;
	}
	return take_used(ring);
}

int ring_look(struct ring *ring)
{
	for (int i = 0; i < 5000; i++) {
		if (is_used(ring))
			return take_used(ring);
		poll(NULL, 0, 1);
	}
	return -ETIMEDOUT;
}

int nic_echo(struct nic *nic, uint8_t fill, uint32_t len)
{
	uint8_t *tx = nic->mem + BUFFER(1), *rx = nic->mem + BUFFER(0);
	int r;

	memset(tx, 0, HEADER_SIZE);
	memset(tx + HEADER_SIZE, fill, len);
	memset(tx + HEADER_SIZE, 0xff, 6); /* to everybody */
	memset(rx, 0, PAGE);
	ring_post(&nic->ring[0], 0, nic_iova(BUFFER(0)), PAGE, VRING_DESC_F_WRITE);
	ring_kick(&nic->ring[0]);
	ring_post(&nic->ring[1], 0, nic_iova(BUFFER(1)), HEADER_SIZE + len, 0);
	ring_kick(&nic->ring[1]);
	r = ring_wait(&nic->ring[1]);
	if (r < 0)
		return r;
	r = ring_wait(&nic->ring[0]);
	if (r < 0)
		return r;
	if ((uint32_t)r != HEADER_SIZE + len)
		return -EMSGSIZE;
	return memcmp(tx + HEADER_SIZE, rx + HEADER_SIZE, len) ? -EBADMSG : 0;
}
