// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-kill [-f] PID N: kills a process before its N-th step from now, whichever of its threads makes it; with N 0 it
 * only tells of them. A step is a system call by which it changes something outside of itself, or asks somebody to; with
 * -f one that changes files, which those of sysfs are too, or asks the kernel. Prints "ready" when no step can be
 * missed any more, then each step: its number, the call, and what it is about.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

/* Where a call says what it is about. */
enum about {
	FD,	  /* in the first argument */
	PATH,	  /* the first is one */
	PATH_AT,  /* the second is one */
	CREATING, /* the same, if the third says that it makes or empties a file */
};

static const struct step {
	unsigned long number;
	const char *name;
	enum about about;
} steps[] = {
	{ SYS_write, "write", FD },
	{ SYS_writev, "writev", FD },
	{ SYS_pwrite64, "pwrite64", FD },
	{ SYS_sendmsg, "sendmsg", FD },
	{ SYS_sendto, "sendto", FD },
	{ SYS_flock, "flock", FD },
	{ SYS_ftruncate, "ftruncate", FD },
	{ SYS_fsync, "fsync", FD },
	{ SYS_fchmod, "fchmod", FD },
	{ SYS_fchown, "fchown", FD },
	{ SYS_chmod, "chmod", PATH },
	{ SYS_chown, "chown", PATH },
	{ SYS_unlink, "unlink", PATH },
	{ SYS_rename, "rename", PATH },
	{ SYS_mkdir, "mkdir", PATH },
	{ SYS_rmdir, "rmdir", PATH },
	{ SYS_symlink, "symlink", PATH },
	{ SYS_unlinkat, "unlinkat", PATH_AT },
	{ SYS_renameat, "renameat", PATH_AT },
	{ SYS_renameat2, "renameat2", PATH_AT },
	{ SYS_mkdirat, "mkdirat", PATH_AT },
	{ SYS_linkat, "linkat", PATH_AT },
	{ SYS_symlinkat, "symlinkat", PATH_AT },
	{ SYS_fchmodat, "fchmodat", PATH_AT },
	{ SYS_fchownat, "fchownat", PATH_AT },
	{ SYS_openat, "openat", CREATING },
};

static void die(const char *what)
{
	fprintf(stderr, "vmtest-kill: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* A string of the other's. */
static void read_string(pid_t pid, uint64_t address, char ret_text[PATH_MAX])
{
	struct iovec to = { ret_text, PATH_MAX - 1 };
	struct iovec from = { (void *)(uintptr_t)address, PATH_MAX - 1 };
	ssize_t n;

	/* It may be the last of a page that none follows. */
	n = process_vm_readv(pid, &to, 1, &from, 1, 0);
	if (n < 0) {
		from.iov_len = 4096 - address % 4096;
		n = process_vm_readv(pid, &to, 1, &from, 1, 0);
	}
	ret_text[n > 0 ? n : 0] = '\0';
}

/* Sockets of netlink are in a list of their own, the inode in its tenth column. */
static bool is_netlink(pid_t pid, const char *socket)
{
	char path[64], line[256], inode[32], other[32];
	bool found = false;
	FILE *file;

	if (sscanf(socket, "socket:[%31[0-9]]", inode) != 1)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/net/netlink", pid);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %31s", other) == 1 &&
			strcmp(inode, other) == 0;
	if (file)
		fclose(file);
	return found;
}

static void what_fd(pid_t pid, uint64_t fd, char ret_text[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, (int)fd);
	n = readlink(link, ret_text, PATH_MAX - 1);
	ret_text[n > 0 ? n : 0] = '\0';
	if (strncmp(ret_text, "socket:", 7) == 0)
		strcpy(ret_text, is_netlink(pid, ret_text) ? "netlink" : "socket");
}

/* The step that the call is, or NULL; and what it is about. */
static const struct step *step_of(pid_t pid, const struct ptrace_syscall_info *info,
				  char ret_what[PATH_MAX])
{
	const struct step *step = NULL;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].number == info->entry.nr)
			step = &steps[i];
	if (!step || (step->about == CREATING && !(info->entry.args[2] & (O_CREAT | O_TRUNC))))
		return NULL;
	if (step->about == FD)
		what_fd(pid, info->entry.args[0], ret_what);
	else
		read_string(pid, info->entry.args[step->about != PATH], ret_what);
	return step;
}

/* False: it is attached already. One that has ended meanwhile makes no steps. */
static bool attach(pid_t tid)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
	int status;

	if (ptrace(PTRACE_SEIZE, tid, NULL, options) < 0) {
		if (errno != ESRCH && errno != EPERM)
			die("attach");
		return false;
	}
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0 || waitpid(tid, &status, __WALL) != tid ||
	    ptrace(PTRACE_SYSCALL, tid, NULL, NULL) < 0)
		die("stop");
	return true;
}

/* How many threads were not attached yet. */
static int attach_all(pid_t pid)
{
	char path[64];
	int attached = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		die(path);
	for (struct dirent *d = readdir(dir); d; d = readdir(dir))
		if (d->d_name[0] != '.')
			attached += attach(atoi(d->d_name));
	closedir(dir);
	return attached;
}

struct killer {
	pid_t pid;
	int at, seen;
	bool files_only, dead;
};

/* Called as the thread is about to make a call. */
static void call(struct killer *k, pid_t tid)
{
	struct ptrace_syscall_info info = { 0 };
	char what[PATH_MAX] = "";
	const struct step *step;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	step = step_of(k->pid, &info, what);
	if (!step || (k->files_only && what[0] != '/' && strcmp(what, "netlink")))
		return;
	printf("%d %s %s\n", ++k->seen, step->name, what);
	fflush(stdout);
	if (k->seen != k->at)
		return;
	if (kill(k->pid, SIGKILL) < 0)
		die("kill");
	k->dead = true;
}

/* Something happened to a thread; it goes on. */
static void handle(struct killer *k, pid_t tid, int status)
{
	int signal = 0, event = status >> 16;

	if (!WIFSTOPPED(status))
		return;
	if (WSTOPSIG(status) == (SIGTRAP | 0x80))
		call(k, tid);
	else if (!event)
		signal = WSTOPSIG(status);
	ptrace(PTRACE_SYSCALL, tid, NULL, (long)signal);
}

int main(int argc, char **argv)
{
	struct killer k = { 0 };
	int status;
	pid_t tid;

	k.files_only = argc == 4 && strcmp(argv[1], "-f") == 0;
	if (argc != 3 + k.files_only)
		return 2;
	k.pid = atoi(argv[argc - 2]);
	k.at = atoi(argv[argc - 1]);
	/* Until a look at them finds no new one. */
	while (attach_all(k.pid))
		;
	puts("ready");
	fflush(stdout);
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		handle(&k, tid, status);
		if (tid == k.pid && !WIFSTOPPED(status))
			break;
	}
	puts(k.dead ? "killed" : "ended");
	return k.dead ? 0 : 1;
}
