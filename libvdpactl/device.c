// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "device.h"
#include "driver-names.h"
#include "name.h"
#include "uapi/vdpactl-netlink.h"

struct vdpactl_device_list {
	struct object_list list;
};

static int set_string(struct vdpactl_device *device, const char *field, const char *value)
{
	return field_set_string(&field_table_device, field_find(&field_table_device, field), device,
				value);
}

static int set_number(struct vdpactl_device *device, const char *field, uint64_t value)
{
	char error[FIELD_ERROR_SIZE];

	return field_set_number(&field_table_device, field_find(&field_table_device, field), device,
				value, error);
}

/* ---- from the kernel ------------------------------------------------------------------------- */

static int decode(const struct nl_attrs *attrs, void *object)
{
	struct vdpactl_device *device = object;
	_cleanup_free_ char *mgmtdev = NULL;
	int r;

	r = nl_decode(&field_table_device, false, attrs, device);
	if (r >= 0 && !device->name)
		r = -EBADMSG;
	if (r >= 0)
		r = nl_decode_mgmtdev(attrs, &mgmtdev);
	return r < 0 ? r : set_string(device, "mgmtdev", mgmtdev);
}

static int decode_ext(const struct nl_attrs *attrs, void *object)
{
	struct nl_attrs nested;
	int r;

	r = nl_attrs_parse_nested(&nested, attrs->at[VDPACTL_NL_A_VDPA]);
	if (r >= 0)
		r = decode(&nested, object);
	return r < 0 ? r : nl_decode(&field_table_device, true, attrs, object);
}

static const struct query query_device = {
	.family = CTX_VDPA,
	.command = VDPANL_CMD_DEV_GET,
	.table = &field_table_device,
	.decode = decode,
};

const struct query query_device_ext = {
	.family = CTX_EXT,
	.command = VDPACTL_NL_CMD_DEV_GET,
	.table = &field_table_device,
	.decode = decode_ext,
};

int device_add_endpoint(struct vdpactl_ctx *ctx, struct vdpactl_device *device)
{
	_cleanup_(sysfs_endpoint_clear) struct sysfs_endpoint endpoint = { .driver = NULL };
	int r;

	r = ctx->seams.sysfs->endpoint(ctx->seams.sysfs_userdata, device->name, &endpoint);
	if (r == -ENODEV)
		return 0;
	if (r < 0)
		return ctx_fail(ctx, r, "cannot read device \"%s\" in sysfs: %s", device->name,
				strerrordesc_np(-r));
	r = set_string(device, "driver", driver_from_kernel(endpoint.driver));
	if (r >= 0)
		r = set_string(device, "chardev", endpoint.chardev);
	if (r >= 0)
		r = set_string(device, "netdev", endpoint.netdev);
	if (r >= 0)
		r = set_string(device, "disk", endpoint.disk);
	if (r >= 0 && endpoint.ifindex)
		r = set_number(device, "ifindex", endpoint.ifindex);
	return r;
}

static int add_holder(struct vdpactl_device *device, const struct sysfs_holder *holder)
{
	int r;

	r = set_number(device, "in_use", 1);
	if (r >= 0)
		r = set_number(device, "holder_pid", holder->pid);
	if (r >= 0 && holder->comm)
		r = set_string(device, "holder_comm", holder->comm);
	return r;
}

int device_search_holders(struct vdpactl_ctx *ctx, struct vdpactl_device *const *devices, size_t n)
{
	const uint64_t told = field_bit(&field_table_device, "in_use");
	struct sysfs_holder *holders = NULL;
	size_t n_holders = 0;
	int r = 0;

	/* Who may not look sees nobody, and that is no failure. */
	if (ctx->seams.sysfs->holders(ctx->seams.sysfs_userdata, &holders, &n_holders) < 0)
		return 0;
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct sysfs_holder *holder = NULL;

		if (devices[i]->chardev && !(devices[i]->present & told))
			holder = sysfs_holder_find(holders, n_holders, devices[i]->chardev);
		r = holder ? add_holder(devices[i], holder) : 0;
	}
	sysfs_holders_free(holders, n_holders);
	return r;
}

/* Which family knows what is asked for. */
static int choose_query(struct vdpactl_ctx *ctx, int flags, const struct query **ret_query)
{
	int r = 0;

	if (flags & VDPACTL_DEVICE_HOLDER)
		r = ctx_has_ext(ctx);
	if (r < 0)
		return r;
	*ret_query = r ? &query_device_ext : &query_device;
	return 0;
}

int vdpactl_device_list(struct vdpactl_ctx *ctx, int flags, struct vdpactl_device_list **ret_list)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	const struct query *query;
	int r;

	ctx_begin(ctx);
	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list->list.table = &field_table_device;
	r = choose_query(ctx, flags, &query);
	if (r >= 0)
		r = query_list(ctx, query, &list->list);
	for (size_t i = 0; r >= 0 && flags & VDPACTL_DEVICE_ENDPOINT && i < list->list.n; i++)
		r = device_add_endpoint(ctx, list->list.v[i]);
	if (r >= 0 && flags & VDPACTL_DEVICE_SEARCH && query != &query_device_ext)
		r = device_search_holders(ctx, (struct vdpactl_device *const *)list->list.v,
					  list->list.n);
	if (r < 0)
		return r;
	*ret_list = TAKE_PTR(list);
	return 0;
}

static int fill_request(const struct query *query, const char *name, struct nl_msg *msg)
{
	struct nlattr *nest = NULL;

	if (query->family == CTX_EXT) {
		nest = nla_nest_start(msg, VDPACTL_NL_A_VDPA);
		if (!nest)
			return -ENOMEM;
	}
	if (nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0)
		return -ENOMEM;
	if (nest)
		nla_nest_end(msg, nest);
	return 0;
}

int device_read(struct vdpactl_ctx *ctx, const char *name, int flags,
		struct vdpactl_device **ret_device)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	const struct query *query;
	void *found = NULL;
	int r;

	if (!name_is_possible(name))
		return ctx_fail(ctx, -ENODEV, "there is no device \"%s\"", name);
	r = choose_query(ctx, flags, &query);
	if (r < 0)
		return r;
	msg = ctx_message(query->command, 0);
	if (!msg || fill_request(query, name, msg) < 0)
		return -ENOMEM;
	r = query_one(ctx, query, msg, &found);
	if (r < 0)
		return r;
	device = found;
	if (flags & VDPACTL_DEVICE_ENDPOINT)
		r = device_add_endpoint(ctx, device);
	if (r >= 0 && flags & VDPACTL_DEVICE_SEARCH && query != &query_device_ext)
		r = device_search_holders(ctx, &device, 1);
	if (r < 0)
		return r;
	*ret_device = TAKE_PTR(device);
	return 0;
}

int vdpactl_device_get(struct vdpactl_ctx *ctx, const char *name, int flags,
		       struct vdpactl_device **ret_device)
{
	ctx_begin(ctx);
	return device_read(ctx, name, flags, ret_device);
}

/* ---- lists and references -------------------------------------------------------------------- */

size_t vdpactl_device_list_size(const struct vdpactl_device_list *list)
{
	return list->list.n;
}

struct vdpactl_device *vdpactl_device_list_at(const struct vdpactl_device_list *list, size_t index)
{
	return index < list->list.n ? list->list.v[index] : NULL;
}

struct vdpactl_device_list *vdpactl_device_list_unref(struct vdpactl_device_list *list)
{
	if (!list)
		return NULL;
	object_list_clear(&list->list);
	free(list);
	return NULL;
}

struct vdpactl_device *vdpactl_device_ref(struct vdpactl_device *device)
{
	return object_ref(device);
}

struct vdpactl_device *vdpactl_device_unref(struct vdpactl_device *device)
{
	return object_unref(&field_table_device, device);
}

/* ---- getters --------------------------------------------------------------------------------- */

const char *vdpactl_device_get_name(const struct vdpactl_device *device)
{
	return device->name;
}

const char *vdpactl_device_get_mgmtdev(const struct vdpactl_device *device)
{
	return device->mgmtdev;
}

uint32_t vdpactl_device_get_device_id(const struct vdpactl_device *device)
{
	return device->device_id;
}

uint32_t vdpactl_device_get_vendor_id(const struct vdpactl_device *device)
{
	return device->vendor_id;
}

uint32_t vdpactl_device_get_max_vqs(const struct vdpactl_device *device)
{
	return device->max_vqs;
}

uint16_t vdpactl_device_get_max_vq_size(const struct vdpactl_device *device)
{
	return device->max_vq_size;
}

uint16_t vdpactl_device_get_min_vq_size(const struct vdpactl_device *device)
{
	return device->min_vq_size;
}

const char *vdpactl_device_get_driver(const struct vdpactl_device *device)
{
	return device->driver;
}

const char *vdpactl_device_get_chardev(const struct vdpactl_device *device)
{
	return device->chardev;
}

const char *vdpactl_device_get_netdev(const struct vdpactl_device *device)
{
	return device->netdev;
}

uint32_t vdpactl_device_get_ifindex(const struct vdpactl_device *device)
{
	return device->ifindex;
}

const char *vdpactl_device_get_disk(const struct vdpactl_device *device)
{
	return device->disk;
}

int vdpactl_device_get_in_use(const struct vdpactl_device *device)
{
	return device->present & field_bit(&field_table_device, "in_use") ? device->in_use
									  : -ENODATA;
}

uint32_t vdpactl_device_get_holder_pid(const struct vdpactl_device *device)
{
	return device->holder_pid;
}

const char *vdpactl_device_get_holder_comm(const struct vdpactl_device *device)
{
	return device->holder_comm;
}

const char *vdpactl_device_get_peer(const struct vdpactl_device *device)
{
	return device->peer;
}
