// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus driver, and the file: opening, closing, doorbells, and what happens when the device goes.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

#define MINORS (MINORMASK + 1)

/*
 * Under use_va an entry holds a file and is charged to nobody; pinned pages are limited by their
 * charge.
 */
#define FILE_ENTRIES_MAX 65536

/* How many more there are for a moment when both ends of a range to unmap cut others. */
#define CUT_ENTRIES 3

static dev_t first_devt;
static DEFINE_IDA(minors);

/* ---- the file ------------------------------------------------------------------------------ */

/*
 * The device is at rest afterwards and knows nothing of its last user; kicks first, so that none
 * reaches it in between.
 */
static void stop(struct vhost_vdpa *v)
{
	v->started = false;
	vhost_vdpa_stop_kicks(v);
	vhost_vdpa_bypass(v, false);
	vhost_vdpa_reset(v);
	vhost_vdpa_stop_calls(v);
	vhost_vdpa_map_close(v);
	if (v->mapping)
		unmap_mapping_range(v->mapping, 0, 0, 1);
	v->mapping = NULL;
	v->backend_features = 0;
	vdpa_unclaim(v->vdpa);
	queue_work(system_unbound_wq, &v->give_back);
}

/* Nobody else has the memory any more: the file is of no use, and nobody can open another. */
static void give_back(struct work_struct *work)
{
	struct vhost_vdpa *v = container_of(work, struct vhost_vdpa, give_back);
	struct mm_struct *mm = v->mm;

	vhost_vdpa_map_release(v);
	WRITE_ONCE(v->mm, NULL);
	if (mm)
		mmdrop(mm);
}

static int start(struct vhost_vdpa *v, struct file *file)
{
	int err;

	err = vdpa_claim(v->vdpa);
	if (err)
		return err;
	err = vhost_vdpa_reset(v);
	if (!err)
		err = vhost_vdpa_map_open(v);
	if (err) {
		vdpa_unclaim(v->vdpa);
		return err;
	}
	v->mapping = file->f_mapping;
	v->open = true;
	v->started = true;
	file->private_data = v;
	return 0;
}

static int vhost_vdpa_open(struct inode *inode, struct file *file)
{
	struct vhost_vdpa *v = container_of(inode->i_cdev, struct vhost_vdpa, cdev);
	int err;

	mutex_lock(&v->lock);
	if (!v->vdpa)
		err = -ENODEV;
	else if (v->open)
		err = -EBUSY;
	else
		err = start(v, file);
	mutex_unlock(&v->lock);
	return err ?: nonseekable_open(inode, file);
}

static int vhost_vdpa_release(struct inode *inode, struct file *file)
{
	struct vhost_vdpa *v = file->private_data;

	mutex_lock(&v->lock);
	if (v->started)
		stop(v);
	mutex_unlock(&v->lock);
	/* Whoever closes finds nothing pinned; the module cannot go before. */
	flush_work(&v->give_back);
	mutex_lock(&v->lock);
	v->open = false;
	mutex_unlock(&v->lock);
	return 0;
}

/* Mainline has no poll and so answers this; clients rely on none of it. A hangup is ours to add. */
static __poll_t vhost_vdpa_poll(struct file *file, poll_table *table)
{
	struct vhost_vdpa *v = file->private_data;

	poll_wait(file, &v->hangup, table);
	return READ_ONCE(v->vdpa) ? DEFAULT_POLLMASK : EPOLLHUP | EPOLLERR;
}

/* ---- doorbells ----------------------------------------------------------------------------- */

/* A doorbell is handed out only if nothing else is on its page. */
static int doorbell_pfn(struct vhost_vdpa *v, unsigned long idx, unsigned long *ret_pfn)
{
	struct vdpa_notification_area area;

	area = v->vdpa->config->get_vq_notification(v->vdpa, idx);
	if (!area.addr || area.addr & ~PAGE_MASK || area.size != PAGE_SIZE)
		return -EOPNOTSUPP;
	*ret_pfn = PHYS_PFN(area.addr);
	return 0;
}

static vm_fault_t doorbell_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct vhost_vdpa *v = vma->vm_file->private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;
	unsigned long pfn;

	mutex_lock(&v->lock);
	if (v->vdpa && !doorbell_pfn(v, vma->vm_pgoff, &pfn))
		ret = vmf_insert_pfn(vma, vmf->address & PAGE_MASK, pfn);
	mutex_unlock(&v->lock);
	return ret;
}

static const struct vm_operations_struct doorbell_vm_ops = {
	.fault = doorbell_fault,
};

static int check_doorbell(struct vhost_vdpa *v, unsigned long idx)
{
	unsigned long pfn;

	lockdep_assert_held(&v->lock);
	if (!v->vdpa)
		return -ENODEV;
	if (!v->vdpa->config->get_vq_notification)
		return -EOPNOTSUPP;
	if (idx >= v->nvqs)
		return -EINVAL;
	return doorbell_pfn(v, idx, &pfn);
}

/* One page at the offset of the queue's index in pages: a register, written to and never read. */
static int vhost_vdpa_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vhost_vdpa *v = file->private_data;
	int err;

	if (vma->vm_end - vma->vm_start != PAGE_SIZE || !(vma->vm_flags & VM_SHARED) ||
	    vma->vm_flags & VM_READ)
		return -EINVAL;
	mutex_lock(&v->lock);
	err = check_doorbell(v, vma->vm_pgoff);
	mutex_unlock(&v->lock);
	if (err)
		return err;
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_flags &= ~(VM_MAYREAD | VM_MAYEXEC);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_ops = &doorbell_vm_ops;
	return 0;
}

static const struct file_operations vhost_vdpa_fops = {
	.owner = THIS_MODULE,
	.open = vhost_vdpa_open,
	.release = vhost_vdpa_release,
	.write_iter = vhost_vdpa_write_iter,
	.unlocked_ioctl = vhost_vdpa_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vhost_vdpa_mmap,
	.poll = vhost_vdpa_poll,
	.llseek = no_llseek,
};

/* ---- the driver ---------------------------------------------------------------------------- */

/* With the last of: the driver bound, the file open. Also when probing failed half way. */
static void vhost_vdpa_free(struct device *dev)
{
	struct vhost_vdpa *v = container_of(dev, struct vhost_vdpa, dev);
	u32 i;

	if (v->minor >= 0)
		ida_free(&minors, v->minor);
	for (i = 0; v->as && i < v->nas; i++)
		vhost_iotlb_reset(&v->as[i].iotlb);
	kfree(v->as);
	kfree(v->vqs);
	kfree(v);
}

static enum map_way way_of(const struct vdpa_device *vdpa)
{
	if (vdpa->config->dma_map)
		return MAP_EACH;
	return vdpa->config->set_map ? MAP_WHOLE : MAP_DOMAIN;
}

static int init(struct vhost_vdpa *v, struct vdpa_device *vdpa)
{
	u32 i;

	v->vdpa = vdpa;
	v->way = way_of(vdpa);
	v->nvqs = vdpa->nvqs;
	v->ngroups = vdpa->ngroups;
	v->nas = vdpa->nas;
	v->entries_max = vdpa->use_va ? FILE_ENTRIES_MAX : UINT_MAX - CUT_ENTRIES;
	v->vqs = kcalloc(v->nvqs, sizeof(*v->vqs), GFP_KERNEL);
	v->as = kcalloc(v->nas, sizeof(*v->as), GFP_KERNEL);
	if (!v->vqs || !v->as)
		return -ENOMEM;
	vhost_vdpa_eventfds_init(v);
	for (i = 0; i < v->nas; i++)
		vhost_iotlb_init(&v->as[i].iotlb, v->entries_max + CUT_ENTRIES, 0);
	v->minor = ida_alloc_max(&minors, MINORS - 1, GFP_KERNEL);
	if (v->minor < 0)
		return v->minor;
	v->dev.devt = MKDEV(MAJOR(first_devt), v->minor);
	return dev_set_name(&v->dev, "vhost-vdpa-%d", v->minor);
}

static int vhost_vdpa_probe(struct vdpa_device *vdpa)
{
	struct vhost_vdpa *v;
	int err;

	/* The IOMMU has one space for all; and virtual addresses mean nothing to it. */
	if (way_of(vdpa) == MAP_DOMAIN && (vdpa->ngroups > 1 || vdpa->nas > 1 || vdpa->use_va))
		return -EOPNOTSUPP;
	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	v->minor = -1;
	mutex_init(&v->lock);
	init_waitqueue_head(&v->hangup);
	INIT_WORK(&v->give_back, give_back);
	device_initialize(&v->dev);
	v->dev.parent = &vdpa->dev;
	v->dev.release = vhost_vdpa_free;
	cdev_init(&v->cdev, &vhost_vdpa_fops);
	v->cdev.owner = THIS_MODULE;
	err = init(v, vdpa);
	if (err)
		goto err_put;
	vdpa_set_drvdata(vdpa, v);
	vdpa_promise_prompt_remove(vdpa);
	/* Last: from here on it can be opened. */
	err = cdev_device_add(&v->cdev, &v->dev);
	if (!err)
		return 0;
	vdpa_set_drvdata(vdpa, NULL);
err_put:
	put_device(&v->dev);
	return err;
}

/* Whoever has the file open keeps it, as a file of which every call fails. */
static void vhost_vdpa_remove(struct vdpa_device *vdpa)
{
	struct vhost_vdpa *v = vdpa_get_drvdata(vdpa);

	cdev_device_del(&v->cdev, &v->dev);
	WRITE_ONCE(v->going, true);
	mutex_lock(&v->lock);
	if (v->started)
		stop(v);
	WRITE_ONCE(v->vdpa, NULL);
	mutex_unlock(&v->lock);
	wake_up_interruptible_poll(&v->hangup, EPOLLHUP | EPOLLERR);
	vdpa_set_drvdata(vdpa, NULL);
	put_device(&v->dev);
}

static struct vdpa_driver vhost_vdpa_driver = {
	.driver = {
		.name = "vhost_vdpa",
	},
	.probe = vhost_vdpa_probe,
	.remove = vhost_vdpa_remove,
};

static int __init vhost_vdpa_init(void)
{
	int err;

	err = alloc_chrdev_region(&first_devt, 0, MINORS, "vhost-vdpa");
	if (err)
		return err;
	err = vdpa_register_driver(&vhost_vdpa_driver);
	if (err)
		unregister_chrdev_region(first_devt, MINORS);
	return err;
}
module_init(vhost_vdpa_init);

static void __exit vhost_vdpa_exit(void)
{
	vdpa_unregister_driver(&vhost_vdpa_driver);
	unregister_chrdev_region(first_devt, MINORS);
}
module_exit(vhost_vdpa_exit);

MODULE_DESCRIPTION("vDPA devices for virtual machines and other user space");
MODULE_LICENSE("GPL v2");
