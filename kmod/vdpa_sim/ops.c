// SPDX-License-Identifier: GPL-2.0-only
/* The operations that the vDPA bus asks of a simulator. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/virtio_config.h>

#include "sim.h"

/* ---- queues -------------------------------------------------------------------------------- */

static struct vdpasim_vq *lock_vq(struct vdpa_device *vdpa, u16 idx)
{
	struct vdpasim_vq *vq = &to_sim(vdpa)->vqs[idx];

	mutex_lock(&vq->lock);
	return vq;
}

static int vdpasim_set_vq_address(struct vdpa_device *vdpa, u16 idx, u64 desc, u64 driver,
				  u64 device)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);

	vq->cfg.desc = desc;
	vq->cfg.avail = driver;
	vq->cfg.used = device;
	mutex_unlock(&vq->lock);
	return 0;
}

static void vdpasim_set_vq_num(struct vdpa_device *vdpa, u16 idx, u32 num)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);

	vq->cfg.num = num;
	mutex_unlock(&vq->lock);
}

/* May be called from any context, for any queue, at any time. */
static void vdpasim_kick_vq(struct vdpa_device *vdpa, u16 idx)
{
	struct vdpasim_vq *vq = &to_sim(vdpa)->vqs[idx];

	if (!vdpasim_serve_now(vq))
		vdpasim_kick(vq);
}

/* Callbacks run under the lock: when we have it, the old one runs no more. */
static void vdpasim_set_vq_cb(struct vdpa_device *vdpa, u16 idx, struct vdpa_callback *cb)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);

	vq->cb = *cb;
	mutex_unlock(&vq->lock);
}

/* What is wrong with the ring shows in get_vq_ready() as well, as set_vq_ready() cannot fail. */
static int start(struct vdpasim_vq *vq)
{
	u64 features = vq->sim->features;
	int err = -EINVAL;

	vq->cfg.event_idx = features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
	vq->cfg.indirect = features & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC);
	if (vdpasim_fails(vq->sim))
		err = -ENOMEM;
	else if (vq->cfg.num <= VDPASIM_QUEUE_MAX)
		err = dvq_start(&vq->q, &vq->cfg);
	vq->ready = !err;
	if (err)
		dev_dbg(&vq->sim->vdpa.dev, "queue %u with %u entries cannot be used: %pe\n",
			vq->idx, vq->cfg.num, ERR_PTR(err));
	return err;
}

static void stop(struct vdpasim_vq *vq)
{
	vq->cfg.index = dvq_index(&vq->q);
	dvq_stop(&vq->q);
	vq->ready = false;
}

static void vdpasim_set_vq_ready(struct vdpa_device *vdpa, u16 idx, bool ready)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);

	if (ready && !vq->ready)
		start(vq);
	else if (!ready && vq->ready)
		stop(vq);
	mutex_unlock(&vq->lock);
	/* There may have been a kick before. */
	if (ready)
		vdpasim_kick(vq);
}

static bool vdpasim_get_vq_ready(struct vdpa_device *vdpa, u16 idx)
{
	return READ_ONCE(to_sim(vdpa)->vqs[idx].ready);
}

static u16 place(bool wrap, u16 descriptor)
{
	return (wrap ? DVQ_WRAP : 0) | (descriptor & DVQ_PLACE);
}

/*
 * Nothing is in hand when a device starts, so it takes and hands back from one place. DPDK, for one, gives the
 * half of the driver's side alone, which leaves zeroes for the other.
 */
static int read_state(const struct vdpasim_vq *vq, const struct vdpa_vq_state *state, u16 *index)
{
	u16 used;

	if (!vq->cfg.packed) {
		*index = state->split.avail_index;
		return 0;
	}
	*index = place(state->packed.last_avail_counter, state->packed.last_avail_idx);
	used = place(state->packed.last_used_counter, state->packed.last_used_idx);
	if (used && used != *index)
		return -EINVAL;
	/* The size may come later. */
	return vq->ready && (*index & DVQ_PLACE) >= vq->cfg.num ? -EINVAL : 0;
}

static int vdpasim_set_vq_state(struct vdpa_device *vdpa, u16 idx,
				const struct vdpa_vq_state *state)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);
	u16 index;
	int err;

	err = vq->ready && READ_ONCE(vq->sim->running) ? -EBUSY : read_state(vq, state, &index);
	if (!err) {
		vq->cfg.index = index;
		if (vq->ready)
			err = start(vq);
	}
	mutex_unlock(&vq->lock);
	return err;
}

static int vdpasim_get_vq_state(struct vdpa_device *vdpa, u16 idx, struct vdpa_vq_state *state)
{
	struct vdpasim_vq *vq = lock_vq(vdpa, idx);
	u16 index = vq->ready ? dvq_index(&vq->q) : vq->cfg.index;

	if (vq->cfg.packed)
		state->packed = (struct vdpa_vq_state_packed){
			.last_avail_counter = !!(index & DVQ_WRAP),
			.last_avail_idx = index & DVQ_PLACE,
			.last_used_counter = !!(index & DVQ_WRAP),
			.last_used_idx = index & DVQ_PLACE,
		};
	else
		state->split.avail_index = index;
	mutex_unlock(&vq->lock);
	return 0;
}

static int vdpasim_get_vendor_vq_stats(struct vdpa_device *vdpa, u16 idx, struct sk_buff *msg,
				       struct netlink_ext_ack *extack)
{
	struct vdpasim *sim = to_sim(vdpa);

	if (idx >= sim->nvqs) {
		NL_SET_ERR_MSG_MOD(extack, "The device has no queue of this index");
		return -EINVAL;
	}
	return sim->class->stats(sim, idx, msg, extack);
}

static u32 vdpasim_get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u32 vdpasim_get_vq_group(struct vdpa_device *vdpa, u16 idx)
{
	struct vdpasim *sim = to_sim(vdpa);

	return sim->class->vq_group(sim, idx);
}

static u16 vdpasim_get_vq_num_max(struct vdpa_device *vdpa)
{
	return VDPASIM_QUEUE_MAX;
}

/* ---- device -------------------------------------------------------------------------------- */

static u64 vdpasim_get_device_features(struct vdpa_device *vdpa)
{
	return to_sim(vdpa)->offered;
}

/* Queues that are ready already go on by the features; a ring of the other kind begins at another place. */
static void take_up_features(struct vdpasim *sim)
{
	bool packed = sim->features & BIT_ULL(VIRTIO_F_RING_PACKED);
	u16 i;

	for (i = 0; i < sim->nvqs; i++) {
		struct vdpasim_vq *vq = lock_vq(&sim->vdpa, i);

		if (vq->ready)
			vq->cfg.index = dvq_index(&vq->q);
		if (vq->cfg.packed != packed) {
			vq->cfg.packed = packed;
			vq->cfg.index = packed ? DVQ_WRAP : 0;
		}
		if (vq->ready)
			start(vq);
		mutex_unlock(&vq->lock);
	}
}

static int vdpasim_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	struct vdpasim *sim = to_sim(vdpa);

	/* Addresses are translated; a driver that does not know would give those of its own. */
	if (!(features & BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)))
		return -EINVAL;
	WRITE_ONCE(sim->features, features & sim->offered);
	take_up_features(sim);
	vdpasim_iommu_regroup(sim, false);
	return 0;
}

static u64 vdpasim_get_driver_features(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_sim(vdpa)->features);
}

static void vdpasim_set_config_cb(struct vdpa_device *vdpa, struct vdpa_callback *cb)
{
	struct vdpasim *sim = to_sim(vdpa);

	mutex_lock(&sim->cb_lock);
	sim->config_cb = *cb;
	mutex_unlock(&sim->cb_lock);
}

static u32 vdpasim_get_device_id(struct vdpa_device *vdpa)
{
	return to_sim(vdpa)->class->device_id;
}

static u32 vdpasim_get_vendor_id(struct vdpa_device *vdpa)
{
	return 0;
}

static u8 vdpasim_get_status(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_sim(vdpa)->status);
}

static void vdpasim_set_status(struct vdpa_device *vdpa, u8 status)
{
	struct vdpasim *sim = to_sim(vdpa);
	u8 old;
	u16 i;

	spin_lock(&sim->state_lock);
	old = sim->status;
	sim->status = status | (old & VIRTIO_CONFIG_S_NEEDS_RESET);
	spin_unlock(&sim->state_lock);

	if (status & ~old & VIRTIO_CONFIG_S_DRIVER_OK) {
		WRITE_ONCE(sim->running, true);
		/* Drivers fill rings, and kick, before they say so. */
		for (i = 0; i < sim->nvqs; i++)
			vdpasim_kick(&sim->vqs[i]);
	}
	if (status & ~old)
		vdpa_notify(vdpa, VDPACTL_NL_CHANGE_STATUS);
}

/* Bring the device to rest and forget all that a driver said, mappings apart. */
void vdpasim_stop(struct vdpasim *sim)
{
	u16 i;

	WRITE_ONCE(sim->running, false);
	for (i = 0; i < sim->nvqs; i++) {
		struct vdpasim_vq *vq = lock_vq(&sim->vdpa, i);

		dvq_stop(&vq->q);
		vq->cfg = (struct dvq_config){};
		vq->cb = (struct vdpa_callback){};
		vq->ready = false;
		vq->broken = false;
		WRITE_ONCE(vq->here, false);
		mutex_unlock(&vq->lock);
	}
	vdpasim_set_config_cb(&sim->vdpa, &(struct vdpa_callback){});

	spin_lock(&sim->state_lock);
	sim->status = 0;
	sim->generation++;
	spin_unlock(&sim->state_lock);
	WRITE_ONCE(sim->features, 0);
	sim->class->reset(sim);
	vdpasim_iommu_regroup(sim, true);
}

static int vdpasim_reset(struct vdpa_device *vdpa)
{
	struct vdpasim *sim = to_sim(vdpa);
	u8 old = vdpasim_get_status(vdpa);

	vdpasim_stop(sim);
	if (old)
		vdpa_notify(vdpa, VDPACTL_NL_CHANGE_STATUS);
	return 0;
}

static int vdpasim_suspend(struct vdpa_device *vdpa)
{
	struct vdpasim *sim = to_sim(vdpa);
	u16 i;

	WRITE_ONCE(sim->running, false);
	/* When each lock was ours once, nobody is in the middle of a batch. */
	for (i = 0; i < sim->nvqs; i++)
		mutex_unlock(&lock_vq(vdpa, i)->lock);
	return 0;
}

/* Queues were at rest and may have been kicked meanwhile. */
int vdpasim_resume(struct vdpa_device *vdpa)
{
	struct vdpasim *sim = to_sim(vdpa);
	u16 i;

	WRITE_ONCE(sim->running, true);
	for (i = 0; i < sim->nvqs; i++)
		vdpasim_kick(&sim->vqs[i]);
	return 0;
}
EXPORT_SYMBOL_GPL(vdpasim_resume);

u32 vdpasim_get_vq_size(struct vdpa_device *vdpa, u16 idx)
{
	return VDPASIM_QUEUE_MAX;
}
EXPORT_SYMBOL_GPL(vdpasim_get_vq_size);

/* A queue starts to be served whenever it is made ready; mappings outlive everything but set_map(). */
u64 vdpasim_get_backend_features(struct vdpa_device *vdpa)
{
	return VDPA_EXT_BACKEND_FEATURES;
}
EXPORT_SYMBOL_GPL(vdpasim_get_backend_features);

static size_t vdpasim_get_config_size(struct vdpa_device *vdpa)
{
	return to_sim(vdpa)->class->config_size;
}

/* Any offset and length may come; what lies outside reads as zero. */
static void vdpasim_get_config(struct vdpa_device *vdpa, unsigned int offset, void *buf,
			       unsigned int len)
{
	struct vdpasim *sim = to_sim(vdpa);
	size_t size = sim->class->config_size;

	memset(buf, 0, len);
	if (offset >= size)
		return;
	spin_lock(&sim->state_lock);
	memcpy(buf, sim->config + offset, min_t(size_t, len, size - offset));
	spin_unlock(&sim->state_lock);
}

static void vdpasim_set_config(struct vdpa_device *vdpa, unsigned int offset, const void *buf,
			       unsigned int len)
{
	struct vdpasim *sim = to_sim(vdpa);
	size_t size = sim->class->config_size;

	if (sim->class->write_config && offset < size)
		sim->class->write_config(sim, offset, buf, min_t(size_t, len, size - offset));
}

static u32 vdpasim_get_generation(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_sim(vdpa)->generation);
}

static struct vdpa_iova_range vdpasim_get_iova_range(struct vdpa_device *vdpa)
{
	return (struct vdpa_iova_range){ .first = 0, .last = U64_MAX };
}

/* Also of a device that vdpasim_create() could not finish. */
static void vdpasim_free(struct vdpa_device *vdpa)
{
	struct vdpasim *sim = to_sim(vdpa);
	u16 i;

	if (!sim->class)
		return;
	/* Of one that was never on the bus. */
	vdpasim_debugfs_remove(sim);
	for (i = 0; i < sim->nvqs; i++)
		dvq_stop(&sim->vqs[i].q);
	vdpasim_iommu_free(sim);
	kfree(sim->config);
	kfree(sim->vqs);
	module_put(THIS_MODULE);
}

const struct vdpa_config_ops vdpasim_ops = {
	.set_vq_address = vdpasim_set_vq_address,
	.set_vq_num = vdpasim_set_vq_num,
	.kick_vq = vdpasim_kick_vq,
	.set_vq_cb = vdpasim_set_vq_cb,
	.set_vq_ready = vdpasim_set_vq_ready,
	.get_vq_ready = vdpasim_get_vq_ready,
	.set_vq_state = vdpasim_set_vq_state,
	.get_vq_state = vdpasim_get_vq_state,
	.get_vendor_vq_stats = vdpasim_get_vendor_vq_stats,
	.get_vq_align = vdpasim_get_vq_align,
	.get_vq_group = vdpasim_get_vq_group,
	.get_vq_num_max = vdpasim_get_vq_num_max,
	.get_device_features = vdpasim_get_device_features,
	.set_driver_features = vdpasim_set_driver_features,
	.get_driver_features = vdpasim_get_driver_features,
	.set_config_cb = vdpasim_set_config_cb,
	.get_device_id = vdpasim_get_device_id,
	.get_vendor_id = vdpasim_get_vendor_id,
	.get_status = vdpasim_get_status,
	.set_status = vdpasim_set_status,
	.reset = vdpasim_reset,
	.suspend = vdpasim_suspend,
	.get_config_size = vdpasim_get_config_size,
	.get_config = vdpasim_get_config,
	.set_config = vdpasim_set_config,
	.get_generation = vdpasim_get_generation,
	.get_iova_range = vdpasim_get_iova_range,
	.set_map = vdpasim_set_map,
	.set_group_asid = vdpasim_set_group_asid,
	.free = vdpasim_free,
};
