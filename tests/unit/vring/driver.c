// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "driver.h"

#define PAGE 4096u

struct dvq_as *as_new(u32 n)
{
	struct dvq_as *as = calloc(1, sizeof(*as) + n * sizeof(as->map[0]));

	if (!as)
		abort();
	as->n = n;
	return as;
}

/* Memory, and an address space for it. */
static void memory_init(struct driver *d, u16 index)
{
	memset(d, 0, sizeof(*d));
	d->avail_idx = index;
	d->used_idx = index;
	d->mem = aligned_alloc(PAGE, GUEST_SIZE);
	if (!d->mem)
		abort();
	memset(d->mem, 0, GUEST_SIZE);
	d->as = as_new(GUEST_SIZE / PAGE);
	for (u32 i = 0; i < d->as->n; i++)
		d->as->map[i] = (struct dvq_map){
			.start = driver_iova(i * PAGE),
			.last = driver_iova(i * PAGE) + PAGE - 1,
			.base = d->mem + i * PAGE,
			.perm = DVQ_READ | DVQ_WRITE,
		};
}

static void start(struct driver *d)
{
	dvq_set_as(&d->q, d->as);
	if (dvq_start(&d->q, &d->cfg) < 0 || dvq_map(&d->q) < 0)
		abort();
}

void driver_init(struct driver *d, u32 num, u64 features, u16 index)
{
	memory_init(d, index);
	vring_init(&d->ring, num, d->mem, PAGE);
	d->ring.avail->idx = index;
	d->ring.used->idx = index;
	d->cfg = (struct dvq_config){
		.desc = driver_iova((u32)((u8 *)d->ring.desc - d->mem)),
		.avail = driver_iova((u32)((u8 *)d->ring.avail - d->mem)),
		.used = driver_iova((u32)((u8 *)d->ring.used - d->mem)),
		.num = num,
		.index = index,
		.event_idx = features & (1ull << VIRTIO_RING_F_EVENT_IDX),
		.indirect = features & (1ull << VIRTIO_RING_F_INDIRECT_DESC),
	};
	start(d);
}

void driver_fini(struct driver *d)
{
	dvq_stop(&d->q);
	free(d->as);
	free(d->mem);
}

void driver_desc(struct driver *d, u32 i, u64 addr, u32 len, u16 flags, u16 next)
{
	d->ring.desc[i] = (struct vring_desc){ addr, len, flags, next };
}

void driver_post(struct driver *d, u16 head)
{
	d->ring.avail->ring[d->avail_idx % d->ring.num] = head;
	d->avail_idx++;
	__atomic_store_n(&d->ring.avail->idx, d->avail_idx, __ATOMIC_RELEASE);
}

bool driver_take(struct driver *d, struct vring_used_elem *ret)
{
	u16 idx = __atomic_load_n(&d->ring.used->idx, __ATOMIC_ACQUIRE);

	if (idx == d->used_idx)
		return false;
	*ret = d->ring.used->ring[d->used_idx % d->ring.num];
	d->used_idx++;
	return true;
}

/* ---- packed ---------------------------------------------------------------------------------- */

/* Every descriptor is used before the driver has made any available: its flags say so for the round before. */
static u16 flags_of(u16 place, bool available)
{
	bool wrap = place & DVQ_WRAP;

	return (u16)(wrap << VRING_PACKED_DESC_F_AVAIL | (available ? !wrap : wrap)
								 << VRING_PACKED_DESC_F_USED);
}

u16 packed_advance(const struct driver *d, u16 place, u32 n)
{
	u32 at = (place & DVQ_PLACE) + n;

	return at < d->cfg.num ? (u16)(place + n) : (u16)((at - d->cfg.num) | (~place & DVQ_WRAP));
}

void packed_init(struct driver *d, u32 num, u64 features, u16 index)
{
	u16 place = index;

	memory_init(d, index);
	d->packed = (struct vring_packed_desc *)d->mem;
	d->wish = (struct vring_packed_desc_event *)(d->mem + GUEST_DATA - 8);
	d->device_wish = d->wish + 1;
	d->cfg = (struct dvq_config){
		.desc = driver_iova(0),
		.avail = driver_iova(GUEST_DATA - 8),
		.used = driver_iova(GUEST_DATA - 4),
		.num = num,
		.index = index,
		.packed = true,
		.event_idx = features & (1ull << VIRTIO_RING_F_EVENT_IDX),
		.indirect = features & (1ull << VIRTIO_RING_F_INDIRECT_DESC),
	};
	for (u32 i = 0; i < num; i++, place = packed_advance(d, place, 1))
		d->packed[place & DVQ_PLACE].flags = flags_of(place ^ DVQ_WRAP, false);
	start(d);
}

void packed_post(struct driver *d, const struct vring_packed_desc *chain, u32 n)
{
	u16 first = d->avail_idx;

	/* The first one last: it shows all of them. */
	for (u32 i = n; i--;) {
		u16 place = packed_advance(d, first, i);
		struct vring_packed_desc *p = &d->packed[place & DVQ_PLACE];

		p->addr = chain[i].addr;
		p->len = chain[i].len;
		p->id = chain[i].id;
		__atomic_store_n(&p->flags,
				 (u16)(chain[i].flags | (i + 1 < n ? VRING_DESC_F_NEXT : 0) |
				       flags_of(place, true)),
				 __ATOMIC_RELEASE);
	}
	d->slots[chain[n - 1].id] = n;
	d->avail_idx = packed_advance(d, first, n);
}

bool packed_take(struct driver *d, struct vring_used_elem *ret)
{
	const struct vring_packed_desc *p = &d->packed[d->used_idx & DVQ_PLACE];
	u16 both = flags_of(d->used_idx, false);

	if ((__atomic_load_n(&p->flags, __ATOMIC_ACQUIRE) & flags_of(DVQ_WRAP, false)) != both)
		return false;
	*ret = (struct vring_used_elem){ p->id, p->flags & VRING_DESC_F_WRITE ? p->len : 0 };
	d->used_idx = packed_advance(d, d->used_idx, d->slots[p->id]);
	return true;
}
