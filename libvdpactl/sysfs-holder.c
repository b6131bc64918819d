// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who has vhost's character devices open, where the kernel does not tell: found among the open files of all processes. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs-holder.h"
#include "util/cleanup.h"

#define VHOST_PATH "/dev/vhost-vdpa-"

struct search {
	struct sysfs_holder *v;
	size_t n;
};

void sysfs_holders_free(struct sysfs_holder *holders, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(holders[i].chardev);
		free(holders[i].comm);
	}
	free(holders);
}

/* NULL when the process has gone meanwhile. */
static char *read_comm(int process)
{
	_cleanup_close_ int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return NULL;
	text[n] = '\0';
	return strndup(text, strcspn(text, "\n"));
}

static int add(struct search *s, const char *pid, int process, const char *chardev)
{
	struct sysfs_holder *longer;

	longer = reallocarray(s->v, s->n + 1, sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	s->v = longer;
	longer[s->n].chardev = strdup(chardev);
	longer[s->n].pid = (uint32_t)strtoul(pid, NULL, 10);
	longer[s->n].comm = read_comm(process);
	return longer[s->n++].chardev ? 0 : -ENOMEM;
}

/* The link is only read: asking about the file itself could wait for a network. */
static int look_at_files(struct search *s, const char *pid, int process, DIR *files)
{
	struct dirent *entry;
	char target[PATH_MAX];
	ssize_t n;
	int r = 0;

	while (r >= 0 && (entry = readdir(files))) {
		n = readlinkat(dirfd(files), entry->d_name, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (strncmp(target, VHOST_PATH, strlen(VHOST_PATH)) == 0)
			r = add(s, pid, process, target);
	}
	return r;
}

/* One that has gone, or that we may not look into, has nothing that we could tell. */
static int look_at_process(struct search *s, int proc, const char *pid)
{
	_cleanup_close_ int process = -1;
	DIR *files;
	int fd, r;

	process = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files = fd < 0 ? NULL : fdopendir(fd);
	if (!files) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	r = look_at_files(s, pid, process, files);
	closedir(files);
	return r;
}

static int by_chardev_and_pid(const void *a, const void *b)
{
	const struct sysfs_holder *x = a, *y = b;
	int order = strcmp(x->chardev, y->chardev);

	return order ? order : (x->pid > y->pid) - (x->pid < y->pid);
}

int sysfs_holders(const char *proc, struct sysfs_holder **ret_holders, size_t *ret_n)
{
	struct search s = { .v = NULL };
	DIR *dir = opendir(proc);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r >= 0 && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			r = look_at_process(&s, dirfd(dir), entry->d_name);
	closedir(dir);
	if (r < 0) {
		sysfs_holders_free(s.v, s.n);
		return r;
	}
	if (s.n)
		qsort(s.v, s.n, sizeof(*s.v), by_chardev_and_pid);
	*ret_holders = s.v;
	*ret_n = s.n;
	return 0;
}

const struct sysfs_holder *sysfs_holder_find(const struct sysfs_holder *holders, size_t n,
					     const char *chardev)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(holders[middle].chardev, chardev) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && strcmp(holders[low].chardev, chardev) == 0 ? &holders[low] : NULL;
}
