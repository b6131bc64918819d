/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside vdpa.ko: what its files share.
 *
 * Locks, outermost first:
 *   mgmtdev.lock    serialises add and delete on one management device; dev_add and
 *                   dev_del run under it, so also a bus driver's probe (and what that takes: rtnl)
 *   *.live          read: the parent may be called; write: it is going away. Never held while waiting
 *                   for user space
 *   vdev->cf_lock   the kernel header's lock of configuration, status and features
 *   registry_lock   list edits and look-ups only; nothing is called under it
 *   vdpa_priv.claim_lock  a spinlock, innermost
 * No handler holds any of them while it waits for user space.
 */
#ifndef VDPA_CORE_H
#define VDPA_CORE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/vdpa.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>

#include <vdpactl-netlink.h>
#include "vdpa_ext.h"

/* What the core keeps of a management device; outlives the parent's struct vdpa_mgmt_dev. */
struct mgmtdev {
	struct list_head node;		/* registry_lock */
	struct kref ref;
	struct mutex lock;
	struct rw_semaphore live;	/* protects: mdev, together with lock for writing */
	struct vdpa_mgmt_dev *mdev;	/* NULL once unregistered */
	const char *wanted_driver;	/* lock; for the device that dev_add registers, or NULL */
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
	unsigned long id;		/* registry_lock; 0 when not registered */
	struct mgmtdev *mgmtdev;	/* a reference, or NULL for a device nobody manages */
	struct rw_semaphore live;	/* protects: alive */
	bool alive;			/* between registering and unregistering */
	const struct vdpa_ext_ops *ext;

	spinlock_t claim_lock;		/* protects: the four below */
	enum claim_state claim;
	struct pid *holder;		/* a reference while held */
	char holder_comm[TASK_COMM_LEN];
	char driver[VDPACTL_NL_DRIVER_MAX + 1];	/* bound bus driver or "" */

	atomic_t changes;		/* VDPACTL_NL_CHANGE_* not announced yet */
	struct work_struct announce;	/* holds a device reference while queued */
};

struct vdpa_priv *vdpa_priv(const struct vdpa_device *vdev);

/* registry.c */
int registry_add(struct vdpa_priv *priv);
void registry_del(struct vdpa_priv *priv);
bool registry_has(const char *name);
/* A reference to the device (drop with put_device), or NULL. */
struct vdpa_device *registry_find(const char *name);
/* The first device whose id is above *@id, with a reference; *@id moves to it. NULL at the end. */
struct vdpa_device *registry_next(unsigned long *id);
unsigned int registry_generation(void);
void registry_changed(void);
void registry_add_mgmtdev(struct mgmtdev *m);
void registry_del_mgmtdev(struct mgmtdev *m);
/* By name (bus may be NULL), with a reference (mgmtdev_put), or NULL. */
struct mgmtdev *registry_find_mgmtdev(const char *bus, const char *name);
struct mgmtdev *registry_mgmtdev_of(const struct vdpa_mgmt_dev *mdev);
/* The @index-th one, for dumps. */
struct mgmtdev *registry_mgmtdev_at(long index);

/* mgmtdev.c */
void mgmtdev_put(struct mgmtdev *m);
struct dev_request {
	const char *bus;	/* management device's bus or NULL */
	const char *mgmtdev;
	const char *name;	/* may hold one "%d" */
	const char *driver;	/* bus driver or NULL for any */
	struct vdpa_dev_set_config config;
};

/* Create a device. @ret_vdev: the device with a reference, or NULL when not wanted. */
int mgmtdev_add_device(const struct dev_request *req, struct netlink_ext_ack *extack,
		       struct vdpa_device **ret_vdev);
int mgmtdev_del_device(const char *name, struct netlink_ext_ack *extack);
const char *mgmtdev_bus(const struct vdpa_mgmt_dev *mdev);
u64 mgmtdev_classes(const struct vdpa_mgmt_dev *mdev);

/* claim.c */
void claim_init(struct vdpa_priv *priv);
void claim_fini(struct vdpa_priv *priv);
/* Bar new claims for ever. -EBUSY when user space holds the device and @force is false. */
int claim_begin_remove(struct vdpa_priv *priv, bool force);
bool claim_is_dying(struct vdpa_priv *priv);
void claim_set_driver(struct vdpa_priv *priv, const char *driver);

/* request.c: reading attributes that family "vdpa" and the nest in "vdpactl" share */
extern const struct nla_policy vdpa_nl_policy[VDPANL_A_COUNT];
int request_parse(struct nlattr **attrs, struct dev_request *req, struct netlink_ext_ack *extack);
/* The live device that DEV_NAME names: reference and priv->live held for reading, or ERR_PTR. */
struct vdpa_device *request_device(struct nlattr **attrs, struct netlink_ext_ack *extack);
void request_device_done(struct vdpa_device *vdev);
int request_set_mac(struct vdpa_device *vdev, const struct nlattr *mac,
		    struct netlink_ext_ack *extack);
int request_set_link(struct vdpa_device *vdev, bool up, struct netlink_ext_ack *extack);

/* nl-fill*.c: attributes of family "vdpa"; all are called with priv->live held for reading */
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
