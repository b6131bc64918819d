// SPDX-License-Identifier: GPL-2.0-only
/* ioctls. Each is a row of one table: how much is copied in and out, and who may call it. */
#include <linux/nospec.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vhost_vdpa.h"

union arg {
	u8 status;
	u16 num;
	u32 n;
	int fd;
	u64 features;
	struct vhost_vdpa_iova_range range;
	struct vhost_vring_state state;
	struct vhost_vring_file file;
	struct vhost_vring_addr addr;
};

/* ---- device -------------------------------------------------------------------------------- */

static int get_device_id(struct vhost_vdpa *v, union arg *a)
{
	a->n = v->vdpa->config->get_device_id(v->vdpa);
	return 0;
}

static int get_status(struct vhost_vdpa *v, union arg *a)
{
	a->status = v->vdpa->config->get_status(v->vdpa);
	return 0;
}

int vhost_vdpa_reset(struct vhost_vdpa *v)
{
	v->in_batch = false;
	v->suspended = false;
	vhost_vdpa_map_forgotten(v);
	return vdpa_reset(v->vdpa);
}

static int set_status(struct vhost_vdpa *v, union arg *a)
{
	u8 old = v->vdpa->config->get_status(v->vdpa);
	int err;

	/* Bits are only ever added; 0 takes all away. */
	if (a->status && (old & ~a->status))
		return -EINVAL;
	if (!a->status) {
		if (old & VIRTIO_CONFIG_S_DRIVER_OK)
			vhost_vdpa_bypass(v, false);
		return vhost_vdpa_reset(v);
	}
	if (a->status & ~old & VIRTIO_CONFIG_S_DRIVER_OK) {
		err = vhost_vdpa_map_sync_all(v);
		if (err)
			return err;
	}
	vdpa_set_status(v->vdpa, a->status);
	if (a->status & ~old & VIRTIO_CONFIG_S_DRIVER_OK)
		vhost_vdpa_bypass(v, true);
	return 0;
}

static int get_features(struct vhost_vdpa *v, union arg *a)
{
	a->features = v->vdpa->config->get_device_features(v->vdpa);
	return 0;
}

static int set_features(struct vhost_vdpa *v, union arg *a)
{
	if (v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_FEATURES_OK)
		return -EBUSY;
	return vdpa_set_features(v->vdpa, a->features) ? -EINVAL : 0;
}

static u64 backend_features(struct vhost_vdpa *v)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(v->vdpa);
	u64 features = BIT_ULL(VHOST_BACKEND_F_IOTLB_MSG_V2) | BIT_ULL(VHOST_BACKEND_F_IOTLB_BATCH);

	if (v->vdpa->config->set_group_asid && v->nas > 1)
		features |= BIT_ULL(VHOST_BACKEND_F_IOTLB_ASID);
	if (v->vdpa->config->suspend)
		features |= BIT_ULL(VHOST_BACKEND_F_SUSPEND);
	if (vdpa_ext_has(ext, resume))
		features |= BIT_ULL(VHOST_BACKEND_F_RESUME);
	if (vdpa_ext_has(ext, get_vq_desc_group) && features & BIT_ULL(VHOST_BACKEND_F_IOTLB_ASID))
		features |= BIT_ULL(VHOST_BACKEND_F_DESC_ASID);
	/*
	 * What is told again after a reset was never lost; a parent that is told once must keep it.
	 */
	if (v->way != MAP_EACH)
		features |= BIT_ULL(VHOST_BACKEND_F_IOTLB_PERSIST);
	if (vdpa_ext_has(ext, get_backend_features))
		features |= ext->get_backend_features(v->vdpa) & VDPA_EXT_BACKEND_FEATURES;
	return features;
}

static int get_backend_features(struct vhost_vdpa *v, union arg *a)
{
	a->features = backend_features(v);
	return 0;
}

static int set_backend_features(struct vhost_vdpa *v, union arg *a)
{
	if (a->features & ~backend_features(v))
		return -EOPNOTSUPP;
	/* A space of their own for rings is of no use to who knows one alone. */
	if (a->features & BIT_ULL(VHOST_BACKEND_F_DESC_ASID) &&
	    !(a->features & BIT_ULL(VHOST_BACKEND_F_IOTLB_ASID)))
		return -EINVAL;
	v->backend_features = a->features;
	return 0;
}

static int get_vring_num(struct vhost_vdpa *v, union arg *a)
{
	a->num = v->vdpa->config->get_vq_num_max(v->vdpa);
	return 0;
}

static int set_config_call(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_config_call(v, a->fd);
}

static int get_iova_range(struct vhost_vdpa *v, union arg *a)
{
	a->range.first = v->range.first;
	a->range.last = v->range.last;
	return 0;
}

static int get_config_size(struct vhost_vdpa *v, union arg *a)
{
	a->n = v->vdpa->config->get_config_size(v->vdpa);
	return 0;
}

static int get_vqs_count(struct vhost_vdpa *v, union arg *a)
{
	a->n = v->nvqs;
	return 0;
}

static int get_group_num(struct vhost_vdpa *v, union arg *a)
{
	a->n = v->ngroups;
	return 0;
}

static int get_as_num(struct vhost_vdpa *v, union arg *a)
{
	a->n = v->nas;
	return 0;
}

/* A device that does not run has nothing to stop. */
static int suspend(struct vhost_vdpa *v, union arg *a)
{
	const struct vdpa_config_ops *ops = v->vdpa->config;
	int err;

	if (!ops->suspend)
		return -EOPNOTSUPP;
	if (!(ops->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK))
		return 0;
	err = ops->suspend(v->vdpa);
	if (!err)
		v->suspended = true;
	return err;
}

static int resume(struct vhost_vdpa *v, union arg *a)
{
	const struct vdpa_ext_ops *ext = vdpa_ext(v->vdpa);
	int err;

	if (!vdpa_ext_has(ext, resume))
		return -EOPNOTSUPP;
	if (!(v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK))
		return 0;
	err = ext->resume(v->vdpa);
	if (!err)
		v->suspended = false;
	return err;
}

/* Pages are charged to this process from now on, and only it may set up queues and memory. */
static int set_owner(struct vhost_vdpa *v, union arg *a)
{
	if (v->mm)
		return -EBUSY;
	mmgrab(current->mm);
	v->mm = current->mm;
	vdpa_claim_move(v->vdpa);
	return 0;
}

/* The queues' addresses are not those of the process, so its memory is of no use here. */
static int set_mem_table(struct vhost_vdpa *v, union arg *a)
{
	return 0;
}

/* ---- queues -------------------------------------------------------------------------------- */

static struct vhost_vdpa_vq *vq_of(struct vhost_vdpa *v, union arg *a)
{
	return &v->vqs[array_index_nospec(a->state.index, v->nvqs)];
}

static int set_vring_num(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_num(vq_of(v, a), a->state.num);
}

static int set_vring_addr(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_addr(vq_of(v, a), &a->addr);
}

static int set_vring_base(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_base(vq_of(v, a), a->state.num);
}

static int get_vring_base(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_get_base(vq_of(v, a), &a->state.num);
}

static int set_vring_kick(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_kick(vq_of(v, a), a->file.fd);
}

static int set_vring_call(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_call(vq_of(v, a), a->file.fd);
}

static int set_vring_err(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_err(vq_of(v, a), a->file.fd);
}

static int set_busyloop(struct vhost_vdpa *v, union arg *a)
{
	vq_of(v, a)->busyloop = a->state.num;
	return 0;
}

static int get_busyloop(struct vhost_vdpa *v, union arg *a)
{
	a->state.num = vq_of(v, a)->busyloop;
	return 0;
}

static int set_vring_enable(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_set_enable(vq_of(v, a), a->state.num);
}

static int get_vring_group(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_get_group(vq_of(v, a), &a->state.num);
}

static int get_vring_desc_group(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_get_desc_group(vq_of(v, a), &a->state.num);
}

static int get_vring_size(struct vhost_vdpa *v, union arg *a)
{
	return vhost_vdpa_get_size(vq_of(v, a), &a->state.num);
}

/* Here alone the index is that of a group. */
static int set_group_asid(struct vhost_vdpa *v, union arg *a)
{
	const struct vdpa_config_ops *ops = v->vdpa->config;

	if (a->state.index >= v->ngroups || a->state.num >= v->nas)
		return -EINVAL;
	if (!ops->set_group_asid)
		return -EOPNOTSUPP;
	if (ops->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK)
		return -EBUSY;
	return ops->set_group_asid(v->vdpa, a->state.index, a->state.num);
}

/* ---- dispatch ------------------------------------------------------------------------------ */

#define OWNER BIT(0)	/* only the owner may */
#define VRING BIT(1)	/* starts with the index of a queue */

static const struct ioctl {
	unsigned int cmd;
	u8 in, out;	/* bytes copied before and after */
	u8 flags;
	int (*run)(struct vhost_vdpa *v, union arg *a);	/* NULL: known, and not for us */
} ioctls[] = {
	{ VHOST_VDPA_GET_DEVICE_ID, 0, sizeof(u32), 0, get_device_id },
	{ VHOST_VDPA_GET_STATUS, 0, sizeof(u8), 0, get_status },
	{ VHOST_VDPA_SET_STATUS, sizeof(u8), 0, 0, set_status },
	{ VHOST_GET_FEATURES, 0, sizeof(u64), 0, get_features },
	{ VHOST_SET_FEATURES, sizeof(u64), 0, 0, set_features },
	{ VHOST_GET_BACKEND_FEATURES, 0, sizeof(u64), 0, get_backend_features },
	{ VHOST_SET_BACKEND_FEATURES, sizeof(u64), 0, 0, set_backend_features },
	{ VHOST_VDPA_GET_VRING_NUM, 0, sizeof(u16), 0, get_vring_num },
	{ VHOST_VDPA_SET_CONFIG_CALL, sizeof(int), 0, 0, set_config_call },
	{ VHOST_VDPA_GET_IOVA_RANGE, 0, sizeof(struct vhost_vdpa_iova_range), 0, get_iova_range },
	{ VHOST_VDPA_GET_CONFIG_SIZE, 0, sizeof(u32), 0, get_config_size },
	{ VHOST_VDPA_GET_VQS_COUNT, 0, sizeof(u32), 0, get_vqs_count },
	{ VHOST_VDPA_GET_GROUP_NUM, 0, sizeof(u32), 0, get_group_num },
	{ VHOST_VDPA_GET_AS_NUM, 0, sizeof(u32), 0, get_as_num },
	{ VHOST_VDPA_SUSPEND, 0, 0, 0, suspend },
	{ VHOST_VDPA_RESUME, 0, 0, 0, resume },
	{ VHOST_SET_LOG_BASE, 0, 0, 0, NULL },
	{ VHOST_SET_LOG_FD, 0, 0, 0, NULL },
	{ VHOST_SET_OWNER, 0, 0, 0, set_owner },
	{ VHOST_SET_MEM_TABLE, 0, 0, OWNER, set_mem_table },
	{ VHOST_SET_VRING_NUM, sizeof(struct vhost_vring_state), 0, OWNER | VRING, set_vring_num },
	{ VHOST_SET_VRING_ADDR, sizeof(struct vhost_vring_addr), 0, OWNER | VRING, set_vring_addr },
	{ VHOST_SET_VRING_BASE, sizeof(struct vhost_vring_state), 0, OWNER | VRING,
	  set_vring_base },
	{ VHOST_GET_VRING_BASE, sizeof(struct vhost_vring_state), sizeof(struct vhost_vring_state),
	  OWNER | VRING, get_vring_base },
	{ VHOST_SET_VRING_KICK, sizeof(struct vhost_vring_file), 0, OWNER | VRING, set_vring_kick },
	{ VHOST_SET_VRING_CALL, sizeof(struct vhost_vring_file), 0, OWNER | VRING, set_vring_call },
	{ VHOST_SET_VRING_ERR, sizeof(struct vhost_vring_file), 0, OWNER | VRING, set_vring_err },
	{ VHOST_SET_VRING_BUSYLOOP_TIMEOUT, sizeof(struct vhost_vring_state), 0, OWNER | VRING,
	  set_busyloop },
	{ VHOST_GET_VRING_BUSYLOOP_TIMEOUT, sizeof(struct vhost_vring_state),
	  sizeof(struct vhost_vring_state), OWNER | VRING, get_busyloop },
	{ VHOST_VDPA_SET_VRING_ENABLE, sizeof(struct vhost_vring_state), 0, OWNER | VRING,
	  set_vring_enable },
	{ VHOST_VDPA_GET_VRING_GROUP, sizeof(struct vhost_vring_state),
	  sizeof(struct vhost_vring_state), OWNER | VRING, get_vring_group },
	{ VHOST_VDPA_GET_VRING_DESC_GROUP, sizeof(struct vhost_vring_state),
	  sizeof(struct vhost_vring_state), OWNER | VRING, get_vring_desc_group },
	{ VHOST_VDPA_GET_VRING_SIZE, sizeof(struct vhost_vring_state),
	  sizeof(struct vhost_vring_state), OWNER | VRING, get_vring_size },
	{ VHOST_VDPA_SET_GROUP_ASID, sizeof(struct vhost_vring_state), 0, OWNER, set_group_asid },
	/* Any other: what is wrong with it is said in this order. */
	{ 0, sizeof(u32), 0, OWNER | VRING, NULL },
};

static const struct ioctl *find_ioctl(unsigned int cmd)
{
	const struct ioctl *i = ioctls;

	while (i->cmd && i->cmd != cmd)
		i++;
	return i;
}

static int run_ioctl(struct vhost_vdpa *v, const struct ioctl *i, union arg *a)
{
	lockdep_assert_held(&v->lock);
	if (!v->vdpa)
		return -ENODEV;
	if (i->flags & OWNER && !vhost_vdpa_is_owner(v))
		return -EPERM;
	if (i->flags & VRING && a->n >= v->nvqs)
		return -ENOBUFS;
	return i->run ? i->run(v, a) : -ENOTTY;
}

/* ---- configuration space: the argument is as long as it says ------------------------------- */

static int transfer_config(struct vhost_vdpa *v, bool set, const struct vhost_vdpa_config *c,
			   void *buf)
{
	int err = 0;

	mutex_lock(&v->lock);
	if (!v->vdpa)
		err = -ENODEV;
	else if (set)
		vdpa_set_config(v->vdpa, c->off, buf, c->len);
	else
		vdpa_get_config(v->vdpa, c->off, buf, c->len);
	mutex_unlock(&v->lock);
	return err;
}

static int config_size(struct vhost_vdpa *v, size_t *ret_size)
{
	int err = 0;

	mutex_lock(&v->lock);
	if (v->vdpa)
		*ret_size = v->vdpa->config->get_config_size(v->vdpa);
	else
		err = -ENODEV;
	mutex_unlock(&v->lock);
	return err;
}

static int config_ioctl(struct vhost_vdpa *v, bool set, struct vhost_vdpa_config __user *user)
{
	struct vhost_vdpa_config c;
	size_t size;
	void *buf;
	int err;

	err = config_size(v, &size);
	if (err)
		return err;
	if (copy_from_user(&c, user, sizeof(c)))
		return -EFAULT;
	if (!c.len || c.off > size || c.len > size - c.off)
		return -EINVAL;
	buf = set ? vmemdup_user(user->buf, c.len) : kvzalloc(c.len, GFP_KERNEL);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	if (!buf)
		return -ENOMEM;
	err = transfer_config(v, set, &c, buf);
	if (!err && !set && copy_to_user(user->buf, buf, c.len))
		err = -EFAULT;
	kvfree(buf);
	return err;
}

long vhost_vdpa_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vhost_vdpa *v = file->private_data;
	const struct ioctl *i = find_ioctl(cmd);
	void __user *user = (void __user *)arg;
	union arg a = {};
	int err;

	if (cmd == VHOST_VDPA_GET_CONFIG || cmd == VHOST_VDPA_SET_CONFIG)
		return config_ioctl(v, cmd == VHOST_VDPA_SET_CONFIG, user);
	/* Looked at again under the lock; here it only decides which error a stranger gets. */
	if (i->flags & OWNER && READ_ONCE(v->mm) != current->mm && READ_ONCE(v->vdpa))
		return -EPERM;
	if (i->in && copy_from_user(&a, user, i->in))
		return -EFAULT;
	mutex_lock(&v->lock);
	err = run_ioctl(v, i, &a);
	vhost_vdpa_unlock(v);
	if (!err && i->out && copy_to_user(user, &a, i->out))
		err = -EFAULT;
	return err;
}
