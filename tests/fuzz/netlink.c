// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's answers and events as a stream of bytes, through the transport's seam, so that datagrams,
 * messages, errors and attributes are all taken apart by the library as it is.
 *
 * Input: one byte: which call (low 4 bits); 0x80: answers about families are in the input, too. Then
 * datagrams: two bytes of size, and the bytes. A message whose sequence number is 0 answers the request in hand.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fake-message.h"
#include "field.h"
#include "fuzz.h"
#include "objects.h"
#include "ctx.h"
#include "uapi/vdpactl-netlink.h"
#include "util/cleanup.h"

#define FAMILY_ID 0x20
#define GROUP	  7

struct kernel {
	struct input in;
	bool families; /* answered from the input */
	struct nlmsghdr request;
	struct message answer; /* of ours, about a family; empty when there is none */
};

/* ---- the transport --------------------------------------------------------------------------- */

static int open_kernel(void *userdata, void **ret_handle)
{
	*ret_handle = userdata;
	return 0;
}

static void answer_family(struct kernel *k)
{
	const struct genlmsghdr genl = { .cmd = CTRL_CMD_NEWFAMILY, .version = 2 };
	const struct nlmsgerr none = { .error = 0 };
	struct message *m = &k->answer;
	size_t start, groups, group;

	m->size = 0;
	start = message_begin(m, GENL_ID_CTRL, k->request.nlmsg_seq, 0);
	message_put(m, &genl, sizeof(genl));
	message_u16(m, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	groups = message_nest(m, CTRL_ATTR_MCAST_GROUPS);
	group = message_nest(m, 1);
	message_u32(m, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	message_string(m, CTRL_ATTR_MCAST_GRP_NAME, VDPACTL_NL_EVENTS);
	message_nest_end(m, group);
	message_nest_end(m, groups);
	message_end(m, start);
	start = message_begin(m, NLMSG_ERROR, k->request.nlmsg_seq, NLM_F_CAPPED);
	message_put(m, &none, sizeof(none));
	message_end(m, start);
}

static int send_request(void *handle, const void *data, size_t size)
{
	struct kernel *k = handle;

	PROMISE(size >= sizeof(k->request));
	memcpy(&k->request, data, sizeof(k->request));
	PROMISE(k->request.nlmsg_len == size);
	if (k->request.nlmsg_type == GENL_ID_CTRL && !k->families)
		answer_family(k);
	return 0;
}

/* Without it no input would ever be taken for an answer: the number begins with the time. */
static void put_sequence(const struct kernel *k, char *data, size_t size)
{
	struct nlmsghdr header;
	size_t at = 0, step;

	while (size - at >= sizeof(header)) {
		memcpy(&header, data + at, sizeof(header));
		if (!header.nlmsg_seq)
			memcpy(data + at + offsetof(struct nlmsghdr, nlmsg_seq),
			       &k->request.nlmsg_seq, sizeof(header.nlmsg_seq));
		step = NLMSG_ALIGN((size_t)header.nlmsg_len);
		if (step < sizeof(header) || step > size - at)
			return;
		at += step;
	}
}

static ssize_t receive(void *handle, int timeout_ms, void **ret_data)
{
	struct kernel *k = handle;
	const void *bytes;
	size_t n;
	char *data;

	if (k->answer.size) {
		bytes = k->answer.data;
		n = k->answer.size;
	} else if (k->in.n) {
		bytes = take_bytes(&k->in, take(&k->in, 2), &n);
	} else {
		return -ETIMEDOUT;
	}
	/* The exact size, so that the address sanitizer sees a byte read behind it. */
	data = malloc(n ? n : 1);
	if (!data)
		abort();
	memcpy(data, bytes, n);
	if (!k->answer.size)
		put_sequence(k, data, n);
	k->answer.size = 0;
	*ret_data = data;
	return n;
}

static int join(void *handle, uint32_t group)
{
	return 0;
}

/* Something to poll; nobody waits for it. */
static int fd_of_events(void *handle)
{
	static int fd = -1;

	if (fd < 0)
		fd = eventfd(0, EFD_CLOEXEC);
	return fd;
}

static void close_kernel(void *handle)
{
}

static const struct nl_transport_ops transport = {
	.open = open_kernel,
	.send = send_request,
	.recv = receive,
	.join = join,
	.get_fd = fd_of_events,
	.close = close_kernel,
};

/* ---- a sysfs in which nothing happens --------------------------------------------------------- */

static int no_endpoint(void *userdata, const char *device, struct sysfs_endpoint *ret_endpoint)
{
	return -ENODEV;
}

static int no_driver(void *userdata, const char *device, char **ret_driver)
{
	return -ENODEV;
}

static int no_devices(void *userdata, char ***ret_names)
{
	*ret_names = calloc(1, sizeof(**ret_names));
	return *ret_names ? 0 : -ENOMEM;
}

static int monitor_open(void *userdata, void **ret_monitor)
{
	*ret_monitor = userdata;
	return 0;
}

static int monitor_fd(void *monitor)
{
	static int fd = -1;

	if (fd < 0)
		fd = eventfd(0, EFD_CLOEXEC);
	return fd;
}

static int monitor_next(void *monitor, struct sysfs_event *ret_event)
{
	return 0;
}

static void monitor_close(void *monitor)
{
}

static const struct sysfs_ops quiet = {
	.endpoint = no_endpoint,
	.driver = no_driver,
	.list = no_devices,
	.monitor_open = monitor_open,
	.monitor_fd = monitor_fd,
	.monitor_next = monitor_next,
	.monitor_close = monitor_close,
};

/* ---- calls ------------------------------------------------------------------------------------ */

/* Every field that is there can be shown. */
static void look_at(const struct field_table *table, const void *object)
{
	char *text;

	for (size_t i = 0; i < table->n; i++) {
		if (!field_has(object, i))
			continue;
		PROMISE(field_text(table, i, object, &text) == 0);
		free(text);
	}
}

static int get_mgmtdevs(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;
	int r = vdpactl_mgmtdev_list(ctx, &list);

	for (size_t i = 0; r >= 0 && i < vdpactl_mgmtdev_list_size(list); i++) {
		PROMISE(vdpactl_mgmtdev_get_name(vdpactl_mgmtdev_list_at(list, i)));
		look_at(&field_table_mgmtdev, vdpactl_mgmtdev_list_at(list, i));
	}
	return r;
}

static int get_devices(struct vdpactl_ctx *ctx, int flags)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	int r = vdpactl_device_list(ctx, flags, &list);

	for (size_t i = 0; r >= 0 && i < vdpactl_device_list_size(list); i++) {
		PROMISE(vdpactl_device_get_name(vdpactl_device_list_at(list, i)));
		PROMISE(vdpactl_device_get_mgmtdev(vdpactl_device_list_at(list, i)));
		look_at(&field_table_device, vdpactl_device_list_at(list, i));
	}
	return r;
}

static int get_device(struct vdpactl_ctx *ctx, int flags)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r = vdpactl_device_get(ctx, "a", flags, &device);

	if (r >= 0)
		look_at(&field_table_device, device);
	return r;
}

static int get_configs(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_config_list_unref) struct vdpactl_config_list *list = NULL;
	int r = vdpactl_config_list(ctx, &list);

	for (size_t i = 0; r >= 0 && i < vdpactl_config_list_size(list); i++)
		look_at(&field_table_config, vdpactl_config_list_at(list, i));
	return r;
}

static int get_stats(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_stats_unref) struct vdpactl_stats *stats = NULL;
	const char *name;
	uint64_t value;
	int r = vdpactl_stats_get(ctx, "a", 0, &stats);

	if (r < 0)
		return r;
	PROMISE(vdpactl_stats_get_queue_type(stats));
	for (size_t i = 0; i < vdpactl_stats_size(stats); i++)
		PROMISE(vdpactl_stats_at(stats, i, &name, &value) == 0 && name);
	return 0;
}

static int get_events(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_monitor_unref) struct vdpactl_monitor *monitor = NULL;
	int r = vdpactl_monitor_new(ctx, &monitor);

	while (r >= 0) {
		_cleanup_(cleanup_vdpactl_event_unref) struct vdpactl_event *event = NULL;

		r = vdpactl_monitor_next(monitor, &event);
		if (r <= 0)
			break;
		PROMISE(vdpactl_event_get_name(event));
	}
	return r;
}

static int add_device(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	PROMISE(vdpactl_device_request_new("m", "a%d", &request) == 0);
	r = vdpactl_device_add(ctx, request, &device);
	if (r >= 0)
		look_at(&field_table_device, device);
	return r;
}

static int call(struct vdpactl_ctx *ctx, unsigned int which)
{
	switch (which) {
	case 0:
		return get_mgmtdevs(ctx);
	case 1:
		return get_devices(ctx, VDPACTL_DEVICE_ENDPOINT);
	case 2:
		return get_devices(ctx, VDPACTL_DEVICE_HOLDER);
	case 3:
		return get_device(ctx, 0);
	case 4:
		return get_device(ctx, VDPACTL_DEVICE_HOLDER);
	case 5:
		return get_configs(ctx);
	case 6:
		return get_stats(ctx);
	case 7:
		return get_events(ctx);
	case 8:
		return vdpactl_device_delete(ctx, "a");
	default:
		return add_device(ctx);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cleanup_vdpactl_unref) struct vdpactl_ctx *ctx = NULL;
	struct kernel k = { .in = { data, size } };
	unsigned int which = take(&k.in, 1);
	const struct ctx_seams seams = {
		.nl = &transport,
		.nl_userdata = &k,
		.sysfs = &quiet,
		.sysfs_userdata = &k,
		.run_dir = "/nonexistent",
		.timeout_ms = 1,
	};
	int r;

	k.families = which & 0x80;
	PROMISE(ctx_new_with(&seams, &ctx) == 0);
	r = call(ctx, which & 0xf);
	/* An error of the kernel's is an errno, or the program that shows it has no text for it. */
	PROMISE(r >= -4095);
	return 0;
}
