// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knobs for tests, in debugfs under vdpa_sim:
 *
 *	fail_create	the n-th step of making devices fails, counted from when n is written; then it is 0 again
 *	DEVICE/fail	the n-th time that the device needs memory fails: to start a queue, to take a mapping, to write
 *	DEVICE/stall	bit i: queue i takes no buffers; when the bit is cleared it goes on
 *
 * All are 0 at first. They never make a device do anything else than a device of its kind may.
 */
#include <linux/debugfs.h>
#include <linux/module.h>

#include "sim.h"

static struct dentry *root;
static atomic_t fail_create = ATOMIC_INIT(0);

/* Several may count down at once: one of them is it. */
static bool is_it(atomic_t *steps)
{
	return atomic_dec_if_positive(steps) == 0;
}

bool vdpasim_fails_create(void)
{
	return is_it(&fail_create);
}
EXPORT_SYMBOL_GPL(vdpasim_fails_create);

bool vdpasim_fails(struct vdpasim *sim)
{
	return is_it(&sim->fail);
}
EXPORT_SYMBOL_GPL(vdpasim_fails);

static int stall_get(void *data, u64 *ret_mask)
{
	const struct vdpasim *sim = data;

	*ret_mask = READ_ONCE(sim->stalled);
	return 0;
}

/* When the lock was ours once, nobody is in the middle of a batch. */
static int stall_set(void *data, u64 mask)
{
	struct vdpasim *sim = data;
	u16 i;

	WRITE_ONCE(sim->stalled, mask);
	for (i = 0; i < sim->nvqs; i++) {
		mutex_lock(&sim->vqs[i].lock);
		mutex_unlock(&sim->vqs[i].lock);
		vdpasim_kick(&sim->vqs[i]);
	}
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(stall_fops, stall_get, stall_set, "0x%llx\n");

/* That something of it cannot be made is no matter to the device. */
void vdpasim_debugfs_add(struct vdpasim *sim)
{
	sim->debugfs = debugfs_create_dir(dev_name(&sim->vdpa.dev), root);
	debugfs_create_atomic_t("fail", 0600, sim->debugfs, &sim->fail);
	debugfs_create_file_unsafe("stall", 0600, sim->debugfs, sim, &stall_fops);
}

/* Waits for whoever is inside of one of the files. */
void vdpasim_debugfs_remove(struct vdpasim *sim)
{
	debugfs_remove(sim->debugfs);
	sim->debugfs = NULL;
}

void __init vdpasim_debugfs_init(void)
{
	root = debugfs_create_dir("vdpa_sim", NULL);
	debugfs_create_atomic_t("fail_create", 0600, root, &fail_create);
}

void vdpasim_debugfs_exit(void)
{
	debugfs_remove(root);
}
