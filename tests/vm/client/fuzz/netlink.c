// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of both families: mostly nearly right, sometimes of broken lengths. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "vdpactl-netlink.h"

#define MESSAGES 6
#define SIZE	 4096

/* Where devices are, and how many there may be that are not the fuzzer's. */
#define DEVICES	   "/sys/bus/vdpa/devices"
#define OTHERS_MAX 16
#define NOBODY	   65534

static struct {
	int fd;
	int listener; /* of the family's events, and rarely reads them */
	uint16_t family[2];
	char others[OTHERS_MAX][NAME_MAX + 1];
	size_t others_n;
} conn;

/* Grows to NLMSG_ALIGN(len); what does not fit is left out. */
struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	uint8_t attrs[SIZE];
};

static const char *const names[] = {
	"fz0",
	"fz1",
	"fz%d",
	"",
	"fz/1",
	"fz:1.0",
	"vdpasim_net",
	"vmtest",
	"fz-that-is-as-long-as-a-name-may-be-and-not-one-byte-more-00001",
	"fz-that-is-one-byte-longer-than-any-name-may-be-and-so-refused-01",
	"vhost_vdpa",
	"virtio_vdpa",
	"none",
	"%d%d",
	"%s",
};

static void *put(struct message *m, unsigned int type, const void *data, size_t size, int lie)
{
	struct nlattr *attr = (struct nlattr *)((uint8_t *)m + NLMSG_ALIGN(m->nl.nlmsg_len));

	if (NLMSG_ALIGN(m->nl.nlmsg_len) + NLA_HDRLEN + size + 8 > sizeof(*m))
		return NULL;
	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + (int)size + lie);
	memcpy((uint8_t *)attr + NLA_HDRLEN, data, size);
	m->nl.nlmsg_len = (uint32_t)((uint8_t *)attr - (uint8_t *)m + NLA_ALIGN(NLA_HDRLEN + size));
	return attr;
}

static void put_name(struct message *m, struct input *in, unsigned int type)
{
	const char *name = names[pick(in, sizeof(names) / sizeof(names[0]))];

	put(m, type, name, strlen(name) + (pick(in, 16) != 0), 0);
}

static void put_number(struct message *m, struct input *in, unsigned int type)
{
	static const uint8_t sizes[] = { 0, 1, 2, 4, 6, 8, 16, 3 };
	uint64_t value[2] = { pick_number(in), pick_number(in) };

	put(m, type, value, sizes[pick(in, sizeof(sizes))],
	    pick(in, 32) ? 0 : (int)pick(in, 64) - 32);
}

/* The sizes that the kernel expects of what may be asked for. */
static void put_good(struct message *m, struct input *in)
{
	uint64_t value = pick_number(in);

	switch (pick(in, 9)) {
	case 5:
		put(m, VDPANL_A_BLK_CAPACITY, &value, 8, 0);
		break;
	case 6:
		put(m, VDPANL_A_BLK_BLK_SIZE, &value, 4, 0);
		break;
	case 7:
		put(m, VDPANL_A_BLK_NUM_QUEUES, &value, 2, 0);
		break;
	case 8:
		put(m, VDPANL_A_BLK_READ_ONLY, &value, 1, 0);
		break;
	case 0:
		put(m, VDPANL_A_NET_MACADDR, &value, 6, 0);
		break;
	case 1:
		put(m, VDPANL_A_NET_MTU, &value, 2, 0);
		break;
	case 2:
		put(m, VDPANL_A_NET_MAX_VQP, &value, 2, 0);
		break;
	case 3:
		put(m, VDPANL_A_DEV_FEATURES, &value, 8, 0);
		break;
	default:
		put(m, VDPANL_A_QUEUE_INDEX, &value, 4, 0);
		break;
	}
}

static void put_vdpa(struct message *m, struct input *in)
{
	unsigned int what = pick(in, 8);

	if (what)
		put_name(m, in, VDPANL_A_DEV_NAME);
	if (what > 2)
		put(m, VDPANL_A_MGMTDEV_DEV_NAME, what > 5 ? "vdpasim_blk" : "vdpasim_net", 12, 0);
	for (unsigned int n = pick(in, 4); n; n--)
		put_good(m, in);
	for (unsigned int n = pick(in, 8) ? 0 : pick(in, 5); n; n--)
		put_number(m, in, pick(in, VDPANL_A_COUNT + 3));
}

static void put_vdpactl(struct message *m, struct input *in)
{
	struct nlattr *nest;
	uint8_t link = (uint8_t)pick(in, 4);

	if (pick(in, 8)) {
		nest = put(m, VDPACTL_NL_A_VDPA | NLA_F_NESTED, "", 0, 0);
		put_vdpa(m, in);
		if (nest)
			nest->nla_len =
				(uint16_t)((uint8_t *)m + m->nl.nlmsg_len - (uint8_t *)nest);
	}
	if (pick(in, 2))
		put_name(m, in, VDPACTL_NL_A_DRIVER);
	if (pick(in, 2))
		put(m, VDPACTL_NL_A_LINK, &link, 1, 0);
	if (!pick(in, 4))
		put_name(m, in, VDPACTL_NL_A_NET_PEER);
	if (!pick(in, 4))
		put(m, VDPACTL_NL_A_BLK_SHARED, &link, 1, 0);
	for (unsigned int n = pick(in, 8) ? 0 : pick(in, 4); n; n--)
		put_number(m, in, pick(in, VDPACTL_NL_A_COUNT + 3));
}

static void drain(int fd)
{
	static uint8_t buf[65536];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

static void call(struct message *m)
{
	if (send(conn.fd, m, m->nl.nlmsg_len, 0) < 0 && errno != EINVAL)
		perror("send");
	drain(conn.fd);
}

/* As somebody who may do nothing: the kernel looks at who sends as well as at who opened the socket. */
static void call_as_nobody(struct message *m)
{
	if (seteuid(NOBODY) < 0)
		exit(2);
	call(m);
	if (seteuid(0) < 0)
		exit(2);
}

static void begin(struct message *m, unsigned int family, unsigned int cmd, unsigned int flags)
{
	*m = (struct message){
		.nl = { .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = conn.family[family],
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags) },
		.genl = { .cmd = (uint8_t)cmd, .version = 1 },
	};
}

static bool is_other(const char *name)
{
	for (size_t i = 0; i < conn.others_n; i++)
		if (!strcmp(conn.others[i], name))
			return true;
	return false;
}

static void each_device(void (*visit)(const char *name))
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !is_other(entry->d_name))
			visit(entry->d_name);
	if (dir)
		closedir(dir);
}

static void leave_alone(const char *name)
{
	if (conn.others_n == OTHERS_MAX)
		exit(2);
	strcpy(conn.others[conn.others_n++], name);
}

static void take_away(const char *name)
{
	struct message m;

	goal();
	begin(&m, 0, VDPANL_CMD_DEV_DEL, 0);
	put(&m, VDPANL_A_DEV_NAME, name, strlen(name) + 1, 0);
	call(&m);
}

/* Dumps with a small socket buffer end in the middle, which is what happens to slow readers. */
static void run(struct input *in)
{
	struct message m;

	for (unsigned int n = 1 + pick(in, MESSAGES); n; n--) {
		unsigned int family = pick(in, 2);

		begin(&m, family, pick(in, family ? 6 : VDPANL_CMD_COUNT + 1),
		      pick(in, 4) ? 0 : NLM_F_DUMP);
		if (family)
			put_vdpactl(&m, in);
		else
			put_vdpa(&m, in);
		if (!pick(in, 32))
			m.nl.nlmsg_len -= pick(in, 8);
		if (pick(in, 16) == 15)
			call_as_nobody(&m);
		else
			call(&m);
		if (pick(in, 16) == 15)
			drain(conn.listener);
	}
	each_device(take_away);
}

static int open_socket(void)
{
	int size = 4096, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		exit(2);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static void start(const char *arg)
{
	struct nl_sock *sock = nl_socket_alloc();
	static const char *const families[] = { VDPANL_FAMILY, VDPACTL_NL_FAMILY };
	int group;

	if (!sock || genl_connect(sock) < 0)
		exit(2);
	for (int i = 0; i < 2; i++) {
		int id = genl_ctrl_resolve(sock, families[i]);

		if (id < 0) {
			fprintf(stderr, "there is no family %s\n", families[i]);
			exit(2);
		}
		conn.family[i] = (uint16_t)id;
	}
	group = genl_ctrl_resolve_grp(sock, VDPACTL_NL_FAMILY, VDPACTL_NL_EVENTS);
	nl_socket_free(sock);
	conn.fd = open_socket();
	conn.listener = open_socket();
	if (group < 0 || setsockopt(conn.listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
				    sizeof(group)) < 0) {
		fprintf(stderr, "nobody tells of events\n");
		exit(2);
	}
	each_device(leave_alone);
}

const struct target target_netlink = {
	.name = "netlink",
	.goal = "devices made",
	.start = start,
	.run = run,
};
