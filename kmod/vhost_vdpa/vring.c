// SPDX-License-Identifier: GPL-2.0-only
/* What the holder of the file says of one queue. */
#include <linux/log2.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

/* The largest ring that virtio has. */
#define VRING_NUM_MAX 0x8000

/*
 * Bits of a packed ring's base: two of these, the device's place in avail and, above it, in used.
 */
#define BASE_IDX  GENMASK(14, 0)
#define BASE_WRAP BIT(15)

/*
 * A ring that the device uses cannot be moved under it. Mainline of 6.1 takes the new values, and
 * what they do is up to the parent.
 */
static bool ring_is_fixed(struct vhost_vdpa *v)
{
	return !v->suspended &&
	       (v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK);
}

static bool is_packed(struct vhost_vdpa *v)
{
	return v->vdpa->config->get_driver_features(v->vdpa) & BIT_ULL(VIRTIO_F_RING_PACKED);
}

int vhost_vdpa_get_size(struct vhost_vdpa_vq *vq, u32 *ret_size)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	const struct vdpa_ext_ops *ext = vdpa_ext(vdpa);

	if (!vdpa_ext_has(ext, get_vq_size))
		return -EOPNOTSUPP;
	*ret_size = ext->get_vq_size(vdpa, vq->idx);
	return 0;
}

int vhost_vdpa_set_num(struct vhost_vdpa_vq *vq, u32 num)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	const struct vdpa_config_ops *ops = vdpa->config;
	u32 max;

	/* What all queues can have at most, unless the parent tells what this one can. */
	if (vhost_vdpa_get_size(vq, &max))
		max = ops->get_vq_num_max(vdpa);
	if (!is_power_of_2(num) || num > VRING_NUM_MAX || num > max)
		return -EINVAL;
	if (ops->get_vq_num_min && num < ops->get_vq_num_min(vdpa))
		return -EINVAL;
	if (ring_is_fixed(vq->v))
		return -EINVAL;
	ops->set_vq_num(vdpa, vq->idx, num);
	return 0;
}

/* Addresses are those of the queue's address space, not of the process. */
int vhost_vdpa_set_addr(struct vhost_vdpa_vq *vq, const struct vhost_vring_addr *addr)
{
	struct vdpa_device *vdpa = vq->v->vdpa;

	/* Logging is accepted, as ever, and does nothing: the device writes by itself. */
	if (addr->flags & ~BIT(VHOST_VRING_F_LOG))
		return -EOPNOTSUPP;
	if (addr->avail_user_addr & 1 || addr->used_user_addr & 3 || addr->log_guest_addr & 3)
		return -EINVAL;
	if (ring_is_fixed(vq->v))
		return -EINVAL;
	if (vdpa->config->set_vq_address(vdpa, vq->idx, addr->desc_user_addr,
					 addr->avail_user_addr, addr->used_user_addr))
		return -EINVAL;
	return 0;
}

int vhost_vdpa_set_base(struct vhost_vdpa_vq *vq, u32 base)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	struct vdpa_vq_state state = {};

	if (ring_is_fixed(vq->v))
		return -EINVAL;
	if (is_packed(vq->v)) {
		state.packed.last_avail_idx = base & BASE_IDX;
		state.packed.last_avail_counter = !!(base & BASE_WRAP);
		base >>= 16;
		state.packed.last_used_idx = base & BASE_IDX;
		state.packed.last_used_counter = !!(base & BASE_WRAP);
	} else {
		if (base > U16_MAX)
			return -EINVAL;
		state.split.avail_index = base;
	}
	return vdpa->config->set_vq_state(vdpa, vq->idx, &state);
}

int vhost_vdpa_get_base(struct vhost_vdpa_vq *vq, u32 *ret_base)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	struct vdpa_vq_state state = {};
	int err;

	err = vdpa->config->get_vq_state(vdpa, vq->idx, &state);
	if (err)
		return err;
	if (is_packed(vq->v))
		*ret_base = state.packed.last_avail_idx |
			    (state.packed.last_avail_counter ? BASE_WRAP : 0) |
			    (u32)(state.packed.last_used_idx |
				  (state.packed.last_used_counter ? BASE_WRAP : 0)) << 16;
	else
		*ret_base = state.split.avail_index;
	return 0;
}

int vhost_vdpa_set_enable(struct vhost_vdpa_vq *vq, u32 enable)
{
	struct vdpa_device *vdpa = vq->v->vdpa;

	vdpa->config->set_vq_ready(vdpa, vq->idx, enable);
	return 0;
}

int vhost_vdpa_get_group(struct vhost_vdpa_vq *vq, u32 *ret_group)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	u32 group;

	if (!vdpa->config->get_vq_group)
		return -EOPNOTSUPP;
	group = vdpa->config->get_vq_group(vdpa, vq->idx);
	if (group >= vq->v->ngroups)
		return -EIO;
	*ret_group = group;
	return 0;
}

int vhost_vdpa_get_desc_group(struct vhost_vdpa_vq *vq, u32 *ret_group)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	const struct vdpa_ext_ops *ext = vdpa_ext(vdpa);
	u32 group;

	if (!vdpa_ext_has(ext, get_vq_desc_group))
		return -EOPNOTSUPP;
	group = ext->get_vq_desc_group(vdpa, vq->idx);
	if (group >= vq->v->ngroups)
		return -EIO;
	*ret_group = group;
	return 0;
}
