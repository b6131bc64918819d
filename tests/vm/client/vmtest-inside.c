// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-inside FILE: tries what a confined service must not be able to do, and what it has to, and writes a line
 * "WHAT ERRNO" for each to FILE, with "0" where it worked. Nothing of it does harm where it works.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long try_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	return fd < 0 ? fd : close(fd);
}

static long inet(void)
{
	return try_socket(AF_INET, SOCK_DGRAM);
}

static long inet6(void)
{
	return try_socket(AF_INET6, SOCK_DGRAM);
}

static long packet(void)
{
	return try_socket(AF_PACKET, SOCK_RAW);
}

static long local(void)
{
	return try_socket(AF_UNIX, SOCK_STREAM);
}

static long netlink(void)
{
	return try_socket(AF_NETLINK, SOCK_RAW);
}

static long map(int protection)
{
	void *mem = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mem == MAP_FAILED ? -1 : munmap(mem, 4096);
}

static long write_execute(void)
{
	return map(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static long execute_written(void)
{
	void *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long r = mprotect(mem, 4096, PROT_READ | PROT_EXEC);
	int error = errno;

	munmap(mem, 4096);
	errno = error;
	return r;
}

/* The rest of this process is not to be in another namespace, or be traced. */
static long in_child(long (*call)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(call() < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

static long unshare_network(void)
{
	return unshare(CLONE_NEWNET);
}

static long network_namespace(void)
{
	return in_child(unshare_network);
}

static long unshare_user(void)
{
	return unshare(CLONE_NEWUSER);
}

static long user_namespace(void)
{
	return in_child(unshare_user);
}

static long trace_me(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long trace(void)
{
	return in_child(trace_me);
}

static long mount_something(void)
{
	long r = mount("none", "/mnt", "tmpfs", 0, NULL);

	return r < 0 ? r : umount("/mnt");
}

static long be_realtime(void)
{
	struct sched_param param = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &param);
}

static long realtime(void)
{
	return in_child(be_realtime);
}

/* In the directory that it may write. */
static long set_user_id(void)
{
	static const char path[] = "/run/vdpactl/set-user-id";
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), error;
	long r = fd < 0 ? fd : fchmod(fd, 04755);

	error = errno;
	if (fd >= 0)
		close(fd);
	unlink(path);
	errno = error;
	return r;
}

static long change_personality(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}

static long another_personality(void)
{
	return in_child(change_personality);
}

static long host_name(void)
{
	char name[65] = "";

	return gethostname(name, sizeof(name) - 1) < 0 ? -1 : sethostname(name, strlen(name));
}

static long clock_set(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) < 0 ? -1 : clock_settime(CLOCK_REALTIME, &now);
}

/* An image that no kernel takes. */
static long module(void)
{
	return syscall(SYS_init_module, "none", 4, "");
}

/* A command that there is none of. */
static long bpf(void)
{
	return syscall(SYS_bpf, 0x7fffffff, NULL, 0);
}

static long restart(void)
{
	return syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, 0, 0, NULL);
}

static long try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? fd : close(fd);
}

static long disk(void)
{
	return try_open("/dev/vda", O_RDONLY);
}

static long kernel_log(void)
{
	return try_open("/dev/kmsg", O_RDONLY);
}

static long null_device(void)
{
	return try_open("/dev/null", O_RDWR);
}

static long be_root(void)
{
	return setresuid(0, 0, 0);
}

static long root(void)
{
	return in_child(be_root);
}

static const struct {
	const char *what;
	long (*call)(void);
} attempts[] = {
	{ "inet", inet },
	{ "inet6", inet6 },
	{ "packet", packet },
	{ "local", local },
	{ "netlink", netlink },
	{ "write-execute", write_execute },
	{ "execute-written", execute_written },
	{ "network-namespace", network_namespace },
	{ "user-namespace", user_namespace },
	{ "trace", trace },
	{ "mount", mount_something },
	{ "realtime", realtime },
	{ "set-user-id", set_user_id },
	{ "personality", another_personality },
	{ "host-name", host_name },
	{ "clock", clock_set },
	{ "module", module },
	{ "bpf", bpf },
	{ "restart", restart },
	{ "disk", disk },
	{ "kernel-log", kernel_log },
	{ "null-device", null_device },
	{ "root", root },
};

int main(int argc, char **argv)
{
	FILE *out = argc == 2 ? fopen(argv[1], "we") : NULL;

	if (!out) {
		fprintf(stderr, "usage: vmtest-inside FILE\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		fprintf(out, "%s %s\n", attempts[i].what,
			attempts[i].call() < 0 ? strerrorname_np(errno) : "0");
	return fclose(out) ? 1 : 0;
}
