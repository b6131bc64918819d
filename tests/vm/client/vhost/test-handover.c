// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An open device changes hands, as a broker gives it to a client: who opened it is nobody, who owns it is a process's
 * memory, and neither another process nor another program in the same one has that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vhost.h"

/* A message of one byte with a descriptor. */
struct parcel {
	char byte;
	struct iovec bytes;
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
};

static void wrap(struct parcel *p)
{
	*p = (struct parcel){ .byte = 'x' };
	p->bytes = (struct iovec){ &p->byte, 1 };
	p->message = (struct msghdr){ .msg_iov = &p->bytes,
				      .msg_iovlen = 1,
				      .msg_control = p->control,
				      .msg_controllen = sizeof(p->control) };
}

static int send_fd(int socket, int fd)
{
	struct cmsghdr *header;
	struct parcel p;

	wrap(&p);
	header = CMSG_FIRSTHDR(&p.message);
	*header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
				    .cmsg_level = SOL_SOCKET,
				    .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &p.message, 0) == 1 ? 0 : -errno;
}

static int receive_fd(int socket)
{
	struct cmsghdr *header;
	struct parcel p;
	int fd;

	wrap(&p);
	if (recvmsg(socket, &p.message, MSG_CMSG_CLOEXEC) != 1)
		bail("recvmsg");
	header = CMSG_FIRSTHDR(&p.message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		bail("no descriptor came");
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/* Opens the device, gives it away and ends. */
static void opener(int socket, const char *path)
{
	int fd = vh_open(path);

	_exit(fd < 0 || send_fd(socket, fd) < 0);
}

static void test_passed(const char *path)
{
	int pair[2], status = -1, fd;
	struct nic nic;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		bail("socketpair");
	pid = fork();
	if (!pid)
		opener(pair[1], path);
	fd = receive_fd(pair[0]);
	waitpid(pid, &status, 0);
	is(status, 0, "who opened the device has given it away, and is gone");
	is(vh_open(path), -EBUSY, "it is open all the same");
	nic_init(&nic, fd);
	is(nic_start(&nic, 0), 0, "who got it becomes its owner, and starts it");
	is(nic_echo(&nic, 0x3c, 200), 0, "... with memory of its own");
	nic_fini(&nic);
	close(pair[0]);
	close(pair[1]);
}

/* In the new program. Nobody reads what it prints: its status tells. */
void test_executed(const char *path)
{
	int fd = atoi(path);

	is(vh_get_u32(fd, VHOST_VDPA_GET_DEVICE_ID), 1, "it may look");
	is(vh_state(fd, VHOST_SET_VRING_NUM, 0, 16), -EPERM, "... and not touch");
	is(vh_unmap(fd, NIC_IOVA, NIC_MEM), -EPERM, "... nor unmap what another program mapped");
	is(vh_ioctl(fd, VHOST_SET_OWNER, NULL), -EBUSY, "... nor become its owner");
}

/* The owner's process becomes another program, which keeps the descriptor and has other memory. */
static void executor(const char *path)
{
	char number[16];
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		_exit(2);
	nic_init(&nic, fd);
	/* The copy is not closed when the program is replaced. */
	snprintf(number, sizeof(number), "%d", dup(fd));
	if (!freopen("/dev/null", "we", stdout))
		_exit(3);
	execl("/proc/self/exe", "vmtest-vhost", "executed", number, NULL);
	_exit(4);
}

static void test_exec(const char *path)
{
	int status = -1, fd;
	pid_t pid = fork();

	if (!pid)
		executor(path);
	waitpid(pid, &status, 0);
	is(status, 0, "the owner's process executes another program, which may look and not touch");
	fd = vh_open(path);
	ok(fd >= 0, "when it has ended, the device can be opened");
	close(fd);
}

void test_handover(const char *path)
{
	test_passed(path);
	test_exec(path);
}
