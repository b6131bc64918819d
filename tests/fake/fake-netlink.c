// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink side: takes the bytes of requests apart by itself, so that the library's own errors show. */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake-message.h"
#include "fake.h"
#include "uapi/vdpactl-netlink.h"

#define TYPE_VDPA(fake) ((fake)->next_type)
#define TYPE_EXT(fake)	((fake)->next_type + 1)
#define GROUP		7

struct datagram {
	struct datagram *next;
	bool lost;
	size_t size;
	char data[];
};

struct fake_port {
	struct fake *fake;
	struct fake_port *next;
	struct datagram *queue;
	bool listening;
	int fds[2];
};

struct request {
	struct fake *fake;
	struct fake_port *port;
	const struct nlmsghdr *header;
	const struct nlattr *attrs[FAKE_ATTRS]; /* those of family vdpa, also out of a nest */
	const char *driver;
	const struct nlattr *shared, *backing;
	const char *peer;
	const struct nlattr *backpressure;
	const char *link; /* the attribute */
	int command;
	bool ext;
	bool dump;
};

static void enqueue(struct fake_port *port, const void *data, size_t size, bool lost)
{
	struct datagram *d = malloc(sizeof(*d) + size), **end = &port->queue;

	d->next = NULL;
	d->lost = lost;
	d->size = size;
	memcpy(d->data, data, size);
	while (*end)
		end = &(*end)->next;
	*end = d;
	if (write(port->fds[1], "", 1) != 1)
		abort();
}

/* ---- answers --------------------------------------------------------------------------------- */

static void answer_error(struct request *q, int error, const char *text)
{
	struct message m = { .size = 0 };
	size_t start;

	start = message_begin(&m, NLMSG_ERROR, q->header->nlmsg_seq,
			      text && error ? NLM_F_ACK_TLVS : 0);
	message_put(&m, &error, sizeof(error));
	if (error && q->fake->fail_uncapped) {
		message_put(&m, q->header, q->header->nlmsg_len);
	} else {
		message_put(&m, q->header, NLMSG_HDRLEN);
		message_flags(&m, start, NLM_F_CAPPED);
	}
	if (text && error)
		message_attr(&m, NLMSGERR_ATTR_MSG, text, strlen(text) + 1);
	message_end(&m, start);
	enqueue(q->port, m.data, m.size, false);
}

static size_t begin_reply(struct message *m, struct request *q, int command)
{
	struct genlmsghdr genl = { .cmd = command, .version = 1 };
	size_t start;

	start = message_begin(m, q->header->nlmsg_type, q->header->nlmsg_seq,
			      q->dump ? NLM_F_MULTI : 0);
	message_put(m, &genl, sizeof(genl));
	return start;
}

static void put_mgmtdev_names(struct message *m, const struct fake_mgmtdev *d)
{
	if (*d->bus)
		message_string(m, VDPANL_A_MGMTDEV_BUS_NAME, d->bus);
	message_string(m, VDPANL_A_MGMTDEV_DEV_NAME, d->name);
}

static void put_mgmtdev(struct message *m, struct request *q, const struct fake_mgmtdev *d)
{
	size_t start = begin_reply(m, q, VDPANL_CMD_MGMTDEV_NEW);

	put_mgmtdev_names(m, d);
	message_u64(m, VDPANL_A_MGMTDEV_CLASSES, d->classes);
	message_u32(m, VDPANL_A_MGMTDEV_MAX_VQS, 3);
	message_u64(m, VDPANL_A_MGMTDEV_FEATURES, d->features);
	message_end(m, start);
}

static void put_device_attrs(struct message *m, const struct fake_device *d)
{
	put_mgmtdev_names(m, d->mgmtdev);
	message_string(m, VDPANL_A_DEV_NAME, d->name);
	message_u32(m, VDPANL_A_DEV_ID, d->id);
	message_u32(m, VDPANL_A_DEV_VENDOR_ID, 0);
	message_u32(m, VDPANL_A_DEV_MAX_VQS, 3);
	message_u16(m, VDPANL_A_DEV_MAX_VQ_SIZE, 256);
	message_u16(m, VDPANL_A_DEV_MIN_VQ_SIZE, 1);
}

static void put_device(struct message *m, struct request *q, const struct fake_device *d)
{
	size_t start = begin_reply(m, q, q->ext ? q->command : VDPANL_CMD_DEV_NEW), nest;

	if (q->ext) {
		nest = message_nest(m, VDPACTL_NL_A_VDPA);
		put_device_attrs(m, d);
		message_nest_end(m, nest);
		if (*d->driver)
			message_string(m, VDPACTL_NL_A_DRIVER, d->driver);
		if (*d->peer)
			message_string(m, VDPACTL_NL_A_NET_PEER, d->peer);
		if (d->held) {
			message_attr(m, VDPACTL_NL_A_IN_USE, NULL, 0);
			message_u32(m, VDPACTL_NL_A_HOLDER_PID, 4711);
			message_string(m, VDPACTL_NL_A_HOLDER_COMM, "qemu");
		}
	} else {
		put_device_attrs(m, d);
	}
	message_end(m, start);
}

/* What a disk may be chosen to be, in the size that the kernel takes it in. */
static bool take_blk(struct request *q, struct fake_device *d)
{
	const struct {
		const struct nlattr *attr;
		size_t size;
		void *to;
	} options[] = {
		{ q->attrs[VDPANL_A_BLK_CAPACITY], sizeof(d->capacity), &d->capacity },
		{ q->attrs[VDPANL_A_BLK_BLK_SIZE], sizeof(d->block_size), &d->block_size },
		{ q->attrs[VDPANL_A_BLK_NUM_QUEUES], sizeof(d->num_queues), &d->num_queues },
		{ q->attrs[VDPANL_A_BLK_READ_ONLY], sizeof(d->read_only), &d->read_only },
		{ q->shared, sizeof(d->shared), &d->shared },
		{ q->backing, sizeof(d->backing), &d->backing },
	};

	d->capacity = 262144;
	d->block_size = 512;
	d->num_queues = 2;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].attr)
			continue;
		if (d->id != 2 || options[i].attr->nla_len != NLA_HDRLEN + options[i].size)
			return false;
		memcpy(options[i].to, (const char *)options[i].attr + NLA_HDRLEN, options[i].size);
	}
	return true;
}

static void put_config(struct message *m, struct request *q, const struct fake_device *d)
{
	size_t start = begin_reply(m, q, VDPANL_CMD_DEV_CONFIG_GET);

	message_string(m, VDPANL_A_DEV_NAME, d->name);
	message_u32(m, VDPANL_A_DEV_ID, d->id);
	if (!q->fake->old_features)
		message_u64(m, VDPANL_A_DEV_FEATURES, d->features);
	if (d->id == 1) {
		message_u64(m, VDPANL_A_NEGOTIATED_FEATURES, d->features);
		message_u16(m, VDPANL_A_NET_STATUS, d->no_link ? 2 : 3);
		message_u64(m, VDPANL_A_NET_SUPPORTED_FEATURES, d->features);
		message_attr(m, VDPANL_A_NET_MACADDR, d->mac, 6);
		message_u16(m, VDPANL_A_NET_MTU, d->mtu);
		message_u16(m, VDPANL_A_NET_MAX_VQP, d->max_vqp);
	} else {
		message_u64(m, VDPANL_A_BLK_CAPACITY, d->capacity);
		message_u32(m, VDPANL_A_BLK_BLK_SIZE, d->block_size);
		message_u16(m, VDPANL_A_BLK_NUM_QUEUES, d->num_queues);
		message_attr(m, VDPANL_A_BLK_READ_ONLY, &d->read_only, 1);
	}
	message_end(m, start);
}

static void put_stats(struct message *m, struct request *q, const struct fake_device *d)
{
	size_t start = begin_reply(m, q, VDPANL_CMD_DEV_VSTATS_GET);

	message_string(m, VDPANL_A_DEV_NAME, d->name);
	message_u32(m, VDPANL_A_DEV_ID, d->id);
	message_u16(m, VDPANL_A_NET_MAX_VQP, d->max_vqp);
	message_u64(m, VDPANL_A_NEGOTIATED_FEATURES, 1 << 17);
	message_u32(m, VDPANL_A_QUEUE_INDEX, 0);
	message_string(m, VDPANL_A_VENDOR_ATTR_NAME, "rx packets");
	message_u64(m, VDPANL_A_VENDOR_ATTR_VALUE, 42);
	message_string(m, VDPANL_A_VENDOR_ATTR_NAME, "rx bytes");
	message_u64(m, VDPANL_A_VENDOR_ATTR_VALUE, 4200);
	message_end(m, start);
}

/* One object of a command, by its number. */
static void put_one(struct message *m, struct request *q, size_t i)
{
	size_t before = m->size;

	if (q->command == VDPANL_CMD_MGMTDEV_GET && !q->ext)
		put_mgmtdev(m, q, &q->fake->mgmtdevs[i]);
	else if (q->command == VDPANL_CMD_DEV_CONFIG_GET && !q->ext)
		put_config(m, q, &q->fake->devices[i]);
	else if (q->command == VDPANL_CMD_DEV_VSTATS_GET && !q->ext)
		put_stats(m, q, &q->fake->devices[i]);
	else
		put_device(m, q, &q->fake->devices[i]);
	message_cut(m, before, q->fake->cut);
}

static void dump(struct request *q)
{
	bool mgmtdevs = q->command == VDPANL_CMD_MGMTDEV_GET && !q->ext;
	size_t n = mgmtdevs ? q->fake->n_mgmtdevs : q->fake->n_devices, start;
	bool interrupted = q->fake->interrupted > 0, lost = q->fake->lost > 0;
	int done = 0;

	q->fake->interrupted -= interrupted;
	q->fake->lost -= lost;
	for (size_t i = 0; i < n;) {
		struct message m = { .size = 0 };

		for (size_t k = 0; k < q->fake->per_part && i < n; k++, i++)
			put_one(&m, q, i);
		if (interrupted && i >= n)
			message_flags(&m, 0, NLM_F_DUMP_INTR);
		enqueue(q->port, m.data, m.size, lost && i >= n);
	}
	{
		struct message m = { .size = 0 };

		start = message_begin(&m, NLMSG_DONE, q->header->nlmsg_seq, NLM_F_MULTI);
		message_put(&m, &done, sizeof(done));
		message_end(&m, start);
		enqueue(q->port, m.data, m.size, false);
	}
}

static void reply(struct request *q, size_t i)
{
	struct message m = { .size = 0 };

	put_one(&m, q, i);
	enqueue(q->port, m.data, m.size, false);
	answer_error(q, 0, NULL);
}

/* ---- requests -------------------------------------------------------------------------------- */

static const char *string(struct request *q, int attr)
{
	return q->attrs[attr] ? (const char *)q->attrs[attr] + NLA_HDRLEN : NULL;
}

static const void *value(struct request *q, int attr)
{
	return (const char *)q->attrs[attr] + NLA_HDRLEN;
}

/* As the kernel does where a request leaves out what it is about. */
static bool lacks(struct request *q, int attr)
{
	if (!q->attrs[attr])
		answer_error(q, -EINVAL, NULL);
	return !q->attrs[attr];
}

/* The lowest free number in the place of "%d", as family vdpactl does. */
static void choose_name(struct fake *fake, const char *pattern, char *name)
{
	const char *percent = strchr(pattern, '%');

	snprintf(name, FAKE_NAME, "%s", pattern);
	for (int i = 0; percent; i++) {
		snprintf(name, FAKE_NAME, "%.*s%d%s", (int)(percent - pattern), pattern, i,
			 percent + 2);
		if (!fake_find(fake, name))
			return;
	}
}

static void create(struct request *q)
{
	const char *bus = string(q, VDPANL_A_MGMTDEV_BUS_NAME);
	struct fake *fake = q->fake;
	struct fake_mgmtdev *m;
	struct fake_device *d;
	char name[FAKE_NAME];

	if (lacks(q, VDPANL_A_MGMTDEV_DEV_NAME) || lacks(q, VDPANL_A_DEV_NAME))
		return;
	fake->autoprobe_at_new = fake->autoprobe;
	m = fake_find_mgmtdev(fake, bus ? bus : "", string(q, VDPANL_A_MGMTDEV_DEV_NAME));
	if (!m) {
		answer_error(q, -ENODEV, "vdpa: Fail to find the specified management device");
		return;
	}
	snprintf(name, sizeof(name), "%s", string(q, VDPANL_A_DEV_NAME));
	if (q->ext)
		choose_name(fake, string(q, VDPANL_A_DEV_NAME), name);
	if (fake_find(fake, name)) {
		answer_error(q, -EEXIST, NULL);
		return;
	}
	d = &fake->devices[fake->n_devices++];
	*d = (struct fake_device){ .mgmtdev = m, .id = m->classes & 1 << 2 ? 2 : 1, .mtu = 1500 };
	snprintf(d->name, FAKE_NAME, "%s", name);
	d->features = m->features;
	d->max_vqp = 1;
	if (q->attrs[VDPANL_A_NET_MACADDR])
		memcpy(d->mac, value(q, VDPANL_A_NET_MACADDR), 6);
	if (q->attrs[VDPANL_A_NET_MTU])
		memcpy(&d->mtu, value(q, VDPANL_A_NET_MTU), 2);
	if (q->attrs[VDPANL_A_NET_MAX_VQP])
		memcpy(&d->max_vqp, value(q, VDPANL_A_NET_MAX_VQP), 2);
	if (q->attrs[VDPANL_A_DEV_FEATURES])
		memcpy(&d->features, value(q, VDPANL_A_DEV_FEATURES), 8);
	if (q->ext && !take_blk(q, d)) {
		fake->n_devices--;
		answer_error(q, -EOPNOTSUPP,
			     "vdpa: Management device does not take options of disks");
		return;
	}
	if (q->peer)
		snprintf(d->peer, FAKE_NAME, "%s", q->peer);
	if (q->backpressure)
		memcpy(&d->backpressure, q->backpressure + 1, 1);
	if (q->driver)
		snprintf(d->override, FAKE_NAME, "%s", q->driver);
	if (fake->stranger) {
		fake_add_device(fake, fake->stranger, "vdpasim_net");
		fake->stranger = NULL;
	}
	if (fake->autoprobe)
		fake_probe(fake, d);
	if (q->ext)
		reply(q, d - fake->devices);
	else
		answer_error(q, 0, NULL);
}

static void on_device(struct request *q)
{
	struct fake_device *d;

	if (lacks(q, VDPANL_A_DEV_NAME))
		return;
	d = fake_find(q->fake, string(q, VDPANL_A_DEV_NAME));
	if (!d) {
		answer_error(q, -ENODEV, "vdpa: device not found");
		return;
	}
	if (!q->ext && q->command == VDPANL_CMD_DEV_DEL) {
		fake_remove(q->fake, d);
		answer_error(q, 0, NULL);
	} else if (!q->ext && q->command == VDPANL_CMD_DEV_ATTR_SET) {
		if (lacks(q, VDPANL_A_NET_MACADDR))
			return;
		memcpy(d->mac, value(q, VDPANL_A_NET_MACADDR), 6);
		answer_error(q, 0, NULL);
	} else if (q->ext && q->command == VDPACTL_NL_CMD_DEV_SET) {
		if (q->link)
			d->no_link = !q->link[NLA_HDRLEN];
		answer_error(q, q->link ? 0 : -EINVAL, NULL);
	} else {
		reply(q, d - q->fake->devices);
	}
}

static void on_mgmtdev(struct request *q)
{
	const char *bus = string(q, VDPANL_A_MGMTDEV_BUS_NAME);
	struct fake_mgmtdev *m;

	if (lacks(q, VDPANL_A_MGMTDEV_DEV_NAME))
		return;
	m = fake_find_mgmtdev(q->fake, bus ? bus : "", string(q, VDPANL_A_MGMTDEV_DEV_NAME));
	if (m)
		reply(q, m - q->fake->mgmtdevs);
	else
		answer_error(q, -ENODEV, "vdpa: Fail to find the specified mgmt device");
}

static void on_family(struct request *q)
{
	const char *name = string(q, CTRL_ATTR_FAMILY_NAME);
	bool ext = name && strcmp(name, VDPACTL_NL_FAMILY) == 0;
	struct message m = { .size = 0 };
	size_t start, groups, group;

	if (lacks(q, CTRL_ATTR_FAMILY_NAME))
		return;
	if (!(ext ? q->fake->has_ext : q->fake->has_vdpa)) {
		answer_error(q, -ENOENT, NULL);
		return;
	}
	start = begin_reply(&m, q, CTRL_CMD_NEWFAMILY);
	message_string(&m, CTRL_ATTR_FAMILY_NAME, name);
	message_u16(&m, CTRL_ATTR_FAMILY_ID, ext ? TYPE_EXT(q->fake) : TYPE_VDPA(q->fake));
	if (ext) {
		groups = message_nest(&m, CTRL_ATTR_MCAST_GROUPS);
		group = message_nest(&m, 1);
		message_u32(&m, CTRL_ATTR_MCAST_GRP_ID, GROUP);
		message_string(&m, CTRL_ATTR_MCAST_GRP_NAME, VDPACTL_NL_EVENTS);
		message_nest_end(&m, group);
		message_nest_end(&m, groups);
	}
	message_end(&m, start);
	enqueue(q->port, m.data, m.size, false);
	answer_error(q, 0, NULL);
}

static void on_vdpa(struct request *q)
{
	fake_log(q->fake, "%s %d%s\n", q->ext ? "ext" : "vdpa", q->command, q->dump ? " dump" : "");
	if (!q->ext && q->command == q->fake->fail_command)
		answer_error(q, -q->fake->fail_errno, q->fake->fail_text);
	else if (q->dump)
		dump(q);
	else if (q->ext ? q->command == VDPACTL_NL_CMD_DEV_NEW : q->command == VDPANL_CMD_DEV_NEW)
		create(q);
	else if (!q->ext && q->command == VDPANL_CMD_MGMTDEV_GET)
		on_mgmtdev(q);
	else
		on_device(q);
}

static int parse(struct request *q)
{
	const char *p = (const char *)q->header + NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *outer[FAKE_ATTRS];
	size_t size = q->header->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	if (!fake_parse(q->attrs, p, size))
		return -EINVAL;
	if (!q->ext)
		return 0;
	memcpy(outer, q->attrs, sizeof(outer));
	if (outer[VDPACTL_NL_A_DRIVER])
		q->driver = (const char *)outer[VDPACTL_NL_A_DRIVER] + NLA_HDRLEN;
	q->shared = outer[VDPACTL_NL_A_BLK_SHARED];
	q->backpressure = outer[VDPACTL_NL_A_NET_BACKPRESSURE];
	q->backing = outer[VDPACTL_NL_A_BLK_FD];
	q->link = (const char *)outer[VDPACTL_NL_A_LINK];
	if (outer[VDPACTL_NL_A_NET_PEER])
		q->peer = (const char *)outer[VDPACTL_NL_A_NET_PEER] + NLA_HDRLEN;
	if (!outer[VDPACTL_NL_A_VDPA])
		return q->dump ? 0 : -EINVAL;
	p = (const char *)outer[VDPACTL_NL_A_VDPA];
	size = outer[VDPACTL_NL_A_VDPA]->nla_len - NLA_HDRLEN;
	return fake_parse(q->attrs, p + NLA_HDRLEN, size) ? 0 : -EINVAL;
}

static int send_request(void *handle, const void *data, size_t size)
{
	struct fake_port *port = handle;
	const struct nlmsghdr *header = data;
	struct request q = { .fake = port->fake, .port = port, .header = header };

	if (q.fake->silent > 0) {
		q.fake->silent--;
		return 0;
	}
	q.ext = header->nlmsg_type == TYPE_EXT(q.fake);
	q.dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	q.command = ((const struct genlmsghdr *)((const char *)data + NLMSG_HDRLEN))->cmd;
	if (q.dump && port->queue) /* of another one that was not read to its end */
		answer_error(&q, -EBUSY, NULL);
	else if (header->nlmsg_len != size || parse(&q) < 0)
		answer_error(&q, -EINVAL, "malformed request");
	else if (header->nlmsg_type == GENL_ID_CTRL)
		on_family(&q);
	else if (q.ext ? q.fake->has_ext : header->nlmsg_type == TYPE_VDPA(q.fake))
		on_vdpa(&q);
	else
		answer_error(&q, -ENOENT, NULL);
	return 0;
}

/* ---- the other functions of the transport ------------------------------------------------------ */

static int open_port(void *userdata, void **ret_handle)
{
	struct fake_port *port = calloc(1, sizeof(*port));

	if (!port || pipe2(port->fds, O_CLOEXEC | O_NONBLOCK) < 0)
		abort();
	port->fake = userdata;
	port->next = port->fake->ports;
	port->fake->ports = port;
	*ret_handle = port;
	return 0;
}

/* What is not there will not come: nobody else runs, so waiting out the time proves nothing. */
static ssize_t recv_datagram(void *handle, int timeout_ms, void **ret_data)
{
	struct fake_port *port = handle;
	struct datagram *d = port->queue;
	ssize_t n;
	char c;

	if (!d || read(port->fds[0], &c, 1) != 1)
		return -ETIMEDOUT;
	n = d->lost ? -ENOBUFS : (ssize_t)d->size;
	/* Exactly as long as it is, so that reading behind its end is seen. */
	if (!d->lost) {
		*ret_data = malloc(d->size);
		memcpy(*ret_data, d->data, d->size);
	}
	port->queue = d->next;
	free(d);
	return n;
}

static int join_group(void *handle, uint32_t group)
{
	struct fake_port *port = handle;

	port->listening = group == GROUP;
	return port->listening ? 0 : -EINVAL;
}

static int get_fd(void *handle)
{
	return ((struct fake_port *)handle)->fds[0];
}

static void close_port(void *handle)
{
	struct fake_port *port = handle, **p = &port->fake->ports;

	while (*p != port)
		p = &(*p)->next;
	*p = port->next;
	while (port->queue) {
		struct datagram *d = port->queue;

		port->queue = d->next;
		free(d);
	}
	close(port->fds[0]);
	close(port->fds[1]);
	free(port);
}

const struct nl_transport_ops fake_netlink = {
	.open = open_port,
	.send = send_request,
	.recv = recv_datagram,
	.join = join_group,
	.get_fd = get_fd,
	.close = close_port,
};

/* ---- events ---------------------------------------------------------------------------------- */

void fake_event(struct fake *fake, int command, const char *device, const char *mgmtdev)
{
	struct genlmsghdr genl = { .cmd = command, .version = 1 };
	struct message m = { .size = 0 };
	size_t start, nest;

	start = message_begin(&m, TYPE_EXT(fake), 0, 0);
	message_put(&m, &genl, sizeof(genl));
	nest = message_nest(&m, VDPACTL_NL_A_VDPA);
	if (device)
		message_string(&m, VDPANL_A_DEV_NAME, device);
	message_string(&m, VDPANL_A_MGMTDEV_DEV_NAME, mgmtdev);
	message_nest_end(&m, nest);
	message_end(&m, start);
	for (struct fake_port *port = fake->ports; port; port = port->next)
		if (port->listening)
			enqueue(port, m.data, m.size, false);
}

void fake_lose_events(struct fake *fake)
{
	for (struct fake_port *port = fake->ports; port; port = port->next)
		if (port->listening)
			enqueue(port, "", 0, true);
}
