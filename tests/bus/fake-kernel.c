// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "autoprobe-hold.h"
#include "fake-kernel.h"
#include "fake-objects.h"
#include "field.h"
#include "objects.h"

#define MAX_DEVICES 2048
#define MAX_EVENTS  4096

struct vdpactl_ctx {
	char message[128];
};

struct vdpactl_monitor {
	int fd;
};

struct device {
	char name[64];
	char mgmtdev[64];
	char driver[32];
	uint8_t mac[6];
	bool no_link;
	uint16_t mtu;
	bool open;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects: all below */
static pthread_cond_t released = PTHREAD_COND_INITIALIZER;
static struct device devices[MAX_DEVICES];
static size_t n_devices;
static char mgmtdevs[MAX_MGMTDEVS][64];
static size_t n_mgmtdevs;
static bool no_family;
static struct vdpactl_event events[MAX_EVENTS];
static size_t n_events;
static int event_fd = -1;
static char held_name[64], failing_name[64], failing_message[128];
static int failing_error;
static size_t n_held;
static const char *chardev;
static unsigned int failing_times, adds;

static struct device *find(const char *name)
{
	for (size_t i = 0; i < n_devices; i++)
		if (strcmp(devices[i].name, name) == 0)
			return &devices[i];
	return NULL;
}

static void put_event(enum vdpactl_event_type type, enum vdpactl_event_object object,
		      const char *name)
{
	uint64_t one = 1;

	if (n_events == MAX_EVENTS)
		return;
	events[n_events++] =
		(struct vdpactl_event){ .type = type, .object = object, .name = strdup(name) };
	if (event_fd >= 0 && write(event_fd, &one, sizeof(one)) < 0)
		abort();
}

static void set_device(const char *name, const char *mgmtdev, const char *driver)
{
	struct device *d = find(name);

	if (!d && n_devices == MAX_DEVICES)
		abort();
	if (!d) {
		d = &devices[n_devices++];
		memset(d, 0, sizeof(*d));
	}
	snprintf(d->name, sizeof(d->name), "%s", name);
	if (mgmtdev)
		snprintf(d->mgmtdev, sizeof(d->mgmtdev), "%s", mgmtdev);
	snprintf(d->driver, sizeof(d->driver), "%s", driver);
	if (!d->mtu)
		d->mtu = 1500;
}

static void drop_device(struct device *d)
{
	*d = devices[--n_devices];
}

/* ---- what tests do -------------------------------------------------------------------------- */

void fake_reset(void)
{
	pthread_mutex_lock(&lock);
	n_devices = n_mgmtdevs = n_events = n_held = adds = 0;
	no_family = false;
	chardev = "/dev/vhost-vdpa-0";
	held_name[0] = failing_name[0] = '\0';
	pthread_mutex_unlock(&lock);
}

void fake_set_family(bool present)
{
	pthread_mutex_lock(&lock);
	no_family = !present;
	put_event(VDPACTL_EVENT_CHANGED, VDPACTL_OBJECT_MGMTDEV, "");
	pthread_mutex_unlock(&lock);
}

void fake_add_mgmtdev(const char *name)
{
	pthread_mutex_lock(&lock);
	snprintf(mgmtdevs[n_mgmtdevs++], sizeof(mgmtdevs[0]), "%s", name);
	put_event(VDPACTL_EVENT_ADDED, VDPACTL_OBJECT_MGMTDEV, name);
	pthread_mutex_unlock(&lock);
}

void fake_outside(const char *name, const char *driver, bool event)
{
	struct device *d;

	pthread_mutex_lock(&lock);
	d = find(name);
	if (driver)
		set_device(name, d ? NULL : mgmtdevs[0], driver);
	else if (d)
		drop_device(d);
	if (event)
		put_event(VDPACTL_EVENT_CHANGED, VDPACTL_OBJECT_DEVICE, name);
	pthread_mutex_unlock(&lock);
}

void fake_set_chardev(const char *path)
{
	pthread_mutex_lock(&lock);
	chardev = path;
	pthread_mutex_unlock(&lock);
}

void fake_overflow(void)
{
	pthread_mutex_lock(&lock);
	put_event(VDPACTL_EVENT_OVERFLOW, VDPACTL_OBJECT_NONE, "");
	pthread_mutex_unlock(&lock);
}

void fake_fail(const char *name, int error, const char *message)
{
	pthread_mutex_lock(&lock);
	snprintf(failing_name, sizeof(failing_name), "%s", name);
	snprintf(failing_message, sizeof(failing_message), "%s", message ? message : "");
	failing_error = error;
	failing_times = 1;
	pthread_mutex_unlock(&lock);
}

void fake_fail_often(const char *name, int error, unsigned int times)
{
	fake_fail(name, error, NULL);
	pthread_mutex_lock(&lock);
	failing_times = times;
	pthread_mutex_unlock(&lock);
}

unsigned int fake_adds(void)
{
	unsigned int n;

	pthread_mutex_lock(&lock);
	n = adds;
	pthread_mutex_unlock(&lock);
	return n;
}

void fake_drop_devices(void)
{
	pthread_mutex_lock(&lock);
	n_devices = adds = 0;
	pthread_mutex_unlock(&lock);
}

void fake_remove_mgmtdev(const char *name)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_mgmtdevs; i++)
		if (strcmp(mgmtdevs[i], name) == 0)
			memcpy(mgmtdevs[i], mgmtdevs[--n_mgmtdevs], sizeof(mgmtdevs[0]));
	for (size_t i = n_devices; i--;)
		if (strcmp(devices[i].mgmtdev, name) == 0)
			drop_device(&devices[i]);
	put_event(VDPACTL_EVENT_REMOVED, VDPACTL_OBJECT_MGMTDEV, name);
	pthread_mutex_unlock(&lock);
}

void fake_hold(const char *name)
{
	pthread_mutex_lock(&lock);
	snprintf(held_name, sizeof(held_name), "%s", name);
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

void fake_release(void)
{
	pthread_mutex_lock(&lock);
	held_name[0] = '\0';
	pthread_cond_broadcast(&released);
	pthread_mutex_unlock(&lock);
}

void fake_set_open(const char *name, bool open)
{
	pthread_mutex_lock(&lock);
	find(name)->open = open;
	pthread_mutex_unlock(&lock);
}

size_t fake_held(void)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = n_held;
	pthread_mutex_unlock(&lock);
	return n;
}

bool fake_has(const char *name)
{
	bool found;

	pthread_mutex_lock(&lock);
	found = find(name);
	pthread_mutex_unlock(&lock);
	return found;
}

/* ---- the library's calls: context ---------------------------------------------------------- */

int vdpactl_new(struct vdpactl_ctx **ret_ctx)
{
	*ret_ctx = calloc(1, sizeof(**ret_ctx));
	return *ret_ctx ? 0 : -ENOMEM;
}

struct vdpactl_ctx *vdpactl_unref(struct vdpactl_ctx *ctx)
{
	free(ctx);
	return NULL;
}

const char *vdpactl_get_error_message(struct vdpactl_ctx *ctx)
{
	return ctx->message[0] ? ctx->message : NULL;
}

/* Begin a call; the lock is held when it returns 0. */
static int enter(struct vdpactl_ctx *ctx)
{
	ctx->message[0] = '\0';
	pthread_mutex_lock(&lock);
	if (!no_family)
		return 0;
	pthread_mutex_unlock(&lock);
	return -EPROTONOSUPPORT;
}

/* Begin a change: may wait or fail as the test wants it. */
static int enter_change(struct vdpactl_ctx *ctx, const char *name)
{
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	n_held++;
	while (strcmp(held_name, name) == 0)
		pthread_cond_wait(&released, &lock);
	n_held--;
	if (strcmp(failing_name, name) != 0)
		return 0;
	if (--failing_times == 0)
		failing_name[0] = '\0';
	snprintf(ctx->message, sizeof(ctx->message), "%s", failing_message);
	pthread_mutex_unlock(&lock);
	return failing_error;
}

static int leave(struct vdpactl_ctx *ctx, int r, const char *message)
{
	if (r < 0 && message)
		snprintf(ctx->message, sizeof(ctx->message), "%s", message);
	pthread_mutex_unlock(&lock);
	return r;
}

int vdpactl_has_extension(struct vdpactl_ctx *ctx)
{
	return 1;
}

/* ---- management devices -------------------------------------------------------------------- */

int vdpactl_mgmtdev_list(struct vdpactl_ctx *ctx, struct vdpactl_mgmtdev_list **ret_list)
{
	struct vdpactl_mgmtdev_list *list;
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	list = calloc(1, sizeof(*list));
	for (size_t i = 0; i < n_mgmtdevs; i++) {
		struct vdpactl_mgmtdev *m = calloc(1, sizeof(*m));

		m->n_refs = 1;
		m->name = strdup(mgmtdevs[i]);
		m->supported_classes = 2;
		m->max_supported_vqs = 3;
		m->dev_features = 0x20;
		m->present = 0xf;
		list->v[list->n++] = m;
	}
	*ret_list = list;
	return leave(ctx, 0, NULL);
}

int vdpactl_mgmtdev_get(struct vdpactl_ctx *ctx, const char *name,
			struct vdpactl_mgmtdev **ret_mgmtdev)
{
	struct vdpactl_mgmtdev_list *list;
	int r;

	r = vdpactl_mgmtdev_list(ctx, &list);
	if (r < 0)
		return r;
	r = -ENODEV;
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i]->name, name) == 0) {
			*ret_mgmtdev = vdpactl_mgmtdev_ref(list->v[i]);
			r = 0;
		}
	vdpactl_mgmtdev_list_unref(list);
	return r;
}

/* ---- devices ------------------------------------------------------------------------------- */

static void set_text(struct vdpactl_device *d, const char *field, const char *value)
{
	field_set_string(&field_table_device, field_find(&field_table_device, field), d, value);
}

static void set_number(struct vdpactl_device *d, const char *field, uint64_t value)
{
	char error[FIELD_ERROR_SIZE];

	field_set_number(&field_table_device, field_find(&field_table_device, field), d, value,
			 error);
}

/* What is called a disk is one. */
static bool is_disk(const struct device *device)
{
	return strstr(device->name, "disk");
}

static struct vdpactl_device *report(const struct device *from)
{
	struct vdpactl_device *d = calloc(1, sizeof(*d));

	d->n_refs = 1;
	set_text(d, "name", from->name);
	set_text(d, "type", is_disk(from) ? "block" : "net");
	set_number(d, "device_id", is_disk(from) ? 2 : 1);
	set_text(d, "mgmtdev", from->mgmtdev);
	set_number(d, "vendor_id", 0x1af4);
	set_number(d, "max_vqs", 3);
	set_number(d, "max_vq_size", 256);
	set_text(d, "driver", from->driver);
	if (strcmp(from->driver, "vhost") == 0)
		set_text(d, "chardev", chardev);
	if (strcmp(from->driver, "virtio") == 0)
		set_text(d, "netdev", "eth7");
	return d;
}

int vdpactl_device_list(struct vdpactl_ctx *ctx, int flags, struct vdpactl_device_list **ret_list)
{
	struct vdpactl_device_list *list;
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	list = calloc(1, sizeof(*list));
	list->v = calloc(n_devices + 1, sizeof(*list->v));
	for (size_t i = 0; i < n_devices; i++)
		list->v[list->n++] = report(&devices[i]);
	*ret_list = list;
	return leave(ctx, 0, NULL);
}

int vdpactl_device_get(struct vdpactl_ctx *ctx, const char *name, int flags,
		       struct vdpactl_device **ret_device)
{
	struct device *d;
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	d = find(name);
	if (!d)
		return leave(ctx, -ENODEV, "device not found");
	*ret_device = report(d);
	return leave(ctx, 0, NULL);
}

static bool has_mgmtdev(const char *name)
{
	for (size_t i = 0; i < n_mgmtdevs; i++)
		if (strcmp(mgmtdevs[i], name) == 0)
			return true;
	return false;
}

/* "vdpa%d" -> "vdpa0"; the only pattern there is here. */
static void make_name(const char *wanted, char name[64])
{
	const char *percent = strstr(wanted, "%d");
	int i = 0;

	if (!percent) {
		snprintf(name, 64, "%s", wanted);
		return;
	}
	do
		snprintf(name, 64, "%.*s%d", (int)(percent - wanted), wanted, i++);
	while (find(name));
}

int vdpactl_device_add(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
		       struct vdpactl_device **ret_device)
{
	char name[64];
	int r;

	pthread_mutex_lock(&lock);
	adds++;
	pthread_mutex_unlock(&lock);
	r = enter_change(ctx, request->name);
	if (r < 0)
		return r;
	if (!has_mgmtdev(request->mgmtdev))
		return leave(ctx, -ENODEV, "management device not found");
	make_name(request->name, name);
	if (find(name))
		return leave(ctx, -EEXIST, "a device of that name exists");
	set_device(name, request->mgmtdev, request->driver ? request->driver : "none");
	memcpy(find(name)->mac, request->mac, 6);
	if (request->mtu)
		find(name)->mtu = request->mtu;
	*ret_device = report(find(name));
	return leave(ctx, 0, NULL);
}

int vdpactl_device_delete(struct vdpactl_ctx *ctx, const char *name)
{
	struct device *d;
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	d = find(name);
	if (!d)
		return leave(ctx, -ENODEV, "device not found");
	if (d->open)
		return leave(ctx, -EBUSY, "held open by qemu (pid 4711)");
	drop_device(d);
	return leave(ctx, 0, NULL);
}

int vdpactl_device_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	if (!find(name))
		return leave(ctx, -ENODEV, "device not found");
	set_device(name, NULL, driver);
	return leave(ctx, 0, NULL);
}

int vdpactl_device_release(struct vdpactl_ctx *ctx, const char *name)
{
	struct device *d;
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	d = find(name);
	if (!d)
		return leave(ctx, -ENODEV, "device not found");
	d->open = false;
	set_device(name, NULL, "none");
	return leave(ctx, 0, NULL);
}

int vdpactl_device_set_mac(struct vdpactl_ctx *ctx, const char *name, const uint8_t mac[6])
{
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	if (find(name))
		memcpy(find(name)->mac, mac, 6);
	return leave(ctx, find(name) ? 0 : -ENODEV, "device not found");
}

int vdpactl_device_set_link(struct vdpactl_ctx *ctx, const char *name, int up)
{
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	if (find(name))
		find(name)->no_link = !up;
	return leave(ctx, find(name) ? 0 : -ENODEV, "device not found");
}

/* This kernel needs no window. */
int autoprobe_hold(struct vdpactl_ctx *ctx)
{
	return 0;
}

int autoprobe_let_go(struct vdpactl_ctx *ctx)
{
	return 0;
}

/* ---- configuration ------------------------------------------------------------------------- */

static struct vdpactl_config *report_config(const struct device *from)
{
	struct vdpactl_config *c = calloc(1, sizeof(*c));

	c->n_refs = 1;
	c->name = strdup(from->name);
	c->device_id = 1;
	if (is_disk(from)) {
		c->device_id = 2;
		c->capacity = 2048;
		c->present = field_bit(&field_table_config, "name") |
			     field_bit(&field_table_config, "device_id") |
			     field_bit(&field_table_config, "capacity");
		return c;
	}
	memcpy(c->mac, from->mac, 6);
	c->mtu = from->mtu;
	c->link = !from->no_link;
	c->features = 0x20;
	c->present = field_bit(&field_table_config, "name") |
		     field_bit(&field_table_config, "device_id") |
		     field_bit(&field_table_config, "mac") | field_bit(&field_table_config, "mtu") |
		     field_bit(&field_table_config, "features") |
		     field_bit(&field_table_config, "link");
	return c;
}

int vdpactl_config_list(struct vdpactl_ctx *ctx, struct vdpactl_config_list **ret_list)
{
	struct vdpactl_config_list *list;
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	list = calloc(1, sizeof(*list));
	list->v = calloc(n_devices + 1, sizeof(*list->v));
	for (size_t i = 0; i < n_devices; i++)
		list->v[list->n++] = report_config(&devices[i]);
	*ret_list = list;
	return leave(ctx, 0, NULL);
}

int vdpactl_config_get(struct vdpactl_ctx *ctx, const char *name,
		       struct vdpactl_config **ret_config)
{
	struct device *d;
	int r;

	r = enter(ctx);
	if (r < 0)
		return r;
	d = find(name);
	if (!d)
		return leave(ctx, -ENODEV, "device not found");
	*ret_config = report_config(d);
	return leave(ctx, 0, NULL);
}

/* ---- counters ------------------------------------------------------------------------------ */

/* Of two queues out of the three there could be: 10 times the index and one more. */
int vdpactl_stats_get(struct vdpactl_ctx *ctx, const char *name, uint32_t queue,
		      struct vdpactl_stats **ret_stats)
{
	struct vdpactl_stats *stats;
	int r;

	r = enter_change(ctx, name);
	if (r < 0)
		return r;
	if (!find(name))
		return leave(ctx, -ENODEV, "device not found");
	if (queue > 1)
		return leave(ctx, -ERANGE, "no such queue");
	stats = calloc(1, sizeof(*stats));
	stats->queue = queue;
	stats->v = calloc(1, sizeof(*stats->v));
	stats->v[stats->n++] =
		(struct vdpactl_stat){ .name = strdup("packets"), .value = 10ull * queue + 1 };
	*ret_stats = stats;
	return leave(ctx, 0, NULL);
}

/* ---- events -------------------------------------------------------------------------------- */

int vdpactl_monitor_new(struct vdpactl_ctx *ctx, struct vdpactl_monitor **ret_monitor)
{
	struct vdpactl_monitor *m = calloc(1, sizeof(*m));

	m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_lock(&lock);
	event_fd = m->fd;
	pthread_mutex_unlock(&lock);
	*ret_monitor = m;
	return 0;
}

struct vdpactl_monitor *vdpactl_monitor_unref(struct vdpactl_monitor *monitor)
{
	if (!monitor)
		return NULL;
	pthread_mutex_lock(&lock);
	event_fd = -1;
	while (n_events)
		free(events[--n_events].name);
	pthread_mutex_unlock(&lock);
	close(monitor->fd);
	free(monitor);
	return NULL;
}

int vdpactl_monitor_get_fd(struct vdpactl_monitor *monitor)
{
	return monitor->fd;
}

int vdpactl_monitor_next(struct vdpactl_monitor *monitor, struct vdpactl_event **ret_event)
{
	struct vdpactl_event *event = NULL;
	uint64_t count;

	pthread_mutex_lock(&lock);
	if (n_events) {
		event = malloc(sizeof(*event));
		*event = events[0];
		memmove(events, events + 1, --n_events * sizeof(events[0]));
	} else if (read(monitor->fd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
		abort();
	}
	pthread_mutex_unlock(&lock);
	if (!event)
		return 0;
	*ret_event = event;
	return 1;
}
