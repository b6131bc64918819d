// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A generic netlink caller for tests: sends what it is told, right or wrong, and prints what comes back.
 *
 *	vmtest-nl [-f FAMILY] [-v VERSION] [-d] [-x] [-w SHELL-COMMAND] [[-k] -r TIMES | -u TIMES | -t FIRST] COMMAND [TYPE=VALUE]...
 *	vmtest-nl -l SECONDS [-f FAMILY] [-b BYTES] [-w SHELL-COMMAND] -g GROUP
 *
 * TYPE=VALUE is an attribute: 4=s:web0 (with a NUL), 4=r:web0 (without), 13=u16:1500 (also u8, u32, u64),
 * 10=x:0200000000aa (bytes), 1={ ... } (a nest, its parts are arguments of their own). -d asks for a dump,
 * -x prints what comes as it came besides, and reads so little at a time that the kernel's buffers are of its slabs,
 * -w runs something after the first part of the answer was read, -r makes the request so many times or,
 * without -k, until one fails, -t sends it as command FIRST too, before it in the same buffer,
 * -u makes it so many times before it reads anything, and says how many answers there was room for, -l listens to a multicast group until the time is over; with -w, once that has run,
 * and with a receive buffer of -b bytes. The status is 0 when the kernel acknowledged.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SIZE	  65536
#define SLAB_READ 4096

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	char attrs[SIZE];
};

static struct {
	int fd;
	unsigned int id;
	unsigned int group;
	const char *group_name;
	bool raw;
} conn = { .fd = -1 };

static struct message out;
static char in[SIZE];

static void die(const char *what)
{
	fprintf(stderr, "vmtest-nl: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void put(int type, const void *data, size_t size)
{
	struct nlattr *attr = (struct nlattr *)((char *)&out + NLMSG_ALIGN(out.nl.nlmsg_len));

	if (out.nl.nlmsg_len + size > SIZE) {
		errno = EMSGSIZE;
		die("request");
	}
	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + size);
	memcpy((char *)attr + NLA_HDRLEN, data, size);
	out.nl.nlmsg_len = (uint32_t)(NLMSG_ALIGN(out.nl.nlmsg_len) + NLA_ALIGN(attr->nla_len));
}

static void put_hex(int type, const char *hex)
{
	unsigned char bytes[4096];
	size_t n;

	for (n = 0; n < sizeof(bytes) && sscanf(hex + 2 * n, "%2hhx", &bytes[n]) == 1; n++)
		;
	put(type, bytes, n);
}

static void put_value(int type, const char *value)
{
	const char *text = strchr(value, ':');
	uint64_t number;

	if (!text) {
		errno = EINVAL;
		die(value);
	}
	text++;
	number = strtoull(text, NULL, 0);
	if (!strncmp(value, "s:", 2))
		put(type, text, strlen(text) + 1);
	else if (!strncmp(value, "r:", 2))
		put(type, text, strlen(text));
	else if (!strncmp(value, "x:", 2))
		put_hex(type, text);
	else
		put(type, &number, strtoul(value + 1, NULL, 10) / 8);
}

/* Returns the number of arguments read. */
static int put_attrs(char **args)
{
	struct nlattr *nest;
	int i, type;
	char *value;

	for (i = 0; args[i] && strcmp(args[i], "}") != 0; i++) {
		type = (int)strtol(args[i], &value, 10);
		if (strcmp(value, "={") != 0) {
			put_value(type, value + 1);
			continue;
		}
		nest = (struct nlattr *)((char *)&out + out.nl.nlmsg_len);
		put(type | NLA_F_NESTED, "", 0);
		i += 1 + put_attrs(args + i + 1);
		nest->nla_len = (uint16_t)((char *)&out + out.nl.nlmsg_len - (char *)nest);
	}
	return i;
}

static void start(unsigned int id, int cmd, int version, int flags)
{
	out.nl.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	out.nl.nlmsg_type = (uint16_t)id;
	out.nl.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	out.nl.nlmsg_seq++;
	out.genl.cmd = (uint8_t)cmd;
	out.genl.version = (uint8_t)version;
}

static void print_attrs(const char *at, const char *end, int depth)
{
	const struct nlattr *attr;
	const unsigned char *data;
	int i, size;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		data = (const unsigned char *)at + NLA_HDRLEN;
		size = attr->nla_len - NLA_HDRLEN;
		if (size < 0 || at + attr->nla_len > end)
			die("attribute beyond its message");
		printf("%*s%d=", depth, " ", attr->nla_type & NLA_TYPE_MASK);
		if (attr->nla_type & NLA_F_NESTED) {
			printf("{\n");
			print_attrs((const char *)data, at + attr->nla_len, depth + 1);
			printf("%*s}\n", depth, " ");
			continue;
		}
		for (i = 0; i < size; i++)
			printf("%02x", data[i]);
		printf(" ");
		for (i = 0; i < size; i++)
			putchar(data[i] >= ' ' && data[i] < 127 ? data[i] : '.');
		printf("\n");
	}
}

static int print_error(const struct nlmsghdr *nl, int error, const char *tlv)
{
	const char *end = (const char *)nl + nl->nlmsg_len;
	const struct nlattr *attr;

	printf("%s %d", error ? "error" : "ack", error);
	for (; nl->nlmsg_flags & NLM_F_ACK_TLVS && tlv + NLA_HDRLEN <= end;
	     tlv += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)tlv;
		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			printf(" %s", tlv + NLA_HDRLEN);
	}
	printf("\n");
	return error;
}

/* Returns 1 when more is to come, else 0 or -errno: the answer is complete. */
static int handle(const struct nlmsghdr *nl)
{
	const struct nlmsgerr *err = NLMSG_DATA(nl);
	const struct genlmsghdr *genl = NLMSG_DATA(nl);
	size_t skip;

	if (nl->nlmsg_type == NLMSG_ERROR) {
		skip = NLMSG_ALIGN(sizeof(*err));
		if (!(nl->nlmsg_flags & NLM_F_CAPPED))
			skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
		return print_error(nl, err->error, (const char *)NLMSG_DATA(nl) + skip);
	}
	if (nl->nlmsg_type == NLMSG_DONE) {
		printf("done %d%s\n", err->error,
		       nl->nlmsg_flags & NLM_F_DUMP_INTR ? " interrupted" : "");
		return err->error;
	}
	printf("message %d%s\n", genl->cmd,
	       nl->nlmsg_flags & NLM_F_DUMP_INTR ? " interrupted" : "");
	print_attrs((const char *)genl + GENL_HDRLEN, (const char *)nl + nl->nlmsg_len, 1);
	return 1;
}

static void print_raw(size_t size)
{
	printf("raw ");
	for (size_t i = 0; i < size; i++)
		printf("%02x", (unsigned char)in[i]);
	printf("\n");
}

/* The kernel makes the parts of a dump as large as its reader has ever had room for. */
static ssize_t take(void)
{
	size_t room = conn.raw ? SLAB_READ : sizeof(in);
	ssize_t size = recv(conn.fd, in, room, MSG_TRUNC);

	if (size > (ssize_t)room) {
		errno = EMSGSIZE;
		die("answer");
	}
	return size;
}

static int receive(void)
{
	const struct nlmsghdr *nl;
	ssize_t size = take();
	int r = 1;

	if (size < 0) {
		printf("lost %d\n", errno);
		return errno == ENOBUFS ? 1 : -errno;
	}
	if (conn.raw)
		print_raw((size_t)size);
	for (nl = (const struct nlmsghdr *)in; r > 0 && NLMSG_OK(nl, size);
	     nl = NLMSG_NEXT(nl, size))
		r = handle(nl);
	fflush(stdout);
	return r;
}

static void send_request(void)
{
	if (send(conn.fd, &out, out.nl.nlmsg_len, 0) < 0)
		die("send");
}

/* Returns 0 when both are acknowledged, which is in their order. */
static int request_both(int first)
{
	static struct message both[2];
	struct iovec parts[] = { { &both[0], out.nl.nlmsg_len }, { &both[1], out.nl.nlmsg_len } };
	int r;

	both[0] = both[1] = out;
	both[0].genl.cmd = (uint8_t)first;
	if (writev(conn.fd, parts, 2) < 0)
		die("send");
	r = receive();
	return receive() ?: r;
}

/* The kernel has answered each request, or could not, when send() returns. */
static int request_unread(int times)
{
	const struct nlmsghdr *nl = (const struct nlmsghdr *)in;
	int i, answers = 0;

	for (i = 0; i < times; i++)
		send_request();
	/* That something was lost is told once, in front of what was not. */
	while (recv(conn.fd, in, sizeof(in), MSG_DONTWAIT) > 0 || errno == ENOBUFS) {
		answers += nl->nlmsg_type == conn.id;
		errno = 0;
	}
	printf("%d answers of %d\n", answers, times);
	return answers && answers < times ? 0 : 1;
}

static void find_group(const char *at, const char *end)
{
	const struct nlattr *group, *attr;
	const char *name = NULL;
	unsigned int id = 0;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(group->nla_len)) {
		group = (const struct nlattr *)at;
		for (attr = (const void *)(at + NLA_HDRLEN);
		     (const char *)attr < at + group->nla_len;
		     attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len))) {
			if (attr->nla_type == CTRL_ATTR_MCAST_GRP_NAME)
				name = (const char *)attr + NLA_HDRLEN;
			else if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
				memcpy(&id, (const char *)attr + NLA_HDRLEN, sizeof(id));
		}
		if (name && conn.group_name && !strcmp(name, conn.group_name))
			conn.group = id;
	}
}

static void resolve(const char *family)
{
	const struct nlmsghdr *nl = (const struct nlmsghdr *)in;
	const struct nlattr *attr;
	const char *at, *end;

	start(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	put(CTRL_ATTR_FAMILY_NAME, family, strlen(family) + 1);
	send_request();
	if (take() < 0)
		die("family");
	if (nl->nlmsg_type == NLMSG_ERROR) {
		errno = -((const struct nlmsgerr *)NLMSG_DATA(nl))->error;
		die(family);
	}
	end = in + nl->nlmsg_len;
	for (at = in + NLMSG_LENGTH(GENL_HDRLEN); at < end; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)at;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			conn.id = *(const uint16_t *)(at + NLA_HDRLEN);
		else if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GROUPS)
			find_group(at + NLA_HDRLEN, at + attr->nla_len);
	}
	if (take() < 0)
		die("family");
}

static void connect_kernel(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1;

	conn.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (conn.fd < 0 || bind(conn.fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		die("socket");
	setsockopt(conn.fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(conn.fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
}

static int listen_group(int seconds, const char *before)
{
	struct pollfd pfd = { .fd = conn.fd, .events = POLLIN };
	struct timespec now, end;

	if (!conn.group || setsockopt(conn.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &conn.group,
				      sizeof(conn.group)))
		die("group");
	printf("listening\n");
	fflush(stdout);
	if (before && system(before))
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return 0;
		if (poll(&pfd, 1, 100) > 0)
			receive();
	}
}

int main(int argc, char **argv)
{
	int option, r, version = 1, flags = 0, seconds = 0;
	int times = 1, unread = 0, size = 0, first = 0;
	const char *family = "vdpa", *between = NULL;
	bool go_on = false;

	while ((option = getopt(argc, argv, "f:v:dxl:g:w:r:ku:b:t:")) != -1) {
		if (option == 'f')
			family = optarg;
		else if (option == 'v')
			version = atoi(optarg);
		else if (option == 'd')
			flags = NLM_F_DUMP;
		else if (option == 'x')
			conn.raw = true;
		else if (option == 'w')
			between = optarg;
		else if (option == 'k')
			go_on = true;
		else if (option == 'u')
			unread = atoi(optarg);
		else if (option == 'r')
			times = atoi(optarg);
		else if (option == 'l')
			seconds = atoi(optarg);
		else if (option == 'b')
			size = atoi(optarg);
		else if (option == 't')
			first = atoi(optarg);
		else if (option == 'g')
			conn.group_name = optarg;
		else
			return 2;
	}
	connect_kernel();
	resolve(family);
	if (size && setsockopt(conn.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		die("buffer");
	if (seconds)
		return listen_group(seconds, between);
	if (!argv[optind])
		return 2;
	start(conn.id, atoi(argv[optind]), version, flags);
	put_attrs(argv + optind + 1);
	if (unread)
		return request_unread(unread);
	if (first)
		return request_both(first) ? 1 : 0;
	for (r = 0; (go_on || !r) && times > 0; times--) {
		send_request();
		do {
			r = receive();
			if (between && system(between))
				return 2;
			between = NULL;
		} while (r > 0);
	}
	return r ? 1 : 0;
}
