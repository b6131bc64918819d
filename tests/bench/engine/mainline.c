// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mainline's vringh with its IOTLB. With TOLD_EACH it looks after each chain whether the driver wishes to be told, as its
 * simulators do; without, once at the end.
 */
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/virtio.h>
#include <linux/vringh.h>
#include <linux/virtio_config.h>

#include "engine.h"

/* What the headers of tools/virtio wish to find. */
void *__user_addr_min, *__user_addr_max, *__kmalloc_fake, *__kfree_ignore_start,
	*__kfree_ignore_end;

static struct vringh vrh;
static struct vhost_iotlb *iotlb;
static spinlock_t lock;
static struct vringh_kiov out, in;

int engine_init(const struct setup *setup)
{
	const uint64_t features = 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_RING_F_EVENT_IDX |
				  1ull << VIRTIO_RING_F_INDIRECT_DESC;

	if (setup->packed)
		return -1;
	spin_lock_init(&lock);
	iotlb = vhost_iotlb_alloc(2048, 0);
	if (!iotlb)
		return -1;
	for (uint32_t i = 0; i < setup->n_pieces; i++) {
		const struct piece *p = &setup->pieces[i];

		if (vhost_iotlb_add_range(iotlb, p->iova, p->iova + p->size - 1,
					  (uintptr_t)p->memory, VHOST_MAP_RW))
			return -1;
	}
	if (vringh_init_iotlb(&vrh, features, setup->num, true, (void *)setup->desc,
			      (void *)setup->avail, (void *)setup->used))
		return -1;
	vringh_set_iotlb(&vrh, iotlb, &lock);
	vringh_kiov_init(&out, NULL, 0);
	vringh_kiov_init(&in, NULL, 0);
	return 0;
}

uint64_t engine_serve(uint32_t n)
{
	static uint8_t to[ENGINE_BYTES], from[ENGINE_BYTES] = { [0 ... ENGINE_BYTES - 1] = 0x5a };
	uint64_t bytes = 0;

	while (n--) {
		ssize_t read, written;
		uint16_t head;

		if (vringh_getdesc_iotlb(&vrh, &out, &in, &head, 0) != 1)
			abort();
		read = vringh_iov_pull_iotlb(&vrh, &out, to, ENGINE_BYTES);
		written = vringh_iov_push_iotlb(&vrh, &in, from, vringh_kiov_length(&in));
		if (read < 0 || written < 0 || vringh_complete_iotlb(&vrh, head, (u32)written))
			abort();
		bytes += (uint64_t)read;
		if (TOLD_EACH)
			vringh_need_notify_iotlb(&vrh);
	}
	if (!TOLD_EACH)
		vringh_need_notify_iotlb(&vrh);
	return bytes;
}
