// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "promote.h"
#include "util/cleanup.h"

/* Copy a field to the request if the live object has it; @from_name: what it is called there. */
static int take(struct vdpactl_device_request *request, const char *name,
		const struct field_table *from, const void *live, const char *from_name)
{
	const struct field_table *to = &field_table_request;
	size_t row = (size_t)field_find(to, name), live_row = (size_t)field_find(from, from_name);
	char error[FIELD_ERROR_SIZE];
	_cleanup_free_ char *text = NULL;
	int r;

	if (!field_has(live, live_row))
		return 0;
	r = field_text(from, live_row, live, &text);
	/* What cannot be asked for again, as an address of zeroes, was not asked for. */
	if (r >= 0 && field_from_text(to, row, request, text, error) == -ENOMEM)
		r = -ENOMEM;
	return r;
}

static int take_net(struct vdpactl_device_request *request, const struct vdpactl_config *config)
{
	const struct field_table *from = &field_table_config;
	int r;

	r = take(request, "mac", from, config, "mac");
	if (r >= 0)
		r = take(request, "mtu", from, config, "mtu");
	/* One pair is what a device has that cannot have more. */
	if (r >= 0 && config->max_vq_pairs > 1)
		r = take(request, "max_vqp", from, config, "max_vq_pairs");
	return r;
}

/* Where the kernel has no family "vdpactl" nothing of a disk can be chosen. */
static int take_blk(struct vdpactl_ctx *ctx, struct vdpactl_device_request *request,
		    const struct vdpactl_config *config)
{
	static const char *const names[] = { "capacity", "block_size", "num_queues", "read_only" };
	int r;

	r = vdpactl_has_extension(ctx);
	if (r <= 0)
		return r;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && r >= 0; i++)
		if (strcmp(names[i], "read_only") != 0 || config->read_only)
			r = take(request, names[i], &field_table_config, config, names[i]);
	return r;
}

/* Only features that are fewer than the management device has were chosen. */
static int take_features(struct vdpactl_ctx *ctx, struct vdpactl_device_request *request,
			 const struct vdpactl_config *config)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_unref) struct vdpactl_mgmtdev *mgmtdev = NULL;
	int r;

	r = vdpactl_mgmtdev_get(ctx, request->mgmtdev, &mgmtdev);
	if (r < 0 || !mgmtdev->dev_features || config->features == mgmtdev->dev_features)
		return r;
	return take(request, "features", &field_table_config, config, "features");
}

static int take_config(struct vdpactl_ctx *ctx, const struct vdpactl_device *device,
		       struct vdpactl_device_request *request)
{
	_cleanup_(cleanup_vdpactl_config_unref) struct vdpactl_config *config = NULL;
	int r;

	r = vdpactl_config_get(ctx, device->name, &config);
	/* Some kernels show those of network devices only. */
	if (r == -EOPNOTSUPP)
		return 0;
	if (r >= 0 && device->device_id == 1)
		r = take_net(request, config);
	if (r >= 0 && device->device_id == 2)
		r = take_blk(ctx, request, config);
	return r < 0 ? r : take_features(ctx, request, config);
}

/* Of two that are connected the one that is made second names the other. */
static int take_peer(const struct store *store, const struct vdpactl_device *device,
		     struct vdpactl_device_request *request)
{
	const struct store_entry *peer = device->peer ? store_find(store, device->peer) : NULL;

	if (!device->peer || !*device->peer)
		return 0;
	if (peer && peer->request->peer && strcmp(peer->request->peer, device->name) == 0)
		return 0;
	return take(request, "peer", &field_table_device, device, "peer");
}

static bool is_ours(const char *driver)
{
	return strcmp(driver, "vhost") == 0 || strcmp(driver, "virtio") == 0 ||
	       strcmp(driver, "none") == 0;
}

int promote_read(struct vdpactl_ctx *ctx, const struct store *store, const char *name,
		 struct vdpactl_device_request **ret_request)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	r = vdpactl_device_get(ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER, &device);
	if (r >= 0)
		r = vdpactl_device_request_new(device->mgmtdev, name, &request);
	/* Another driver than ours cannot be asked for: then the kernel decides, as it did. */
	if (r >= 0 && device->driver && is_ours(device->driver))
		r = take(request, "driver", &field_table_device, device, "driver");
	if (r >= 0)
		r = take_peer(store, device, request);
	if (r >= 0)
		r = take_config(ctx, device, request);
	if (r < 0)
		return r;
	*ret_request = TAKE_PTR(request);
	return 0;
}
