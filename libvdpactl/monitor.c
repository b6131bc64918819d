// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "ctx.h"
#include "nl-codec.h"
#include "uapi/vdpactl-netlink.h"

/*
 * Two sources behind one descriptor. sysfs always: it also tells of modules that come, and with them the
 * kernel's own events. Those, once they are there, are the better ones, and device events of sysfs are then
 * left out.
 */
struct vdpactl_monitor {
	struct vdpactl_ctx *ctx;
	void *sysfs;
	struct nl_conn *conn; /* has joined the group "events"; NULL when there is none */
	uint16_t family;
	int epoll;
	struct vdpactl_event **v; /* taken in, not yet handed out */
	size_t n;
};

static int queue(struct vdpactl_monitor *m, enum vdpactl_event_type type,
		 enum vdpactl_event_object object, const char *name)
{
	_cleanup_(cleanup_vdpactl_event_unref) struct vdpactl_event *event = NULL;
	struct vdpactl_event **v;

	event = calloc(1, sizeof(*event));
	v = reallocarray(m->v, m->n + 1, sizeof(*v));
	if (v)
		m->v = v;
	if (!event || !v)
		return -ENOMEM;
	event->type = type;
	event->object = object;
	event->name = strdup(name);
	if (!event->name)
		return -ENOMEM;
	v[m->n++] = TAKE_PTR(event);
	return 0;
}

static int queue_overflow(struct vdpactl_monitor *m)
{
	return queue(m, VDPACTL_EVENT_OVERFLOW, VDPACTL_OBJECT_NONE, "");
}

/* ---- the kernel's own events ------------------------------------------------------------------ */

static int take_device_event(struct vdpactl_monitor *m, enum vdpactl_event_type type,
			     const struct nl_attrs *attrs)
{
	const char *name;
	int r;

	r = nl_get_string(attrs->at[VDPANL_A_DEV_NAME], &name);
	return r < 0 ? r : queue(m, type, VDPACTL_OBJECT_DEVICE, name);
}

static int take_mgmtdev_event(struct vdpactl_monitor *m, enum vdpactl_event_type type,
			      const struct nl_attrs *attrs)
{
	_cleanup_free_ char *name = NULL;
	int r;

	r = nl_decode_mgmtdev(attrs, &name);
	return r < 0 ? r : queue(m, type, VDPACTL_OBJECT_MGMTDEV, name);
}

static int take_event(const struct nlmsghdr *message, void *userdata)
{
	struct vdpactl_monitor *m = userdata;
	struct nl_attrs attrs, nested;
	int r;

	/* What was left of the answer that told the group's number. */
	if (message->nlmsg_type != m->family)
		return 0;
	r = nl_attrs_parse_message(&attrs, message);
	if (r >= 0)
		r = nl_attrs_parse_nested(&nested, attrs.at[VDPACTL_NL_A_VDPA]);
	if (r < 0)
		return r;
	switch (((const struct genlmsghdr *)NLMSG_DATA(message))->cmd) {
	case VDPACTL_NL_CMD_EVENT_DEV_NEW:
		return take_device_event(m, VDPACTL_EVENT_ADDED, &nested);
	case VDPACTL_NL_CMD_EVENT_DEV_CHANGED:
		return take_device_event(m, VDPACTL_EVENT_CHANGED, &nested);
	case VDPACTL_NL_CMD_EVENT_DEV_DELETED:
		return take_device_event(m, VDPACTL_EVENT_REMOVED, &nested);
	case VDPACTL_NL_CMD_EVENT_MGMTDEV_NEW:
		return take_mgmtdev_event(m, VDPACTL_EVENT_ADDED, &nested);
	case VDPACTL_NL_CMD_EVENT_MGMTDEV_DELETED:
		return take_mgmtdev_event(m, VDPACTL_EVENT_REMOVED, &nested);
	}
	return 0;
}

static int watch(struct vdpactl_monitor *m, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };

	if (fd < 0)
		return fd;
	return epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

/* Returns 1 when the kernel's own events are there, 0 when there are none. */
static int join(struct vdpactl_monitor *m)
{
	_cleanup_(cleanup_nl_conn_free) struct nl_conn *conn = NULL;
	const struct ctx_seams *seams = &m->ctx->seams;
	struct nl_family family;
	int r;

	r = nl_conn_new(seams->nl, seams->nl_userdata, seams->timeout_ms, &conn);
	if (r >= 0)
		r = nl_conn_family(conn, VDPACTL_NL_FAMILY, &family);
	if (r == -EPROTONOSUPPORT || (r >= 0 && !family.events))
		return 0;
	if (r >= 0)
		r = nl_conn_join(conn, family.events);
	if (r >= 0)
		r = watch(m, nl_conn_get_fd(conn));
	if (r < 0)
		return r;
	m->conn = TAKE_PTR(conn);
	m->family = family.id;
	return 1;
}

/* ---- sysfs ------------------------------------------------------------------------------------ */

static void leave(struct vdpactl_monitor *m)
{
	if (m->conn)
		epoll_ctl(m->epoll, EPOLL_CTL_DEL, nl_conn_get_fd(m->conn), NULL);
	m->conn = nl_conn_free(m->conn);
}

/*
 * Modules bring management devices and take them along. Our own vdpa.ko brings its events, too; what
 * happened before we listen is made up for by reading everything.
 */
static int take_module(struct vdpactl_monitor *m, const struct sysfs_event *event)
{
	int r;

	if (strcmp(event->name, "vdpa") == 0) {
		leave(m);
		r = event->action == 'r' ? 0 : join(m);
		return r < 0 ? r : queue_overflow(m);
	}
	if (m->conn)
		return 0;
	return queue(m, VDPACTL_EVENT_CHANGED, VDPACTL_OBJECT_MGMTDEV, "");
}

static int take_sysfs(struct vdpactl_monitor *m, const struct sysfs_event *event)
{
	enum vdpactl_event_type type = VDPACTL_EVENT_CHANGED;

	if (event->module)
		return take_module(m, event);
	if (event->action == 'a')
		type = VDPACTL_EVENT_ADDED;
	else if (event->action == 'r')
		type = VDPACTL_EVENT_REMOVED;
	/*
	 * With the kernel's own events sysfs still says when udev is through with a device: its
	 * network interface may have another name by then.
	 */
	if (m->conn)
		type = VDPACTL_EVENT_CHANGED;
	if (m->conn && event->action == 'r')
		return 0;
	return queue(m, type, VDPACTL_OBJECT_DEVICE, event->name);
}

static int read_sysfs(struct vdpactl_monitor *m)
{
	struct sysfs_event event;
	int r;

	while ((r = m->ctx->seams.sysfs->monitor_next(m->sysfs, &event)) > 0) {
		r = take_sysfs(m, &event);
		free(event.name);
		if (r < 0)
			return r;
	}
	return r == -ENOBUFS ? queue_overflow(m) : r;
}

static int read_kernel(struct vdpactl_monitor *m)
{
	int r = 1;

	while (m->conn && r > 0)
		r = nl_conn_events(m->conn, take_event, m);
	/* A message that is not understood is one we know nothing of: as good as lost. */
	return r == -ENOBUFS || r == -EBADMSG ? queue_overflow(m) : r;
}

/* ---- public ----------------------------------------------------------------------------------- */

int vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor)
{
	_cleanup_(cleanup_vdpactl_monitor_unref) struct vdpactl_monitor *m = NULL;
	int r;

	ctx_begin(ctx);
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->ctx = vdpactl_ref(ctx);
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (m->epoll < 0)
		return -errno;
	r = ctx->seams.sysfs->monitor_open(ctx->seams.sysfs_userdata, &m->sysfs);
	if (r < 0)
		return ctx_fail(ctx, r, "cannot listen to udev: %s", strerrordesc_np(-r));
	r = watch(m, ctx->seams.sysfs->monitor_fd(m->sysfs));
	if (r >= 0)
		r = join(m);
	if (r < 0)
		return r;
	*ret_monitor = TAKE_PTR(m);
	return 0;
}

struct vdpactl_monitor *vdpactl_monitor_unref(struct vdpactl_monitor *monitor)
{
	if (!monitor)
		return NULL;
	nl_conn_free(monitor->conn);
	if (monitor->sysfs)
		monitor->ctx->seams.sysfs->monitor_close(monitor->sysfs);
	for (size_t i = 0; i < monitor->n; i++)
		vdpactl_event_unref(monitor->v[i]);
	free(monitor->v);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	vdpactl_unref(monitor->ctx);
	free(monitor);
	return NULL;
}

int vdpactl_monitor_get_fd(struct vdpactl_monitor *monitor)
{
	return monitor->epoll;
}

int vdpactl_monitor_next(struct vdpactl_monitor *monitor, struct vdpactl_event **ret_event)
{
	int r;

	if (!monitor->n) {
		r = read_kernel(monitor);
		if (r >= 0)
			r = read_sysfs(monitor);
		if (r < 0)
			return r;
	}
	if (!monitor->n)
		return 0;
	*ret_event = monitor->v[0];
	memmove(monitor->v, monitor->v + 1, --monitor->n * sizeof(*monitor->v));
	return 1;
}

enum vdpactl_event_type vdpactl_event_get_type(const struct vdpactl_event *event)
{
	return event->type;
}

enum vdpactl_event_object vdpactl_event_get_object(const struct vdpactl_event *event)
{
	return event->object;
}

const char *vdpactl_event_get_name(const struct vdpactl_event *event)
{
	return event->name;
}

struct vdpactl_event *vdpactl_event_unref(struct vdpactl_event *event)
{
	if (event)
		free(event->name);
	free(event);
	return NULL;
}
