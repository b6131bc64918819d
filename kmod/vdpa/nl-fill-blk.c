// SPDX-License-Identifier: GPL-2.0-only
/* Configuration of a block device as attributes. */
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_blk.h>

#include "core.h"

#define NO_FEATURE 64

/* One attribute that is a member of the configuration space, and the feature it needs. */
static const struct blk_field {
	u8 attr;
	u8 feature;
	u8 offset;
	u8 size;
} blk_fields[] = {
#define FIELD(attr, feature, member) \
	{ attr, feature, offsetof(struct virtio_blk_config, member), \
	  sizeof_field(struct virtio_blk_config, member) }
	FIELD(VDPANL_A_BLK_CAPACITY, NO_FEATURE, capacity),
	FIELD(VDPANL_A_BLK_SIZE_MAX, VIRTIO_BLK_F_SIZE_MAX, size_max),
	FIELD(VDPANL_A_BLK_BLK_SIZE, VIRTIO_BLK_F_BLK_SIZE, blk_size),
	FIELD(VDPANL_A_BLK_SEG_MAX, VIRTIO_BLK_F_SEG_MAX, seg_max),
	FIELD(VDPANL_A_BLK_NUM_QUEUES, VIRTIO_BLK_F_MQ, num_queues),
	FIELD(VDPANL_A_BLK_PHY_BLK_EXP, VIRTIO_BLK_F_TOPOLOGY, physical_block_exp),
	FIELD(VDPANL_A_BLK_ALIGN_OFFSET, VIRTIO_BLK_F_TOPOLOGY, alignment_offset),
	FIELD(VDPANL_A_BLK_MIN_IO_SIZE, VIRTIO_BLK_F_TOPOLOGY, min_io_size),
	FIELD(VDPANL_A_BLK_OPT_IO_SIZE, VIRTIO_BLK_F_TOPOLOGY, opt_io_size),
	FIELD(VDPANL_A_BLK_MAX_DISCARD_SEC, VIRTIO_BLK_F_DISCARD, max_discard_sectors),
	FIELD(VDPANL_A_BLK_MAX_DISCARD_SEG, VIRTIO_BLK_F_DISCARD, max_discard_seg),
	FIELD(VDPANL_A_BLK_DISCARD_SEC_ALIGN, VIRTIO_BLK_F_DISCARD, discard_sector_alignment),
	FIELD(VDPANL_A_BLK_MAX_WRITE_ZEROES_SEC, VIRTIO_BLK_F_WRITE_ZEROES,
	      max_write_zeroes_sectors),
	FIELD(VDPANL_A_BLK_MAX_WRITE_ZEROES_SEG, VIRTIO_BLK_F_WRITE_ZEROES, max_write_zeroes_seg),
#undef FIELD
};

static int put_field(struct sk_buff *msg, const struct blk_field *f, const void *p)
{
	switch (f->size) {
	case 1:
		return nla_put_u8(msg, f->attr, *(const u8 *)p);
	case 2:
		return nla_put_u16(msg, f->attr, __virtio16_to_cpu(true, *(const __virtio16 *)p));
	case 4:
		return nla_put_u32(msg, f->attr, __virtio32_to_cpu(true, *(const __virtio32 *)p));
	case 8:
		return nl_put_u64(msg, f->attr, __virtio64_to_cpu(true, *(const __virtio64 *)p));
	}
	return -EINVAL;
}

int nl_fill_blk_config(struct sk_buff *msg, struct vdpa_device *vdev, u64 features)
{
	struct virtio_blk_config config;
	const struct blk_field *f;

	nl_read_config(vdev, &config, sizeof(config));
	for (f = blk_fields; f < blk_fields + ARRAY_SIZE(blk_fields); f++) {
		if (f->feature != NO_FEATURE && !(features & BIT_ULL(f->feature)))
			continue;
		if (put_field(msg, f, (const char *)&config + f->offset))
			return -EMSGSIZE;
	}
	if (nla_put_u8(msg, VDPANL_A_BLK_READ_ONLY, !!(features & BIT_ULL(VIRTIO_BLK_F_RO))) ||
	    nla_put_u8(msg, VDPANL_A_BLK_FLUSH, !!(features & BIT_ULL(VIRTIO_BLK_F_FLUSH))))
		return -EMSGSIZE;
	return 0;
}
