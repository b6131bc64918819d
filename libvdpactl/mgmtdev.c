// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>

#include "name.h"
#include "query.h"
#include "uapi/vdpactl-netlink.h"

struct vdpactl_mgmtdev_list {
	struct object_list list;
};

static int decode(const struct nl_attrs *attrs, void *object)
{
	_cleanup_free_ char *name = NULL;
	int r;

	r = nl_decode_mgmtdev(attrs, &name);
	if (r >= 0)
		r = field_set_string(&field_table_mgmtdev, field_find(&field_table_mgmtdev, "name"),
				     object, name);
	return r < 0 ? r : nl_decode(&field_table_mgmtdev, false, attrs, object);
}

static const struct query query_mgmtdev = {
	.family = CTX_VDPA,
	.command = VDPANL_CMD_MGMTDEV_GET,
	.table = &field_table_mgmtdev,
	.decode = decode,
};

int vdpactl_mgmtdev_list(struct vdpactl_ctx *ctx, struct vdpactl_mgmtdev_list **ret_list)
{
	struct vdpactl_mgmtdev_list *list;
	int r;

	ctx_begin(ctx);
	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r = query_list(ctx, &query_mgmtdev, &list->list);
	if (r < 0) {
		free(list);
		return r;
	}
	*ret_list = list;
	return 0;
}

size_t vdpactl_mgmtdev_list_size(const struct vdpactl_mgmtdev_list *list)
{
	return list->list.n;
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_list_at(const struct vdpactl_mgmtdev_list *list,
						size_t index)
{
	return index < list->list.n ? list->list.v[index] : NULL;
}

struct vdpactl_mgmtdev_list *vdpactl_mgmtdev_list_unref(struct vdpactl_mgmtdev_list *list)
{
	if (!list)
		return NULL;
	object_list_clear(&list->list);
	free(list);
	return NULL;
}

int vdpactl_mgmtdev_get(struct vdpactl_ctx *ctx, const char *name,
			struct vdpactl_mgmtdev **ret_mgmtdev)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	void *mgmtdev;
	int r;

	ctx_begin(ctx);
	/* No such thing can be there, and the kernel need not be asked. */
	if (name_check_mgmtdev(name))
		return ctx_fail(ctx, -ENODEV, "there is no management device \"%s\"", name);
	msg = ctx_message(VDPANL_CMD_MGMTDEV_GET, 0);
	if (!msg || nl_encode_mgmtdev(name, msg) < 0)
		return -ENOMEM;
	r = query_one(ctx, &query_mgmtdev, msg, &mgmtdev);
	if (r < 0)
		return r;
	*ret_mgmtdev = mgmtdev;
	return 0;
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_ref(struct vdpactl_mgmtdev *mgmtdev)
{
	return object_ref(mgmtdev);
}

struct vdpactl_mgmtdev *vdpactl_mgmtdev_unref(struct vdpactl_mgmtdev *mgmtdev)
{
	return object_unref(&field_table_mgmtdev, mgmtdev);
}

const char *vdpactl_mgmtdev_get_name(const struct vdpactl_mgmtdev *mgmtdev)
{
	return mgmtdev->name;
}

uint64_t vdpactl_mgmtdev_get_supported_classes(const struct vdpactl_mgmtdev *mgmtdev)
{
	return mgmtdev->supported_classes;
}

uint32_t vdpactl_mgmtdev_get_max_supported_vqs(const struct vdpactl_mgmtdev *mgmtdev)
{
	return mgmtdev->max_supported_vqs;
}

uint64_t vdpactl_mgmtdev_get_dev_features(const struct vdpactl_mgmtdev *mgmtdev)
{
	return mgmtdev->dev_features;
}
