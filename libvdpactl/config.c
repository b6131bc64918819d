// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/virtio_ids.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "name.h"
#include "query.h"
#include "uapi/vdpactl-netlink.h"

struct vdpactl_config_list {
	struct object_list list;
};

/* 6.1's modules tell the features of a network device only in the attribute that later became another. */
static int decode_old_features(const struct nl_attrs *attrs, struct vdpactl_config *config)
{
	const struct nlattr *a = attrs->at[VDPANL_A_NET_SUPPORTED_FEATURES];
	uint64_t bit = field_bit(&field_table_config, "features");
	int r;

	if (config->present & bit || config->device_id != VIRTIO_ID_NET || !a)
		return 0;
	r = nl_get_u64(a, &config->features);
	if (r >= 0)
		config->present |= bit;
	return r;
}

static int decode(const struct nl_attrs *attrs, void *object)
{
	struct vdpactl_config *config = object;
	int r;

	r = nl_decode(&field_table_config, false, attrs, config);
	if (r >= 0)
		r = decode_old_features(attrs, config);
	return r >= 0 && !config->name ? -EBADMSG : r;
}

static const struct query query_config = {
	.family = CTX_VDPA,
	.command = VDPANL_CMD_DEV_CONFIG_GET,
	.table = &field_table_config,
	.decode = decode,
};

int vdpactl_config_list(struct vdpactl_ctx *ctx, struct vdpactl_config_list **ret_list)
{
	struct vdpactl_config_list *list;
	int r;

	ctx_begin(ctx);
	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r = query_list(ctx, &query_config, &list->list);
	if (r < 0) {
		free(list);
		return r;
	}
	*ret_list = list;
	return 0;
}

size_t vdpactl_config_list_size(const struct vdpactl_config_list *list)
{
	return list->list.n;
}

struct vdpactl_config *vdpactl_config_list_at(const struct vdpactl_config_list *list, size_t index)
{
	return index < list->list.n ? list->list.v[index] : NULL;
}

struct vdpactl_config_list *vdpactl_config_list_unref(struct vdpactl_config_list *list)
{
	if (!list)
		return NULL;
	object_list_clear(&list->list);
	free(list);
	return NULL;
}

int vdpactl_config_get(struct vdpactl_ctx *ctx, const char *name,
		       struct vdpactl_config **ret_config)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	void *config;
	int r;

	ctx_begin(ctx);
	if (!name_is_possible(name))
		return ctx_fail(ctx, -ENODEV, "there is no device \"%s\"", name);
	msg = ctx_message(VDPANL_CMD_DEV_CONFIG_GET, 0);
	if (!msg || nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0)
		return -ENOMEM;
	r = query_one(ctx, &query_config, msg, &config);
	if (r < 0)
		return r;
	*ret_config = config;
	return 0;
}

struct vdpactl_config *vdpactl_config_ref(struct vdpactl_config *config)
{
	return object_ref(config);
}

struct vdpactl_config *vdpactl_config_unref(struct vdpactl_config *config)
{
	return object_unref(&field_table_config, config);
}

const char *vdpactl_config_get_name(const struct vdpactl_config *config)
{
	return config->name;
}

static bool has(const struct vdpactl_config *config, const char *field)
{
	return config->present & field_bit(&field_table_config, field);
}

const uint8_t *vdpactl_config_get_mac(const struct vdpactl_config *config)
{
	return has(config, "mac") ? config->mac : NULL;
}

int vdpactl_config_get_mtu(const struct vdpactl_config *config, uint16_t *ret_bytes)
{
	if (!has(config, "mtu"))
		return -ENODATA;
	*ret_bytes = config->mtu;
	return 0;
}

int vdpactl_config_get_max_vq_pairs(const struct vdpactl_config *config, uint16_t *ret_pairs)
{
	if (!has(config, "max_vq_pairs"))
		return -ENODATA;
	*ret_pairs = config->max_vq_pairs;
	return 0;
}

int vdpactl_config_get_link(const struct vdpactl_config *config)
{
	return has(config, "link") ? config->link : -ENODATA;
}

int vdpactl_config_get_capacity(const struct vdpactl_config *config, uint64_t *ret_sectors)
{
	if (!has(config, "capacity"))
		return -ENODATA;
	*ret_sectors = config->capacity;
	return 0;
}

int vdpactl_config_get_features(const struct vdpactl_config *config, uint64_t *ret_features)
{
	if (!has(config, "features"))
		return -ENODATA;
	*ret_features = config->features;
	return 0;
}

int vdpactl_config_get_negotiated_features(const struct vdpactl_config *config,
					   uint64_t *ret_features)
{
	if (!has(config, "negotiated_features"))
		return -ENODATA;
	*ret_features = config->negotiated_features;
	return 0;
}
