// SPDX-License-Identifier: LGPL-2.1-or-later
/* Delete, bind, set. */
#include <errno.h>
#include <linux/virtio_ids.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "autoprobe.h"
#include "change.h"
#include "device.h"
#include "driver-names.h"
#include "mac.h"
#include "uapi/vdpactl-netlink.h"

int change_check_driver(struct vdpactl_ctx *ctx, const char *driver)
{
	const char *kernel = driver_to_kernel(driver);
	int r;

	if (!kernel)
		return ctx_fail(ctx, -EINVAL, "driver: \"%s\": not one of vhost, virtio, none",
				driver);
	if (!*kernel)
		return 0;
	r = ctx->seams.sysfs->has_driver(ctx->seams.sysfs_userdata, kernel);
	if (r == 0)
		return ctx_fail(ctx, -ENXIO,
				"driver %s is not there: its module %s is not loaded (modprobe %s)",
				driver, kernel, kernel);
	return r < 0 ? r : 0;
}

int change_check_free(struct vdpactl_ctx *ctx, struct vdpactl_device *device)
{
	int r = device->in_use;

	if (!(device->present & field_bit(&field_table_device, "in_use")))
		r = device->chardev
			    ? ctx->seams.sysfs->in_use(ctx->seams.sysfs_userdata, device->chardev)
			    : 0;
	/* Who cannot know may still try. */
	if (r <= 0)
		return 0;
	r = device_search_holders(ctx, &device, 1);
	if (r < 0)
		return r;
	if (device->holder_pid)
		return ctx_fail(ctx, -EBUSY, "held open by %s (pid %u)",
				device->holder_comm ? device->holder_comm : "a process",
				device->holder_pid);
	return ctx_fail(ctx, -EBUSY, "%s is held open by a process",
			device->chardev ? device->chardev : "the device");
}

int change_delete(struct vdpactl_ctx *ctx, const char *name)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;

	msg = ctx_message(VDPANL_CMD_DEV_DEL, 0);
	if (!msg || nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0)
		return -ENOMEM;
	return ctx_request(ctx, CTX_VDPA, msg, NULL, NULL, NULL);
}

int vdpactl_device_delete(struct vdpactl_ctx *ctx, const char *name)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	/* Mainline waits for the last user with every netlink request behind it: so ask first. */
	r = device_read(ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER, &device);
	if (r >= 0)
		r = change_check_free(ctx, device);
	return r < 0 ? r : change_delete(ctx, name);
}

/* ---- bind ------------------------------------------------------------------------------------ */

static int unbind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	int r;

	r = ctx->seams.sysfs->write_driver(ctx->seams.sysfs_userdata, driver, "unbind", name);
	if (r < 0)
		return ctx_fail(ctx, r, "%s does not give \"%s\" back: %s", driver, name,
				strerrordesc_np(-r));
	return 0;
}

/* What a bind changes, as it was before. */
struct binding {
	char *driver; /* NULL: unbound */
	char *override;
};

static void binding_done(struct binding *b)
{
	free(b->driver);
	free(b->override);
}

static int binding_read(struct vdpactl_ctx *ctx, const char *name, struct binding *ret)
{
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	int r;

	r = ops->driver(ctx->seams.sysfs_userdata, name, &ret->driver);
	return r < 0 ? r
		     : ops->read_device(ctx->seams.sysfs_userdata, name, "driver_override",
					&ret->override);
}

static int binding_restore(struct vdpactl_ctx *ctx, const char *name, const char *driver,
			   const struct binding *b)
{
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	bool had_none = !*b->override || strcmp(b->override, "(null)") == 0;
	const char *kernel = driver_to_kernel(driver);
	int r;

	/* What failed may be no more than the look at it. A driver that does not have it says ENODEV. */
	if (kernel && *kernel)
		ops->write_driver(ctx->seams.sysfs_userdata, kernel, "unbind", name);
	r = autoprobe_bind(ctx, name, driver_from_kernel(b->driver));
	if (r < 0)
		return r;
	/* The kernel takes an empty line for none. */
	return ops->write_device(ctx->seams.sysfs_userdata, name, "driver_override",
				 had_none ? "\n" : b->override);
}

/* Back to where it was; the reason for going back stays the error, and is told with what became of it. */
static int roll_back(struct vdpactl_ctx *ctx, const char *name, const char *driver,
		     const struct binding *before, int error)
{
	_cleanup_free_ char *reason = NULL, *now = NULL;
	const char *old = driver_from_kernel(before->driver), *why;
	int r;

	reason = ctx->error ? strdup(ctx->error) : NULL;
	why = reason ? reason : strerrordesc_np(-error);
	r = binding_restore(ctx, name, driver, before);
	if (r >= 0)
		return ctx_fail(ctx, error, "%s; it is back at %s", why, old);
	if (ctx->seams.sysfs->driver(ctx->seams.sysfs_userdata, name, &now) < 0)
		return ctx_fail(ctx, error,
				"%s; going back to %s failed too (%s), what it is at is not known",
				why, old, strerrordesc_np(-r));
	return ctx_fail(ctx, error, "%s; going back to %s failed too (%s), it is at %s now", why,
			old, strerrordesc_np(-r), driver_from_kernel(now));
}

static int rebind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	_cleanup_(binding_done) struct binding before = { NULL };
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	int r;

	r = binding_read(ctx, name, &before);
	if (r < 0)
		return r;
	if (strcmp(driver_from_kernel(before.driver), driver) == 0)
		return 0;
	/* First the override, so that nobody else takes it between the two. */
	r = ops->write_device(ctx->seams.sysfs_userdata, name, "driver_override",
			      strcmp(driver, DRIVER_NONE) == 0 ? DRIVER_NONE
							       : driver_to_kernel(driver));
	if (r < 0)
		return ctx_fail(ctx, r, "driver_override of \"%s\" cannot be written: %s", name,
				strerrordesc_np(-r));
	r = before.driver ? unbind(ctx, name, before.driver) : 0;
	if (r >= 0)
		r = autoprobe_bind(ctx, name, driver);
	return r < 0 ? roll_back(ctx, name, driver, &before, r) : 0;
}

int vdpactl_device_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER, &device);
	if (r >= 0)
		r = change_check_driver(ctx, driver);
	if (r < 0)
		return r;
	if (device->driver && strcmp(device->driver, driver) == 0)
		return 0;
	r = change_check_free(ctx, device);
	return r < 0 ? r : rebind(ctx, name, driver);
}

int vdpactl_device_release(struct vdpactl_ctx *ctx, const char *name)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER, &device);
	if (r >= 0)
		r = ctx_has_ext(ctx);
	if (r < 0)
		return r;
	/* Mainline's vhost waits for the holder, with every netlink request behind it: never begin that. */
	if (!r && change_check_free(ctx, device) < 0)
		return ctx_fail(
			ctx, -EOPNOTSUPP,
			"this kernel cannot take a device from a process that holds it open");
	return rebind(ctx, name, DRIVER_NONE);
}

int vdpactl_device_set_mac(struct vdpactl_ctx *ctx, const char *name, const uint8_t mac[6])
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	int r;

	ctx_begin(ctx);
	r = mac_check(mac);
	if (r < 0)
		return ctx_fail(ctx, -EINVAL, "mac: %s", mac_error(r));
	r = device_read(ctx, name, 0, &device);
	if (r < 0)
		return r;
	msg = ctx_message(VDPANL_CMD_DEV_ATTR_SET, 0);
	if (!msg || nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0 ||
	    nla_put(msg, VDPANL_A_NET_MACADDR, 6, mac) < 0)
		return -ENOMEM;
	r = ctx_request(ctx, CTX_VDPA, msg, NULL, NULL, NULL);
	if (r == -EOPNOTSUPP && !ctx->error)
		return ctx_fail(ctx, r, "the kernel cannot change the address of a vDPA device");
	return r;
}

int vdpactl_device_set_link(struct vdpactl_ctx *ctx, const char *name, int up)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	struct nlattr *nest;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, 0, &device);
	if (r < 0)
		return r;
	if (device->device_id != VIRTIO_ID_NET)
		return ctx_fail(ctx, -EINVAL, "link: only network devices have one");
	r = ctx_has_ext(ctx);
	if (r < 0)
		return r;
	if (r == 0)
		return ctx_fail(ctx, -EOPNOTSUPP,
				"link: this kernel's vDPA modules do not let it be chosen");
	msg = ctx_message(VDPACTL_NL_CMD_DEV_SET, 0);
	nest = msg ? nla_nest_start(msg, VDPACTL_NL_A_VDPA) : NULL;
	if (!nest || nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0)
		return -ENOMEM;
	nla_nest_end(msg, nest);
	if (nla_put_u8(msg, VDPACTL_NL_A_LINK, !!up) < 0)
		return -ENOMEM;
	return ctx_request(ctx, CTX_EXT, msg, NULL, NULL, NULL);
}
