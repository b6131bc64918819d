// SPDX-License-Identifier: GPL-2.0-only
/* Management devices: registering, and creating and deleting devices on them. */
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_net.h>

#include "core.h"

/* The name of a bus driver that never is: a device reserved for it stays unbound. */
#define NO_DRIVER "none"

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
	mutex_init(&m->lock);
	m->mdev = mdev;
	INIT_LIST_HEAD(&mdev->list);
	registry_add_mgmtdev(m);
	netlink_ext_mgmtdev_event(mdev, VDPACTL_NL_CMD_EVENT_MGMTDEV_NEW);
	return 0;
}
EXPORT_SYMBOL_GPL(vdpa_mgmtdev_register);

static void delete_devices_of(struct mgmtdev *m)
{
	struct vdpa_device *vdev;
	unsigned long id = 0;
	bool ours;

	while ((vdev = registry_next(&id))) {
		ours = vdpa_priv(vdev)->mgmtdev == m;
		registry_put(vdev);
		/* It is still there: whoever else could delete it has been waited for. */
		if (ours)
			m->mdev->ops->dev_del(m->mdev, vdev);
	}
}

void vdpa_mgmtdev_unregister(struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m = registry_del_mgmtdev(mdev);

	if (WARN_ON(!m))
		return;
	delete_devices_of(m);
	netlink_ext_mgmtdev_event(mdev, VDPACTL_NL_CMD_EVENT_MGMTDEV_DELETED);
	kfree(m);
}
EXPORT_SYMBOL_GPL(vdpa_mgmtdev_unregister);

/* ---- create -------------------------------------------------------------------------------- */

#define NET_ATTRS (BIT_ULL(VDPANL_A_NET_MACADDR) | BIT_ULL(VDPANL_A_NET_MAX_VQP) | \
		   BIT_ULL(VDPANL_A_NET_MTU))
#define BLK_ATTRS (BIT_ULL(VDPANL_A_BLK_CAPACITY) | BIT_ULL(VDPANL_A_BLK_BLK_SIZE) | \
		   BIT_ULL(VDPANL_A_BLK_NUM_QUEUES) | BIT_ULL(VDPANL_A_BLK_READ_ONLY) | \
		   VDPA_CREATE_BLK_SHARED | VDPA_CREATE_BLK_FILE)
#define CABLE_ATTRS (VDPA_CREATE_NET_PEER | VDPA_CREATE_NET_BACKPRESSURE)

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
	if (config->mask & CABLE_ATTRS & ~mdev->config_attr_mask) {
		NL_SET_ERR_MSG_MOD(extack, "Management device does not connect devices");
		return -EOPNOTSUPP;
	}
	if (config->mask & BLK_ATTRS & ~mdev->config_attr_mask) {
		NL_SET_ERR_MSG_MOD(extack, "Management device does not take options of disks");
		return -EOPNOTSUPP;
	}
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

/* The wanted bus driver is there, so that the request can mean something. */
static int check_driver_loaded(const struct dev_request *req, struct netlink_ext_ack *extack)
{
	if (!req->driver || !strcmp(req->driver, NO_DRIVER) || driver_find(req->driver, &vdpa_bus))
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "Bus driver is not loaded");
	return -ENOENT;
}

/*
 * Nothing is half-created: a device that did not get its driver is taken away again. Unless somebody was
 * quick enough to delete it, whose removal took the driver and goes on when we let go of the lock, or to
 * bind it elsewhere and open it.
 */
static int check_driver_bound(struct mgmtdev *m, const struct dev_request *req,
			      struct vdpa_device *vdev, struct netlink_ext_ack *extack)
{
	int err;

	if (!req->driver || !strcmp(req->driver, NO_DRIVER))
		return 0;
	if (claim_driver_is(vdpa_priv(vdev), req->driver))
		return 0;
	err = claim_begin_remove(vdpa_priv(vdev), false);
	registry_put(vdev);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "Device was deleted or taken over while it was made");
		return err == -EINPROGRESS ? -ENODEV : err;
	}
	m->mdev->ops->dev_del(m->mdev, vdev);
	NL_SET_ERR_MSG_MOD(extack, "Bus driver refused the device");
	return -ENXIO;
}

void __vdpa_refuse(struct vdpa_mgmt_dev *mdev, const char *format, ...)
{
	struct mgmtdev *m = registry_mgmtdev_of(mdev);
	va_list args;

	if (!m || !m->refusal)
		return;
	va_start(args, format);
	vscnprintf(m->refusal, REFUSAL_SIZE, format, args);
	va_end(args);
	m->extack->_msg = m->refusal;
}
EXPORT_SYMBOL_GPL(__vdpa_refuse);

const struct vdpa_create_options *vdpa_create_options(struct vdpa_mgmt_dev *mdev)
{
	return registry_mgmtdev_of(mdev)->options;
}
EXPORT_SYMBOL_GPL(vdpa_create_options);

/* All below is called with m->lock held, so one at a time. */
static int add_named(struct mgmtdev *m, const struct dev_request *req, const char *name)
{
	int err;

	if (registry_has(name))
		return -EEXIST;
	m->wanted_driver = req->driver;
	err = m->mdev->ops->dev_add(m->mdev, name, &req->config);
	m->wanted_driver = NULL;
	return err;
}

/* The lowest free number for "%d"; if another management device was quicker, the next one. */
static int add_numbered(struct mgmtdev *m, const struct dev_request *req, char *name,
			struct netlink_ext_ack *extack)
{
	const char *number = strstr(req->name, "%d");
	unsigned int i;
	int err;

	for (i = 0; i <= INT_MAX; i++) {
		if (snprintf(name, VDPANL_NAME_MAX + 1, "%.*s%u%s", (int)(number - req->name),
			     req->name, i, number + 2) > VDPANL_NAME_MAX)
			break;
		err = add_named(m, req, name);
		/* The parent may have a reason of its own to say that something exists. */
		if (err != -EEXIST || !registry_has(name))
			return err;
	}
	NL_SET_ERR_MSG_MOD(extack, "Device name is too long with its number");
	return -EINVAL;
}

static int add_locked(struct mgmtdev *m, const struct dev_request *req,
		      struct netlink_ext_ack *extack, struct vdpa_device **ret_vdev)
{
	char name[VDPANL_NAME_MAX + 1];
	struct vdpa_device *vdev;
	int err;

	if (req->number && strstr(req->name, "%d")) {
		err = add_numbered(m, req, name, extack);
	} else {
		strscpy(name, req->name, sizeof(name));
		err = add_named(m, req, name);
	}
	if (err)
		return err;
	vdev = registry_find(name);
	if (!vdev)
		return 0;
	err = check_driver_bound(m, req, vdev, extack);
	if (err)
		return err;
	if (ret_vdev)
		*ret_vdev = vdev;
	else
		registry_put(vdev);
	return 0;
}

int mgmtdev_add_device(const struct dev_request *req, struct netlink_ext_ack *extack,
		       struct vdpa_device **ret_vdev)
{
	struct mgmtdev *m;
	int err;

	m = registry_find_mgmtdev(req->bus, req->mgmtdev);
	if (!m) {
		NL_SET_ERR_MSG_MOD(extack, "Fail to find the specified management device");
		return -ENODEV;
	}
	err = check_config(m->mdev, &req->config, extack);
	if (!err)
		err = check_driver_loaded(req, extack);
	if (!err) {
		mutex_lock(&m->lock);
		m->extack = extack;
		m->refusal = req->refusal;
		m->options = &req->options;
		err = add_locked(m, req, extack, ret_vdev);
		m->extack = NULL;
		m->refusal = NULL;
		m->options = NULL;
		mutex_unlock(&m->lock);
	}
	mgmtdev_put(m);
	return err;
}

/* ---- delete -------------------------------------------------------------------------------- */

/*
 * A bus driver that does not claim may wait for user space in its remove(), as mainline's vhost_vdpa does.
 * So that the caller does not hang for as long as somebody else likes, the wait happens in a work item,
 * without any lock of ours, and the caller is told after a moment that removal goes on.
 */
struct removal {
	struct work_struct work;
	struct kref ref;
	struct completion unbound;
	atomic_t over;			/* set by who comes first: the handler gives up, the driver is gone */
	struct mgmtdev *m;		/* pinned */
	struct vdpa_device *vdev;	/* a reference */
};

#define UNBIND_PATIENCE msecs_to_jiffies(300)

/* Even a driver that waits for nobody in user space may have to wait for what its own users began. */
#define PROMPT_PATIENCE (10 * HZ)

static void removal_release(struct kref *ref)
{
	struct removal *r = container_of(ref, struct removal, ref);

	/* In this order: while the management device is pinned the parent's free() is there. */
	put_device(&r->vdev->dev);
	mgmtdev_put(r->m);
	kfree(r);
}

/* The parent's dev_del, when no driver is left that could wait. */
static void removal_finish(struct removal *r)
{
	mutex_lock(&r->m->lock);
	r->m->mdev->ops->dev_del(r->m->mdev, r->vdev);
	mutex_unlock(&r->m->lock);
}

static void removal_work(struct work_struct *work)
{
	struct removal *r = container_of(work, struct removal, work);

	/* That begins with barring new claims, so it gets no other driver after this. */
	device_release_driver(&r->vdev->dev);
	complete(&r->unbound);
	if (atomic_xchg(&r->over, 1))
		removal_finish(r);
	kref_put(&r->ref, removal_release);
}

/* 0, or -EINPROGRESS: the driver waits for user space and the work deletes the device later. */
static int removal_run(struct removal *r)
{
	unsigned long patience = PROMPT_PATIENCE;

	if (!claim_driver_is_prompt(vdpa_priv(r->vdev)))
		patience = UNBIND_PATIENCE;
	kref_get(&r->ref);
	queue_work(vdpa_wq, &r->work);
	if (!wait_for_completion_timeout(&r->unbound, patience) &&
	    !atomic_xchg(&r->over, 1))
		return -EINPROGRESS;
	removal_finish(r);
	return 0;
}

static struct removal *removal_new(const char *name)
{
	struct removal *r;
	struct mgmtdev *m;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return ERR_PTR(-ENOMEM);
	m = registry_mgmtdev_of_device(name, &r->vdev);
	if (IS_ERR(m)) {
		kfree(r);
		return ERR_CAST(m);
	}
	r->m = m;
	INIT_WORK(&r->work, removal_work);
	kref_init(&r->ref);
	init_completion(&r->unbound);
	return r;
}

int mgmtdev_del_device(const char *name, struct netlink_ext_ack *extack)
{
	struct removal *r = removal_new(name);
	int err = PTR_ERR_OR_ZERO(r);

	if (err == -ENODEV)
		NL_SET_ERR_MSG_MOD(extack, "device not found");
	else if (err == -EINVAL)
		NL_SET_ERR_MSG_MOD(extack, "Only user created device can be deleted by user");
	if (err)
		return err;

	err = claim_begin_remove(vdpa_priv(r->vdev), false);
	if (err == -EBUSY)
		NL_SET_ERR_MSG_MOD(extack, "Device is in use, close it or unbind its driver first");
	else if (!err)
		err = removal_run(r);
	if (err == -EINPROGRESS)
		NL_SET_ERR_MSG_MOD(extack, "Device is deleted once whoever uses it closes it");
	kref_put(&r->ref, removal_release);
	return err;
}
