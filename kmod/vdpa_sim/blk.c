// SPDX-License-Identifier: GPL-2.0-only
/* The simulated disk: management device "vdpasim_blk", creation, configuration. */
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>

#include "blk.h"

/* What a device offers unless it was asked for less or more. */
#define BLK_FEATURES (VDPASIM_FEATURES | BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) | \
		      BIT_ULL(VIRTIO_BLK_F_SEG_MAX) | BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) | \
		      BIT_ULL(VIRTIO_BLK_F_FLUSH) | BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) | \
		      BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE) | BIT_ULL(VIRTIO_BLK_F_MQ) | \
		      BIT_ULL(VIRTIO_BLK_F_DISCARD) | BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES))
#define BLK_FEATURES_ASKED (BIT_ULL(VIRTIO_BLK_F_RO) | VDPASIM_FEATURES_ASKED)
/* What every device needs: its addresses are translated, its rings and configuration little-endian. */
#define BLK_FEATURES_NEEDED (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

/* Unless asked for: mainline's 128 MiB, and more than one queue. */
#define BLK_SECTORS	0x40000ull
#define BLK_SECTORS_MAX (1ull << 40)
#define BLK_QUEUES	2

/* ---- the class ----------------------------------------------------------------------------- */

static u32 blk_vq_group(struct vdpasim *sim, u16 idx)
{
	return 0;
}

static bool blk_serves(struct vdpasim *sim, u16 idx)
{
	return true;
}

static void set_write_back(struct vdpasim *sim, u8 wce)
{
	spin_lock(&sim->state_lock);
	WRITE_ONCE(blk_config(to_blk(sim))->wce, wce);
	spin_unlock(&sim->state_lock);
}

static void blk_reset(struct vdpasim *sim)
{
	set_write_back(sim, 1);
}

/* Whether the cache is written back is all that a driver may choose (virtio 1.2, 5.2.5). */
static void blk_write_config(struct vdpasim *sim, unsigned int offset, const void *buf,
			     unsigned int len)
{
	const unsigned int wce = offsetof(struct virtio_blk_config, wce);

	if (offset <= wce && wce - offset < len && (sim->features & BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE)))
		set_write_back(sim, !!((const u8 *)buf)[wce - offset]);
}

static const struct vdpasim_class blk_class = {
	.device_id = VIRTIO_ID_BLOCK,
	.config_size = sizeof(struct virtio_blk_config),
	.ngroups = 1,
	.nas = 1,
	.vq_group = blk_vq_group,
	.serve = blk_serve,
	.serves = blk_serves,
	.reset = blk_reset,
	.write_config = blk_write_config,
	.stats = blk_stats,
};

static const struct vdpa_ext_ops blk_ext_ops = {
	.size = sizeof(struct vdpa_ext_ops),
	.resume = vdpasim_resume,
	.get_vq_size = vdpasim_get_vq_size,
	.get_backend_features = vdpasim_get_backend_features,
	.set_spans = vdpasim_set_spans,
};

/* ---- creation ------------------------------------------------------------------------------ */

/* What was asked for, and what is taken where nothing was. */
struct wish {
	u64 features;
	u64 sectors;
	u32 block;
	u16 queues;
	bool shared;
	struct file *file;
};

/* That a file can be used. Where no capacity is asked for, it is that of the file, in whole blocks. */
static int check_file(struct vdpa_mgmt_dev *mdev, struct wish *w, bool sized)
{
	const char *reason = blk_file_refusal(w->file, w->features & BIT_ULL(VIRTIO_BLK_F_RO));
	u64 sectors = blk_file_bytes(w->file) / BLK_SECTOR;

	if (!sized && is_power_of_2(w->block))
		w->sectors = min(sectors & ~((u64)w->block / BLK_SECTOR - 1), BLK_SECTORS_MAX);
	if (reason)
		vdpa_refuse(mdev, "backing %s", reason);
	else if (w->shared)
		vdpa_refuse(mdev, "backing and shared exclude each other");
	else if (sized && w->sectors > sectors)
		vdpa_refuse(mdev, "capacity of %llu sectors is more than the backing's %llu",
			    w->sectors, sectors);
	else
		return 0;
	return -EINVAL;
}

static int check_wish(struct vdpa_mgmt_dev *mdev, const struct wish *w)
{
	u64 unknown = w->features & ~mdev->supported_features;

	if (unknown)
		vdpa_refuse(mdev, "device_features 0x%llx: the bits 0x%llx are not supported",
			    w->features, unknown);
	else if (~w->features & BLK_FEATURES_NEEDED)
		vdpa_refuse(mdev, "device_features 0x%llx: VERSION_1 or ACCESS_PLATFORM is missing",
			    w->features);
	else if (w->block < BLK_SECTOR || w->block > PAGE_SIZE || !is_power_of_2(w->block))
		vdpa_refuse(mdev, "block_size %u is not a power of two from 512 to %lu", w->block,
			    PAGE_SIZE);
	else if (!w->sectors || w->sectors > BLK_SECTORS_MAX)
		vdpa_refuse(mdev, "capacity of %llu sectors is not between 1 and %llu", w->sectors,
			    BLK_SECTORS_MAX);
	else if (w->sectors % (w->block / BLK_SECTOR))
		vdpa_refuse(mdev, "capacity of %llu sectors is no multiple of block_size %u",
			    w->sectors, w->block);
	else if (!w->queues || w->queues > BLK_QUEUES_MAX)
		vdpa_refuse(mdev, "num_queues %u is not between 1 and %u", w->queues, BLK_QUEUES_MAX);
	else
		return 0;
	return -EINVAL;
}

static int read_wish(struct vdpa_mgmt_dev *mdev, const struct vdpa_dev_set_config *config,
		     struct wish *w)
{
	const struct vdpa_create_options *o = vdpa_create_options(mdev);
	u64 mask = config->mask;
	int err = 0;

	*w = (struct wish){
		.features = BLK_FEATURES,
		.sectors = BLK_SECTORS,
		.block = BLK_SECTOR,
		.queues = BLK_QUEUES,
	};
	if (mask & BIT_ULL(VDPANL_A_DEV_FEATURES))
		w->features = config->device_features;
	if (mask & BIT_ULL(VDPANL_A_BLK_CAPACITY))
		w->sectors = o->blk_sectors;
	if (mask & BIT_ULL(VDPANL_A_BLK_BLK_SIZE))
		w->block = o->blk_size;
	if (mask & BIT_ULL(VDPANL_A_BLK_NUM_QUEUES))
		w->queues = o->blk_queues;
	if ((mask & BIT_ULL(VDPANL_A_BLK_READ_ONLY)) && o->blk_read_only)
		w->features |= BIT_ULL(VIRTIO_BLK_F_RO);
	if (mask & VDPA_CREATE_BLK_SHARED)
		w->shared = o->blk_shared;
	if (mask & VDPA_CREATE_BLK_FILE) {
		w->file = o->blk_file;
		err = check_file(mdev, w, mask & BIT_ULL(VDPANL_A_BLK_CAPACITY));
	}
	return err ?: check_wish(mdev, w);
}

static void init_config(struct virtio_blk_config *space, const struct wish *w)
{
	const u32 page_sectors = PAGE_SIZE / BLK_SECTOR;

	space->capacity = __cpu_to_virtio64(true, w->sectors);
	space->size_max = __cpu_to_virtio32(true, BLK_SIZE_MAX);
	space->seg_max = __cpu_to_virtio32(true, BLK_SEG_MAX);
	space->blk_size = __cpu_to_virtio32(true, w->block);
	space->min_io_size = __cpu_to_virtio16(true, 1);
	space->opt_io_size = __cpu_to_virtio32(true, 1);
	space->num_queues = __cpu_to_virtio16(true, w->queues);
	space->max_discard_sectors = __cpu_to_virtio32(true, BLK_RANGE_SECTORS_MAX);
	space->max_discard_seg = __cpu_to_virtio32(true, BLK_RANGES_MAX);
	/* What is kept is kept by the page. */
	space->discard_sector_alignment = __cpu_to_virtio32(true, page_sectors);
	space->max_write_zeroes_sectors = __cpu_to_virtio32(true, BLK_RANGE_SECTORS_MAX);
	space->max_write_zeroes_seg = __cpu_to_virtio32(true, BLK_RANGES_MAX);
	space->write_zeroes_may_unmap = 1;
	space->wce = 1;
}

static struct blk_store *get_store(struct vdpa_mgmt_dev *mdev, const struct wish *w)
{
	u64 bytes = w->sectors * BLK_SECTOR;
	struct blk_store *store;

	if (vdpasim_fails_create())
		return ERR_PTR(-ENOMEM);
	if (w->file)
		return blk_store_new_file(w->file, bytes);
	if (!w->shared)
		return blk_store_new(bytes);
	store = blk_store_get_shared(bytes);
	if (store != ERR_PTR(-EEXIST))
		return store;
	vdpa_refuse(mdev, "capacity of %llu sectors is not that of the shared disk", w->sectors);
	return ERR_PTR(-EINVAL);
}

static int blk_dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
		       const struct vdpa_dev_set_config *config)
{
	struct vdpasim_create c = {
		.mdev = mdev,
		.name = name,
		.class = &blk_class,
		.size = sizeof(struct vdpasim_blk),
	};
	struct blk_store *store;
	struct vdpasim_blk *blk;
	struct vdpasim *sim;
	struct wish w;
	int err;

	err = read_wish(mdev, config, &w);
	if (err)
		return err;
	store = get_store(mdev, &w);
	if (IS_ERR(store))
		return PTR_ERR(store);
	c.nvqs = w.queues;
	c.features = w.features;
	sim = vdpasim_create(&c);
	if (IS_ERR(sim)) {
		err = PTR_ERR(sim);
		goto err_put_store;
	}
	blk = to_blk(sim);
	blk->store = store;
	blk->sectors = w.sectors;
	init_config(blk_config(blk), &w);
	vdpa_ext_register(&sim->vdpa, &blk_ext_ops);
	err = _vdpa_register_device(&sim->vdpa, c.nvqs);
	if (err)
		goto err_put_device;
	return 0;

err_put_device:
	put_device(&sim->vdpa.dev);
err_put_store:
	blk_store_put(store);
	return err;
}

static void blk_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	struct blk_store *store = to_blk(to_sim(vdpa))->store;

	/* When this returns no request is under way. */
	vdpasim_delete(to_sim(vdpa));
	blk_store_put(store);
}

static const struct vdpa_mgmtdev_ops blk_mgmtdev_ops = {
	.dev_add = blk_dev_add,
	.dev_del = blk_dev_del,
};

static struct virtio_device_id blk_ids[] = {
	{ VIRTIO_ID_BLOCK, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static struct vdpa_mgmt_dev blk_mgmtdev = {
	.ops = &blk_mgmtdev_ops,
	.id_table = blk_ids,
	.config_attr_mask = BIT_ULL(VDPANL_A_DEV_FEATURES) | BIT_ULL(VDPANL_A_BLK_CAPACITY) |
			    BIT_ULL(VDPANL_A_BLK_BLK_SIZE) | BIT_ULL(VDPANL_A_BLK_NUM_QUEUES) |
			    BIT_ULL(VDPANL_A_BLK_READ_ONLY) | VDPA_CREATE_BLK_SHARED |
			    VDPA_CREATE_BLK_FILE,
	.supported_features = BLK_FEATURES | BLK_FEATURES_ASKED,
	.max_supported_vqs = BLK_QUEUES_MAX,
};

static int __init vdpasim_blk_init(void)
{
	int err;

	blk_mgmtdev.device = root_device_register("vdpasim_blk");
	if (IS_ERR(blk_mgmtdev.device))
		return PTR_ERR(blk_mgmtdev.device);
	err = vdpa_mgmtdev_register(&blk_mgmtdev);
	if (err)
		root_device_unregister(blk_mgmtdev.device);
	return err;
}

static void __exit vdpasim_blk_exit(void)
{
	vdpa_mgmtdev_unregister(&blk_mgmtdev);
	root_device_unregister(blk_mgmtdev.device);
}

module_init(vdpasim_blk_init);
module_exit(vdpasim_blk_exit);

MODULE_DESCRIPTION("Simulated vDPA disk");
MODULE_LICENSE("GPL");
