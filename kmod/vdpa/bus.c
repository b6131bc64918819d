// SPDX-License-Identifier: GPL-2.0-only
/* The vDPA bus: devices, drivers, and the accessors that <linux/vdpa.h> declares. */
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "core.h"

struct workqueue_struct *vdpa_wq;

static DEFINE_IDA(device_index);

/* The record stands in front of the device at a distance that keeps the device's alignment. */
#define PRIV_SIZE ALIGN(sizeof(struct vdpa_priv), 64)

struct vdpa_priv *vdpa_priv(const struct vdpa_device *vdev)
{
	return (struct vdpa_priv *)((char *)vdev - PRIV_SIZE);
}

/* ---- bus ----------------------------------------------------------------------------------- */

static int vdpa_bus_match(struct device *dev, struct device_driver *drv)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);

	if (claim_is_dying(vdpa_priv(vdev)))
		return 0;
	return !vdev->driver_override || !strcmp(vdev->driver_override, drv->name);
}

static int vdpa_bus_probe(struct device *dev)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);
	struct vdpa_driver *drv = drv_to_vdpa(dev->driver);
	struct vdpa_priv *priv = vdpa_priv(vdev);
	const struct vdpa_config_ops *ops = vdev->config;
	u32 max = ops->get_vq_num_max(vdev);
	u32 min = ops->get_vq_num_min ? ops->get_vq_num_min(vdev) : 1;
	int err = 0;

	if (max < min)
		return -EINVAL;
	/* Whoever deletes the device while it is probed has to know whom that would wait for. */
	claim_set_driver(priv, drv->driver.name);
	if (drv->probe)
		err = drv->probe(vdev);
	if (err)
		claim_set_driver(priv, "");
	else
		vdpa_notify(vdev, VDPACTL_NL_CHANGE_DRIVER);
	return err;
}

static void vdpa_bus_remove(struct device *dev)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);
	struct vdpa_driver *drv = drv_to_vdpa(dev->driver);

	if (drv->remove)
		drv->remove(vdev);
	/* A driver that forgot to: nobody else could do it any more. */
	vdpa_unclaim(vdev);
	claim_set_driver(vdpa_priv(vdev), "");
	vdpa_notify(vdev, VDPACTL_NL_CHANGE_DRIVER);
}

static ssize_t driver_override_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);
	int err = driver_set_override(dev, &vdev->driver_override, buf, count);

	return err ? err : count;
}

static ssize_t driver_override_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);
	ssize_t len;

	device_lock(dev);
	len = sysfs_emit(buf, "%s\n", vdev->driver_override);
	device_unlock(dev);
	return len;
}
static DEVICE_ATTR_RW(driver_override);

static struct attribute *vdpa_dev_attrs[] = {
	&dev_attr_driver_override.attr,
	NULL,
};
ATTRIBUTE_GROUPS(vdpa_dev);

struct bus_type vdpa_bus = {
	.name = "vdpa",
	.dev_groups = vdpa_dev_groups,
	.match = vdpa_bus_match,
	.probe = vdpa_bus_probe,
	.remove = vdpa_bus_remove,
};

int __vdpa_register_driver(struct vdpa_driver *drv, struct module *owner)
{
	drv->driver.bus = &vdpa_bus;
	drv->driver.owner = owner;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__vdpa_register_driver);

void vdpa_unregister_driver(struct vdpa_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(vdpa_unregister_driver);

/* ---- devices ------------------------------------------------------------------------------- */

static void vdpa_device_release(struct device *dev)
{
	struct vdpa_device *vdev = dev_to_vdpa(dev);
	struct vdpa_priv *priv = vdpa_priv(vdev);

	if (vdev->config->free)
		vdev->config->free(vdev);
	ida_free(&device_index, vdev->index);
	kfree(vdev->driver_override);
	claim_fini(priv);
	kfree(priv);
}

struct vdpa_device *__vdpa_alloc_device(struct device *parent, const struct vdpa_config_ops *config,
					unsigned int ngroups, unsigned int nas, size_t size,
					const char *name, bool use_va)
{
	struct vdpa_device *vdev;
	struct vdpa_priv *priv;
	int err = -EINVAL;

	if (!config || !config->dma_map != !config->dma_unmap)
		return ERR_PTR(-EINVAL);
	/* User addresses mean nothing to a platform IOMMU. */
	if (use_va && !config->dma_map && !config->set_map)
		return ERR_PTR(-EINVAL);
	if (size < sizeof(*vdev) || size > KMALLOC_MAX_SIZE - PRIV_SIZE)
		return ERR_PTR(-EINVAL);

	priv = kzalloc(PRIV_SIZE + size, GFP_KERNEL);
	if (!priv)
		return ERR_PTR(-ENOMEM);
	vdev = (struct vdpa_device *)((char *)priv + PRIV_SIZE);
	priv->vdev = vdev;
	claim_init(priv);

	err = ida_alloc(&device_index, GFP_KERNEL);
	if (err < 0)
		goto err_free;
	vdev->index = err;
	vdev->dev.bus = &vdpa_bus;
	vdev->dev.parent = parent;
	vdev->dev.release = vdpa_device_release;
	vdev->config = config;
	vdev->ngroups = ngroups;
	vdev->nas = nas;
	vdev->use_va = use_va;
	init_rwsem(&vdev->cf_lock);

	if (name)
		err = dev_set_name(&vdev->dev, "%s", name);
	else
		err = dev_set_name(&vdev->dev, "vdpa%u", vdev->index);
	if (err)
		goto err_index;
	device_initialize(&vdev->dev);
	return vdev;

err_index:
	ida_free(&device_index, vdev->index);
err_free:
	kfree(priv);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(__vdpa_alloc_device);

/* The driver that the creator asked for is in place before any driver can look at the device. */
static int apply_wanted_driver(struct vdpa_device *vdev, const struct mgmtdev *m)
{
	if (!m || !m->wanted_driver || vdev->driver_override)
		return 0;
	vdev->driver_override = kstrdup(m->wanted_driver, GFP_KERNEL);
	return vdev->driver_override ? 0 : -ENOMEM;
}

static int register_device(struct vdpa_device *vdev, u32 nvqs)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);
	int err;

	vdev->nvqs = nvqs;
	if (vdev->mdev && !priv->mgmtdev)
		priv->mgmtdev = registry_mgmtdev_of(vdev->mdev);
	err = apply_wanted_driver(vdev, priv->mgmtdev);
	if (err)
		return err;
	err = registry_add(priv);
	if (err)
		return err;
	err = device_add(&vdev->dev);
	if (err) {
		registry_del(priv);
		return err;
	}
	registry_show(priv);
	claim_announce(priv);
	return 0;
}

/* For parents inside dev_add: their management device's lock is held by whoever called that. */
int _vdpa_register_device(struct vdpa_device *vdev, u32 nvqs)
{
	if (!vdev->mdev)
		return -EINVAL;
	return register_device(vdev, nvqs);
}
EXPORT_SYMBOL_GPL(_vdpa_register_device);

int vdpa_register_device(struct vdpa_device *vdev, u32 nvqs)
{
	return register_device(vdev, nvqs);
}
EXPORT_SYMBOL_GPL(vdpa_register_device);

static void unregister_device(struct vdpa_device *vdev)
{
	struct vdpa_priv *priv = vdpa_priv(vdev);

	claim_begin_remove(priv, true);
	registry_hide(priv);
	device_del(&vdev->dev);
	claim_announce_end(priv);
	registry_del(priv);
	put_device(&vdev->dev);
}

void _vdpa_unregister_device(struct vdpa_device *vdev)
{
	WARN_ON(!vdev->mdev);
	unregister_device(vdev);
}
EXPORT_SYMBOL_GPL(_vdpa_unregister_device);

void vdpa_unregister_device(struct vdpa_device *vdev)
{
	unregister_device(vdev);
}
EXPORT_SYMBOL_GPL(vdpa_unregister_device);

/* ---- configuration, status ----------------------------------------------------------------- */

void vdpa_get_config(struct vdpa_device *vdev, unsigned int offset, void *buf, unsigned int len)
{
	/*
	 * A driver that reads the configuration before it negotiated features is a legacy guest: the
	 * parent learns of it by features 0, as the header's vdpa_set_features_unlocked() records.
	 */
	if (!READ_ONCE(vdev->features_valid)) {
		down_write(&vdev->cf_lock);
		if (!vdev->features_valid)
			vdpa_set_features_unlocked(vdev, 0);
		vdev->config->get_config(vdev, offset, buf, len);
		up_write(&vdev->cf_lock);
		return;
	}
	down_read(&vdev->cf_lock);
	vdev->config->get_config(vdev, offset, buf, len);
	up_read(&vdev->cf_lock);
}
EXPORT_SYMBOL_GPL(vdpa_get_config);

void vdpa_set_config(struct vdpa_device *vdev, unsigned int offset, const void *buf,
		     unsigned int length)
{
	down_write(&vdev->cf_lock);
	vdev->config->set_config(vdev, offset, buf, length);
	up_write(&vdev->cf_lock);
	vdpa_notify(vdev, VDPACTL_NL_CHANGE_CONFIG);
}
EXPORT_SYMBOL_GPL(vdpa_set_config);

void vdpa_set_status(struct vdpa_device *vdev, u8 status)
{
	down_write(&vdev->cf_lock);
	vdev->config->set_status(vdev, status);
	up_write(&vdev->cf_lock);
	vdpa_notify(vdev, VDPACTL_NL_CHANGE_STATUS);
}
EXPORT_SYMBOL(vdpa_set_status);

/* ---- module -------------------------------------------------------------------------------- */

static int __init vdpa_init(void)
{
	int err;

	vdpa_wq = alloc_workqueue("vdpa", WQ_UNBOUND, 0);
	if (!vdpa_wq)
		return -ENOMEM;
	err = bus_register(&vdpa_bus);
	if (err)
		goto err_wq;
	err = netlink_ext_init();
	if (err)
		goto err_bus;
	err = netlink_init();
	if (err)
		goto err_ext;
	return 0;

err_ext:
	netlink_ext_exit();
err_bus:
	bus_unregister(&vdpa_bus);
err_wq:
	destroy_workqueue(vdpa_wq);
	return err;
}

/* Nothing is left on the bus: every parent and bus driver depends on this module. */
static void __exit vdpa_exit(void)
{
	netlink_exit();
	/* Queued announcements hold devices and use the second family. */
	destroy_workqueue(vdpa_wq);
	netlink_ext_exit();
	bus_unregister(&vdpa_bus);
	ida_destroy(&device_index);
}

module_init(vdpa_init);
module_exit(vdpa_exit);

MODULE_DESCRIPTION("vDPA bus and its management over generic netlink");
MODULE_LICENSE("GPL v2");
