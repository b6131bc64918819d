// SPDX-License-Identifier: GPL-2.0-only
/* Making simulators, and serving their queues. */
#include <linux/bottom_half.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/sched/stat.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_config.h>

#include "sim.h"

static unsigned int poll_us = 200;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "How long at most a worker stays awake for more, in microseconds; 0: not at all");

#define POLL_MIN_NS (10 * NSEC_PER_USEC)

/* So many buffers at once are worth being served on the CPU of who made them available. */
#define HERE_BATCH 16

/*
 * Beside is unbound, so that the work is not queued on the CPU of the submitter: a driver may well spin there for
 * the answer. Here is that CPU, see place(). Block devices can be under the page cache, hence the rescuers.
 */
static struct workqueue_struct *vdpasim_beside, *vdpasim_here;

/*
 * A driver that is quick with its next buffer is waited for awake, so that it need not kick and nobody has to be
 * woken. How long grows while kicks come soon after the worker went to sleep, and shrinks down to nothing when
 * waiting was in vain; so a queue that is idle costs nothing. Who else wants the CPU has it.
 */
static void learn(struct vdpasim_vq *vq)
{
	u64 max = (u64)min(READ_ONCE(poll_us), 10000U) * NSEC_PER_USEC;

	if (local_clock() - vq->rested < max)
		vq->poll_ns = clamp_t(u64, 2 * vq->poll_ns, POLL_MIN_NS, max);
	else if (vq->poll_ns > max)
		vq->poll_ns = max;
}

static bool poll(struct vdpasim_vq *vq)
{
	u64 end = local_clock() + vq->poll_ns;

	if (!vq->poll_ns)
		return false;
	dvq_kick_disable(&vq->q);
	while (!need_resched() && single_task_running() && local_clock() < end) {
		if (dvq_pending(&vq->q))
			return true;
		cpu_relax();
	}
	vq->poll_ns /= 2;
	if (vq->poll_ns < POLL_MIN_NS)
		vq->poll_ns = 0;
	return dvq_kick_enable(&vq->q);
}

/*
 * Who makes many buffers available at once and wishes to be told when they are used is about to sleep: then its CPU is
 * free, its memory is in that CPU's caches, and no other has to be woken.
 */
static void place(struct vdpasim_vq *vq, u32 taken)
{
	WRITE_ONCE(vq->here, vq->told && taken >= HERE_BATCH);
}

/* A batch, or a wait for one; true when there may be more. */
static bool turn(struct vdpasim_vq *vq, bool first)
{
	u32 before = vq->q.taken;
	bool more;

	/* The driver may be another one by now. */
	if (!vdpasim_usable(vq) || !vq->sim->class->serves(vq->sim, vq->idx))
		return false;
	if (first)
		learn(vq);
	more = vq->sim->class->serve(vq->sim, vq);
	if (first)
		place(vq, vq->q.taken - before);
	/* What was left in it waits for somebody else, who will say so. */
	if (!more && !vq->broken && !dvq_pending(&vq->q))
		more = poll(vq);
	if (!more)
		vq->rested = local_clock();
	return more;
}

static void serve(struct vdpasim_vq *vq)
{
	bool first = true, more;

	/* The lock is let go between batches, so that nobody waits long for it. */
	do {
		mutex_lock(&vq->lock);
		more = turn(vq, first);
		mutex_unlock(&vq->lock);
		first = false;
		cond_resched();
	} while (more);
}

static void beside_work(struct work_struct *work)
{
	serve(container_of(work, struct vdpasim_vq, beside));
}

static void here_work(struct work_struct *work)
{
	serve(container_of(work, struct vdpasim_vq, here_work));
}

void vdpasim_kick(struct vdpasim_vq *vq)
{
	if (!READ_ONCE(vq->sim->running) || !vq->sim->class->serves(vq->sim, vq->idx))
		return;
	if (READ_ONCE(vq->here))
		queue_work(vdpasim_here, &vq->here_work);
	else
		queue_work(vdpasim_beside, &vq->beside);
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
	vq->told = dvq_publish(&vq->q) && vq->cb.callback;
	if (!vq->told)
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
	queue_work(vdpasim_beside, &sim->config_work);
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
		INIT_WORK(&sim->vqs[i].beside, beside_work);
		INIT_WORK(&sim->vqs[i].here_work, here_work);
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
	for (i = 0; i < sim->nvqs; i++) {
		cancel_work_sync(&sim->vqs[i].beside);
		cancel_work_sync(&sim->vqs[i].here_work);
	}
	cancel_work_sync(&sim->config_work);
	put_device(&sim->vdpa.dev);
}
EXPORT_SYMBOL_GPL(vdpasim_delete);

static int __init vdpasim_init(void)
{
	vdpasim_iommu_setup();
	vdpasim_beside = alloc_workqueue("vdpasim", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!vdpasim_beside)
		return -ENOMEM;
	vdpasim_here = alloc_workqueue("vdpasim_here", WQ_CPU_INTENSIVE | WQ_MEM_RECLAIM, 0);
	if (!vdpasim_here) {
		destroy_workqueue(vdpasim_beside);
		return -ENOMEM;
	}
	vdpasim_debugfs_init();
	return 0;
}

static void __exit vdpasim_exit(void)
{
	vdpasim_debugfs_exit();
	destroy_workqueue(vdpasim_here);
	destroy_workqueue(vdpasim_beside);
}

module_init(vdpasim_init);
module_exit(vdpasim_exit);

MODULE_DESCRIPTION("Simulated vDPA devices: what all classes share");
MODULE_LICENSE("GPL");
