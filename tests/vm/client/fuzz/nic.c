// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A simulated NIC that offers all it has: frames with headers that leave work to the device, mostly for TCP as it should be and never
 * quite, buffers in pieces of any size to receive them, and requests to the control queue.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../vhost/vhost.h"
#include "fuzz.h"

#define CALLS	 12
#define PATIENCE 50	   /* ms for an answer */
#define FRAME	 BUFFER(0) /* and the four pages behind it */
#define CONTROL	 BUFFER(5)
#define STATUS	 BUFFER(6)
#define RECEIVE	 BUFFER(7)
#define BIT(n)	 (1ull << VIRTIO_NET_F_##n)

static const char *device;

static void wait_used(struct ring *ring)
{
	struct pollfd p = { .fd = ring->call, .events = POLLIN };
	uint64_t n;

	if (poll(&p, 1, PATIENCE) > 0 && read(ring->call, &n, sizeof(n)) > 0)
		ring->used = ring->vring.used->idx;
}

/* IP of either kind with TCP in it, in a VLAN or not; the first byte of what is asked for differs now and then. */
static void pick_headers(struct input *in, uint8_t *frame)
{
	bool v6 = pick(in, 2), tagged = !pick(in, 4);
	uint8_t *ip = frame + (tagged ? 18 : 14), *tcp = ip + (v6 ? 40 : 20);

	memset(frame, pick(in, 8) ? 0xff : 2, 6);
	if (tagged)
		memcpy(frame + 12, (uint8_t[]){ 0x81, 0, 0, (uint8_t)pick(in, 8) }, 4);
	memcpy(ip - 2, v6 ? (uint8_t[]){ 0x86, 0xdd } : (uint8_t[]){ 8, 0 }, 2);
	ip[0] = pick(in, 8) ? (v6 ? 0x60 : 0x45) : (uint8_t)pick(in, 256);
	ip[v6 ? 6 : 9] = pick(in, 8) ? 6 : (uint8_t)pick(in, 256);
	tcp[12] = (uint8_t)(pick(in, 4) ? 5 << 4 : pick(in, 16) << 4);
	tcp[13] = (uint8_t)pick(in, 256);
}

static uint16_t pick_place(struct input *in)
{
	static const uint16_t places[] = { 34, 54, 38, 58, 14, 0 };

	return pick(in, 4) ? places[pick(in, 6)] : (uint16_t)pick_number(in);
}

static void pick_header(struct input *in, struct virtio_net_hdr_v1 *header)
{
	*header = (struct virtio_net_hdr_v1){
		.flags = (uint8_t)(pick(in, 8) ? 1 : pick(in, 8)),
		.gso_type = (uint8_t)(pick(in, 2) ? pick(in, 6) | (pick(in, 4) ? 0 : 0x80) : 0),
		.hdr_len = (uint16_t)pick_number(in),
		.gso_size = (uint16_t)(pick(in, 4) ? 1 + pick(in, 2000) : pick_number(in)),
		.csum_start = pick_place(in),
		.csum_offset = (uint16_t)(pick(in, 4) ? 16 : pick_number(in)),
		.num_buffers = (uint16_t)pick(in, 3),
	};
}

static void send_frame(struct input *in, struct nic *nic)
{
	struct ring *tx = &nic->ring[1];
	uint32_t len = HEADER_SIZE + (pick(in, 4) ? 54 + pick(in, 256) * 60 : pick(in, 200));
	uint32_t first = pick(in, 2) ? len : pick(in, 100);

	pick_header(in, (void *)(nic->mem + FRAME));
	pick_headers(in, nic->mem + FRAME + HEADER_SIZE);
	tx->vring.desc[0] = (struct vring_desc){ nic_iova(FRAME), first < len ? first : len, 0, 1 };
	if (first < len) {
		tx->vring.desc[0].flags = VRING_DESC_F_NEXT;
		tx->vring.desc[1] = (struct vring_desc){ pick(in, 16) ? nic_iova(FRAME + first)
								      : pick_number(in),
							 len - first, 0, 0 };
	}
	ring_post_head(tx, 0);
	ring_kick(tx);
	wait_used(tx);
	if (nic->ring[0].vring.used->idx != nic->ring[0].used)
		goal();
	nic->ring[0].used = nic->ring[0].vring.used->idx;
}

/* As many as there may be; some in two pieces, of which the first may be to read. */
static void give_buffers(struct input *in, struct nic *nic)
{
	struct ring *rx = &nic->ring[0];
	uint32_t size = pick(in, 4) ? 1 + pick(in, 256) * 16 : (uint32_t)pick_number(in);

	for (unsigned int n = 1 + pick(in, RING_SIZE); n; n--) {
		uint16_t i = (uint16_t)(2 * pick(in, RING_SIZE / 2));
		bool split = !pick(in, 8);

		if ((uint16_t)(rx->avail - rx->used) >= RING_SIZE)
			break;
		rx->vring.desc[i + 1] = (struct vring_desc){ nic_iova(RECEIVE + 100 * PAGE / 4),
							     size, VRING_DESC_F_WRITE, 0 };
		rx->vring.desc[i] = (struct vring_desc){
			pick(in, 16) ? nic_iova(RECEIVE + i * PAGE / 2) : pick_number(in), size,
			(uint16_t)((pick(in, 8) ? VRING_DESC_F_WRITE : 0) |
				   (split ? VRING_DESC_F_NEXT : 0)),
			(uint16_t)(i + 1)
		};
		ring_post_head(rx, i);
	}
	ring_kick(rx);
}

/* A class, a command, and bytes, of which the first may be the count of a table. */
static void ask(struct input *in, struct nic *nic)
{
	struct ring *ctrl = &nic->ring[2];
	uint8_t *bytes = nic->mem + CONTROL;
	uint32_t size = pick(in, 16) ? 2 + pick(in, 40) : pick(in, PAGE);

	memset(bytes, 0, PAGE);
	bytes[0] = (uint8_t)pick(in, 7);
	bytes[1] = (uint8_t)pick(in, 6);
	for (uint32_t i = 2; i < 16; i++)
		bytes[i] = (uint8_t)(pick(in, 2) ? pick(in, 3) : pick(in, 256));
	nic->mem[STATUS] = 0xff;
	ctrl->vring.desc[0] = (struct vring_desc){ nic_iova(CONTROL), size, VRING_DESC_F_NEXT, 1 };
	ctrl->vring.desc[1] = (struct vring_desc){ nic_iova(STATUS), 1, VRING_DESC_F_WRITE, 0 };
	ring_post_head(ctrl, 0);
	ring_kick(ctrl);
	wait_used(ctrl);
	if (nic->mem[STATUS] == VIRTIO_NET_OK)
		goal();
}

static void run(struct input *in)
{
	const uint64_t most = BIT(CSUM) | BIT(GUEST_CSUM) | BIT(CTRL_GUEST_OFFLOADS) |
			      BIT(HOST_TSO4) | BIT(HOST_TSO6) | BIT(HOST_ECN) | BIT(HOST_UFO) |
			      BIT(CTRL_RX) | BIT(CTRL_RX_EXTRA) | BIT(CTRL_VLAN) |
			      BIT(GUEST_ANNOUNCE) | BIT(CTRL_MAC_ADDR);
	const uint64_t large = BIT(GUEST_TSO4) | BIT(GUEST_TSO6) | BIT(GUEST_ECN) | BIT(GUEST_UFO);
	uint64_t features = BIT(CTRL_VQ) | (pick(in, 8) ? most : pick_number(in) & most);
	int fd = vh_open(device);
	struct nic nic;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", device, strerror(-fd));
		exit(2);
	}
	features |= (pick(in, 2) ? large : 0) | (pick(in, 4) ? BIT(MRG_RXBUF) : 0);
	nic_init_in(&nic, fd, memory(NIC_MEM), RINGS);
	if (nic_start(&nic, features) == 0) {
		give_buffers(in, &nic);
		for (unsigned int n = 1 + pick(in, CALLS); n; n--) {
			unsigned int call = pick(in, 8);

			(call < 4 ? send_frame : call < 6 ? give_buffers : ask)(in, &nic);
		}
	}
	nic_fini(&nic);
}

static void start(const char *arg)
{
	if (!arg) {
		fprintf(stderr, "nic: which device?\n");
		exit(2);
	}
	device = arg;
}

const struct target target_nic = {
	.name = "nic",
	.goal = "frames received and requests done",
	.start = start,
	.run = run,
};
