// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests on the control queue, good and bad (virtio 1.2, 5.1.6.5). */
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "vhost.h"

#define FEATURES (1ull << VIRTIO_NET_F_CTRL_VQ | 1ull << VIRTIO_NET_F_CTRL_MAC_ADDR)

int ctrl_request(struct nic *nic, const void *bytes, uint32_t size)
{
	struct ring *ctrl = &nic->ring[2];
	uint8_t *status = nic->mem + BUFFER(1);
	int r;

	memcpy(nic->mem + BUFFER(0), bytes, size);
	*status = CTRL_PENDING;
	ctrl->vring.desc[0] =
		(struct vring_desc){ nic_iova(BUFFER(0)), size, VRING_DESC_F_NEXT, 1 };
	ctrl->vring.desc[1] = (struct vring_desc){ nic_iova(BUFFER(1)), 1, VRING_DESC_F_WRITE, 0 };
	ring_post_head(ctrl, 0);
	ring_kick(ctrl);
	r = ring_wait(ctrl);
	return r < 0 ? r : *status;
}

static const uint8_t set_mac[2 + ETH_ALEN] = {
	VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 0x02, 0, 0, 0, 0, 0x42
};

/* As hypervisors do that answer the control queue by themselves: its memory is in a space of its own, and only there. */
static void test_space(struct nic *nic)
{
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	struct vhost_iotlb_msg all = { .iova = NIC_IOVA,
				       .size = NIC_MEM,
				       .uaddr = (uintptr_t)nic->mem,
				       .perm = VHOST_ACCESS_RW,
				       .type = VHOST_IOTLB_UPDATE };

	is(vh_ioctl(nic->fd, VHOST_SET_BACKEND_FEATURES, &features), 0, "address spaces");
	is(vh_state(nic->fd, VHOST_VDPA_GET_VRING_GROUP, 2, 0), 1,
	   "the control queue is in group 1");
	is(vh_message_in(nic->fd, 1, &all), 0, "memory is mapped in space 1");
	is(vh_unmap(nic->fd, nic_iova(2 * RING_ROOM), RING_ROOM), 0, "... and its ring only there");
	nic->control_asid = 1;
	is(nic_start(nic, FEATURES), 0, "started with group 1 in space 1");
	is(ctrl_request(nic, set_mac, sizeof(set_mac)), VIRTIO_NET_OK,
	   "the control queue works there");
	is(nic_echo(nic, 9, 200), 0, "... and the others in space 0");
	is(vh_unmap(nic->fd, nic_iova(BUFFER(0)), 2 * PAGE), 0, "buffers are unmapped in space 0");
	is(ctrl_request(nic, set_mac, sizeof(set_mac)), VIRTIO_NET_OK,
	   "... and the control queue's are not");
}

/* Rings in space 1 alone, buffers in space 0 alone, as hypervisors have it that write the rings themselves. */
static void test_ring_space(struct nic *nic)
{
	uint64_t features = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << F_DESC_ASID;
	struct vhost_iotlb_msg buffers = { .iova = nic_iova(BUFFER(0)),
					   .size = NIC_MEM - BUFFER(0),
					   .type = VHOST_IOTLB_INVALIDATE };
	struct vhost_iotlb_msg rings = { .iova = NIC_IOVA,
					 .size = 2 * RING_ROOM,
					 .type = VHOST_IOTLB_INVALIDATE };

	is(vh_ioctl(nic->fd, VHOST_SET_BACKEND_FEATURES, &features), -EINVAL,
	   "spaces for rings without any");
	features |= 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	is(vh_ioctl(nic->fd, VHOST_SET_BACKEND_FEATURES, &features), 0, "... and with them");
	is(vh_state(nic->fd, IOCTL_DESC_GROUP, 1, 0), 2, "the rings of queues are in group 2");
	is(vh_state(nic->fd, IOCTL_DESC_GROUP, 2, 0), 1,
	   "... the control queue's with its buffers");
	is(vh_status(nic->fd, 0), 0, "reset");
	is(vh_map(nic->fd, nic_iova(BUFFER(0)), 2 * PAGE, nic->mem + BUFFER(0)), 0,
	   "buffers are mapped in space 0");
	is(vh_unmap(nic->fd, NIC_IOVA, 2 * RING_ROOM), 0, "... the rings are not");
	is(vh_message_in(nic->fd, 1, &buffers), 0, "... and the other way round in space 1");
	nic->ring_asid = 1;
	is(nic_start(nic, 0), 0, "started with group 2 in space 1");
	is(nic_echo(nic, 11, 300), 0, "packets go round");
	is(vh_status(nic->fd, 0), 0, "reset");
	is(vh_message_in(nic->fd, 1, &rings), 0, "the rings are unmapped in space 1");
	is(vh_map(nic->fd, NIC_IOVA, 2 * RING_ROOM, nic->mem), 0, "... and mapped in space 0");
	nic->ring_asid = 0;
	is(nic_start(nic, 0), 0, "started with group 2 where it was not put");
	is(nic_echo(nic, 12, 300), 0, "... which is with the buffers");
}

void test_control(const char *path)
{
	static const uint8_t unknown[] = { 0xee, 0, 0 };
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init_in(&nic, fd, memory(NIC_MEM), RINGS);
	is(nic_start(&nic, FEATURES), 0, "the device starts with a control queue");
	is(ctrl_request(&nic, set_mac, sizeof(set_mac)), VIRTIO_NET_OK, "a good request");
	is(ctrl_request(&nic, unknown, sizeof(unknown)), VIRTIO_NET_ERR,
	   "M5: an unknown one after it");
	is(ctrl_request(&nic, set_mac, sizeof(set_mac) - 1), VIRTIO_NET_ERR,
	   "M5: one with half an address");
	is(ctrl_request(&nic, set_mac, sizeof(set_mac)), VIRTIO_NET_OK, "... a good one again");
	is(ctrl_request(&nic, unknown, 1), VIRTIO_NET_ERR,
	   "M5: one that is too short to be one is answered");
	is(ctrl_request(&nic, set_mac, sizeof(set_mac)), VIRTIO_NET_OK, "... and so is the next");
	test_space(&nic);
	test_ring_space(&nic);
	nic_fini(&nic);
}
