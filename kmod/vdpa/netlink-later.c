// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that may take long, done outside of generic netlink's lock.
 *
 * Handlers run with that lock held for reading. While a parent takes its time there, a module that registers
 * a family waits for the lock, and everybody's requests wait behind it. So such a request is done when its
 * sender is on the way out of sendmsg(): nothing is held then, and for the sender nothing differs, since the
 * answer is there when sendmsg() returns.
 *
 * The way to get there is the release of a file, which the kernel puts off to that moment, and which keeps
 * this module for as long as it takes.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "core.h"

struct later {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	struct sk_buff *skb;	/* a reference */
	struct sock *sender;	/* a reference */
	struct genl_info info;
	struct netlink_ext_ack extack;
	char refusal[REFUSAL_SIZE];
	struct nlattr *attrs[];
};

static void later_free(struct later *later)
{
	sock_put(later->sender);
	consume_skb(later->skb);
	kfree(later);
}

static void later_do(struct later *later)
{
	struct nlmsghdr *nlh = later->info.nlhdr;
	int err;

	/* The messages are pulled off as they are handled; acknowledging looks at this one again. */
	skb_push(later->skb, later->skb->data - (unsigned char *)nlh);
	err = later->doit(later->skb, &later->info);
	if (err || nlh->nlmsg_flags & NLM_F_ACK)
		netlink_ack(later->skb, nlh, err, &later->extack);
	later_free(later);
}

static int later_release(struct inode *inode, struct file *file)
{
	later_do(file->private_data);
	return 0;
}

static const struct file_operations later_fops = {
	.owner = THIS_MODULE,
	.release = later_release,
};

/* Messages of one buffer are done in their order, so only the last one can be put off. */
static bool is_last(const struct sk_buff *skb, const struct nlmsghdr *nlh)
{
	return skb->len < NLMSG_ALIGN(nlh->nlmsg_len) + NLMSG_HDRLEN;
}

static struct later *later_new(struct sk_buff *skb, struct genl_info *info, size_t n_attrs)
{
	struct later *later = kmalloc(struct_size(later, attrs, n_attrs), GFP_KERNEL);

	if (!later)
		return NULL;
	later->skb = skb_get(skb);
	later->sender = NETLINK_CB(skb).sk;
	sock_hold(later->sender);
	later->info = *info;
	later->info.attrs = later->attrs;
	later->extack = *info->extack;
	later->info.extack = &later->extack;
	later->info.user_ptr[0] = later->refusal;
	memcpy(later->attrs, info->attrs, n_attrs * sizeof(*later->attrs));
	return later;
}

int netlink_later(struct sk_buff *skb, struct genl_info *info, size_t n_attrs,
		  int (*doit)(struct sk_buff *skb, struct genl_info *info))
{
	struct later *later = later_new(skb, info, n_attrs);
	struct file *file;

	if (!later)
		return -ENOMEM;
	later->doit = doit;
	if (is_last(skb, info->nlhdr)) {
		file = anon_inode_getfile("[vdpa-request]", &later_fops, later, O_RDONLY);
		if (IS_ERR(file)) {
			later_free(later);
			return PTR_ERR(file);
		}
		fput(file);
	} else {
		later_do(later);
	}
	/* To netlink that means that it has nothing to acknowledge. */
	return -EINTR;
}
