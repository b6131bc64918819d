// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kicks from and interrupts to the holder of the file, by eventfd.
 *
 * An interrupt may come at any time and in any context. It signals under the lock that its eventfd
 * is changed under, so no interrupt ever signals one that is gone.
 */
#include <linux/file.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

/* @fd -1: none. */
static int context_of(int fd, struct eventfd_ctx **ret)
{
	*ret = NULL;
	if (fd == VHOST_FILE_UNBIND)
		return 0;
	*ret = eventfd_ctx_fdget(fd);
	return PTR_ERR_OR_ZERO(*ret);
}

/* ---- interrupts ---------------------------------------------------------------------------- */

static void call_signal(struct vhost_vdpa_call *call)
{
	unsigned long flags;

	spin_lock_irqsave(&call->lock, flags);
	if (call->ctx)
		eventfd_signal(call->ctx, 1);
	spin_unlock_irqrestore(&call->lock, flags);
}

static void call_later(struct work_struct *work)
{
	call_signal(container_of(work, struct vhost_vdpa_call, later));
}

/*
 * Inside of somebody's write to a kick eventfd, which may even be the same one, signals must wait. Some parents
 * read and write the two words of a callback as they are, so that between others this one comes with NULL.
 */
static irqreturn_t call_callback(void *private)
{
	struct vhost_vdpa_call *call = private;

	if (!call)
		return IRQ_HANDLED;
	if (eventfd_signal_allowed())
		call_signal(call);
	else
		schedule_work(&call->later);
	return IRQ_HANDLED;
}

static struct vdpa_callback callback_of(struct vhost_vdpa_call *call, bool on)
{
	if (!on)
		return (struct vdpa_callback){};
	return (struct vdpa_callback){ .callback = call_callback, .private = call };
}

/* Takes over @ctx, which may be NULL, and lets go of the one before. */
static void call_replace(struct vhost_vdpa_call *call, struct eventfd_ctx *ctx)
{
	unsigned long flags;

	spin_lock_irqsave(&call->lock, flags);
	swap(call->ctx, ctx);
	spin_unlock_irqrestore(&call->lock, flags);
	if (ctx)
		eventfd_ctx_put(ctx);
}

static void call_init(struct vhost_vdpa_call *call)
{
	spin_lock_init(&call->lock);
	INIT_WORK(&call->later, call_later);
}

static void bypass_stop(struct vhost_vdpa_vq *vq)
{
	if (vq->bypassed)
		irq_bypass_unregister_producer(&vq->bypass);
	vq->bypassed = false;
}

/*
 * Whether a consumer takes the interrupt over is between it and the manager; either way it arrives.
 */
static void bypass_start(struct vhost_vdpa_vq *vq)
{
	const struct vdpa_config_ops *ops = vq->v->vdpa->config;
	struct eventfd_ctx *ctx = vq->call.ctx; /* only changed under v->lock too */
	int irq;

	if (!ctx || !ops->get_vq_irq || vq->bypassed)
		return;
	irq = ops->get_vq_irq(vq->v->vdpa, vq->idx);
	if (irq < 0)
		return;
	vq->bypass = (struct irq_bypass_producer){ .token = ctx, .irq = irq };
	vq->bypassed = !irq_bypass_register_producer(&vq->bypass);
}

void vhost_vdpa_bypass(struct vhost_vdpa *v, bool on)
{
	u32 i;

	for (i = 0; i < v->nvqs; i++) {
		if (on)
			bypass_start(&v->vqs[i]);
		else
			bypass_stop(&v->vqs[i]);
	}
}

int vhost_vdpa_set_call(struct vhost_vdpa_vq *vq, int fd)
{
	struct vhost_vdpa *v = vq->v;
	const struct vdpa_config_ops *ops = v->vdpa->config;
	struct vdpa_callback cb;
	struct eventfd_ctx *ctx;
	int err;

	err = context_of(fd, &ctx);
	if (err)
		return err;
	cb = callback_of(&vq->call, ctx);
	bypass_stop(vq);
	call_replace(&vq->call, ctx);
	ops->set_vq_cb(v->vdpa, vq->idx, &cb);
	if (ops->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK)
		bypass_start(vq);
	return 0;
}

int vhost_vdpa_set_config_call(struct vhost_vdpa *v, int fd)
{
	struct vdpa_callback cb;
	struct eventfd_ctx *ctx;
	int err;

	err = context_of(fd, &ctx);
	if (err)
		return err;
	cb = callback_of(&v->config_call, ctx);
	call_replace(&v->config_call, ctx);
	v->vdpa->config->set_config_cb(v->vdpa, &cb);
	return 0;
}

int vhost_vdpa_set_err(struct vhost_vdpa_vq *vq, int fd)
{
	struct eventfd_ctx *ctx;
	int err;

	err = context_of(fd, &ctx);
	if (err)
		return err;
	swap(ctx, vq->err);
	if (ctx)
		eventfd_ctx_put(ctx);
	return 0;
}

void vhost_vdpa_stop_calls(struct vhost_vdpa *v)
{
	struct vdpa_callback none = {};
	u32 i;

	vhost_vdpa_bypass(v, false);
	v->vdpa->config->set_config_cb(v->vdpa, &none);
	call_replace(&v->config_call, NULL);
	for (i = 0; i < v->nvqs; i++) {
		v->vdpa->config->set_vq_cb(v->vdpa, i, &none);
		call_replace(&v->vqs[i].call, NULL);
	}
	/* Interrupts that had begun before have ended, and with them what they put off. */
	synchronize_rcu();
	cancel_work_sync(&v->config_call.later);
	for (i = 0; i < v->nvqs; i++) {
		struct vhost_vdpa_vq *vq = &v->vqs[i];

		cancel_work_sync(&vq->call.later);
		vhost_vdpa_set_err(vq, VHOST_FILE_UNBIND);
	}
}

/* ---- kicks --------------------------------------------------------------------------------- */

/* In whoever writes to the eventfd, its lock held, interrupts off. Its count is never read. */
static int kick_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct vhost_vdpa_vq *vq = container_of(entry, struct vhost_vdpa_vq, kick_entry);
	struct vdpa_device *vdpa = vq->v->vdpa;

	if (key_to_poll(key) & EPOLLIN)
		vdpa->config->kick_vq(vdpa, vq->idx);
	return 0;
}

static void kick_queue(struct file *file, wait_queue_head_t *head, poll_table *table)
{
	struct vhost_vdpa_vq *vq = container_of(table, struct vhost_vdpa_vq, kick_table);

	vq->kick_head = head;
	add_wait_queue(head, &vq->kick_entry);
}

static void kick_stop(struct vhost_vdpa_vq *vq)
{
	if (!vq->kick)
		return;
	remove_wait_queue(vq->kick_head, &vq->kick_entry);
	fput(vq->kick);
	vq->kick = NULL;
}

int vhost_vdpa_set_kick(struct vhost_vdpa_vq *vq, int fd)
{
	struct vdpa_device *vdpa = vq->v->vdpa;
	struct file *file = NULL;

	if (fd != VHOST_FILE_UNBIND) {
		file = eventfd_fget(fd);
		if (IS_ERR(file))
			return PTR_ERR(file);
	}
	kick_stop(vq);
	if (!file)
		return 0;
	vq->kick = file;
	/* It may have been written to before. */
	if (vfs_poll(file, &vq->kick_table) & EPOLLIN)
		vdpa->config->kick_vq(vdpa, vq->idx);
	return 0;
}

void vhost_vdpa_stop_kicks(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nvqs; i++)
		kick_stop(&v->vqs[i]);
}

void vhost_vdpa_eventfds_init(struct vhost_vdpa *v)
{
	u32 i;

	call_init(&v->config_call);
	for (i = 0; i < v->nvqs; i++) {
		struct vhost_vdpa_vq *vq = &v->vqs[i];

		vq->v = v;
		vq->idx = i;
		call_init(&vq->call);
		init_waitqueue_func_entry(&vq->kick_entry, kick_wake);
		init_poll_funcptr(&vq->kick_table, kick_queue);
	}
}
