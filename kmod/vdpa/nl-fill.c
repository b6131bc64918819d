// SPDX-License-Identifier: GPL-2.0-only
/* What family "vdpa" reports of objects; the order of attributes is mainline's. */
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>

#include "core.h"

int nl_put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, VDPANL_A_UNSPEC);
}

int nl_fill_mgmtdev_name(struct sk_buff *msg, const struct vdpa_mgmt_dev *mdev)
{
	const char *bus = mgmtdev_bus(mdev);

	if (bus && nla_put_string(msg, VDPANL_A_MGMTDEV_BUS_NAME, bus))
		return -EMSGSIZE;
	return nla_put_string(msg, VDPANL_A_MGMTDEV_DEV_NAME, dev_name(mdev->device));
}

int nl_fill_mgmtdev(struct sk_buff *msg, const struct vdpa_mgmt_dev *mdev)
{
	if (nl_fill_mgmtdev_name(msg, mdev) ||
	    nl_put_u64(msg, VDPANL_A_MGMTDEV_CLASSES, mgmtdev_classes(mdev)) ||
	    nla_put_u32(msg, VDPANL_A_MGMTDEV_MAX_VQS, mdev->max_supported_vqs) ||
	    nl_put_u64(msg, VDPANL_A_MGMTDEV_FEATURES, mdev->supported_features))
		return -EMSGSIZE;
	return 0;
}

int nl_fill_device(struct sk_buff *msg, struct vdpa_device *vdev)
{
	const struct vdpa_config_ops *ops = vdev->config;
	u16 min = ops->get_vq_num_min ? ops->get_vq_num_min(vdev) : 1;

	if (nl_fill_mgmtdev_name(msg, vdev->mdev) ||
	    nla_put_string(msg, VDPANL_A_DEV_NAME, dev_name(&vdev->dev)) ||
	    nla_put_u32(msg, VDPANL_A_DEV_ID, ops->get_device_id(vdev)) ||
	    nla_put_u32(msg, VDPANL_A_DEV_VENDOR_ID, ops->get_vendor_id(vdev)) ||
	    nla_put_u32(msg, VDPANL_A_DEV_MAX_VQS, vdev->nvqs) ||
	    nla_put_u16(msg, VDPANL_A_DEV_MAX_VQ_SIZE, ops->get_vq_num_max(vdev)) ||
	    nla_put_u16(msg, VDPANL_A_DEV_MIN_VQ_SIZE, min))
		return -EMSGSIZE;
	return 0;
}

void nl_read_config(struct vdpa_device *vdev, void *buf, size_t size)
{
	size_t own = vdev->config->get_config_size(vdev);

	memset(buf, 0, size);
	vdev->config->get_config(vdev, 0, buf, min(size, own));
}

static bool features_ok(struct vdpa_device *vdev)
{
	return vdev->config->get_status(vdev) & VIRTIO_CONFIG_S_FEATURES_OK;
}

static int fill_class(struct sk_buff *msg, struct vdpa_device *vdev, u32 class, u64 features)
{
	switch (class) {
	case VIRTIO_ID_NET:
		return nl_fill_net_config(msg, vdev, features);
	case VIRTIO_ID_BLOCK:
		return nl_fill_blk_config(msg, vdev, features);
	}
	/* Other classes have no attributes yet; what is common to all is still worth a report. */
	return 0;
}

int nl_fill_config(struct sk_buff *msg, struct vdpa_device *vdev)
{
	const struct vdpa_config_ops *ops = vdev->config;
	u32 class = ops->get_device_id(vdev);
	u64 features = ops->get_device_features(vdev);
	int err = -EMSGSIZE;

	down_read(&vdev->cf_lock);
	if (nla_put_string(msg, VDPANL_A_DEV_NAME, dev_name(&vdev->dev)) ||
	    nla_put_u32(msg, VDPANL_A_DEV_ID, class))
		goto out;
	if (features_ok(vdev) &&
	    nl_put_u64(msg, VDPANL_A_NEGOTIATED_FEATURES, ops->get_driver_features(vdev)))
		goto out;
	if (nl_put_u64(msg, VDPANL_A_DEV_FEATURES, features))
		goto out;
	err = fill_class(msg, vdev, class, features);
out:
	up_read(&vdev->cf_lock);
	return err;
}

int nl_fill_stats(struct sk_buff *msg, struct vdpa_device *vdev, u32 queue,
		  struct netlink_ext_ack *extack)
{
	const struct vdpa_config_ops *ops = vdev->config;
	u32 class = ops->get_device_id(vdev);
	int err = -EMSGSIZE;

	down_read(&vdev->cf_lock);
	if (nla_put_string(msg, VDPANL_A_DEV_NAME, dev_name(&vdev->dev)) ||
	    nla_put_u32(msg, VDPANL_A_DEV_ID, class))
		goto out;
	if (!features_ok(vdev)) {
		NL_SET_ERR_MSG_MOD(extack, "feature negotiation not complete");
		err = -EAGAIN;
		goto out;
	}
	if (class == VIRTIO_ID_NET &&
	    nla_put_u16(msg, VDPANL_A_NET_MAX_VQP,
			nl_net_max_vqp(vdev, ops->get_device_features(vdev))))
		goto out;
	if (nl_put_u64(msg, VDPANL_A_NEGOTIATED_FEATURES, ops->get_driver_features(vdev)) ||
	    nla_put_u32(msg, VDPANL_A_QUEUE_INDEX, queue))
		goto out;
	err = ops->get_vendor_vq_stats(vdev, queue, msg, extack);
out:
	up_read(&vdev->cf_lock);
	return err;
}
