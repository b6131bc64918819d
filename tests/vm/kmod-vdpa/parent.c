// SPDX-License-Identifier: GPL-2.0-only
/*
 * A parent for tests: management devices "vmtest" and "vmtest2" that create devices without a data path.
 *
 * A device whose name begins with "blk" is a disk, with "odd" of no known class, all others are
 * network devices; one with "byva" takes memory by its owner's addresses, one with "each" piece by piece, one with "range"
 * in ranges, and these two keep a model of it. What tests want to know of it is in the module's parameters. Loaded with unmanaged=1 there is
 * a device "free" too, which no management device has made. It stands on our vdpa.ko and on mainline's, where what only
 * ours asks parents for is not there.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/virtio_byteorder.h>
#include <linux/virtio_ids.h>
#include <net/netlink.h>
#include <uapi/linux/vdpa.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_net.h>

#include "model.h"
#include "vdpa_ext.h"

static unsigned int add_delay;
module_param(add_delay, uint, 0644);
MODULE_PARM_DESC(add_delay, "milliseconds that creating a device on vmtest takes; lowered, it takes less");

static unsigned int del_delay;
module_param(del_delay, uint, 0644);
MODULE_PARM_DESC(del_delay, "the same for deleting one");

static int add_error;
module_param(add_error, int, 0644);
MODULE_PARM_DESC(add_error, "errno that creating a device on vmtest fails with, 0 for none");

static unsigned int config_size;
module_param(config_size, uint, 0644);
MODULE_PARM_DESC(config_size, "bytes of configuration space that devices have, 0 for all");

static unsigned int features_set;
module_param(features_set, uint, 0444);
MODULE_PARM_DESC(features_set, "how often a device's driver features were set");

static unsigned int overreads;
module_param(overreads, uint, 0444);
MODULE_PARM_DESC(overreads, "how often configuration was read past its end");

static unsigned int adding;
module_param(adding, uint, 0444);
MODULE_PARM_DESC(adding, "whether a device is just being created");

static unsigned int deleting;
module_param(deleting, uint, 0444);
MODULE_PARM_DESC(deleting, "whether a device is just being deleted");

static unsigned int status = VIRTIO_CONFIG_S_FEATURES_OK;
module_param(status, uint, 0644);
MODULE_PARM_DESC(status, "device status of every device");

static bool calling;
module_param(calling, bool, 0644);
MODULE_PARM_DESC(calling, "whether every device calls for its configuration and its queues all the time");

static unsigned int kicks;
module_param(kicks, uint, 0444);
MODULE_PARM_DESC(kicks, "how often a device was kicked");

static unsigned int maps;
module_param(maps, uint, 0444);
MODULE_PARM_DESC(maps, "how often a device was told what is mapped");

static unsigned int map_fails;
module_param(map_fails, uint, 0644);
MODULE_PARM_DESC(map_fails, "the how manieth time from now on that a device is told of mappings fails, 0 for none");

static unsigned int map_delay;
module_param(map_delay, uint, 0644);
MODULE_PARM_DESC(map_delay, "milliseconds that mapping a piece takes");

static unsigned int early;
module_param(early, uint, 0444);
MODULE_PARM_DESC(early, "how often mapped memory's file had no user any more as it was unmapped");

static unsigned int suspends;
module_param(suspends, uint, 0444);
MODULE_PARM_DESC(suspends, "how often a device was told to suspend");

static bool unmanaged;
module_param(unmanaged, bool, 0444);
MODULE_PARM_DESC(unmanaged, "whether to make a device without a management device");

#define NET_FEATURES                                                                               \
	(BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |                         \
	 BIT_ULL(VIRTIO_NET_F_MAC) | BIT_ULL(VIRTIO_NET_F_MTU) | BIT_ULL(VIRTIO_NET_F_STATUS) |    \
	 BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_CTRL_VQ))
#define BLK_FEATURES                                                                               \
	(BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |                         \
	 BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) | BIT_ULL(VIRTIO_BLK_F_SEG_MAX) |                          \
	 BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) | BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) |                         \
	 BIT_ULL(VIRTIO_BLK_F_MQ) | BIT_ULL(VIRTIO_BLK_F_DISCARD) |                                \
	 BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES) | BIT_ULL(VIRTIO_BLK_F_FLUSH))

#define VQS 2

struct vmtest {
	struct vdpa_device vdev; /* must be first */
	struct task_struct *caller;
	struct vdpa_callback call[VQS + 1]; /* the last is the configuration's */
	u32 device_id;
	u64 features;
	struct virtio_net_config net;
	struct virtio_blk_config blk;
	struct file *mapped; /* the last, which whoever mapped it has to keep */
	struct vmtest_model model;
};

static struct vmtest *to_vmtest(struct vdpa_device *vdev)
{
	return container_of(vdev, struct vmtest, vdev);
}

static int vmtest_set_vq_address(struct vdpa_device *vdev, u16 idx, u64 desc, u64 driver, u64 device)
{
	return 0;
}

static void vmtest_set_vq_num(struct vdpa_device *vdev, u16 idx, u32 num)
{
}

static void vmtest_kick_vq(struct vdpa_device *vdev, u16 idx)
{
	kicks++;
}

static void vmtest_set_call(struct vdpa_device *vdev, u16 idx, const struct vdpa_callback *cb)
{
	to_vmtest(vdev)->call[idx] = cb ? *cb : (struct vdpa_callback){};
}

static void vmtest_set_vq_cb(struct vdpa_device *vdev, u16 idx, struct vdpa_callback *cb)
{
	vmtest_set_call(vdev, idx, cb);
}

static void vmtest_set_vq_ready(struct vdpa_device *vdev, u16 idx, bool ready)
{
}

static bool vmtest_get_vq_ready(struct vdpa_device *vdev, u16 idx)
{
	return false;
}

static int vmtest_set_vq_state(struct vdpa_device *vdev, u16 idx, const struct vdpa_vq_state *state)
{
	return 0;
}

static int vmtest_get_vq_state(struct vdpa_device *vdev, u16 idx, struct vdpa_vq_state *state)
{
	return 0;
}

static int vmtest_get_vendor_vq_stats(struct vdpa_device *vdev, u16 idx, struct sk_buff *msg,
				      struct netlink_ext_ack *extack)
{
	if (nla_put_string(msg, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, "test packets") ||
	    nla_put_u64_64bit(msg, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE, 1000 + idx, VDPA_ATTR_PAD))
		return -EMSGSIZE;
	return 0;
}

static u32 vmtest_get_vq_align(struct vdpa_device *vdev)
{
	return PAGE_SIZE;
}

static u64 vmtest_get_device_features(struct vdpa_device *vdev)
{
	return to_vmtest(vdev)->features;
}

static int vmtest_set_driver_features(struct vdpa_device *vdev, u64 features)
{
	features_set++;
	return 0;
}

static u64 vmtest_get_driver_features(struct vdpa_device *vdev)
{
	return to_vmtest(vdev)->features;
}

static void vmtest_set_config_cb(struct vdpa_device *vdev, struct vdpa_callback *cb)
{
	vmtest_set_call(vdev, VQS, cb);
}

/* As handlers of interrupts do: without a lock, in what RCU waits for, and one word after the other. */
static void vmtest_call_one(const struct vdpa_callback *cb)
{
	irqreturn_t (*callback)(void *private);

	local_bh_disable();
	callback = READ_ONCE(cb->callback);
	ndelay(100);
	if (callback)
		callback(READ_ONCE(cb->private));
	local_bh_enable();
}

/* What interrupts would do, as often as can be. */
static int vmtest_call(void *data)
{
	struct vmtest *vmtest = data;
	int i;

	while (!kthread_should_stop()) {
		if (!READ_ONCE(calling)) {
			schedule_timeout_interruptible(HZ / 50);
			continue;
		}
		for (i = 0; i <= VQS; i++)
			vmtest_call_one(&vmtest->call[i]);
		cond_resched();
	}
	return 0;
}

static u16 vmtest_get_vq_num_max(struct vdpa_device *vdev)
{
	return 256;
}

static u32 vmtest_get_device_id(struct vdpa_device *vdev)
{
	return to_vmtest(vdev)->device_id;
}

static u32 vmtest_get_vendor_id(struct vdpa_device *vdev)
{
	return 0x7e57;
}

static u8 vmtest_get_status(struct vdpa_device *vdev)
{
	return status;
}

static void vmtest_set_status(struct vdpa_device *vdev, u8 new_status)
{
}

static int vmtest_reset(struct vdpa_device *vdev)
{
	return 0;
}

static int vmtest_suspend(struct vdpa_device *vdev)
{
	suspends++;
	return 0;
}

static size_t vmtest_get_config_size(struct vdpa_device *vdev)
{
	size_t all = to_vmtest(vdev)->device_id == VIRTIO_ID_NET ?
			     sizeof(struct virtio_net_config) : sizeof(struct virtio_blk_config);

	return config_size ? min_t(size_t, config_size, all) : all;
}

static void vmtest_get_config(struct vdpa_device *vdev, unsigned int offset, void *buf,
			      unsigned int len)
{
	struct vmtest *vmtest = to_vmtest(vdev);
	void *config = vmtest->device_id == VIRTIO_ID_NET ? (void *)&vmtest->net : &vmtest->blk;

	/* A parent with registers would read past them: whoever asks must know the size. */
	if (offset + len > vmtest_get_config_size(vdev)) {
		overreads++;
		return;
	}
	memcpy(buf, config + offset, len);
}

static void vmtest_set_config(struct vdpa_device *vdev, unsigned int offset, const void *buf,
			      unsigned int len)
{
}

static bool vmtest_map_fails(void)
{
	return map_fails && !--map_fails;
}

static int vmtest_set_map(struct vdpa_device *vdev, unsigned int asid, struct vhost_iotlb *iotlb)
{
	maps++;
	return vmtest_map_fails() ? -EIO : 0;
}

static int vmtest_dma_map(struct vdpa_device *vdev, unsigned int asid, u64 iova, u64 size, u64 pa,
			  u32 perm, void *opaque)
{
	struct vdpa_map_file *map_file = opaque;

	to_vmtest(vdev)->mapped = map_file->file;
	return 0;
}

static int vmtest_dma_unmap(struct vdpa_device *vdev, unsigned int asid, u64 iova, u64 size)
{
	early += !file_count(to_vmtest(vdev)->mapped);
	return 0;
}

static int vmtest_each_map(struct vdpa_device *vdev, unsigned int asid, u64 iova, u64 size, u64 pa,
			   u32 perm, void *opaque)
{
	maps++;
	if (map_delay)
		msleep(map_delay);
	if (vmtest_map_fails())
		return -EIO;
	return vmtest_model_map(&to_vmtest(vdev)->model, iova, size, pa, perm);
}

static int vmtest_each_unmap(struct vdpa_device *vdev, unsigned int asid, u64 iova, u64 size)
{
	vmtest_model_unmap(&to_vmtest(vdev)->model, iova, size);
	return 0;
}

static void vmtest_free(struct vdpa_device *vdev)
{
	struct vmtest *vmtest = to_vmtest(vdev);

	vmtest_model_free(&vmtest->model);

	if (vmtest->caller)
		kthread_stop(vmtest->caller);
}

static const struct vdpa_config_ops vmtest_ops = {
	.set_vq_address = vmtest_set_vq_address,
	.set_vq_num = vmtest_set_vq_num,
	.kick_vq = vmtest_kick_vq,
	.set_vq_cb = vmtest_set_vq_cb,
	.set_vq_ready = vmtest_set_vq_ready,
	.get_vq_ready = vmtest_get_vq_ready,
	.set_vq_state = vmtest_set_vq_state,
	.get_vq_state = vmtest_get_vq_state,
	.get_vendor_vq_stats = vmtest_get_vendor_vq_stats,
	.get_vq_align = vmtest_get_vq_align,
	.get_device_features = vmtest_get_device_features,
	.set_driver_features = vmtest_set_driver_features,
	.get_driver_features = vmtest_get_driver_features,
	.set_config_cb = vmtest_set_config_cb,
	.get_vq_num_max = vmtest_get_vq_num_max,
	.get_device_id = vmtest_get_device_id,
	.get_vendor_id = vmtest_get_vendor_id,
	.get_status = vmtest_get_status,
	.set_status = vmtest_set_status,
	.reset = vmtest_reset,
	.suspend = vmtest_suspend,
	.get_config_size = vmtest_get_config_size,
	.get_config = vmtest_get_config,
	.set_config = vmtest_set_config,
	.set_map = vmtest_set_map,
	.free = vmtest_free,
};

/* The same but for how they take memory; filled in when the module is loaded. */
static struct vdpa_config_ops vmtest_va_ops;
static struct vdpa_config_ops vmtest_each_ops;

static int vmtest_set_mac(struct vdpa_device *vdev, const u8 mac[6])
{
	ether_addr_copy(to_vmtest(vdev)->net.mac, mac);
	return 0;
}

static int vmtest_set_link(struct vdpa_device *vdev, bool up)
{
	to_vmtest(vdev)->net.status = __cpu_to_virtio16(true, up ? VIRTIO_NET_S_LINK_UP : 0);
	return 0;
}

static const struct vdpa_ext_ops vmtest_ext_ops = {
	.size = sizeof(vmtest_ext_ops),
	.set_mac = vmtest_set_mac,
	.set_link = vmtest_set_link,
};

static int vmtest_set_spans(struct vdpa_device *vdev, unsigned int asid, struct vdpa_spans *spans)
{
	maps++;
	return vmtest_map_fails() ? -EIO : vmtest_model_replace(&to_vmtest(vdev)->model, spans);
}

static const struct vdpa_ext_ops vmtest_range_ops = {
	.size = sizeof(vmtest_range_ops),
	.set_spans = vmtest_set_spans,
};

static void vmtest_fill_net(struct vmtest *vmtest, const struct vdpa_dev_set_config *config)
{
	vmtest->device_id = VIRTIO_ID_NET;
	vmtest->features = NET_FEATURES;
	vmtest->net.mtu = __cpu_to_virtio16(true, 1500);
	vmtest->net.max_virtqueue_pairs = __cpu_to_virtio16(true, 4);
	vmtest->net.status = __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR))
		ether_addr_copy(vmtest->net.mac, config->net.mac);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU))
		vmtest->net.mtu = __cpu_to_virtio16(true, config->net.mtu);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP))
		vmtest->net.max_virtqueue_pairs = __cpu_to_virtio16(true, config->net.max_vq_pairs);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES))
		vmtest->features = config->device_features;
}

static void vmtest_fill_blk(struct vmtest *vmtest)
{
	struct virtio_blk_config *blk = &vmtest->blk;

	vmtest->device_id = VIRTIO_ID_BLOCK;
	vmtest->features = BLK_FEATURES;
	blk->capacity = __cpu_to_virtio64(true, 0x123456789aULL);
	blk->size_max = __cpu_to_virtio32(true, 22);
	blk->blk_size = __cpu_to_virtio32(true, 23);
	blk->seg_max = __cpu_to_virtio32(true, 24);
	blk->num_queues = __cpu_to_virtio16(true, 25);
	blk->physical_block_exp = 26;
	blk->alignment_offset = 27;
	blk->min_io_size = __cpu_to_virtio16(true, 28);
	blk->opt_io_size = __cpu_to_virtio32(true, 29);
	blk->max_discard_sectors = __cpu_to_virtio32(true, 30);
	blk->max_discard_seg = __cpu_to_virtio32(true, 31);
	blk->discard_sector_alignment = __cpu_to_virtio32(true, 32);
	blk->max_write_zeroes_sectors = __cpu_to_virtio32(true, 33);
	blk->max_write_zeroes_seg = __cpu_to_virtio32(true, 34);
}

/* Only our vdpa.ko has it. */
static void vmtest_register_ext(struct vmtest *vmtest, const struct vdpa_ext_ops *ops)
{
	void (*do_register)(struct vdpa_device *, const struct vdpa_ext_ops *) =
		symbol_get(vdpa_ext_register);

	if (!do_register)
		return;
	do_register(&vmtest->vdev, ops);
	symbol_put(vdpa_ext_register);
}

static int vmtest_start_calling(struct vmtest *vmtest, const char *name)
{
	struct task_struct *task;

	task = kthread_run(vmtest_call, vmtest, "vmtest-%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	vmtest->caller = task;
	return 0;
}

static int vmtest_create(struct vdpa_mgmt_dev *mdev, const char *name,
			 const struct vdpa_dev_set_config *config)
{
	const struct vdpa_config_ops *ops = &vmtest_ops;
	bool use_va = !strncmp(name, "byva", 4);
	struct vmtest *vmtest;
	int err;

	if (use_va)
		ops = &vmtest_va_ops;
	if (!strncmp(name, "each", 4))
		ops = &vmtest_each_ops;
	vmtest = vdpa_alloc_device(struct vmtest, vdev, mdev->device, ops, 1, 1, name, use_va);
	if (IS_ERR(vmtest))
		return PTR_ERR(vmtest);
	vmtest_model_init(&vmtest->model);
	if (!strncmp(name, "blk", 3))
		vmtest_fill_blk(vmtest);
	else
		vmtest_fill_net(vmtest, config);
	if (!strncmp(name, "odd", 3))
		vmtest->device_id = 63;
	vmtest->vdev.dma_dev = mdev->device;
	vmtest->vdev.mdev = mdev;
	vmtest_register_ext(vmtest, strncmp(name, "range", 5) ? &vmtest_ext_ops : &vmtest_range_ops);
	err = vmtest_start_calling(vmtest, name);
	if (!err)
		err = _vdpa_register_device(&vmtest->vdev, VQS);
	if (err)
		put_device(&vmtest->vdev.dev);
	return err;
}

/* Sleep as long as a parameter says now; another one tells that this goes on. */
static void vmtest_sleep(const unsigned int *delay, unsigned int *busy)
{
	unsigned int slept;

	WRITE_ONCE(*busy, 1);
	for (slept = 0; slept < READ_ONCE(*delay); slept += 20)
		msleep(20);
	WRITE_ONCE(*busy, 0);
}

static int vmtest_dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
			  const struct vdpa_dev_set_config *config)
{
	vmtest_sleep(&add_delay, &adding);
	return add_error ? -add_error : vmtest_create(mdev, name, config);
}

static void vmtest_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdev)
{
	vmtest_sleep(&del_delay, &deleting);
	_vdpa_unregister_device(vdev);
}

static void vmtest2_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdev)
{
	_vdpa_unregister_device(vdev);
}

/* Never slow, never failing. */
static const struct vdpa_mgmtdev_ops vmtest2_mgmtdev_ops = {
	.dev_add = vmtest_create,
	.dev_del = vmtest2_dev_del,
};

static const struct vdpa_mgmtdev_ops vmtest_mgmtdev_ops = {
	.dev_add = vmtest_dev_add,
	.dev_del = vmtest_dev_del,
};

static struct virtio_device_id vmtest_ids[] = {
	{ VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID },
	{ VIRTIO_ID_BLOCK, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static struct vdpa_mgmt_dev vmtest_mgmtdevs[] = {
	{ .ops = &vmtest_mgmtdev_ops },
	{ .ops = &vmtest2_mgmtdev_ops },
};

static struct device *vmtest_parents[2];
static struct vmtest *vmtest_unmanaged;

static int vmtest_make_unmanaged(void)
{
	const struct vdpa_dev_set_config config = {};
	struct vmtest *vmtest;
	int err;

	vmtest = vdpa_alloc_device(struct vmtest, vdev, vmtest_parents[0], &vmtest_ops, 1, 1, "free",
				   false);
	if (IS_ERR(vmtest))
		return PTR_ERR(vmtest);
	vmtest_fill_net(vmtest, &config);
	vmtest->vdev.dma_dev = vmtest_parents[0];
	err = vmtest_start_calling(vmtest, "free");
	if (!err)
		err = vdpa_register_device(&vmtest->vdev, VQS);
	if (err)
		put_device(&vmtest->vdev.dev);
	else
		vmtest_unmanaged = vmtest;
	return err;
}

static void vmtest_remove(int count)
{
	while (count--) {
		vdpa_mgmtdev_unregister(&vmtest_mgmtdevs[count]);
		root_device_unregister(vmtest_parents[count]);
	}
}

static int __init vmtest_init(void)
{
	static const char *const names[] = { "vmtest", "vmtest2" };
	struct vdpa_mgmt_dev *mdev;
	int i, err;

	vmtest_va_ops = vmtest_ops;
	vmtest_va_ops.set_map = NULL;
	vmtest_va_ops.dma_map = vmtest_dma_map;
	vmtest_va_ops.dma_unmap = vmtest_dma_unmap;
	vmtest_each_ops = vmtest_va_ops;
	vmtest_each_ops.dma_map = vmtest_each_map;
	vmtest_each_ops.dma_unmap = vmtest_each_unmap;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		vmtest_parents[i] = root_device_register(names[i]);
		if (IS_ERR(vmtest_parents[i])) {
			err = PTR_ERR(vmtest_parents[i]);
			goto err_remove;
		}
		mdev = &vmtest_mgmtdevs[i];
		mdev->device = vmtest_parents[i];
		mdev->id_table = vmtest_ids;
		mdev->supported_features = NET_FEATURES;
		mdev->max_supported_vqs = 9;
		mdev->config_attr_mask = BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR) |
					 BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU) |
					 BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP) |
					 BIT_ULL(VDPA_ATTR_DEV_FEATURES);
		err = vdpa_mgmtdev_register(mdev);
		if (err) {
			root_device_unregister(vmtest_parents[i]);
			goto err_remove;
		}
	}
	err = unmanaged ? vmtest_make_unmanaged() : 0;
	if (err)
		goto err_remove;
	return 0;

err_remove:
	vmtest_remove(i);
	return err;
}

static void __exit vmtest_exit(void)
{
	if (vmtest_unmanaged)
		vdpa_unregister_device(&vmtest_unmanaged->vdev);
	vmtest_remove(ARRAY_SIZE(vmtest_parents));
}

module_init(vmtest_init);
module_exit(vmtest_exit);
MODULE_DESCRIPTION("vDPA devices without a data path, for tests");
MODULE_LICENSE("GPL");
