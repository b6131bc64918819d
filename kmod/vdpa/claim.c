// SPDX-License-Identifier: GPL-2.0-only
/* Who holds a device, which driver it is bound to, and telling listeners that something changed. */
#include <linux/export.h>
#include <linux/pid.h>

#include "core.h"

static void announce_work(struct work_struct *work)
{
	struct vdpa_priv *priv = container_of(work, struct vdpa_priv, announce);
	u32 changes;

	spin_lock_irq(&priv->event_lock);
	changes = priv->changes;
	priv->changes = 0;
	spin_unlock_irq(&priv->event_lock);
	if (changes)
		netlink_ext_device_event(priv, VDPACTL_NL_CMD_EVENT_DEV_CHANGED, changes);
}

/*
 * Listeners hear of the device from now on. What changed before is part of the news; what changes while
 * that is sent may not be, and is told after it.
 */
void claim_announce(struct vdpa_priv *priv)
{
	spin_lock_irq(&priv->event_lock);
	priv->changes = 0;
	spin_unlock_irq(&priv->event_lock);
	netlink_ext_device_event(priv, VDPACTL_NL_CMD_EVENT_DEV_NEW, 0);
	spin_lock_irq(&priv->event_lock);
	priv->announced = true;
	if (priv->changes)
		queue_work(vdpa_wq, &priv->announce);
	spin_unlock_irq(&priv->event_lock);
}

void claim_announce_end(struct vdpa_priv *priv)
{
	spin_lock_irq(&priv->event_lock);
	priv->announced = false;
	spin_unlock_irq(&priv->event_lock);
	cancel_work_sync(&priv->announce);
	netlink_ext_device_event(priv, VDPACTL_NL_CMD_EVENT_DEV_DELETED, 0);
}

void vdpa_notify(struct vdpa_device *vdev, u32 changes)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	unsigned long flags;

	spin_lock_irqsave(&priv->event_lock, flags);
	priv->changes |= changes;
	if (priv->announced)
		queue_work(vdpa_wq, &priv->announce);
	spin_unlock_irqrestore(&priv->event_lock, flags);
}
EXPORT_SYMBOL_GPL(vdpa_notify);

void claim_init(struct vdpa_priv *priv)
{
	spin_lock_init(&priv->claim_lock);
	spin_lock_init(&priv->event_lock);
	INIT_WORK(&priv->announce, announce_work);
}

void claim_fini(struct vdpa_priv *priv)
{
	put_pid(priv->holder);
}

static void set_holder(struct vdpa_priv *priv)
{
	priv->holder = get_pid(task_tgid(current));
	get_task_comm(priv->holder_comm, current->group_leader);
}

int vdpa_claim(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	int err = 0;

	spin_lock(&priv->claim_lock);
	switch (priv->claim) {
	case CLAIM_FREE:
		priv->claim = CLAIM_HELD;
		set_holder(priv);
		break;
	case CLAIM_HELD:
		err = -EBUSY;
		break;
	case CLAIM_DYING:
		err = -ENODEV;
		break;
	}
	spin_unlock(&priv->claim_lock);
	if (!err)
		vdpa_notify(vdev, VDPACTL_NL_CHANGE_HOLDER);
	return err;
}
EXPORT_SYMBOL_GPL(vdpa_claim);

void vdpa_claim_move(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	struct pid *old = NULL;

	spin_lock(&priv->claim_lock);
	if (priv->claim == CLAIM_HELD) {
		old = priv->holder;
		set_holder(priv);
	}
	spin_unlock(&priv->claim_lock);
	put_pid(old);
	vdpa_notify(vdev, VDPACTL_NL_CHANGE_HOLDER);
}
EXPORT_SYMBOL_GPL(vdpa_claim_move);

void vdpa_unclaim(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	struct pid *holder;

	spin_lock(&priv->claim_lock);
	holder = priv->holder;
	priv->holder = NULL;
	if (priv->claim == CLAIM_HELD)
		priv->claim = CLAIM_FREE;
	spin_unlock(&priv->claim_lock);
	if (holder)
		vdpa_notify(vdev, VDPACTL_NL_CHANGE_HOLDER);
	put_pid(holder);
}
EXPORT_SYMBOL_GPL(vdpa_unclaim);

int claim_begin_remove(struct vdpa_priv *priv, bool force)
{
	int err = 0;

	spin_lock(&priv->claim_lock);
	if (priv->claim == CLAIM_HELD && !force)
		err = -EBUSY;
	else if (priv->claim == CLAIM_DYING && !force)
		err = -EINPROGRESS;
	else
		priv->claim = CLAIM_DYING;
	spin_unlock(&priv->claim_lock);
	return err;
}

bool claim_is_dying(struct vdpa_priv *priv)
{
	return READ_ONCE(priv->claim) == CLAIM_DYING;
}

void vdpa_promise_prompt_remove(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);

	spin_lock(&priv->claim_lock);
	priv->prompt = true;
	spin_unlock(&priv->claim_lock);
}
EXPORT_SYMBOL_GPL(vdpa_promise_prompt_remove);

/* Also without a driver; and virtio_vdpa, mainline's too, hands the device to drivers of the kernel. */
bool claim_driver_is_prompt(struct vdpa_priv *priv)
{
	bool prompt;

	spin_lock(&priv->claim_lock);
	prompt = !*priv->driver || priv->prompt || !strcmp(priv->driver, "virtio_vdpa");
	spin_unlock(&priv->claim_lock);
	return prompt;
}

bool claim_driver_is(struct vdpa_priv *priv, const char *driver)
{
	bool is;

	spin_lock(&priv->claim_lock);
	is = !strcmp(priv->driver, driver);
	spin_unlock(&priv->claim_lock);
	return is;
}

void claim_set_driver(struct vdpa_priv *priv, const char *driver)
{
	spin_lock(&priv->claim_lock);
	strscpy(priv->driver, driver, sizeof(priv->driver));
	if (!*driver)
		priv->prompt = false;
	spin_unlock(&priv->claim_lock);
}

void vdpa_ext_register(struct vdpa_device *vdev, const struct vdpa_ext_ops *ops)
{
	vdpa_priv(vdev)->ext = ops;
}
EXPORT_SYMBOL_GPL(vdpa_ext_register);

const struct vdpa_ext_ops *vdpa_ext(const struct vdpa_device *vdev)
{
	return vdpa_priv(vdev)->ext;
}
EXPORT_SYMBOL_GPL(vdpa_ext);
