// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bus drivers for tests: /dev/vmtest-<device> while a device is bound.
 *
 * "vmtest_hold" claims the device as long as the file is open. "vmtest_wait" knows nothing of claims
 * and, like mainline's vhost_vdpa, waits in its remove() until the file is closed.
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "vdpa_ext.h"

struct hold {
	struct miscdevice misc;
	struct vdpa_device *vdev; /* a reference of its own, files outlive the binding */
	struct kref ref; /* the binding's and one for the open file */
	bool claims;
	atomic_t opened;
	struct completion closed;
};

static void hold_free(struct kref *ref)
{
	struct hold *hold = container_of(ref, struct hold, ref);

	put_device(&hold->vdev->dev);
	kfree(hold->misc.name);
	kfree(hold);
}

static int hold_open(struct inode *inode, struct file *file)
{
	struct hold *hold = container_of(file->private_data, struct hold, misc);
	int err = 0;

	if (hold->claims)
		err = vdpa_claim(hold->vdev);
	else if (atomic_cmpxchg(&hold->opened, 0, 1))
		err = -EBUSY;
	if (err)
		return err;
	kref_get(&hold->ref);
	file->private_data = hold;
	return 0;
}

static int hold_release(struct inode *inode, struct file *file)
{
	struct hold *hold = file->private_data;

	if (hold->claims)
		vdpa_unclaim(hold->vdev);
	atomic_set(&hold->opened, 0);
	complete(&hold->closed);
	kref_put(&hold->ref, hold_free);
	return 0;
}

static const struct file_operations hold_fops = {
	.owner = THIS_MODULE,
	.open = hold_open,
	.release = hold_release,
};

static int hold_bind(struct vdpa_device *vdev, bool claims)
{
	struct hold *hold;
	int err = -ENOMEM;

	hold = kzalloc(sizeof(*hold), GFP_KERNEL);
	if (!hold)
		return err;
	kref_init(&hold->ref);
	init_completion(&hold->closed);
	hold->claims = claims;
	get_device(&vdev->dev);
	hold->vdev = vdev;
	hold->misc.minor = MISC_DYNAMIC_MINOR;
	hold->misc.fops = &hold_fops;
	hold->misc.name = kasprintf(GFP_KERNEL, "vmtest-%s", dev_name(&vdev->dev));
	if (hold->misc.name)
		err = misc_register(&hold->misc);
	if (err)
		kref_put(&hold->ref, hold_free);
	else
		vdpa_set_drvdata(vdev, hold);
	return err;
}

static int hold_probe(struct vdpa_device *vdev)
{
	vdpa_promise_prompt_remove(vdev);
	return hold_bind(vdev, true);
}

static int wait_probe(struct vdpa_device *vdev)
{
	return hold_bind(vdev, false);
}

static void hold_remove(struct vdpa_device *vdev)
{
	struct hold *hold = vdpa_get_drvdata(vdev);

	misc_deregister(&hold->misc);
	while (!hold->claims && atomic_cmpxchg(&hold->opened, 0, 1))
		wait_for_completion(&hold->closed);
	kref_put(&hold->ref, hold_free);
}

static struct vdpa_driver hold_driver = {
	.driver = { .name = "vmtest_hold" },
	.probe = hold_probe,
	.remove = hold_remove,
};

static struct vdpa_driver wait_driver = {
	.driver = { .name = "vmtest_wait" },
	.probe = wait_probe,
	.remove = hold_remove,
};

static bool wait;
module_param(wait, bool, 0444);
MODULE_PARM_DESC(wait, "register vmtest_wait before vmtest_hold, so that it gets new devices");

static int __init hold_init(void)
{
	struct vdpa_driver *first = wait ? &wait_driver : &hold_driver;
	struct vdpa_driver *second = wait ? &hold_driver : &wait_driver;
	int err;

	err = vdpa_register_driver(first);
	if (err)
		return err;
	err = vdpa_register_driver(second);
	if (err)
		vdpa_unregister_driver(first);
	return err;
}

static void __exit hold_exit(void)
{
	vdpa_unregister_driver(&wait_driver);
	vdpa_unregister_driver(&hold_driver);
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_DESCRIPTION("bus drivers that hold vDPA devices, for tests");
MODULE_LICENSE("GPL");
