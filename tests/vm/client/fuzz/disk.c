// SPDX-License-Identifier: GPL-2.0-or-later
/* A simulated disk: requests of all kinds, in chains of any shape, mostly right and never quite. */
#include <errno.h>
#include <linux/virtio_blk.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../vhost/vhost.h"
#include "fuzz.h"

#define REQUESTS 8
#define PIECES	 8
#define SECTORS	 0x40000u /* of a disk without options */
#define PATIENCE 50	  /* ms for an answer */
#define HEADER	 BUFFER(0)
#define STATUS	 BUFFER(1)
#define DATA	 BUFFER(2)

static const char *device;

static uint64_t pick_sector(struct input *in)
{
	switch (pick(in, 4)) {
	case 0:
		return SECTORS - pick(in, 20);
	case 1:
		return pick_number(in);
	default:
		return pick(in, 256);
	}
}

static void pick_header(struct input *in, struct nic *disk)
{
	static const uint32_t types[] = { VIRTIO_BLK_T_IN,	VIRTIO_BLK_T_OUT,
					  VIRTIO_BLK_T_FLUSH,	VIRTIO_BLK_T_GET_ID,
					  VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_WRITE_ZEROES };
	struct virtio_blk_outhdr *header = (void *)(disk->mem + HEADER);

	*header = (struct virtio_blk_outhdr){
		.type = pick(in, 16) ? types[pick(in, 6)] : (uint32_t)pick_number(in),
		.sector = pick_sector(in),
	};
}

/* Ranges, for the requests whose data that is. */
static void pick_ranges(struct input *in, struct nic *disk)
{
	struct virtio_blk_discard_write_zeroes *range = (void *)(disk->mem + DATA);

	for (unsigned int n = pick(in, 4); n; n--, range++)
		*range = (struct virtio_blk_discard_write_zeroes){
			.sector = pick_sector(in),
			.num_sectors = pick(in, 4) ? pick(in, 64) : (uint32_t)pick_number(in),
			.flags = pick(in, 4) ? pick(in, 2) : (uint32_t)pick_number(in),
		};
}

static uint32_t pick_length(struct input *in)
{
	switch (pick(in, 4)) {
	case 0:
		return pick(in, 64) * 16;
	case 1:
		return (uint32_t)pick_number(in);
	default:
		return pick(in, 32) * 512;
	}
}

/* Header, pieces of data and status, unless the input leaves some of them out. */
static uint16_t pick_chain(struct input *in, struct nic *disk)
{
	struct vring_desc *desc = disk->ring[0].vring.desc;
	unsigned int pieces = pick(in, 3) ? 1 : pick(in, PIECES);
	uint16_t write = pick(in, 2) ? VRING_DESC_F_WRITE : 0, n = 0;

	if (pick(in, 16))
		desc[n++] = (struct vring_desc){ nic_iova(HEADER), pick(in, 16) ? 16 : pick(in, 20),
						 0, 0 };
	for (; pieces; pieces--)
		desc[n++] = (struct vring_desc){ pick(in, 8) ? nic_iova(DATA + pick(in, 256))
							     : pick_number(in),
						 pick_length(in), write, 0 };
	if (pick(in, 16) || !n)
		desc[n++] = (struct vring_desc){ nic_iova(STATUS), 1 + !pick(in, 16),
						 VRING_DESC_F_WRITE, 0 };
	for (uint16_t i = 0; i + 1 < n; i++) {
		desc[i].flags |= VRING_DESC_F_NEXT;
		desc[i].next = pick(in, 32) ? (uint16_t)(i + 1) : (uint16_t)pick(in, RING_SIZE + 1);
	}
	return 0;
}

/* It is answered, however bad it is, but for what makes no sense at all. */
static void request(struct input *in, struct nic *disk)
{
	struct ring *ring = &disk->ring[0];
	struct pollfd p = { .fd = ring->call, .events = POLLIN };
	uint64_t n;

	pick_header(in, disk);
	pick_ranges(in, disk);
	disk->mem[STATUS] = 0xff;
	ring_post_head(ring, pick_chain(in, disk));
	ring_kick(ring);
	if (poll(&p, 1, PATIENCE) <= 0 || read(ring->call, &n, sizeof(n)) < 0)
		return;
	ring->used = ring->vring.used->idx;
	if (disk->mem[STATUS] == VIRTIO_BLK_S_OK)
		goal();
}

static void run(struct input *in)
{
	const uint64_t features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD |
				  1ull << VIRTIO_BLK_F_WRITE_ZEROES |
				  1ull << VIRTIO_BLK_F_CONFIG_WCE;
	int fd = vh_open(device);
	struct nic disk;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", device, strerror(-fd));
		exit(2);
	}
	nic_init_in(&disk, fd, memory(NIC_MEM), 1);
	if (nic_start(&disk, pick(in, 4) ? features : 0) == 0)
		for (unsigned int n = 1 + pick(in, REQUESTS); n; n--)
			request(in, &disk);
	nic_fini(&disk);
}

static void start(const char *arg)
{
	if (!arg) {
		fprintf(stderr, "disk: which device?\n");
		exit(2);
	}
	device = arg;
}

const struct target target_disk = {
	.name = "disk",
	.goal = "requests done",
	.start = start,
	.run = run,
};
