// SPDX-License-Identifier: GPL-2.0-only
/* Generic netlink family "vdpactl": what mainline's family has no words for, and events. */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>

#include "core.h"

static struct genl_family ext_family;

static const struct nla_policy ext_policy[VDPACTL_NL_A_COUNT] = {
	[VDPACTL_NL_A_VDPA] = NLA_POLICY_NESTED(vdpa_nl_create_policy),
	[VDPACTL_NL_A_DRIVER] = { .type = NLA_NUL_STRING },
	[VDPACTL_NL_A_LINK] = NLA_POLICY_MAX(NLA_U8, 1),
	[VDPACTL_NL_A_BLK_SHARED] = NLA_POLICY_MAX(NLA_U8, 1),
	[VDPACTL_NL_A_NET_BACKPRESSURE] = NLA_POLICY_MAX(NLA_U8, 1),
	[VDPACTL_NL_A_BLK_FD] = { .type = NLA_U32 },
	[VDPACTL_NL_A_NET_PEER] = { .type = NLA_NUL_STRING, .len = VDPANL_NAME_MAX },
};

/* The attributes inside the nest; the policy was applied when the message was parsed. */
static int parse_nest(struct genl_info *info, struct nlattr **attrs)
{
	if (!info->attrs[VDPACTL_NL_A_VDPA]) {
		NL_SET_ERR_MSG_MOD(info->extack, "Nest of vdpa attributes is missing");
		return -EINVAL;
	}
	return nla_parse_nested(attrs, VDPANL_A_COUNT - 1, info->attrs[VDPACTL_NL_A_VDPA],
				vdpa_nl_create_policy, info->extack);
}

/* ---- reports ------------------------------------------------------------------------------- */

static int put_holder(struct sk_buff *msg, struct vdpa_priv *priv)
{
	char comm[TASK_COMM_LEN], driver[sizeof(priv->driver)];
	struct pid *holder;
	bool held;
	int err = -EMSGSIZE;

	spin_lock(&priv->claim_lock);
	held = priv->holder;
	holder = get_pid(priv->holder);
	memcpy(comm, priv->holder_comm, sizeof(comm));
	memcpy(driver, priv->driver, sizeof(driver));
	spin_unlock(&priv->claim_lock);

	if (*driver && nla_put_string(msg, VDPACTL_NL_A_DRIVER, driver))
		goto out;
	if (held && (nla_put_flag(msg, VDPACTL_NL_A_IN_USE) ||
		     nla_put_u32(msg, VDPACTL_NL_A_HOLDER_PID, pid_vnr(holder)) ||
		     nla_put_string(msg, VDPACTL_NL_A_HOLDER_COMM, comm)))
		goto out;
	err = 0;
out:
	put_pid(holder);
	return err;
}

static int put_peer(struct sk_buff *msg, struct vdpa_device *vdev)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(vdev);
	char name[VDPANL_NAME_MAX + 1];

	if (!vdpa_ext_has(ext, get_peer) || ext->get_peer(vdev, name, sizeof(name)))
		return 0;
	return nla_put_string(msg, VDPACTL_NL_A_NET_PEER, name);
}

static int fill_device(struct sk_buff *msg, struct vdpa_device *vdev)
{
	struct nlattr *nest = nla_nest_start(msg, VDPACTL_NL_A_VDPA);

	if (!nest || nl_fill_device(msg, vdev))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return put_peer(msg, vdev) ?: put_holder(msg, vdpa_priv(vdev));
}

/* Sends a DEV message about a pinned device. */
static int reply_device(struct genl_info *info, u8 cmd, struct vdpa_device *vdev)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err = -EMSGSIZE;
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put(msg, info->snd_portid, info->snd_seq, &ext_family, 0, cmd);
	if (hdr)
		err = vdev->mdev ? fill_device(msg, vdev) : -EINVAL;
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attrs[VDPANL_A_COUNT];
	struct vdpa_device *vdev;
	int err;

	err = parse_nest(info, attrs);
	if (err)
		return err;
	vdev = request_device(attrs, info->extack);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	err = reply_device(info, VDPACTL_NL_CMD_DEV_GET, vdev);
	registry_put(vdev);
	return err;
}

static int dump_one(struct sk_buff *msg, struct netlink_callback *cb, struct vdpa_device *vdev)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &ext_family,
			  NLM_F_MULTI, VDPACTL_NL_CMD_DEV_GET);
	if (!hdr)
		return -EMSGSIZE;
	err = vdev->mdev ? fill_device(msg, vdev) : -ENODEV;
	if (err) {
		genlmsg_cancel(msg, hdr);
		return err == -EMSGSIZE ? err : 0;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(msg, hdr);
	return 0;
}

static int dev_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	unsigned long id = cb->args[0];
	struct vdpa_device *vdev;
	int err = 0;

	cb->seq = registry_generation();
	while ((vdev = registry_next(&id))) {
		err = dump_one(msg, cb, vdev);
		registry_put(vdev);
		if (err)
			break;
		cb->args[0] = id;
	}
	return err && !msg->len ? err : msg->len;
}

/* ---- changes ------------------------------------------------------------------------------- */

static int check_driver(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	size_t len = strlen(nla_data(attr));

	if (len && len <= VDPACTL_NL_DRIVER_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "vdpa: Driver name is empty or longer than 31 bytes");
	return -EINVAL;
}

static int new_device(struct genl_info *info, struct file *file)
{
	struct nlattr *attrs[VDPANL_A_COUNT];
	struct vdpa_device *vdev = NULL;
	struct dev_request req = { .number = true, .refusal = info->user_ptr[0] };
	int err;

	err = parse_nest(info, attrs);
	if (!err)
		err = request_parse(attrs, &req, info->extack);
	if (!err && info->attrs[VDPACTL_NL_A_DRIVER])
		err = check_driver(info->attrs[VDPACTL_NL_A_DRIVER], info->extack);
	if (err)
		return err;
	request_parse_options(attrs, info->attrs, file, &req);
	if (info->attrs[VDPACTL_NL_A_DRIVER])
		req.driver = nla_data(info->attrs[VDPACTL_NL_A_DRIVER]);
	err = mgmtdev_add_device(&req, info->extack, &vdev);
	if (err || !vdev)
		return err;
	/* The device exists: that the report of it fails is not the request's failure. */
	reply_device(info, VDPACTL_NL_CMD_DEV_NEW, vdev);
	registry_put(vdev);
	return 0;
}

static int dev_new(struct sk_buff *skb, struct genl_info *info)
{
	struct file *file = info->user_ptr[1];
	int err = new_device(info, file);

	if (file)
		fput(file);
	return err;
}

/*
 * A descriptor is the sender's, who may change what it means, or be gone, when the request is done later: so the file is
 * taken now.
 */
static int dev_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *fd = info->attrs[VDPACTL_NL_A_BLK_FD];
	struct file *file = NULL;
	int err;

	if (fd) {
		file = fget(nla_get_u32(fd));
		if (!file) {
			NL_SET_ERR_MSG_ATTR(info->extack, fd,
					    "vdpa: The sender has no such file open");
			return -EBADF;
		}
	}
	info->user_ptr[1] = file;
	err = netlink_later(skb, info, VDPACTL_NL_A_COUNT, dev_new);
	if (file && err != -EINTR)
		fput(file);
	return err;
}

static int dev_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *link = info->attrs[VDPACTL_NL_A_LINK];
	struct nlattr *attrs[VDPANL_A_COUNT];
	const u8 *mac = NULL;
	struct vdpa_device *vdev;
	bool up;
	int err;

	err = parse_nest(info, attrs);
	if (err)
		return err;
	if (attrs[VDPANL_A_NET_MACADDR])
		mac = nla_data(attrs[VDPANL_A_NET_MACADDR]);
	if (link)
		up = nla_get_u8(link);
	if (!link && !mac) {
		NL_SET_ERR_MSG_MOD(info->extack, "Nothing to set: neither MAC address nor link");
		return -EINVAL;
	}
	vdev = request_device(attrs, info->extack);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	err = request_set(vdev, mac, link ? &up : NULL, info->extack);
	registry_put(vdev);
	return err;
}

static int dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netlink_later(skb, info, VDPACTL_NL_A_COUNT, dev_set);
}

/* ---- events -------------------------------------------------------------------------------- */

enum { GROUP_EVENTS };

static const struct genl_multicast_group ext_groups[] = {
	[GROUP_EVENTS] = { .name = VDPACTL_NL_EVENTS },
};

static void send_event(const struct vdpa_device *vdev, const struct vdpa_mgmt_dev *mdev, u8 event,
		       u32 changes)
{
	struct sk_buff *msg;
	struct nlattr *nest;
	void *hdr;

	if (!genl_has_listeners(&ext_family, &init_net, GROUP_EVENTS))
		return;
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &ext_family, 0, event);
	nest = hdr ? nla_nest_start(msg, VDPACTL_NL_A_VDPA) : NULL;
	if (!nest || (mdev && nl_fill_mgmtdev_name(msg, mdev)) ||
	    (vdev && nla_put_string(msg, VDPANL_A_DEV_NAME, dev_name(&vdev->dev)))) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	if (changes && nla_put_u32(msg, VDPACTL_NL_A_CHANGES, changes)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast(&ext_family, msg, 0, GROUP_EVENTS, GFP_KERNEL);
}

void netlink_ext_device_event(struct vdpa_priv *priv, enum vdpactl_nl_cmd event, u32 changes)
{
	send_event(priv->vdev, priv->vdev->mdev, event, changes);
}

void netlink_ext_mgmtdev_event(const struct vdpa_mgmt_dev *mdev, enum vdpactl_nl_cmd event)
{
	send_event(NULL, mdev, event, 0);
}

static const struct genl_ops ext_ops[] = {
	{ .cmd = VDPACTL_NL_CMD_DEV_NEW, .doit = dev_new_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = VDPACTL_NL_CMD_DEV_GET, .doit = dev_get_doit, .dumpit = dev_get_dumpit },
	{ .cmd = VDPACTL_NL_CMD_DEV_SET, .doit = dev_set_doit, .flags = GENL_ADMIN_PERM },
};

static struct genl_family ext_family __ro_after_init = {
	.name = VDPACTL_NL_FAMILY,
	.version = VDPACTL_NL_VERSION,
	.maxattr = VDPACTL_NL_A_COUNT - 1,
	.policy = ext_policy,
	.netnsok = false,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ext_ops,
	.n_ops = ARRAY_SIZE(ext_ops),
	.resv_start_op = VDPACTL_NL_CMD_DEV_NEW,
	.mcgrps = ext_groups,
	.n_mcgrps = ARRAY_SIZE(ext_groups),
};

int netlink_ext_init(void)
{
	return genl_register_family(&ext_family);
}

void netlink_ext_exit(void)
{
	genl_unregister_family(&ext_family);
}

MODULE_ALIAS_GENL_FAMILY(VDPACTL_NL_FAMILY);
