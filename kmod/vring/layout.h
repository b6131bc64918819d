/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings as the virtio specification lays them out in memory, and access to their parts; internal. */
#ifndef DVQ_LAYOUT_H
#define DVQ_LAYOUT_H

#include "vring.h"

#define DVQ_PAGE_SHIFT 12
#define DVQ_PAGE_SIZE  (1u << DVQ_PAGE_SHIFT)
#define DVQ_PAGE_MASK  ((u64)DVQ_PAGE_SIZE - 1)

/* Descriptor, 16 bytes: le64 address, le32 length, le16 flags, le16 next. */
#define DVQ_DESC_SIZE	  16u
#define DVQ_DESC_NEXT	  0x1u
#define DVQ_DESC_WRITE	  0x2u
#define DVQ_DESC_INDIRECT 0x4u

/* Driver area: le16 flags, le16 index, le16 ring[num], le16 used_event. */
#define DVQ_AVAIL_IDX		2u
#define DVQ_AVAIL_RING		4u
#define DVQ_AVAIL_NO_INTERRUPT	0x1u

/* Device area: le16 flags, le16 index, { le32 id, le32 length } ring[num], le16 avail_event. */
#define DVQ_USED_IDX	   2u
#define DVQ_USED_RING	   4u
#define DVQ_USED_NO_NOTIFY 0x1u

struct dvq_desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

/* Where byte @off of a mapped area lies. Naturally aligned fields never straddle a page. */
static inline void *dvq_at(const struct dvq_area *a, u32 off)
{
	u64 pos = (a->iova & DVQ_PAGE_MASK) + off;

	return (void *)(a->page[pos >> DVQ_PAGE_SHIFT] + (uintptr_t)(pos & DVQ_PAGE_MASK));
}

/* The address was checked for alignment, so two loads fetch a descriptor, each once. */
static inline struct dvq_desc dvq_fetch(const __le64 *p)
{
	u64 addr = le64_to_cpu(READ_ONCE(p[0]));
	u64 rest = le64_to_cpu(READ_ONCE(p[1]));

	return (struct dvq_desc){
		.addr = addr,
		.len = (u32)rest,
		.flags = (u16)(rest >> 32),
		.next = (u16)(rest >> 48),
	};
}

#endif
