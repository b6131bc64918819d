/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated vDPA device: what all classes share. A class (net, block) embeds struct vdpasim as its
 * first member and says what it is with struct vdpasim_class.
 *
 * Locks. Every queue has a mutex; whoever serves the queue holds it for one batch, so whoever takes it
 * finds the queue at rest and no callback of it running. Of two queues the one that is read (transmit)
 * is taken before the one that is written (receive). cf_lock of the vDPA device is outside of them;
 * cb_lock, then state_lock, are inside.
 */
#ifndef VDPASIM_H
#define VDPASIM_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/vdpa.h>
#include <linux/workqueue.h>
#include <uapi/linux/virtio_ring.h>

#include <vdpactl-netlink.h>
#include "vdpa_ext.h"
#include "vring/vring.h"

#define VDPASIM_QUEUE_MAX 256 /* entries; mainline's number */

/* Features every simulator has. */
#define VDPASIM_FEATURES (BIT_ULL(VIRTIO_F_ANY_LAYOUT) | BIT_ULL(VIRTIO_F_VERSION_1) | \
			  BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) | \
			  BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

/*
 * ... and what is for those who ask, as mainline's have none of it. Buffers go back in the order in which they came
 * in any case. A queue is reset by making it not ready.
 */
#define VDPASIM_FEATURES_ASKED (BIT_ULL(VIRTIO_F_RING_PACKED) | BIT_ULL(VIRTIO_F_IN_ORDER) | \
				BIT_ULL(VIRTIO_F_RING_RESET))

/* Where rings are while nobody says: who knows nothing of a group of theirs moves the one of their buffers. */
#define VDPASIM_WITH_BUFFERS UINT_MAX

struct vdpasim;

struct vdpasim_vq {
	struct mutex lock; /* protects everything here */
	struct vdpasim *sim;
	u16 idx;
	struct dvq q;
	struct dvq_config cfg; /* what the driver said; cfg.index is current while stopped */
	struct vdpa_callback cb;
	bool ready;
	bool broken; /* nothing more can be taken from it before reset */
	struct work_struct beside, here_work; /* one or the other serves it */
	bool told;   /* the driver wished to hear of the last batch */
	bool here;   /* serve it on the CPU of who kicks; core.c */
	u64 rested;  /* when there was nothing more to do last; local_clock() */
	u64 poll_ns; /* how long to wait for more before that */
};

/**
 * struct vdpasim_class - what makes a simulator one of a class
 * @device_id: virtio device id
 * @config_size: bytes of configuration space
 * @ngroups: groups of queues
 * @nas: address spaces
 * @vq_group: the group of a queue, below @ngroups; may depend on the negotiated features
 * @ring_group: the group of the rings, but not the buffers, of the queues of group 0; 0: they have none of their own
 * @serve: serve a kicked queue, a batch at most, vq->lock held, the device running. True when there
 *	may be more. Called only for queues that @serves names.
 * @serves: whether kicks of this queue mean work
 * @prompt: whether @serve of this queue neither sleeps nor takes long, so that it may run within the
 *	kick; optional
 * @reset: forget what the driver set; all queues are stopped
 * @write_config: the driver wrote; optional, without it nothing can be written
 * @stats: vendor statistics of an existing queue into @msg, vq->lock not held: 0 or -errno
 */
struct vdpasim_class {
	u32 device_id;
	size_t config_size;
	unsigned int ngroups;
	unsigned int nas;
	u32 (*vq_group)(struct vdpasim *sim, u16 idx);
	u32 ring_group;
	bool (*serve)(struct vdpasim *sim, struct vdpasim_vq *vq);
	bool (*serves)(struct vdpasim *sim, u16 idx);
	bool (*prompt)(struct vdpasim *sim, u16 idx);
	void (*reset)(struct vdpasim *sim);
	void (*write_config)(struct vdpasim *sim, unsigned int offset, const void *buf,
			     unsigned int len);
	int (*stats)(struct vdpasim *sim, u16 idx, struct sk_buff *msg,
		     struct netlink_ext_ack *extack);
};

struct vdpasim {
	struct vdpa_device vdpa; /* first: the bus allocates and frees the whole */
	const struct vdpasim_class *class;
	u16 nvqs;
	struct vdpasim_vq *vqs; /* owned */
	u64 offered;		/* features; constant */
	u64 features;		/* negotiated; written under cf_lock */
	bool running;		/* a driver is there and the device not suspended */

	/* debugfs.c */
	struct dentry *debugfs;
	u64 stalled;		/* bit i: queue i is not served */
	atomic_t fail;		/* this many steps on one fails */

	struct mutex map_lock; /* protects the address spaces below; outside of the queues' */
	struct dvq_as **as;    /* class->nas of them, owned, made by dvq_change_make(); NULL maps nothing */
	unsigned int *group_as; /* class->ngroups indexes of as[], or VDPASIM_WITH_BUFFERS */
	unsigned int dma_users; /* allocations of a kernel driver: physical addresses while not 0 */

	struct mutex cb_lock; /* protects config_cb, held while it runs */
	struct vdpa_callback config_cb;
	struct work_struct config_work; /* calls it on behalf of who must not sleep */

	spinlock_t state_lock; /* protects status, generation and config */
	u8 status;
	u32 generation;
	void *config; /* class->config_size bytes, owned */
};

static inline struct vdpasim *to_sim(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct vdpasim, vdpa);
}

/* What vdpasim_create() makes a device of; @size is that of the class's structure. */
struct vdpasim_create {
	struct vdpa_mgmt_dev *mdev;
	const char *name;
	const struct vdpasim_class *class;
	size_t size;
	u16 nvqs;
	u64 features;
};

/* A device that is not registered yet, dropped with put_device(), or an ERR_PTR. */
struct vdpasim *vdpasim_create(const struct vdpasim_create *c);

/* Take a device off the bus and bring it to rest: no operation of its class runs afterwards. */
void vdpasim_delete(struct vdpasim *sim);

/* Have a queue served soon; any context. */
void vdpasim_kick(struct vdpasim_vq *vq);

/* Serve a queue here and now if that can be done; false when it takes a vdpasim_kick(). */
bool vdpasim_serve_now(struct vdpasim_vq *vq);

/* Whether buffers may be taken from this queue now; vq->lock held. */
bool vdpasim_usable(struct vdpasim_vq *vq);

/* Show the driver what was pushed, and call it if it wants that; vq->lock held. */
void vdpasim_publish(struct vdpasim_vq *vq);

/* The driver made a ring nobody can use: stop it, ask for a reset; vq->lock held. */
void vdpasim_break(struct vdpasim_vq *vq);

/* The configuration space was changed: new generation, and an interrupt while a driver runs. */
void vdpasim_config_changed(struct vdpasim *sim);

/*
 * debugfs.c: faults that tests ask for. Whether the step of making a device, or the one that needs memory, that is about
 * to be done has to fail; any context.
 */
bool vdpasim_fails_create(void);
bool vdpasim_fails(struct vdpasim *sim);
void vdpasim_debugfs_add(struct vdpasim *sim);
void vdpasim_debugfs_remove(struct vdpasim *sim);
void vdpasim_debugfs_init(void);
void vdpasim_debugfs_exit(void);

static inline bool vdpasim_is_stalled(const struct vdpasim_vq *vq)
{
	return vq->idx < 64 && READ_ONCE(vq->sim->stalled) & BIT_ULL(vq->idx);
}

/* stats.c: a vendor statistic; 0 or -EMSGSIZE */
struct vdpasim_stat {
	const char *name;
	u64 value;
};
int vdpasim_put_stats(struct sk_buff *msg, const struct vdpasim_stat *stats, size_t n);

/* ops.c */
extern const struct vdpa_config_ops vdpasim_ops;
/* For a class's struct vdpa_ext_ops. */
int vdpasim_resume(struct vdpa_device *vdpa);
u32 vdpasim_get_vq_size(struct vdpa_device *vdpa, u16 idx);
u64 vdpasim_get_backend_features(struct vdpa_device *vdpa);
void vdpasim_stop(struct vdpasim *sim);

/* iommu.c */
int vdpasim_set_map(struct vdpa_device *vdpa, unsigned int asid, struct vhost_iotlb *iotlb);
int vdpasim_set_spans(struct vdpa_device *vdpa, unsigned int asid, struct vdpa_spans *spans);
u32 vdpasim_get_vq_desc_group(struct vdpa_device *vdpa, u16 idx);
int vdpasim_set_group_asid(struct vdpa_device *vdpa, unsigned int group, unsigned int asid);
void vdpasim_iommu_setup(void);
int vdpasim_iommu_init(struct vdpasim *sim);
void vdpasim_iommu_regroup(struct vdpasim *sim, bool home);
void vdpasim_iommu_free(struct vdpasim *sim);

#endif
