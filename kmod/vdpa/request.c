// SPDX-License-Identifier: GPL-2.0-only
/* What a request's attributes say, checked. */
#include <linux/etherdevice.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_net.h>

#include "core.h"

/* Strings are checked for length where the text can say which one it is. */
#define POLICY							\
	[VDPANL_A_MGMTDEV_BUS_NAME] = { .type = NLA_NUL_STRING },	\
	[VDPANL_A_MGMTDEV_DEV_NAME] = { .type = NLA_NUL_STRING },	\
	[VDPANL_A_DEV_NAME] = { .type = NLA_NUL_STRING },		\
	[VDPANL_A_NET_MACADDR] = NLA_POLICY_ETH_ADDR,		\
	[VDPANL_A_NET_MAX_VQP] = { .type = NLA_U16 },		\
	[VDPANL_A_NET_MTU] = NLA_POLICY_MIN(NLA_U16, ETH_MIN_MTU),	\
	[VDPANL_A_QUEUE_INDEX] = { .type = NLA_U32 },		\
	[VDPANL_A_DEV_FEATURES] = { .type = NLA_U64 }

const struct nla_policy vdpa_nl_policy[VDPANL_A_COUNT] = {
	POLICY,
};

/* Mainline's family ignores the rest, ours takes it when a device is made. */
const struct nla_policy vdpa_nl_create_policy[VDPANL_A_COUNT] = {
	POLICY,
	[VDPANL_A_BLK_CAPACITY] = { .type = NLA_U64 },
	[VDPANL_A_BLK_BLK_SIZE] = { .type = NLA_U32 },
	[VDPANL_A_BLK_NUM_QUEUES] = { .type = NLA_U16 },
	[VDPANL_A_BLK_READ_ONLY] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* The driver core would turn '/' into '!', and nobody would find the device by its name. */
static int check_name(const struct nlattr *attr, bool number, struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	const char *percent = strchr(name, '%');
	const char *reason = NULL;
	static const char empty[] = "vdpa: Device name is empty";
	static const char too_long[] = "vdpa: Device name is longer than 63 bytes";
	static const char slash[] = "vdpa: Device name holds a '/'";
	static const char dots[] = "vdpa: Device name is \".\" or \"..\"";
	static const char format[] = "vdpa: Device name holds a '%' other than one \"%d\"";
	static const char control[] = "vdpa: Device name holds a blank or control character";

	if (!*name)
		reason = empty;
	else if (strlen(name) > VDPANL_NAME_MAX)
		reason = too_long;
	else if (strchr(name, '/'))
		reason = slash;
	else if (!strcmp(name, ".") || !strcmp(name, ".."))
		reason = dots;
	else if (number && percent && (percent[1] != 'd' || strchr(percent + 1, '%')))
		reason = format;
	for (; !reason && *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f)
			reason = control;
	if (!reason)
		return 0;
	if (extack) {
		extack->_msg = reason;
		extack->bad_attr = attr;
	}
	return -EINVAL;
}

static int parse_config(struct nlattr **attrs, struct vdpa_dev_set_config *config,
			struct netlink_ext_ack *extack)
{
	if (attrs[VDPANL_A_NET_MACADDR]) {
		nla_memcpy(config->net.mac, attrs[VDPANL_A_NET_MACADDR], ETH_ALEN);
		config->mask |= BIT_ULL(VDPANL_A_NET_MACADDR);
	}
	if (attrs[VDPANL_A_NET_MTU]) {
		config->net.mtu = nla_get_u16(attrs[VDPANL_A_NET_MTU]);
		config->mask |= BIT_ULL(VDPANL_A_NET_MTU);
	}
	if (attrs[VDPANL_A_NET_MAX_VQP]) {
		config->net.max_vq_pairs = nla_get_u16(attrs[VDPANL_A_NET_MAX_VQP]);
		if (!config->net.max_vq_pairs) {
			NL_SET_ERR_MSG_MOD(extack, "At least one pair of VQs is required");
			return -EINVAL;
		}
		config->mask |= BIT_ULL(VDPANL_A_NET_MAX_VQP);
	}
	if (attrs[VDPANL_A_DEV_FEATURES]) {
		config->device_features = nla_get_u64(attrs[VDPANL_A_DEV_FEATURES]);
		config->mask |= BIT_ULL(VDPANL_A_DEV_FEATURES);
	}
	return 0;
}

int request_parse(struct nlattr **attrs, struct dev_request *req, struct netlink_ext_ack *extack)
{
	int err;

	if (!attrs[VDPANL_A_DEV_NAME]) {
		NL_SET_ERR_MSG_MOD(extack, "Device name is missing");
		return -EINVAL;
	}
	err = check_name(attrs[VDPANL_A_DEV_NAME], req->number, extack);
	if (err)
		return err;
	err = parse_config(attrs, &req->config, extack);
	if (err)
		return err;
	if (!attrs[VDPANL_A_MGMTDEV_DEV_NAME]) {
		NL_SET_ERR_MSG_MOD(extack, "Fail to find the specified management device");
		return -EINVAL;
	}
	req->name = nla_data(attrs[VDPANL_A_DEV_NAME]);
	req->mgmtdev = nla_data(attrs[VDPANL_A_MGMTDEV_DEV_NAME]);
	if (attrs[VDPANL_A_MGMTDEV_BUS_NAME])
		req->bus = nla_data(attrs[VDPANL_A_MGMTDEV_BUS_NAME]);
	return 0;
}

void request_parse_options(struct nlattr **attrs, struct nlattr **ext, struct file *file,
			   struct dev_request *req)
{
	struct vdpa_create_options *o = &req->options;
	u64 *mask = &req->config.mask;

	o->ours = true;
	if (attrs[VDPANL_A_BLK_CAPACITY]) {
		o->blk_sectors = nla_get_u64(attrs[VDPANL_A_BLK_CAPACITY]);
		*mask |= BIT_ULL(VDPANL_A_BLK_CAPACITY);
	}
	if (attrs[VDPANL_A_BLK_BLK_SIZE]) {
		o->blk_size = nla_get_u32(attrs[VDPANL_A_BLK_BLK_SIZE]);
		*mask |= BIT_ULL(VDPANL_A_BLK_BLK_SIZE);
	}
	if (attrs[VDPANL_A_BLK_NUM_QUEUES]) {
		o->blk_queues = nla_get_u16(attrs[VDPANL_A_BLK_NUM_QUEUES]);
		*mask |= BIT_ULL(VDPANL_A_BLK_NUM_QUEUES);
	}
	if (attrs[VDPANL_A_BLK_READ_ONLY]) {
		o->blk_read_only = nla_get_u8(attrs[VDPANL_A_BLK_READ_ONLY]);
		*mask |= BIT_ULL(VDPANL_A_BLK_READ_ONLY);
	}
	if (ext[VDPACTL_NL_A_NET_PEER]) {
		o->net_peer = nla_data(ext[VDPACTL_NL_A_NET_PEER]);
		*mask |= VDPA_CREATE_NET_PEER;
	}
	if (ext[VDPACTL_NL_A_NET_BACKPRESSURE]) {
		o->net_backpressure = nla_get_u8(ext[VDPACTL_NL_A_NET_BACKPRESSURE]);
		*mask |= VDPA_CREATE_NET_BACKPRESSURE;
	}
	if (ext[VDPACTL_NL_A_BLK_SHARED]) {
		o->blk_shared = nla_get_u8(ext[VDPACTL_NL_A_BLK_SHARED]);
		*mask |= VDPA_CREATE_BLK_SHARED;
	}
	if (file) {
		o->blk_file = file;
		*mask |= VDPA_CREATE_BLK_FILE;
	}
}

struct vdpa_device *request_device(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	struct vdpa_device *vdev;

	if (!attrs[VDPANL_A_DEV_NAME]) {
		NL_SET_ERR_MSG_MOD(extack, "Device name is missing");
		return ERR_PTR(-EINVAL);
	}
	vdev = registry_find(nla_data(attrs[VDPANL_A_DEV_NAME]));
	if (vdev)
		return vdev;
	NL_SET_ERR_MSG_MOD(extack, "device not found");
	return ERR_PTR(-ENODEV);
}

static bool is_net(struct vdpa_device *vdev)
{
	return vdev->config->get_device_id(vdev) == VIRTIO_ID_NET;
}

static int check_set(struct vdpa_device *vdev, const u8 *mac, const bool *up,
		     struct netlink_ext_ack *extack)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(vdev);

	if (mac && !is_valid_ether_addr(mac)) {
		NL_SET_ERR_MSG_MOD(extack, "Invalid MAC address");
		return -EINVAL;
	}
	if (mac && (!is_net(vdev) || !vdpa_ext_has(ext, set_mac))) {
		NL_SET_ERR_MSG_MOD(extack, "Operation not supported by the device.");
		return -EOPNOTSUPP;
	}
	if (up && (!is_net(vdev) || !vdpa_ext_has(ext, set_link))) {
		NL_SET_ERR_MSG_MOD(extack, "The device's link cannot be set");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* All is checked before anything is done. */
int request_set(struct vdpa_device *vdev, const u8 *mac, const bool *up,
		struct netlink_ext_ack *extack)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(vdev);
	int err;

	err = check_set(vdev, mac, up, extack);
	if (err)
		return err;
	down_write(&vdev->cf_lock);
	if (mac)
		err = ext->set_mac(vdev, mac);
	if (!err && up)
		err = ext->set_link(vdev, *up);
	up_write(&vdev->cf_lock);
	if (!err)
		vdpa_notify(vdev, VDPACTL_NL_CHANGE_CONFIG);
	return err;
}
