// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked to the examples of libvdpactl(3) in place of the kernel: see tests/unit/lib/examples. */
#include "fake.h"

int __real_vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor);
int __wrap_vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor);
int __wrap_vdpactl_new(struct vdpactl_ctx **ret_ctx);
struct vdpactl_ctx *__real_vdpactl_unref(struct vdpactl_ctx *ctx);
struct vdpactl_ctx *__wrap_vdpactl_unref(struct vdpactl_ctx *ctx);

/* A program has one kernel. */
static struct fake *fake;

int __wrap_vdpactl_new(struct vdpactl_ctx **ret_ctx)
{
	fake = fake_new();
	fake_add_device(fake, "web0", "vdpasim_net");
	fake_add_device(fake, "disk0", "vdpasim_blk");
	*ret_ctx = fake_ctx(fake);
	return 0;
}

struct vdpactl_ctx *__wrap_vdpactl_unref(struct vdpactl_ctx *ctx)
{
	__real_vdpactl_unref(ctx);
	if (fake)
		fake = fake_free(fake);
	return NULL;
}

int __wrap_vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor)
{
	int r = __real_vdpactl_monitor_new(ctx, ret_monitor);

	fake_uevent(fake, 'a', false, "web1");
	fake_uevent(fake, 'r', false, "web0");
	return r;
}
