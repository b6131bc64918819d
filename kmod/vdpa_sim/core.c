// SPDX-License-Identifier: GPL-2.0-only
/* Making simulators, and serving their queues. */
#include <linux/bottom_half.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_config.h>

#include "sim.h"

/*
 * Unbound, so that the work is not queued on the CPU of the submitter: a driver may well spin there for
 * the answer. Block devices can be under the page cache, hence the rescuer.
 */
static struct workqueue_struct *vdpasim_wq;

static void vdpasim_work(struct work_struct *work)
{
	struct vdpasim_vq *vq = container_of(work, struct vdpasim_vq, work);
	bool more;

	/* The lock is let go between batches, so that nobody waits long for it. */
	do {
		mutex_lock(&vq->lock);
		more = vdpasim_usable(vq) && vq->sim->class->serve(vq->sim, vq);
		mutex_unlock(&vq->lock);
		cond_resched();
	} while (more);
}

void vdpasim_kick(struct vdpasim_vq *vq)
{
	if (READ_ONCE(vq->sim->running) && vq->sim->class->serves(vq->sim, vq->idx))
		queue_work(vdpasim_wq, &vq->work);
}
EXPORT_SYMBOL_GPL(vdpasim_kick);

/*
 * A driver that gave no callback looks for the answer itself, and virtio_net does that without letting
 * go of the CPU. The worker may then never get its turn: because there is no other CPU, or because it
 * waits behind the driver while the others are busy.
 */
bool vdpasim_serve_now(struct vdpasim_vq *vq)
{
	const struct vdpasim_class *class = vq->sim->class;
	bool more = true;

	if (!class->prompt || !class->prompt(vq->sim, vq->idx) || !in_task() || irqs_disabled())
		return false;
	if (!mutex_trylock(&vq->lock))
		return false;
	if (!vq->cb.callback)
		more = vdpasim_usable(vq) && class->serve(vq->sim, vq);
	mutex_unlock(&vq->lock);
	return !more;
}

bool vdpasim_usable(struct vdpasim_vq *vq)
{
	if (!READ_ONCE(vq->sim->running) || !vq->ready || vq->broken || vdpasim_is_stalled(vq))
		return false;
	/* Only now must the ring be mapped: QEMU enables queues before it maps memory. */
	if (!dvq_map(&vq->q))
		return true;
	vdpasim_break(vq);
	return false;
}
EXPORT_SYMBOL_GPL(vdpasim_usable);

void vdpasim_publish(struct vdpasim_vq *vq)
{
	if (!dvq_publish(&vq->q) || !vq->cb.callback)
		return;
	/* Drivers expect an interrupt; what they raise from it runs when the callback is over. */
	local_bh_disable();
	vq->cb.callback(vq->cb.private);
	local_bh_enable();
}
EXPORT_SYMBOL_GPL(vdpasim_publish);

static void config_interrupt(struct vdpasim *sim)
{
	mutex_lock(&sim->cb_lock);
	if (sim->config_cb.callback)
		sim->config_cb.callback(sim->config_cb.private);
	mutex_unlock(&sim->cb_lock);
}

static void config_work(struct work_struct *work)
{
	config_interrupt(container_of(work, struct vdpasim, config_work));
}

void vdpasim_break(struct vdpasim_vq *vq)
{
	struct vdpasim *sim = vq->sim;

	vq->broken = true;
	spin_lock(&sim->state_lock);
	sim->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	spin_unlock(&sim->state_lock);
	dev_dbg(&sim->vdpa.dev, "queue %u is broken\n", vq->idx);
	queue_work(vdpasim_wq, &sim->config_work);
	vdpa_notify(&sim->vdpa, VDPACTL_NL_CHANGE_STATUS);
}
EXPORT_SYMBOL_GPL(vdpasim_break);

void vdpasim_config_changed(struct vdpasim *sim)
{
	bool driver;

	spin_lock(&sim->state_lock);
	sim->generation++;
	driver = sim->status & VIRTIO_CONFIG_S_DRIVER_OK;
	spin_unlock(&sim->state_lock);
	if (driver)
		config_interrupt(sim);
}
EXPORT_SYMBOL_GPL(vdpasim_config_changed);

/* What is there when one of these fails goes with the device. */
static int init_memory(struct vdpasim *sim, u16 nvqs)
{
	if (!vdpasim_fails_create())
		sim->vqs = kcalloc(nvqs, sizeof(*sim->vqs), GFP_KERNEL);
	if (!vdpasim_fails_create())
		sim->config = kzalloc(sim->class->config_size, GFP_KERNEL);
	if (!sim->vqs || !sim->config || vdpasim_fails_create())
		return -ENOMEM;
	return vdpasim_iommu_init(sim);
}

struct vdpasim *vdpasim_create(const struct vdpasim_create *c)
{
	const struct vdpasim_class *class = c->class;
	struct vdpa_device *vdpa;
	struct vdpasim *sim;
	u16 i;

	if (vdpasim_fails_create())
		return ERR_PTR(-ENOMEM);
	vdpa = __vdpa_alloc_device(NULL, &vdpasim_ops, class->ngroups, class->nas, c->size,
				   c->name, false);
	if (IS_ERR(vdpa))
		return ERR_CAST(vdpa);

	/* Until release() the operations must stay; somebody may hold the device after deletion. */
	__module_get(THIS_MODULE);
	vdpa->mdev = c->mdev;
	sim = to_sim(vdpa);
	sim->class = class;
	sim->offered = c->features;
	mutex_init(&sim->map_lock);
	mutex_init(&sim->cb_lock);
	spin_lock_init(&sim->state_lock);
	INIT_WORK(&sim->config_work, config_work);
	if (init_memory(sim, c->nvqs)) {
		put_device(&vdpa->dev);
		return ERR_PTR(-ENOMEM);
	}
	for (i = 0; i < c->nvqs; i++) {
		mutex_init(&sim->vqs[i].lock);
		INIT_WORK(&sim->vqs[i].work, vdpasim_work);
		sim->vqs[i].sim = sim;
		sim->vqs[i].idx = i;
	}
	sim->nvqs = c->nvqs;
	vdpasim_debugfs_add(sim);
	return sim;
}
EXPORT_SYMBOL_GPL(vdpasim_create);

void vdpasim_delete(struct vdpasim *sim)
{
	u16 i;

	get_device(&sim->vdpa.dev);
	/* Which may wait for requests, and so for the knob that holds them up. */
	_vdpa_unregister_device(&sim->vdpa);
	vdpasim_debugfs_remove(sim);
	vdpasim_stop(sim);
	for (i = 0; i < sim->nvqs; i++)
		cancel_work_sync(&sim->vqs[i].work);
	cancel_work_sync(&sim->config_work);
	put_device(&sim->vdpa.dev);
}
EXPORT_SYMBOL_GPL(vdpasim_delete);

static int __init vdpasim_init(void)
{
	vdpasim_iommu_setup();
	vdpasim_wq = alloc_workqueue("vdpasim", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!vdpasim_wq)
		return -ENOMEM;
	vdpasim_debugfs_init();
	return 0;
}

static void __exit vdpasim_exit(void)
{
	vdpasim_debugfs_exit();
	destroy_workqueue(vdpasim_wq);
}

module_init(vdpasim_init);
module_exit(vdpasim_exit);

MODULE_DESCRIPTION("Simulated vDPA devices: what all classes share");
MODULE_LICENSE("GPL");
