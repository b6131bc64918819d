// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bus driver that hands a vDPA device to the kernel's own virtio drivers: a virtio transport whose
 * every operation is one of the vDPA device's.
 */
#include <linux/bottom_half.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vdpa.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "vdpa_ext.h"

/*
 * What a parent's callback is given. It lives as long as the virtio device, longer than the virtqueue,
 * since a parent may still be inside a callback when the queue goes.
 */
struct vq_slot {
	struct virtqueue __rcu *vq;
};

struct virtio_vdpa {
	struct virtio_device virtio;
	struct vdpa_device *vdpa;
	struct vq_slot slots[];	/* vdpa->nvqs of them */
};

static struct virtio_vdpa *to_transport(struct virtio_device *virtio)
{
	return container_of(virtio, struct virtio_vdpa, virtio);
}

static struct vdpa_device *to_vdpa(struct virtio_device *virtio)
{
	return to_transport(virtio)->vdpa;
}

static const struct vdpa_config_ops *to_ops(struct virtio_device *virtio)
{
	return to_vdpa(virtio)->config;
}

/* ---- configuration, status, features ------------------------------------------------------- */

static void virtio_vdpa_get(struct virtio_device *virtio, unsigned int offset, void *buf,
			    unsigned int len)
{
	vdpa_get_config(to_vdpa(virtio), offset, buf, len);
}

static void virtio_vdpa_set(struct virtio_device *virtio, unsigned int offset, const void *buf,
			    unsigned int len)
{
	vdpa_set_config(to_vdpa(virtio), offset, buf, len);
}

static u32 virtio_vdpa_generation(struct virtio_device *virtio)
{
	const struct vdpa_config_ops *ops = to_ops(virtio);

	return ops->get_generation ? ops->get_generation(to_vdpa(virtio)) : 0;
}

static u8 virtio_vdpa_get_status(struct virtio_device *virtio)
{
	return to_ops(virtio)->get_status(to_vdpa(virtio));
}

static void virtio_vdpa_set_status(struct virtio_device *virtio, u8 status)
{
	vdpa_set_status(to_vdpa(virtio), status);
}

static void virtio_vdpa_reset(struct virtio_device *virtio)
{
	vdpa_reset(to_vdpa(virtio));
}

static u64 virtio_vdpa_get_features(struct virtio_device *virtio)
{
	return to_ops(virtio)->get_device_features(to_vdpa(virtio));
}

/*
 * Rings can be reset one by one where the parent is one of ours: whoever offers that in our extension takes
 * set_vq_ready(0) for it. The vring code knows of no transport that can.
 */
static int virtio_vdpa_finalize_features(struct virtio_device *virtio)
{
	bool resets = virtio_has_feature(virtio, VIRTIO_F_RING_RESET) && vdpa_ext(to_vdpa(virtio));

	vring_transport_features(virtio);
	if (resets)
		__virtio_set_bit(virtio, VIRTIO_F_RING_RESET);
	return vdpa_set_features(to_vdpa(virtio), virtio->features);
}

static const char *virtio_vdpa_bus_name(struct virtio_device *virtio)
{
	return dev_name(&to_vdpa(virtio)->dev);
}

/* ---- callbacks ----------------------------------------------------------------------------- */

/*
 * Drivers expect their callbacks in interrupt context. A parent that calls from a thread gets the next
 * best thing: softirqs held off, so that what the driver raises runs when the callback is over.
 */
static irqreturn_t virtio_vdpa_vq_callback(void *private)
{
	struct vq_slot *slot = private;
	bool task = in_task();
	irqreturn_t ret = IRQ_NONE;
	struct virtqueue *vq;

	if (task)
		local_bh_disable();
	rcu_read_lock();
	vq = rcu_dereference(slot->vq);
	if (vq)
		ret = vring_interrupt(0, vq);
	rcu_read_unlock();
	if (task)
		local_bh_enable();
	return ret;
}

static irqreturn_t virtio_vdpa_config_callback(void *private)
{
	struct virtio_vdpa *transport = private;

	virtio_config_changed(&transport->virtio);
	return IRQ_HANDLED;
}

/* ---- virtqueues ---------------------------------------------------------------------------- */

static bool virtio_vdpa_notify(struct virtqueue *vq)
{
	to_ops(vq->vdev)->kick_vq(to_vdpa(vq->vdev), vq->index);
	return true;
}

/* Where a fresh ring starts; parents that cannot be told accept exactly this. */
static int set_initial_state(struct virtio_device *virtio, u16 index)
{
	struct vdpa_vq_state state = {};

	if (virtio_has_feature(virtio, VIRTIO_F_RING_PACKED)) {
		state.packed.last_avail_counter = 1;
		state.packed.last_used_counter = 1;
	}
	return to_ops(virtio)->set_vq_state(to_vdpa(virtio), index, &state);
}

static int program_vq(struct virtqueue *vq, struct vq_slot *slot, bool wants_callback)
{
	struct vdpa_device *vdpa = to_vdpa(vq->vdev);
	const struct vdpa_config_ops *ops = vdpa->config;
	struct vdpa_callback cb = {};
	int err;

	if (wants_callback) {
		cb.callback = virtio_vdpa_vq_callback;
		cb.private = slot;
	}
	ops->set_vq_cb(vdpa, vq->index, &cb);
	ops->set_vq_num(vdpa, vq->index, virtqueue_get_vring_size(vq));
	err = ops->set_vq_address(vdpa, vq->index, virtqueue_get_desc_addr(vq),
				  virtqueue_get_avail_addr(vq), virtqueue_get_used_addr(vq));
	if (err)
		return err;
	err = set_initial_state(vq->vdev, vq->index);
	if (err)
		return err;
	ops->set_vq_ready(vdpa, vq->index, 1);
	return 0;
}

/* A parent of ours may tell what each queue can have. */
static u32 queue_max(struct vdpa_device *vdpa, u16 index)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(vdpa);

	if (vdpa_ext_has(ext, get_vq_size))
		return ext->get_vq_size(vdpa, index);
	return vdpa->config->get_vq_num_max(vdpa);
}

static struct virtqueue *setup_vq(struct virtio_device *virtio, unsigned int index,
				  vq_callback_t *callback, const char *name, bool ctx)
{
	struct vdpa_device *vdpa = to_vdpa(virtio);
	const struct vdpa_config_ops *ops = vdpa->config;
	struct vq_slot *slot;
	struct virtqueue *vq;
	u32 max, min;
	int err;

	if (index >= vdpa->nvqs || ops->get_vq_ready(vdpa, index))
		return ERR_PTR(-ENOENT);
	max = queue_max(vdpa, index);
	if (!max)
		return ERR_PTR(-ENOENT);
	max = rounddown_pow_of_two(max);
	min = ops->get_vq_num_min ? ops->get_vq_num_min(vdpa) : 1;

	vq = vring_create_virtqueue(index, max, ops->get_vq_align(vdpa), virtio, true, max != min,
				    ctx, virtio_vdpa_notify, callback, name);
	if (!vq)
		return ERR_PTR(-ENOMEM);
	vq->num_max = max;
	slot = &to_transport(virtio)->slots[index];
	rcu_assign_pointer(slot->vq, vq);
	err = program_vq(vq, slot, callback);
	if (!err)
		return vq;
	RCU_INIT_POINTER(slot->vq, NULL);
	synchronize_rcu();
	vring_del_virtqueue(vq);
	return ERR_PTR(err);
}

/* Stop the queue, then make sure that no callback is inside before its memory goes. */
static void stop_vq(struct virtqueue *vq)
{
	struct vdpa_device *vdpa = to_vdpa(vq->vdev);
	struct vdpa_callback none = {};

	vdpa->config->set_vq_ready(vdpa, vq->index, 0);
	vdpa->config->set_vq_cb(vdpa, vq->index, &none);
	RCU_INIT_POINTER(to_transport(vq->vdev)->slots[vq->index].vq, NULL);
}

/* Reset one queue: its buffers are the driver's again, and it may change the ring. */
static int virtio_vdpa_disable_vq(struct virtqueue *vq)
{
	if (!virtio_has_feature(vq->vdev, VIRTIO_F_RING_RESET))
		return -ENOENT;
	stop_vq(vq);
	synchronize_rcu();
	return 0;
}

static int virtio_vdpa_enable_vq(struct virtqueue *vq)
{
	struct vq_slot *slot = &to_transport(vq->vdev)->slots[vq->index];
	int err;

	rcu_assign_pointer(slot->vq, vq);
	err = program_vq(vq, slot, vq->callback);
	if (err)
		RCU_INIT_POINTER(slot->vq, NULL);
	return err;
}

static void virtio_vdpa_del_vqs(struct virtio_device *virtio)
{
	struct virtqueue *vq, *next;

	list_for_each_entry(vq, &virtio->vqs, list)
		stop_vq(vq);
	synchronize_rcu();
	list_for_each_entry_safe(vq, next, &virtio->vqs, list)
		vring_del_virtqueue(vq);
}

static int virtio_vdpa_find_vqs(struct virtio_device *virtio, unsigned int nvqs,
				struct virtqueue *vqs[], vq_callback_t *callbacks[],
				const char *const names[], const bool *ctx,
				struct irq_affinity *desc)
{
	struct vdpa_callback cb = {
		.callback = virtio_vdpa_config_callback,
		.private = to_transport(virtio),
	};
	unsigned int i, index = 0;

	for (i = 0; i < nvqs; i++) {
		/* A queue the driver has no use for takes no number. */
		if (!names[i]) {
			vqs[i] = NULL;
			continue;
		}
		vqs[i] = setup_vq(virtio, index++, callbacks[i], names[i], ctx && ctx[i]);
		if (IS_ERR(vqs[i])) {
			int err = PTR_ERR(vqs[i]);

			virtio_vdpa_del_vqs(virtio);
			return err;
		}
	}
	to_ops(virtio)->set_config_cb(to_vdpa(virtio), &cb);
	return 0;
}

static const struct virtio_config_ops virtio_vdpa_config_ops = {
	.get = virtio_vdpa_get,
	.set = virtio_vdpa_set,
	.generation = virtio_vdpa_generation,
	.get_status = virtio_vdpa_get_status,
	.set_status = virtio_vdpa_set_status,
	.reset = virtio_vdpa_reset,
	.find_vqs = virtio_vdpa_find_vqs,
	.del_vqs = virtio_vdpa_del_vqs,
	.get_features = virtio_vdpa_get_features,
	.finalize_features = virtio_vdpa_finalize_features,
	.bus_name = virtio_vdpa_bus_name,
	.disable_vq_and_reset = virtio_vdpa_disable_vq,
	.enable_vq_after_reset = virtio_vdpa_enable_vq,
};

/* ---- driver -------------------------------------------------------------------------------- */

static void virtio_vdpa_release(struct device *dev)
{
	kfree(to_transport(dev_to_virtio(dev)));
}

static int virtio_vdpa_probe(struct vdpa_device *vdpa)
{
	struct virtio_vdpa *transport;
	int err;

	transport = kzalloc(struct_size(transport, slots, vdpa->nvqs), GFP_KERNEL);
	if (!transport)
		return -ENOMEM;
	transport->vdpa = vdpa;
	transport->virtio.dev.parent = vdpa_get_dma_dev(vdpa);
	transport->virtio.dev.release = virtio_vdpa_release;
	transport->virtio.config = &virtio_vdpa_config_ops;
	transport->virtio.id.device = vdpa->config->get_device_id(vdpa);
	transport->virtio.id.vendor = vdpa->config->get_vendor_id(vdpa);
	if (!transport->virtio.id.device) {
		kfree(transport);
		return -EINVAL;
	}
	vdpa_set_drvdata(vdpa, transport);
	err = register_virtio_device(&transport->virtio);
	if (err) {
		vdpa_set_drvdata(vdpa, NULL);
		put_device(&transport->virtio.dev);
	}
	return err;
}

/* All ones is what a PCI function reads as when it is gone. */
static bool device_is_gone(struct virtio_device *virtio)
{
	u8 status = virtio_vdpa_get_status(virtio);

	return status == 0xff || (status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void virtio_vdpa_remove(struct vdpa_device *vdpa)
{
	struct virtio_vdpa *transport = vdpa_get_drvdata(vdpa);
	struct vdpa_callback none = {};

	/* A driver would wait for ever for what is in flight on a device that does not answer. */
	if (device_is_gone(&transport->virtio))
		virtio_break_device(&transport->virtio);
	get_device(&transport->virtio.dev);
	unregister_virtio_device(&transport->virtio);
	vdpa->config->set_config_cb(vdpa, &none);
	vdpa_set_drvdata(vdpa, NULL);
	put_device(&transport->virtio.dev);
}

static struct vdpa_driver virtio_vdpa_driver = {
	.driver = {
		.name = "virtio_vdpa",
	},
	.probe = virtio_vdpa_probe,
	.remove = virtio_vdpa_remove,
};

module_vdpa_driver(virtio_vdpa_driver);

MODULE_DESCRIPTION("vDPA devices for the kernel's virtio drivers");
MODULE_LICENSE("GPL v2");
