// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "nl-codec.h"
#include "ctx.h"
#include "uapi/vdpactl-netlink.h"

#define NET_CTRL_VQ 17
#define NET_MQ	    22

static int add(struct vdpactl_stats *stats, const char *name, uint64_t value)
{
	struct vdpactl_stat *v;

	v = reallocarray(stats->v, stats->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	stats->v = v;
	v[stats->n].name = strdup(name);
	if (!v[stats->n].name)
		return -ENOMEM;
	v[stats->n++].value = value;
	return 0;
}

/* Names and values follow each other in pairs, so their order counts. */
static int take_pairs(struct vdpactl_stats *stats, const struct nlmsghdr *message)
{
	const struct nlattr *a = (const void *)((const char *)message + NLMSG_HDRLEN + GENL_HDRLEN);
	int left = message->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, r = 0;
	const char *name = NULL;
	uint64_t value;

	for (; r >= 0 && nla_ok(a, left); a = nla_next(a, &left)) {
		switch (nla_type(a)) {
		case VDPANL_A_VENDOR_ATTR_NAME:
			r = name ? -EBADMSG : nl_get_string(a, &name);
			break;
		case VDPANL_A_VENDOR_ATTR_VALUE:
			r = name ? nl_get_u64(a, &value) : -EBADMSG;
			if (r >= 0)
				r = add(stats, name, value);
			name = NULL;
			break;
		}
	}
	return r >= 0 && name ? -EBADMSG : r;
}

static int take(const struct nlmsghdr *message, void *userdata)
{
	struct vdpactl_stats *stats = userdata;
	struct nl_attrs attrs;
	int r;

	r = nl_attrs_parse_message(&attrs, message);
	if (r >= 0 && attrs.at[VDPANL_A_DEV_ID])
		r = nl_get_u32(attrs.at[VDPANL_A_DEV_ID], &stats->device_id);
	if (r >= 0 && attrs.at[VDPANL_A_NET_MAX_VQP])
		r = nl_get_u16(attrs.at[VDPANL_A_NET_MAX_VQP], &stats->max_vqp);
	if (r >= 0 && attrs.at[VDPANL_A_NEGOTIATED_FEATURES])
		r = nl_get_u64(attrs.at[VDPANL_A_NEGOTIATED_FEATURES], &stats->negotiated_features);
	return r < 0 ? r : take_pairs(stats, message);
}

int vdpactl_stats_get(struct vdpactl_ctx *ctx, const char *name, uint32_t queue,
		      struct vdpactl_stats **ret_stats)
{
	_cleanup_(cleanup_vdpactl_stats_unref) struct vdpactl_stats *stats = NULL;
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	int r;

	ctx_begin(ctx);
	if (!name_is_possible(name))
		return ctx_fail(ctx, -ENODEV, "there is no device \"%s\"", name);
	stats = calloc(1, sizeof(*stats));
	msg = ctx_message(VDPANL_CMD_DEV_VSTATS_GET, 0);
	if (!stats || !msg || nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0 ||
	    nla_put_u32(msg, VDPANL_A_QUEUE_INDEX, queue) < 0)
		return -ENOMEM;
	stats->queue = queue;
	stats->name = strdup(name);
	if (!stats->name)
		return -ENOMEM;
	r = ctx_request(ctx, CTX_VDPA, msg, take, NULL, stats);
	if (r < 0)
		return r;
	*ret_stats = TAKE_PTR(stats);
	return 0;
}

size_t vdpactl_stats_size(const struct vdpactl_stats *stats)
{
	return stats->n;
}

int vdpactl_stats_at(const struct vdpactl_stats *stats, size_t index, const char **ret_name,
		     uint64_t *ret_value)
{
	if (index >= stats->n)
		return -ERANGE;
	*ret_name = stats->v[index].name;
	*ret_value = stats->v[index].value;
	return 0;
}

/* Receive queues are even, transmit queues odd, the control queue is behind the last pair in use. */
const char *vdpactl_stats_get_queue_type(const struct vdpactl_stats *stats)
{
	uint32_t pairs = stats->negotiated_features >> NET_MQ & 1 ? stats->max_vqp : 1;
	bool control = stats->negotiated_features >> NET_CTRL_VQ & 1;

	if (stats->device_id != VIRTIO_ID_NET || !pairs)
		return "";
	if (control && stats->queue == 2 * pairs)
		return "control";
	return stats->queue % 2 ? "tx" : "rx";
}

struct vdpactl_stats *vdpactl_stats_unref(struct vdpactl_stats *stats)
{
	if (!stats)
		return NULL;
	for (size_t i = 0; i < stats->n; i++)
		free(stats->v[i].name);
	free(stats->v);
	free(stats->name);
	free(stats);
	return NULL;
}
