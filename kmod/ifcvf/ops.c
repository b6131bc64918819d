// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations that the vDPA bus asks of a function.
 *
 * What a driver says of a queue is kept until it is ready itself (DRIVER_OK) and only then told to the function, so that
 * it may come in any order.
 */
#include <linux/slab.h>
#include <linux/virtio_config.h>

#include "ifcvf/ifcvf.h"

int ifcvf_stop_all(struct ifcvf_card *card)
{
	struct pci_dev *pdev = card->pdev;
	int err;

	mutex_lock(&card->lock);
	err = ifcvf_hw_reset(&card->hw);
	if (err == -ETIMEDOUT) {
		/* Its driver is about to free what it uses. */
		dev_err_ratelimited(&pdev->dev, "does not come to rest: kept from memory\n");
		pci_clear_master(pdev);
	} else if (!err && !pdev->is_busmaster) {
		pci_set_master(pdev);
	}
	mutex_unlock(&card->lock);
	return err;
}

/* ---- queues -------------------------------------------------------------------------------- */

static int ifcvf_set_vq_address(struct vdpa_device *vdpa, u16 idx, u64 desc, u64 driver, u64 device)
{
	struct ifcvf_queue *q = &to_hw(vdpa)->queues[idx];

	q->desc = desc;
	q->driver = driver;
	q->device = device;
	return 0;
}

static void ifcvf_set_vq_num(struct vdpa_device *vdpa, u16 idx, u32 num)
{
	to_hw(vdpa)->queues[idx].num = num > U16_MAX ? 0 : num;
}

static void ifcvf_kick_vq(struct vdpa_device *vdpa, u16 idx)
{
	ifcvf_hw_ring(to_hw(vdpa), idx);
}

static void ifcvf_set_vq_cb(struct vdpa_device *vdpa, u16 idx, struct vdpa_callback *cb)
{
	struct ifcvf_vq *vq = &to_ifcvf(vdpa)->vqs[idx];

	ifcvf_set_callback(vq->irq, &vq->cb, cb);
}

static bool driver_is_ready(struct ifcvf_hw *hw)
{
	u8 status = ifcvf_hw_status(hw);

	return status != 0xff && (status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/* What is wrong with the ring shows in get_vq_ready(), as set_vq_ready() cannot fail. */
static void make_ready(struct ifcvf_hw *hw, u16 idx)
{
	struct ifcvf_queue *q = &hw->queues[idx];

	q->ready = ifcvf_hw_queue_fits(hw, idx);
	if (q->ready && !q->enabled && driver_is_ready(hw)) {
		q->ready = !ifcvf_hw_start_queue(hw, idx);
		ifcvf_hw_ring(hw, idx);
	}
}

/*
 * The ring may be freed when this is over. Virtio has stopping one queue as a feature that not all have and none has to
 * take; where there is no other way the function is stopped as a whole, which its status then shows.
 */
static void ifcvf_set_vq_ready(struct vdpa_device *vdpa, u16 idx, bool ready)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	int err = 0;

	mutex_lock(&card->lock);
	if (ready) {
		make_ready(&card->hw, idx);
	} else {
		card->hw.queues[idx].ready = false;
		err = ifcvf_hw_stop_queue(&card->hw, idx);
	}
	mutex_unlock(&card->lock);
	if (!err)
		return;
	dev_dbg(&vdpa->dev, "queue %u cannot be stopped by itself: %pe\n", idx, ERR_PTR(err));
	ifcvf_stop_all(card);
	vdpa_notify(vdpa, VDPACTL_NL_CHANGE_STATUS);
}

static bool ifcvf_get_vq_ready(struct vdpa_device *vdpa, u16 idx)
{
	return to_hw(vdpa)->queues[idx].ready;
}

/* DPDK, for one, gives the driver's side alone, which leaves zeroes for the other. */
static bool is_start_of_packed(const struct vdpa_vq_state_packed *s)
{
	return s->last_avail_counter && !s->last_avail_idx && !s->last_used_idx;
}

/* Virtio begins at the start of a ring; only the cards that tell where they stopped can go on there. */
static int ifcvf_set_vq_state(struct vdpa_device *vdpa, u16 idx, const struct vdpa_vq_state *state)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	struct ifcvf_hw *hw = &card->hw;
	struct ifcvf_queue *q = &hw->queues[idx];
	int err = 0;

	mutex_lock(&card->lock);
	if (q->enabled)
		err = -EBUSY;
	else if (hw->features & BIT_ULL(VIRTIO_F_RING_PACKED))
		err = is_start_of_packed(&state->packed) ? 0 : -EOPNOTSUPP;
	else if (state->split.avail_index && !ifcvf_hw_has_state(hw, idx))
		err = -EOPNOTSUPP;
	else
		q->base = state->split.avail_index;
	mutex_unlock(&card->lock);
	return err;
}

static int ifcvf_get_vq_state(struct vdpa_device *vdpa, u16 idx, struct vdpa_vq_state *state)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	struct ifcvf_hw *hw = &card->hw;
	int err = 0;

	mutex_lock(&card->lock);
	if (!ifcvf_hw_has_state(hw, idx))
		err = -EOPNOTSUPP;
	else if (hw->queues[idx].enabled)
		state->split.avail_index = ifcvf_hw_read_state(hw, idx);
	else
		state->split.avail_index = hw->queues[idx].base;
	mutex_unlock(&card->lock);
	return err;
}

static struct vdpa_notification_area ifcvf_get_vq_notification(struct vdpa_device *vdpa, u16 idx)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	struct vdpa_notification_area area = {};
	u64 at;

	if (ifcvf_hw_doorbell_page(&card->hw, idx, PAGE_SIZE, &at)) {
		area.addr = pci_resource_start(card->pdev, card->hw.region[IFCVF_NOTIFY].bar) + at;
		area.size = PAGE_SIZE;
	}
	return area;
}

static int ifcvf_get_vq_irq(struct vdpa_device *vdpa, u16 idx)
{
	struct ifcvf *v = to_ifcvf(vdpa);

	return v->queue_irqs ? v->vqs[idx].irq : -EINVAL;
}

static u32 ifcvf_get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u16 ifcvf_get_vq_num_max(struct vdpa_device *vdpa)
{
	return to_hw(vdpa)->largest;
}

static u32 ifcvf_get_vq_size(struct vdpa_device *vdpa, u16 idx)
{
	return to_hw(vdpa)->queues[idx].size;
}

/* ---- device -------------------------------------------------------------------------------- */

static u64 ifcvf_get_device_features(struct vdpa_device *vdpa)
{
	return to_ifcvf(vdpa)->offered;
}

static int ifcvf_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	/* Without it the addresses would be the driver's own, which the IOMMU knows nothing of. */
	if (!(features & BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)))
		return -EINVAL;
	WRITE_ONCE(to_hw(vdpa)->features, features & to_ifcvf(vdpa)->offered);
	return 0;
}

static u64 ifcvf_get_driver_features(struct vdpa_device *vdpa)
{
	return READ_ONCE(to_hw(vdpa)->features);
}

static void ifcvf_set_config_cb(struct vdpa_device *vdpa, struct vdpa_callback *cb)
{
	struct ifcvf *v = to_ifcvf(vdpa);

	ifcvf_set_callback(v->config_irq, &v->config_cb, cb);
}

static u32 ifcvf_get_device_id(struct vdpa_device *vdpa)
{
	return to_hw(vdpa)->class;
}

static u32 ifcvf_get_vendor_id(struct vdpa_device *vdpa)
{
	return to_ifcvf(vdpa)->card->pdev->subsystem_vendor;
}

static u8 ifcvf_get_status(struct vdpa_device *vdpa)
{
	return ifcvf_hw_status(to_hw(vdpa));
}

/* Returns whether the status may be set. */
static bool prepare_status(struct ifcvf_card *card, u8 added)
{
	struct ifcvf_hw *hw = &card->hw;
	int err;

	if (added & VIRTIO_CONFIG_S_FEATURES_OK)
		ifcvf_hw_write_features(hw);
	if (!(added & VIRTIO_CONFIG_S_DRIVER_OK))
		return true;
	err = ifcvf_hw_start(hw);
	if (err)
		dev_err_ratelimited(&card->pdev->dev, "not started: %pe\n", ERR_PTR(err));
	return !err;
}

static void ifcvf_set_status(struct vdpa_device *vdpa, u8 status)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	struct ifcvf_hw *hw = &card->hw;
	u8 old, added;
	u16 i;

	mutex_lock(&card->lock);
	old = ifcvf_hw_status(hw);
	/* All are set in what a function that is gone reads as. */
	added = status & ~old;
	if (prepare_status(card, added)) {
		ifcvf_hw_set_status(hw, status);
		/* Drivers fill rings, and kick, before they say so. */
		for (i = 0; i < hw->nvqs && added & VIRTIO_CONFIG_S_DRIVER_OK; i++)
			ifcvf_hw_ring(hw, i);
	}
	mutex_unlock(&card->lock);
	if (added)
		vdpa_notify(vdpa, VDPACTL_NL_CHANGE_STATUS);
}

static int ifcvf_reset(struct vdpa_device *vdpa)
{
	struct ifcvf *v = to_ifcvf(vdpa);
	struct vdpa_callback none = {};
	u8 old = ifcvf_get_status(vdpa);
	int err = ifcvf_stop_all(v->card);
	u16 i;

	for (i = 0; i < v->card->hw.nvqs; i++)
		ifcvf_set_vq_cb(vdpa, i, &none);
	ifcvf_set_config_cb(vdpa, &none);
	if (old)
		vdpa_notify(vdpa, VDPACTL_NL_CHANGE_STATUS);
	return err;
}

static int ifcvf_suspend(struct vdpa_device *vdpa)
{
	struct ifcvf_card *card = to_ifcvf(vdpa)->card;
	int err = 0;
	u16 i;

	mutex_lock(&card->lock);
	for (i = 0; i < card->hw.nvqs && !err; i++)
		err = ifcvf_hw_stop_queue(&card->hw, i);
	mutex_unlock(&card->lock);
	return err;
}

static size_t ifcvf_get_config_size(struct vdpa_device *vdpa)
{
	return to_hw(vdpa)->config_size;
}

static void ifcvf_get_config(struct vdpa_device *vdpa, unsigned int offset, void *buf,
			     unsigned int len)
{
	ifcvf_hw_read_config(to_hw(vdpa), offset, buf, len);
}

static void ifcvf_set_config(struct vdpa_device *vdpa, unsigned int offset, const void *buf,
			     unsigned int len)
{
	ifcvf_hw_write_config(to_hw(vdpa), offset, buf, len);
}

static u32 ifcvf_get_generation(struct vdpa_device *vdpa)
{
	return ifcvf_hw_generation(to_hw(vdpa));
}

/* Also of a device that could be made half. The card waits until all of its devices are through here. */
static void ifcvf_free(struct vdpa_device *vdpa)
{
	struct ifcvf *v = to_ifcvf(vdpa);

	kfree(v->vqs);
	if (v->card)
		ifcvf_card_put(v->card);
}

/* Reaching memory through the platform's IOMMU means neither set_map() nor dma_map(). */
#define IFCVF_OPS							\
	.set_vq_address = ifcvf_set_vq_address,				\
	.set_vq_num = ifcvf_set_vq_num,					\
	.kick_vq = ifcvf_kick_vq,					\
	.set_vq_cb = ifcvf_set_vq_cb,					\
	.set_vq_ready = ifcvf_set_vq_ready,				\
	.get_vq_ready = ifcvf_get_vq_ready,				\
	.set_vq_state = ifcvf_set_vq_state,				\
	.get_vq_state = ifcvf_get_vq_state,				\
	.get_vq_notification = ifcvf_get_vq_notification,		\
	.get_vq_irq = ifcvf_get_vq_irq,					\
	.get_vq_align = ifcvf_get_vq_align,				\
	.get_vq_num_max = ifcvf_get_vq_num_max,				\
	.get_device_features = ifcvf_get_device_features,		\
	.set_driver_features = ifcvf_set_driver_features,		\
	.get_driver_features = ifcvf_get_driver_features,		\
	.set_config_cb = ifcvf_set_config_cb,				\
	.get_device_id = ifcvf_get_device_id,				\
	.get_vendor_id = ifcvf_get_vendor_id,				\
	.get_status = ifcvf_get_status,					\
	.set_status = ifcvf_set_status,					\
	.reset = ifcvf_reset,						\
	.get_config_size = ifcvf_get_config_size,			\
	.get_config = ifcvf_get_config,					\
	.set_config = ifcvf_set_config,					\
	.get_generation = ifcvf_get_generation,				\
	.free = ifcvf_free

const struct vdpa_config_ops ifcvf_ops = { IFCVF_OPS };

const struct vdpa_config_ops ifcvf_lm_ops = { IFCVF_OPS, .suspend = ifcvf_suspend };

const struct vdpa_ext_ops ifcvf_ext_ops = {
	.size = sizeof(struct vdpa_ext_ops),
	.get_vq_size = ifcvf_get_vq_size,
};
