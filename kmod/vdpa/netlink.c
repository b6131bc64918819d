// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "vdpa": mainline's commands, numbers and errors. */
#include <linux/capability.h>
#include <linux/module.h>

#include "core.h"

static struct genl_family vdpa_family;

/* The largest queue index plus one that virtio knows. */
#define QUEUE_LIMIT 0x8000

/* Answers are sent or freed exactly once: genlmsg_reply() takes the message in any case. */
static int reply(struct sk_buff *msg, struct genl_info *info, void *hdr, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static struct sk_buff *start_reply(struct genl_info *info, u8 cmd, void **hdr)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!msg)
		return NULL;
	*hdr = genlmsg_put(msg, info->snd_portid, info->snd_seq, &vdpa_family, 0, cmd);
	if (*hdr)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* ---- management devices -------------------------------------------------------------------- */

static int mgmtdev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *bus = NULL;
	struct sk_buff *msg;
	struct mgmtdev *m;
	void *hdr;
	int err;

	if (!info->attrs[VDPANL_A_MGMTDEV_DEV_NAME]) {
		NL_SET_ERR_MSG_MOD(info->extack, "Fail to find the specified mgmt device");
		return -EINVAL;
	}
	if (info->attrs[VDPANL_A_MGMTDEV_BUS_NAME])
		bus = nla_data(info->attrs[VDPANL_A_MGMTDEV_BUS_NAME]);
	m = registry_find_mgmtdev(bus, nla_data(info->attrs[VDPANL_A_MGMTDEV_DEV_NAME]));
	if (!m) {
		NL_SET_ERR_MSG_MOD(info->extack, "Fail to find the specified mgmt device");
		return -ENODEV;
	}
	msg = start_reply(info, VDPANL_CMD_MGMTDEV_NEW, &hdr);
	if (!msg) {
		mgmtdev_put(m);
		return -ENOMEM;
	}
	err = nl_fill_mgmtdev(msg, m->mdev);
	mgmtdev_put(m);
	return reply(msg, info, hdr, err);
}

static int mgmtdev_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct mgmtdev *m;
	int err = 0;
	void *hdr;

	cb->seq = registry_generation();
	while (!err && (m = registry_mgmtdev_at(cb->args[0]))) {
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &vdpa_family, NLM_F_MULTI, VDPANL_CMD_MGMTDEV_NEW);
		err = hdr ? nl_fill_mgmtdev(msg, m->mdev) : -EMSGSIZE;
		mgmtdev_put(m);
		if (err) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(msg, hdr);
		cb->args[0]++;
	}
	return msg->len;
}

/* ---- devices ------------------------------------------------------------------------------- */

static int dev_add(struct sk_buff *skb, struct genl_info *info)
{
	struct dev_request req = { .refusal = info->user_ptr[0] };
	int err;

	err = request_parse(info->attrs, &req, info->extack);
	return err ?: mgmtdev_add_device(&req, info->extack, NULL);
}

static int dev_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_later(skb, info, VDPANL_A_COUNT, dev_add);
}

static int dev_del(struct sk_buff *skb, struct genl_info *info)
{
	if (!info->attrs[VDPANL_A_DEV_NAME]) {
		NL_SET_ERR_MSG_MOD(info->extack, "Device name is missing");
		return -EINVAL;
	}
	return mgmtdev_del_device(nla_data(info->attrs[VDPANL_A_DEV_NAME]), info->extack);
}

static int dev_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_later(skb, info, VDPANL_A_COUNT, dev_del);
}

typedef int (*fill_fn)(struct sk_buff *msg, struct vdpa_device *vdev);

static int get_one(struct genl_info *info, u8 cmd, fill_fn fill, bool say_unmanaged)
{
	struct vdpa_device *vdev;
	struct sk_buff *msg;
	int err = -EINVAL;
	void *hdr;

	vdev = request_device(info->attrs, info->extack);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	msg = start_reply(info, cmd, &hdr);
	if (!msg) {
		registry_put(vdev);
		return -ENOMEM;
	}
	if (vdev->mdev)
		err = fill(msg, vdev);
	else if (say_unmanaged)
		NL_SET_ERR_MSG_MOD(info->extack, "unmanaged vdpa device");
	registry_put(vdev);
	return reply(msg, info, hdr, err);
}

/* One device into a dump: 0 also when there is nothing to say of it. */
static int dump_one(struct sk_buff *msg, struct netlink_callback *cb, struct vdpa_device *vdev,
		    u8 cmd, fill_fn fill)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &vdpa_family,
			  NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	err = vdev->mdev ? fill(msg, vdev) : -ENODEV;
	if (err) {
		genlmsg_cancel(msg, hdr);
		/* One device that cannot be reported never hides those behind it. */
		return err == -EMSGSIZE ? err : 0;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(msg, hdr);
	return 0;
}

/* The cursor is the id of the last device that is done with. */
static int dump_all(struct sk_buff *msg, struct netlink_callback *cb, u8 cmd, fill_fn fill)
{
	unsigned long id = cb->args[0];
	struct vdpa_device *vdev;
	int err = 0;

	cb->seq = registry_generation();
	while ((vdev = registry_next(&id))) {
		err = dump_one(msg, cb, vdev, cmd, fill);
		registry_put(vdev);
		if (err)
			break;
		cb->args[0] = id;
	}
	/* Nothing fitted into an empty message: it never will. */
	return err && !msg->len ? err : msg->len;
}

static int dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return get_one(info, VDPANL_CMD_DEV_NEW, nl_fill_device, false);
}

static int dev_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	return dump_all(msg, cb, VDPANL_CMD_DEV_NEW, nl_fill_device);
}

static int config_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return get_one(info, VDPANL_CMD_DEV_CONFIG_GET, nl_fill_config, true);
}

static int config_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	return dump_all(msg, cb, VDPANL_CMD_DEV_CONFIG_GET, nl_fill_config);
}

static int stats_fill(struct genl_info *info, struct vdpa_device *vdev, struct sk_buff *msg)
{
	u32 queue = nla_get_u32(info->attrs[VDPANL_A_QUEUE_INDEX]);

	if (!vdev->mdev) {
		NL_SET_ERR_MSG_MOD(info->extack, "unmanaged vdpa device");
		return -EINVAL;
	}
	if (queue > QUEUE_LIMIT) {
		/* The spelling is 6.1's, and clients have it in their logs. */
		NL_SET_ERR_MSG_MOD(info->extack, "queue index excceeds max value");
		return -ERANGE;
	}
	if (!vdev->config->get_vendor_vq_stats) {
		NL_SET_ERR_MSG_MOD(info->extack, "Device has no statistics");
		return -EOPNOTSUPP;
	}
	return nl_fill_stats(msg, vdev, queue, info->extack);
}

static int stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vdpa_device *vdev;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (info->attrs[VDPANL_A_DEV_NAME] && !info->attrs[VDPANL_A_QUEUE_INDEX]) {
		NL_SET_ERR_MSG_MOD(info->extack, "Queue index is missing");
		return -EINVAL;
	}
	vdev = request_device(info->attrs, info->extack);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	msg = start_reply(info, VDPANL_CMD_DEV_VSTATS_GET, &hdr);
	err = msg ? stats_fill(info, vdev, msg) : -ENOMEM;
	registry_put(vdev);
	return msg ? reply(msg, info, hdr, err) : err;
}

static int attr_set(struct sk_buff *skb, struct genl_info *info)
{
	struct vdpa_device *vdev;
	int err;

	if (!info->attrs[VDPANL_A_NET_MACADDR]) {
		NL_SET_ERR_MSG_MOD(info->extack, "MAC address is missing");
		return -EINVAL;
	}
	vdev = request_device(info->attrs, info->extack);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	err = request_set(vdev, nla_data(info->attrs[VDPANL_A_NET_MACADDR]), NULL,
			  info->extack);
	registry_put(vdev);
	return err;
}

static int attr_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_later(skb, info, VDPANL_A_COUNT, attr_set);
}

static const struct genl_ops vdpa_ops[] = {
	{ .cmd = VDPANL_CMD_MGMTDEV_GET, .doit = mgmtdev_get_doit, .dumpit = mgmtdev_get_dumpit },
	{ .cmd = VDPANL_CMD_DEV_NEW, .doit = dev_add_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = VDPANL_CMD_DEV_DEL, .doit = dev_del_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = VDPANL_CMD_DEV_GET, .doit = dev_get_doit, .dumpit = dev_get_dumpit },
	{ .cmd = VDPANL_CMD_DEV_CONFIG_GET, .doit = config_get_doit, .dumpit = config_get_dumpit },
	{ .cmd = VDPANL_CMD_DEV_VSTATS_GET, .doit = stats_get_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = VDPANL_CMD_DEV_ATTR_SET, .doit = attr_set_doit, .flags = GENL_ADMIN_PERM },
};

static struct genl_family vdpa_family __ro_after_init = {
	.name = VDPANL_FAMILY,
	.version = VDPANL_VERSION,
	.maxattr = VDPANL_A_COUNT - 1,
	.policy = vdpa_nl_policy,
	.netnsok = false,
	/* The handlers have locks of their own; with generic netlink's a slow one would stop all. */
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = vdpa_ops,
	.n_ops = ARRAY_SIZE(vdpa_ops),
	.resv_start_op = VDPANL_CMD_DEV_VSTATS_GET + 1,
};

int netlink_init(void)
{
	return genl_register_family(&vdpa_family);
}

void netlink_exit(void)
{
	genl_unregister_family(&vdpa_family);
}

MODULE_ALIAS_GENL_FAMILY(VDPANL_FAMILY);
