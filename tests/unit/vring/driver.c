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

void driver_init(struct driver *d, u32 num, u64 features, u16 index)
{
	*d = (struct driver){ .avail_idx = index, .used_idx = index };
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
	dvq_set_as(&d->q, d->as);
	if (dvq_start(&d->q, &d->cfg) < 0 || dvq_map(&d->q) < 0)
		abort();
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
