/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside vdpa.ko: what its files share.
 *
 * Locks, outermost first:
 *   mgmtdev.lock    serialises add and delete on one management device; dev_add and
 *                   dev_del run under it, so also a bus driver's probe (and what that takes: rtnl)
 *   vdev->cf_lock   the kernel header's lock of configuration, status and features
 *   registry_lock   list edits and look-ups only; nothing is called under it
 *   vdpa_priv.claim_lock  a spinlock, innermost
 * No handler holds any of them while it waits for user space.
 *
 * Objects found in the registry are pinned by a count of users, given back with registry_put() and
 * mgmtdev_put(). Taking an object away makes it unfindable, then waits until its users are gone: no
 * operation of a parent, not even the last free, runs after the parent has been told that all is over.
 */
#ifndef VDPA_CORE_H
#define VDPA_CORE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/vdpa.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include <vdpactl-netlink.h>
#include "vdpa_ext.h"

/* Who looks at an object now; one count is the registry's. */
struct users {
	refcount_t count;
	struct completion gone;
};

/* What the core keeps of a management device, as the parent's struct has no count of users. */
struct mgmtdev {
	struct list_head node;		/* registry_lock */
	bool leaving;			/* registry_lock; takes no new users, which it waits for */
	struct users users;
	struct mutex lock;
	struct vdpa_mgmt_dev *mdev;
	const char *wanted_driver;	/* lock; for the device that dev_add registers, or NULL */
	struct netlink_ext_ack *extack;	/* lock; of the request that dev_add serves, or NULL */
	const struct vdpa_create_options *options; /* lock; of the device that is being made */
	char *refusal;			/* lock; what extack may point to, of REFUSAL_SIZE, or NULL */
};

enum claim_state {
	CLAIM_FREE,
	CLAIM_HELD,	/* user space holds the device open */
	CLAIM_DYING,	/* deletion has begun; for ever */
};

/* The private record in front of every struct vdpa_device. */
struct vdpa_priv {
	struct vdpa_device *vdev;
	struct hlist_node by_name;	/* registry_lock */
	unsigned long id;		/* registry_lock; where a dump goes on */
	bool shown;			/* registry_lock; wholly registered, can be found */
	struct users users;
	struct mgmtdev *mgmtdev;	/* borrowed: it goes after its devices; NULL: nobody manages it */
	const struct vdpa_ext_ops *ext;

	spinlock_t claim_lock;		/* protects: the five below */
	enum claim_state claim;
	struct pid *holder;		/* a reference while held */
	char holder_comm[TASK_COMM_LEN];
	char driver[VDPACTL_NL_DRIVER_MAX + 1];	/* bound bus driver or "" */
	bool prompt;			/* its remove() does not wait for user space */

	spinlock_t event_lock;		/* protects: the two below; taken in any context */
	bool announced;			/* listeners know of the device */
	u32 changes;			/* VDPACTL_NL_CHANGE_* not announced yet */
	struct work_struct announce;
};

struct vdpa_priv *vdpa_priv(const struct vdpa_device *vdev);

extern struct bus_type vdpa_bus;

/* registry.c */
/* Take the device's name, from before device_add() until after device_del(). */
int registry_add(struct vdpa_priv *priv);
void registry_del(struct vdpa_priv *priv);
/* Let it be found; or not any more, which waits for the users it has. */
void registry_show(struct vdpa_priv *priv);
void registry_hide(struct vdpa_priv *priv);
bool registry_has(const char *name);
/* The device, pinned (registry_put), or NULL. */
struct vdpa_device *registry_find(const char *name);
/* The first device whose id is above *@id, pinned; *@id moves to it. NULL at the end. */
struct vdpa_device *registry_next(unsigned long *id);
void registry_put(struct vdpa_device *vdev);
unsigned int registry_generation(void);
void registry_add_mgmtdev(struct mgmtdev *m);
/* Takes it off the list, waits for its users and returns it, or NULL when it was not there. */
struct mgmtdev *registry_del_mgmtdev(const struct vdpa_mgmt_dev *mdev);
/* By name (bus may be NULL), pinned (mgmtdev_put), or NULL. */
struct mgmtdev *registry_find_mgmtdev(const char *bus, const char *name);
/* Of a registered device, pinned; *@ret_vdev gets a device reference. -ENODEV, -EINVAL: has none. */
struct mgmtdev *registry_mgmtdev_of_device(const char *name, struct vdpa_device **ret_vdev);
/* Borrowed: for who runs inside dev_add(). */
struct mgmtdev *registry_mgmtdev_of(const struct vdpa_mgmt_dev *mdev);
/* The @index-th one, pinned, for dumps. */
struct mgmtdev *registry_mgmtdev_at(long index);
void mgmtdev_put(struct mgmtdev *m);

#define REFUSAL_SIZE 128

/* mgmtdev.c */
struct dev_request {
	const char *bus;	/* management device's bus or NULL */
	const char *mgmtdev;
	const char *name;
	bool number;		/* a "%d" in the name stands for the lowest free number */
	const char *driver;	/* bus driver or NULL for any */
	char *refusal;		/* room for a parent's words, there until the answer is sent */
	struct vdpa_dev_set_config config;
	struct vdpa_create_options options;
};

/* Create a device. @ret_vdev: the device, pinned, or NULL when not wanted. */
int mgmtdev_add_device(const struct dev_request *req, struct netlink_ext_ack *extack,
		       struct vdpa_device **ret_vdev);
int mgmtdev_del_device(const char *name, struct netlink_ext_ack *extack);
const char *mgmtdev_bus(const struct vdpa_mgmt_dev *mdev);
u64 mgmtdev_classes(const struct vdpa_mgmt_dev *mdev);

/* claim.c */
void claim_init(struct vdpa_priv *priv);
void claim_fini(struct vdpa_priv *priv);
/*
 * Bar new claims for ever. Unless @force, -EBUSY when user space holds the device and -EINPROGRESS when
 * somebody deletes it already.
 */
int claim_begin_remove(struct vdpa_priv *priv, bool force);
bool claim_driver_is_prompt(struct vdpa_priv *priv);
bool claim_driver_is(struct vdpa_priv *priv, const char *driver);
void claim_announce(struct vdpa_priv *priv);
void claim_announce_end(struct vdpa_priv *priv);
bool claim_is_dying(struct vdpa_priv *priv);
void claim_set_driver(struct vdpa_priv *priv, const char *driver);

/* request.c: reading attributes that family "vdpa" and the nest in "vdpactl" share */
extern const struct nla_policy vdpa_nl_policy[VDPANL_A_COUNT];
extern const struct nla_policy vdpa_nl_create_policy[VDPANL_A_COUNT];
int request_parse(struct nlattr **attrs, struct dev_request *req, struct netlink_ext_ack *extack);
/* What only family "vdpactl" takes: @attrs of the nest, @ext of the message, the file that it names or NULL. */
void request_parse_options(struct nlattr **attrs, struct nlattr **ext, struct file *file,
			   struct dev_request *req);
/* The device that DEV_NAME names, pinned (registry_put), or ERR_PTR. */
struct vdpa_device *request_device(struct nlattr **attrs, struct netlink_ext_ack *extack);
/* Change what is not NULL. */
int request_set(struct vdpa_device *vdev, const u8 *mac, const bool *up,
		struct netlink_ext_ack *extack);

/* nl-fill*.c: attributes of family "vdpa"; all are called on pinned objects */
int nl_fill_mgmtdev_name(struct sk_buff *msg, const struct vdpa_mgmt_dev *mdev);
int nl_fill_mgmtdev(struct sk_buff *msg, const struct vdpa_mgmt_dev *mdev);
int nl_fill_device(struct sk_buff *msg, struct vdpa_device *vdev);
int nl_fill_config(struct sk_buff *msg, struct vdpa_device *vdev);
int nl_fill_stats(struct sk_buff *msg, struct vdpa_device *vdev, u32 queue,
		  struct netlink_ext_ack *extack);
int nl_put_u64(struct sk_buff *msg, int attr, u64 value);
/* Configuration space without the side effects of vdpa_get_config(); short spaces read as zero. */
void nl_read_config(struct vdpa_device *vdev, void *buf, size_t size);
int nl_fill_net_config(struct sk_buff *msg, struct vdpa_device *vdev, u64 features);
u16 nl_net_max_vqp(struct vdpa_device *vdev, u64 features);
int nl_fill_blk_config(struct sk_buff *msg, struct vdpa_device *vdev, u64 features);

/*
 * netlink-later.c: call @doit and acknowledge when nothing is locked any more, still before the sender's
 * sendmsg() returns. For a handler to return the result of. @n_attrs: of the family. info->user_ptr[0] is
 * REFUSAL_SIZE bytes for @doit.
 */
int netlink_later(struct sk_buff *skb, struct genl_info *info, size_t n_attrs,
		  int (*doit)(struct sk_buff *skb, struct genl_info *info));

/* netlink.c, netlink-ext.c */
int netlink_init(void);
void netlink_exit(void);
int netlink_ext_init(void);
void netlink_ext_exit(void);
/* Multicast one event about a device; process context. */
void netlink_ext_device_event(struct vdpa_priv *priv, enum vdpactl_nl_cmd event, u32 changes);
void netlink_ext_mgmtdev_event(const struct vdpa_mgmt_dev *mdev, enum vdpactl_nl_cmd event);

extern struct workqueue_struct *vdpa_wq;

#endif
