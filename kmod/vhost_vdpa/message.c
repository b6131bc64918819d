// SPDX-License-Identifier: GPL-2.0-only
/* What is written to the file: changes of address spaces. */
#include <linux/slab.h>
#include <linux/uio.h>

#include "vhost_vdpa.h"

/* Both versions are this long, and so is what a successful write() returns. */
#define MESSAGE_SIZE sizeof(struct vhost_msg_v2)
static_assert(sizeof(struct vhost_msg) == sizeof(struct vhost_msg_v2));

static bool is_whole_pages(u64 n)
{
	return !(n & ~PAGE_MASK);
}

/* The last byte of a range that starts at @start and does not wrap. */
static bool last_of(u64 start, u64 size, u64 *ret_last)
{
	*ret_last = start + size - 1;
	return size && *ret_last >= start;
}

/* Page by page is how memory is handed over; a part of one would give away the rest of it. */
static int check_update(const struct vhost_iotlb_msg *m, u64 *ret_last)
{
	u64 last;

	if (!is_whole_pages(m->iova | m->size | m->uaddr) || !last_of(m->iova, m->size, ret_last) ||
	    !last_of(m->uaddr, m->size, &last))
		return -EINVAL;
	if (!m->perm || m->perm & ~VHOST_ACCESS_RW)
		return -EINVAL;
	return 0;
}

static int check_free(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last)
{
	if (first < v->range.first || last > v->range.last)
		return -EINVAL;
	return vhost_vdpa_is_mapped(as, first, last) ? -EEXIST : 0;
}

/* A batch is of one space, and all of its messages are. */
static bool other_batch(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	return v->in_batch && as != vhost_vdpa_as(v, v->batch_asid);
}

/* Pinning may wait for user space, so the lock is given up meanwhile and all is looked at again. */
static int update(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct vhost_iotlb_msg *m)
{
	bool use_va = v->vdpa->use_va;
	LIST_HEAD(got);
	u64 last;
	int err;

	err = check_update(m, &last);
	if (!err)
		err = check_free(v, as, m->iova, last);
	if (err)
		return err;

	mutex_unlock(&v->lock);
	if (use_va)
		err = vhost_vdpa_find_files(m->iova, m->size, m->uaddr, m->perm, &got);
	else
		err = vhost_vdpa_pin(m->iova, m->size, m->uaddr, m->perm, &got);
	mutex_lock(&v->lock);
	if (err)
		return err;

	if (!v->vdpa)
		err = -ENODEV;
	else if (other_batch(v, as))
		err = -EINVAL;
	else
		err = check_free(v, as, m->iova, last);
	if (!err) {
		as->made = true;
		err = vhost_vdpa_map(v, as, &got);
	}
	if (!err)
		return 0;
	mutex_unlock(&v->lock);
	vhost_vdpa_chunks_release(&got, current->mm);
	mutex_lock(&v->lock);
	return err;
}

/*
 * From 0, the largest size means everything, though the last byte is then left out by its number.
 */
static int invalidate(struct vhost_vdpa *v, struct vhost_vdpa_as *as,
		      const struct vhost_iotlb_msg *m)
{
	u64 last;

	if (!as->made)
		return -EINVAL;
	if (!m->iova && m->size == U64_MAX)
		return vhost_vdpa_unmap(v, as, 0, U64_MAX);
	if (!is_whole_pages(m->iova | m->size) || !last_of(m->iova, m->size, &last))
		return -EINVAL;
	return vhost_vdpa_unmap(v, as, m->iova, last);
}

static int process(struct vhost_vdpa *v, u32 asid, const struct vhost_iotlb_msg *m)
{
	struct vhost_vdpa_as *as = vhost_vdpa_as(v, asid);

	if (!as || other_batch(v, as))
		return -EINVAL;
	switch (m->type) {
	case VHOST_IOTLB_UPDATE:
		return update(v, as, m);
	case VHOST_IOTLB_INVALIDATE:
		return invalidate(v, as, m);
	case VHOST_IOTLB_BATCH_BEGIN:
		as->made = true;
		v->batch_asid = asid;
		v->in_batch = true;
		return 0;
	case VHOST_IOTLB_BATCH_END:
		if (!as->made)
			return -EINVAL;
		v->in_batch = false;
		return vhost_vdpa_map_sync(v, as);
	default:
		return -EINVAL;
	}
}

/* The version, the address space and the content of a message; -EINVAL: of no known version. */
static int parse(struct vhost_vdpa *v, const void *buf, u32 *ret_asid, struct vhost_iotlb_msg *ret)
{
	const struct vhost_msg_v2 *v2 = buf;
	const struct vhost_msg *v1 = buf;

	switch (v1->type) {
	case VHOST_IOTLB_MSG:
		*ret_asid = 0;
		*ret = v1->iotlb;
		return 0;
	case VHOST_IOTLB_MSG_V2:
		/* Who did not ask for address spaces may have anything in this field. */
		*ret_asid = 0;
		if (v->backend_features & BIT_ULL(VHOST_BACKEND_F_IOTLB_ASID))
			*ret_asid = v2->asid;
		*ret = v2->iotlb;
		return 0;
	default:
		return -EINVAL;
	}
}

ssize_t vhost_vdpa_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct vhost_vdpa *v = iocb->ki_filp->private_data;
	u8 buf[MESSAGE_SIZE] __aligned(8) = {};
	struct vhost_iotlb_msg m;
	u32 asid;
	int err;

	if (iov_iter_count(from) < MESSAGE_SIZE)
		return -EINVAL;
	if (!copy_from_iter_full(buf, MESSAGE_SIZE, from))
		return -EFAULT;
	mutex_lock(&v->lock);
	if (!v->vdpa)
		err = -ENODEV;
	else if (!vhost_vdpa_is_owner(v))
		err = -EPERM;
	else
		err = parse(v, buf, &asid, &m);
	if (!err)
		err = process(v, asid, &m);
	vhost_vdpa_unlock(v);
	return err ?: MESSAGE_SIZE;
}
