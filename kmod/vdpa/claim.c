// SPDX-License-Identifier: GPL-2.0-only
/* Who holds a device, which driver it is bound to, and telling listeners that something changed. */
#include <linux/export.h>
#include <linux/pid.h>

#include "core.h"

static void announce_work(struct work_struct *work)
{
	struct vdpa_priv *priv = container_of(work, struct vdpa_priv, announce);
	u32 changes = atomic_xchg(&priv->changes, 0);

	if (changes)
		netlink_ext_device_event(priv, VDPACTL_NL_CMD_EVENT_DEV_CHANGED, changes);
	put_device(&priv->vdev->dev);
}

void claim_init(struct vdpa_priv *priv)
{
	spin_lock_init(&priv->claim_lock);
	INIT_WORK(&priv->announce, announce_work);
}

void claim_fini(struct vdpa_priv *priv)
{
	put_pid(priv->holder);
}

int vdpa_claim(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	int err = 0;

	spin_lock(&priv->claim_lock);
	switch (priv->claim) {
	case CLAIM_FREE:
		priv->claim = CLAIM_HELD;
		priv->holder = get_pid(task_tgid(current));
		get_task_comm(priv->holder_comm, current->group_leader);
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
	else
		priv->claim = CLAIM_DYING;
	spin_unlock(&priv->claim_lock);
	return err;
}

bool claim_is_dying(struct vdpa_priv *priv)
{
	return READ_ONCE(priv->claim) == CLAIM_DYING;
}

void claim_set_driver(struct vdpa_priv *priv, const char *driver)
{
	spin_lock(&priv->claim_lock);
	strscpy(priv->driver, driver, sizeof(priv->driver));
	spin_unlock(&priv->claim_lock);
	vdpa_notify(priv->vdev, VDPACTL_NL_CHANGE_DRIVER);
}

void vdpa_notify(struct vdpa_device *vdev, u32 changes)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);

	atomic_or(changes, &priv->changes);
	get_device(&vdev->dev);
	if (!queue_work(vdpa_wq, &priv->announce))
		put_device(&vdev->dev);
}
EXPORT_SYMBOL_GPL(vdpa_notify);

void vdpa_ext_register(struct vdpa_device *vdev, const struct vdpa_ext_ops *ops)
{
	vdpa_priv(vdev)->ext = ops;
}
EXPORT_SYMBOL_GPL(vdpa_ext_register);
