// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest_stale: a generic netlink family that hands out memory as it found it, so that the tests for stale memory can be
 * seen to notice: command 1 of family "vmtest_stale", as a request and as a dump, answers one attribute that nobody filled.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#define CMD	1
#define ATTR	1
#define STALE	64

static struct genl_family family;

static int put_stale(struct sk_buff *msg, u32 portid, u32 seq)
{
	void *hdr = genlmsg_put(msg, portid, seq, &family, 0, CMD);

	if (!hdr || !nla_reserve(msg, ATTR, STALE))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

static int doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = put_stale(msg, info->snd_portid, info->snd_seq);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* One message, and the end at the second call. */
static int dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	if (cb->args[0]++)
		return 0;
	return put_stale(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq) ?: msg->len;
}

static const struct genl_small_ops ops[] = {
	{ .cmd = CMD, .doit = doit, .dumpit = dumpit },
};

static struct genl_family family = {
	.name = "vmtest_stale",
	.version = 1,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.resv_start_op = CMD + 1,
};

static int __init vmtest_stale_init(void)
{
	return genl_register_family(&family);
}

static void __exit vmtest_stale_exit(void)
{
	genl_unregister_family(&family);
}

module_init(vmtest_stale_init);
module_exit(vmtest_stale_exit);
MODULE_DESCRIPTION("Hands out stale memory, for the tests of the tests");
MODULE_LICENSE("GPL");
