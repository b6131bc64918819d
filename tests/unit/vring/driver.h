/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver's side of a ring, for tests: written against <linux/virtio_ring.h> alone. */
#ifndef TESTS_VRING_DRIVER_H
#define TESTS_VRING_DRIVER_H

#include <linux/virtio_ring.h>

#include "vring.h"

#define GUEST_DATA (640u * 1024) /* offset: below it rings, also the largest, from it on buffers */
#define GUEST_SIZE (GUEST_DATA + 192u * 1024)

/*
 * A driver with memory of its own. Address IOVA_BASE + n is byte n of @mem; the address space has
 * one entry for each page, pages lie in memory in the order @shuffle says.
 */
struct driver {
	u8 *mem;
	struct dvq_as *as;
	struct vring ring; /* only with pages in order: rings are accessed through it */
	struct dvq q;
	struct dvq_config cfg;
	u16 avail_idx;
	u16 used_idx;
	/* of a packed ring, where the two above are places with DVQ_WRAP */
	struct vring_packed_desc *packed;
	struct vring_packed_desc_event *wish; /* the driver's */
	struct vring_packed_desc_event *device_wish;
	u32 slots[65536]; /* by id: what the chain takes of the ring */
};

#define IOVA_BASE 0x123450000ull

/* A driver with a started queue; @features is a mask of VIRTIO_RING_F_* bits; pages in order. */
void driver_init(struct driver *d, u32 num, u64 features, u16 index);
void driver_fini(struct driver *d);

/* Address of byte @off of the guest's memory. */
static inline u64 driver_iova(u32 off)
{
	return IOVA_BASE + off;
}

/* Fill descriptor @i of the ring's table. */
void driver_desc(struct driver *d, u32 i, u64 addr, u32 len, u16 flags, u16 next);

/* Make @head available, visible at once. */
void driver_post(struct driver *d, u16 head);

/* Take one used entry; false when there is none. */
bool driver_take(struct driver *d, struct vring_used_elem *ret);

/* The same with a packed ring, of which @index is the place of the first descriptor. */
void packed_init(struct driver *d, u32 num, u64 features, u16 index);

/* The place @n descriptors on from @place. */
u16 packed_advance(const struct driver *d, u16 place, u32 n);

/*
 * Make a chain of @n descriptors available: they are taken as they are, but for the flags that say so, and all
 * but the last get VRING_DESC_F_NEXT.
 */
void packed_post(struct driver *d, const struct vring_packed_desc *chain, u32 n);

/* Take one used entry; false when there is none. */
bool packed_take(struct driver *d, struct vring_used_elem *ret);

/* An address space of @n entries, owned; free() it. */
struct dvq_as *as_new(u32 n);

#endif
