// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "workplace.h"

int workplace_new(const struct workplace_config *config, struct workplace **ret_workplace)
{
	struct workplace *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->links = strdup(config->links);
	w->marks = strdup(config->marks);
	w->trouble = strdup(config->trouble);
	r = w->links && w->marks && w->trouble ? store_new(config->directories, &w->store)
					       : -ENOMEM;
	if (r < 0) {
		workplace_free(w);
		return r;
	}
	*ret_workplace = w;
	return 0;
}

struct workplace *workplace_free(struct workplace *workplace)
{
	if (!workplace)
		return NULL;
	store_free(workplace->store);
	free(workplace->links);
	free(workplace->marks);
	free(workplace->trouble);
	free(workplace);
	return NULL;
}

int workplace_make_directory(const char *path, unsigned int mode)
{
	_cleanup_free_ char *above = strdup(path);
	char *slash;

	if (!above)
		return -ENOMEM;
	slash = strrchr(above, '/');
	if (slash && slash != above) {
		*slash = '\0';
		if (access(above, F_OK) < 0 && workplace_make_directory(above, mode) < 0)
			return -errno;
	}
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	/* Whatever the mask takes away. */
	return chmod(path, mode) < 0 ? -errno : 0;
}

char *workplace_trouble(const struct workplace *workplace)
{
	char text[512];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	fd = open(workplace->trouble, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return n > 0 ? strndup(text, (size_t)n) : NULL;
}

static char *mark_path(const struct workplace *w, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", w->marks, name) < 0 ? NULL : path;
}

bool workplace_is_marked(const struct workplace *workplace, const char *name)
{
	_cleanup_free_ char *path = mark_path(workplace, name);

	return path && access(path, F_OK) == 0;
}

int workplace_mark(const struct workplace *workplace, const char *name)
{
	_cleanup_free_ char *path = mark_path(workplace, name);
	_cleanup_close_ int fd = -1;
	int r;

	if (!path)
		return -ENOMEM;
	r = workplace_make_directory(workplace->marks, 0755);
	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd < 0 ? -errno : 0;
}
