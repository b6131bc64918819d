// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <inttypes.h>
#include <linux/virtio_ids.h>
#include <string.h>

#include "change.h"
#include "device.h"
#include "feature-names.h"
#include "field.h"
#include "rehearse.h"

#define LOOK (VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER)

static int check_name(struct vdpactl_ctx *ctx, const char *name)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	/* The number behind it is chosen when the device is made. */
	if (strchr(name, '%'))
		return 0;
	r = device_read(ctx, name, 0, &device);
	if (r == -ENODEV)
		return 0;
	return r < 0 ? r : ctx_fail(ctx, -EEXIST, "there is a device \"%s\"", name);
}

static int check_features(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
			  const struct vdpactl_mgmtdev *mgmtdev)
{
	uint64_t known = mgmtdev->dev_features, missing;
	uint32_t device_id =
		mgmtdev->supported_classes & 1 << VIRTIO_ID_NET ? VIRTIO_ID_NET : VIRTIO_ID_BLOCK;
	char buf[FEATURE_NAME_SIZE];

	missing = request->features & ~known;
	if (!(mgmtdev->present & field_bit(&field_table_mgmtdev, "dev_features")) || !missing)
		return 0;
	return ctx_fail(ctx, -EINVAL, "features: \"%s\" does not have %s", mgmtdev->name,
			feature_text(device_id, __builtin_ctzll(missing), buf));
}

int rehearse_add(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_unref) struct vdpactl_mgmtdev *mgmtdev = NULL;
	int r;

	r = vdpactl_mgmtdev_get(ctx, request->mgmtdev, &mgmtdev);
	if (r >= 0)
		r = check_name(ctx, request->name);
	if (r >= 0)
		r = check_features(ctx, request, mgmtdev);
	if (r >= 0 && request->driver)
		r = change_check_driver(ctx, request->driver);
	if (r < 0)
		return r;
	ctx_begin(ctx);
	return 1;
}

int rehearse_delete(struct vdpactl_ctx *ctx, const char *name, bool force)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, LOOK, &device);
	if (r >= 0 && force)
		r = ctx_has_ext(ctx);
	/* Where there is the extension, the holder is no obstacle. */
	if (r == 0)
		r = change_check_free(ctx, device);
	if (r == -EBUSY && force)
		return ctx_fail(
			ctx, -EOPNOTSUPP,
			"this kernel cannot take a device from a process that holds it open");
	return r < 0 ? r : 1;
}

int rehearse_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, LOOK, &device);
	if (r >= 0)
		r = change_check_driver(ctx, driver);
	if (r < 0)
		return r;
	if (device->driver && strcmp(device->driver, driver) == 0)
		return 0;
	r = change_check_free(ctx, device);
	return r < 0 ? r : 1;
}

int rehearse_set_net(struct vdpactl_ctx *ctx, const char *name, const char *what)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	ctx_begin(ctx);
	r = device_read(ctx, name, 0, &device);
	if (r < 0)
		return r;
	if (device->device_id != VIRTIO_ID_NET)
		return ctx_fail(ctx, -EOPNOTSUPP, "%s: only network devices have one", what);
	return 1;
}
