// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine-NAME split|packed DESCRIPTORS BATCHES: how many chains of 1 or of 3 descriptors the engine serves in a second, 64 at a
 * time. Only its own time is counted, not that of the driver, which is this file.
 *
 * A chain of one is a packet of 60 bytes behind its header; one of three is a request: a head to read, data and a status to
 * write. The ring is in the first of 16 pieces of the address space, buffers in the others, one after the other in
 * no order.
 */
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"

#define NUM    256u
#define BATCH  64u
#define PIECES 16u
#define PIECE  65536u
#define SLOT   320u /* of a buffer in its piece */

enum {
	PACKET_BYTES = 72,
	HEAD_BYTES = 16,
	DATA_BYTES = 64,
	STATUS_BYTES = 1,
};

static struct piece pieces[PIECES];
static struct vring ring;
static struct vring_packed_desc *packed;
static uint32_t place; /* in the packed ring; the other bits are the wrap counter */
static uint16_t used;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void make_pieces(void)
{
	for (uint32_t i = 0; i < PIECES; i++) {
		pieces[i] = (struct piece){ 0x100000000ull + i * 0x1000000ull, PIECE,
					    aligned_alloc(PIECE, PIECE) };
		if (!pieces[i].memory)
			abort();
		memset(pieces[i].memory, 0, PIECE);
	}
}

/* Where the driver sees byte 0 of buffer @i of the ring's. */
static struct piece *piece_of(uint32_t i)
{
	return &pieces[1 + (i * 2654435761u >> 16) % (PIECES - 1)];
}

static uint64_t buffer_iova(uint32_t i)
{
	return piece_of(i)->iova + i * (uint64_t)SLOT % PIECE;
}

static uint64_t iova_of(const void *p)
{
	return pieces[0].iova + (uint64_t)((const uint8_t *)p - pieces[0].memory);
}

/* The length of buffer @k of a chain of @n. */
static uint32_t length(uint32_t n, uint32_t k)
{
	static const uint32_t request[] = { HEAD_BYTES, DATA_BYTES, STATUS_BYTES };

	return n == 1 ? PACKET_BYTES : request[k];
}

static uint16_t flags_of(uint32_t n, uint32_t k)
{
	return (uint16_t)((k ? VRING_DESC_F_WRITE : 0) | (k + 1 < n ? VRING_DESC_F_NEXT : 0));
}

static void offer_split(uint32_t chain, uint32_t n)
{
	uint32_t first = chain % (NUM / n) * n;

	for (uint32_t k = 0; k < n; k++)
		ring.desc[first + k] =
			(struct vring_desc){ buffer_iova(first + k), length(n, k), flags_of(n, k),
					     (uint16_t)(first + k + 1) };
	ring.avail->ring[(uint16_t)chain % NUM] = (uint16_t)first;
	__atomic_store_n(&ring.avail->idx, (uint16_t)(chain + 1), __ATOMIC_RELEASE);
}

static void offer_packed(uint32_t chain, uint32_t n)
{
	(void)chain;
	for (uint32_t k = 0; k < n; k++, place++) {
		bool wrap = place / NUM % 2 == 0;
		uint16_t flags = flags_of(n, k) | (uint16_t)(wrap ? 1u << VRING_PACKED_DESC_F_AVAIL
								  : 1u << VRING_PACKED_DESC_F_USED);

		packed[place % NUM] =
			(struct vring_packed_desc){ buffer_iova(place % NUM), length(n, k),
						    (uint16_t)(place % NUM), flags };
	}
}

static void check_used(bool is_packed, uint32_t n)
{
	uint32_t first = is_packed ? (place - n) % NUM : 0;

	used = (uint16_t)(used + BATCH);
	if (is_packed ? !(packed[first].flags >> VRING_PACKED_DESC_F_AVAIL & 1) !=
				!(packed[first].flags >> VRING_PACKED_DESC_F_USED & 1)
		      : ring.used->idx != used) {
		fprintf(stderr, "not all chains came back\n");
		exit(EXIT_FAILURE);
	}
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Chains in a second, by the median of the batches' times: one that was interrupted says nothing of the engine. */
static double measure(bool is_packed, uint32_t n, uint32_t batches)
{
	uint32_t *took = calloc(batches, sizeof(*took)), chain = 0;
	uint64_t read = 0;
	double median;

	if (!took)
		abort();
	for (uint32_t b = 0; b < batches; b++) {
		uint64_t begin;

		for (uint32_t i = 0; i < BATCH; i++, chain++)
			(is_packed ? offer_packed : offer_split)(chain, n);
		begin = now();
		read += engine_serve(BATCH);
		took[b] = (uint32_t)(now() - begin);
		check_used(is_packed, n);
	}
	if (read != (uint64_t)chain * length(n, 0)) {
		fprintf(stderr, "%lu bytes were read of %u chains\n", read, chain);
		exit(EXIT_FAILURE);
	}
	qsort(took, batches, sizeof(*took), by_size);
	median = took[batches / 2];
	free(took);
	return BATCH / median * 1e9;
}

int main(int argc, char **argv)
{
	struct setup setup = { .num = NUM, .pieces = pieces, .n_pieces = PIECES };
	uint32_t n;

	if (argc != 4)
		return 2;
	n = (uint32_t)strtoul(argv[2], NULL, 10);
	if (n != 1 && n != 3)
		return 2;
	make_pieces();
	vring_init(&ring, NUM, pieces[0].memory, 4096);
	packed = (struct vring_packed_desc *)pieces[0].memory;
	setup.packed = strcmp(argv[1], "packed") == 0;
	setup.desc = iova_of(ring.desc);
	setup.avail = iova_of(ring.avail);
	setup.used = iova_of(ring.used);
	if (engine_init(&setup))
		return 3;
	printf("%.0f\n", measure(setup.packed, n, (uint32_t)strtoul(argv[3], NULL, 10)));
	return 0;
}
