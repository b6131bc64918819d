// SPDX-License-Identifier: GPL-2.0-only
/* Management devices: registering, and creating and deleting devices on them. */
#include <linux/completion.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_net.h>

#include "core.h"

static void mgmtdev_release(struct kref *ref)
{
	kfree(container_of(ref, struct mgmtdev, ref));
}

void mgmtdev_put(struct mgmtdev *m)
{
	kref_put(&m->ref, mgmtdev_release);
}

const char *mgmtdev_bus(const struct vdpa_mgmt_dev *mdev)
{
	return mdev->device->bus ? mdev->device->bus->name : NULL;
}

u64 mgmtdev_classes(const struct vdpa_mgmt_dev *mdev)
{
	const struct virtio_device_id *id;
	u64 classes = 0;

	for (id = mdev->id_table; id && id->device; id++)
		if (id->device < 64)
			classes |= BIT_ULL(id->device);
	return classes;
}

int vdpa_mgmtdev_register(struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m;

	if (!mdev->device || !mdev->ops || !mdev->ops->dev_add || !mdev->ops->dev_del)
		return -EINVAL;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	kref_init(&m->ref);
	mutex_init(&m->lock);
	init_rwsem(&m->live);
	m->mdev = mdev;
	INIT_LIST_HEAD(&mdev->list);
	registry_add_mgmtdev(m);
	netlink_ext_mgmtdev_event(mdev, VDPACTL_NL_CMD_EVENT_MGMTDEV_NEW);
	return 0;
}
EXPORT_SYMBOL_GPL(vdpa_mgmtdev_register);

static void delete_devices_of(struct vdpa_mgmt_dev *mdev)
{
	struct vdpa_device *vdev;
	unsigned long id = 0;

	while ((vdev = registry_next(&id))) {
		if (vdev->mdev == mdev)
			mdev->ops->dev_del(mdev, vdev);
		put_device(&vdev->dev);
	}
}

void vdpa_mgmtdev_unregister(struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m = registry_mgmtdev_of(mdev);

	if (WARN_ON(!m))
		return;
	registry_del_mgmtdev(m);
	/* After this no handler can call the parent any more, and none waits for what follows. */
	mutex_lock(&m->lock);
	down_write(&m->live);
	m->mdev = NULL;
	up_write(&m->live);
	mutex_unlock(&m->lock);

	delete_devices_of(mdev);
	netlink_ext_mgmtdev_event(mdev, VDPACTL_NL_CMD_EVENT_MGMTDEV_DELETED);
	mgmtdev_put(m);	/* of registry_mgmtdev_of() */
	mgmtdev_put(m);	/* of the list */
}
EXPORT_SYMBOL_GPL(vdpa_mgmtdev_unregister);

/* ---- create -------------------------------------------------------------------------------- */

#define NET_ATTRS (BIT_ULL(VDPANL_A_NET_MACADDR) | BIT_ULL(VDPANL_A_NET_MAX_VQP) | \
		   BIT_ULL(VDPANL_A_NET_MTU))

/* What features must be among the wanted ones for the configuration to mean anything. */
static u64 features_needed(const struct vdpa_dev_set_config *config)
{
	u64 needed = 0;

	if (config->mask & BIT_ULL(VDPANL_A_NET_MACADDR))
		needed |= BIT_ULL(VIRTIO_NET_F_MAC);
	if (config->mask & BIT_ULL(VDPANL_A_NET_MTU))
		needed |= BIT_ULL(VIRTIO_NET_F_MTU);
	if ((config->mask & BIT_ULL(VDPANL_A_NET_MAX_VQP)) && config->net.max_vq_pairs > 1)
		needed |= BIT_ULL(VIRTIO_NET_F_MQ);
	return needed;
}

static int check_config(const struct vdpa_mgmt_dev *mdev, const struct vdpa_dev_set_config *config,
			struct netlink_ext_ack *extack)
{
	if (config->mask & ~mdev->config_attr_mask) {
		NL_SET_ERR_MSG_MOD(extack, "All provided attributes are not supported");
		return -EOPNOTSUPP;
	}
	if ((config->mask & NET_ATTRS) && !(mgmtdev_classes(mdev) & BIT_ULL(VIRTIO_ID_NET))) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Network class attributes provided on unsupported management device");
		return -EINVAL;
	}
	if ((config->mask & BIT_ULL(VDPANL_A_DEV_FEATURES)) &&
	    (features_needed(config) & ~config->device_features)) {
		NL_SET_ERR_MSG_MOD(extack, "Missing features for provided attributes");
		return -EINVAL;
	}
	return 0;
}

/* Called with m->lock held, so one at a time. */
static int add_named(struct mgmtdev *m, const struct dev_request *req, const char *name,
		     struct netlink_ext_ack *extack)
{
	int err;

	if (registry_has(name))
		return -EEXIST;
	m->wanted_driver = req->driver;
	err = m->mdev->ops->dev_add(m->mdev, name, &req->config);
	m->wanted_driver = NULL;
	return err;
}

/* The lowest free number for "%d"; another management device may be quicker, then try the next. */
static int add_numbered(struct mgmtdev *m, const struct dev_request *req, char *name,
			struct netlink_ext_ack *extack)
{
	const char *number = strstr(req->name, "%d");
	int err = -EEXIST;
	unsigned int i;

	for (i = 0; err == -EEXIST && i <= INT_MAX; i++) {
		if (snprintf(name, VDPANL_NAME_MAX + 1, "%.*s%u%s", (int)(number - req->name),
			     req->name, i, number + 2) > VDPANL_NAME_MAX) {
			NL_SET_ERR_MSG_MOD(extack, "Device name is too long");
			return -EINVAL;
		}
		err = add_named(m, req, name, extack);
	}
	return err;
}

int mgmtdev_add_device(const struct dev_request *req, struct netlink_ext_ack *extack,
		       struct vdpa_device **ret_vdev)
{
	char name[VDPANL_NAME_MAX + 1];
	struct mgmtdev *m;
	int err;

	m = registry_find_mgmtdev(req->bus, req->mgmtdev);
	if (!m)
		goto err_none;
	mutex_lock(&m->lock);
	if (!m->mdev) {
		mutex_unlock(&m->lock);
		mgmtdev_put(m);
		goto err_none;
	}
	err = check_config(m->mdev, &req->config, extack);
	if (!err && strstr(req->name, "%d")) {
		err = add_numbered(m, req, name, extack);
	} else if (!err) {
		strscpy(name, req->name, sizeof(name));
		err = add_named(m, req, name, extack);
	}
	/* While the lock is held nobody can have deleted it again. */
	if (!err && ret_vdev)
		*ret_vdev = registry_find(name);
	mutex_unlock(&m->lock);
	mgmtdev_put(m);
	return err;

err_none:
	NL_SET_ERR_MSG_MOD(extack, "Fail to find the specified management device");
	return -ENODEV;
}

/* ---- delete -------------------------------------------------------------------------------- */

/*
 * A bus driver that does not claim may wait for user space in its remove(), as mainline's vhost_vdpa
 * does. Waiting for that in a netlink handler would stall every netlink user as soon as some module
 * registers a family; so the wait happens here, without any lock of ours, and the caller is told after
 * a moment that removal goes on.
 */
struct unbind {
	struct work_struct work;
	struct kref ref;
	struct completion done;
	struct vdpa_device *vdev;	/* a reference */
	atomic_t abandoned;		/* set by whoever comes first: the handler gives up, or the work ends */
};

#define UNBIND_PATIENCE msecs_to_jiffies(300)

static void unbind_release(struct kref *ref)
{
	struct unbind *u = container_of(ref, struct unbind, ref);

	put_device(&u->vdev->dev);
	kfree(u);
}

/* The parent's dev_del, when no driver is left that could wait. */
static int delete_now(struct vdpa_device *vdev)
{
	struct mgmtdev *m = vdpa_priv(vdev)->mgmtdev;
	int err = -ENODEV;

	mutex_lock(&m->lock);
	/* Otherwise the management device goes away and takes the device along. */
	if (m->mdev && vdpa_priv(vdev)->alive) {
		m->mdev->ops->dev_del(m->mdev, vdev);
		err = 0;
	}
	mutex_unlock(&m->lock);
	return err;
}

static void unbind_work(struct work_struct *work)
{
	struct unbind *u = container_of(work, struct unbind, work);

	device_release_driver(&u->vdev->dev);
	complete(&u->done);
	if (atomic_xchg(&u->abandoned, 1))
		delete_now(u->vdev);
	kref_put(&u->ref, unbind_release);
}

/* 0: unbound. -EINPROGRESS: the driver waits for user space, the work deletes the device later. */
static int unbind_with_patience(struct vdpa_device *vdev)
{
	struct unbind *u;
	int err = 0;

	u = kzalloc(sizeof(*u), GFP_KERNEL);
	if (!u)
		return -ENOMEM;
	INIT_WORK(&u->work, unbind_work);
	kref_init(&u->ref);
	kref_get(&u->ref);
	init_completion(&u->done);
	get_device(&vdev->dev);
	u->vdev = vdev;
	queue_work(vdpa_wq, &u->work);
	if (!wait_for_completion_timeout(&u->done, UNBIND_PATIENCE) &&
	    !atomic_xchg(&u->abandoned, 1))
		err = -EINPROGRESS;
	kref_put(&u->ref, unbind_release);
	return err;
}

int mgmtdev_del_device(const char *name, struct netlink_ext_ack *extack)
{
	struct vdpa_device *vdev = registry_find(name);
	struct vdpa_priv *priv;
	int err;

	if (!vdev || !vdpa_priv(vdev)->alive) {
		NL_SET_ERR_MSG_MOD(extack, "device not found");
		err = -ENODEV;
		goto out;
	}
	priv = vdpa_priv(vdev);
	if (!priv->mgmtdev) {
		NL_SET_ERR_MSG_MOD(extack, "Only user created device can be deleted by user");
		err = -EINVAL;
		goto out;
	}
	err = claim_begin_remove(priv, false);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "Device is held open, close it or unbind its driver first");
		goto out;
	}
	err = unbind_with_patience(vdev);
	if (err == -EINPROGRESS)
		NL_SET_ERR_MSG_MOD(extack, "Removal goes on when the device is closed");
	else
		err = delete_now(vdev);
out:
	if (vdev)
		put_device(&vdev->dev);
	return err;
}
