// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "definition-file.h"
#include "util/cleanup.h"

/* What is being written. Hidden, so nobody takes it for a definition. */
#define TEMPORARY ".vdpactl-new-"

struct definition_file *definition_file_new(const char *path, size_t directory)
{
	struct definition_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->directory = directory;
	file->path = strdup(path);
	return file->path ? file : definition_file_free(file);
}

struct definition_file *definition_file_free(struct definition_file *file)
{
	if (!file)
		return NULL;
	definition_free(file->definition);
	free(file->path);
	free(file);
	return NULL;
}

const char *definition_file_base(const struct definition_file *file)
{
	return strrchr(file->path, '/') + 1;
}

static int fail(const struct definition_file *file, int error, const char *what, char *text)
{
	snprintf(text, STORE_ERROR_MAX, "%s %s: %s", file->path, what, strerrordesc_np(-error));
	return error;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The link to /dev/null hides as well as the empty file; what is neither it nor a file is refused. */
static int judge(struct definition_file *file, int fd, char *error)
{
	if (fstat(fd, &file->seen) < 0)
		return fail(file, -errno, "cannot be read", error);
	file->mask =
		S_ISCHR(file->seen.st_mode) || (S_ISREG(file->seen.st_mode) && !file->seen.st_size);
	if (file->mask || S_ISREG(file->seen.st_mode))
		return 0;
	snprintf(error, STORE_ERROR_MAX, "%s is not a regular file", file->path);
	return -EINVAL;
}

static int check_names(const struct definition_file *file, char *error)
{
	for (size_t i = 0; i < file->definition->n; i++) {
		const char *name = file->definition->requests[i]->name;
		const char *reason = store_check_name(name);

		if (reason) {
			snprintf(error, STORE_ERROR_MAX, "%s: device \"%s\": name: %s", file->path,
				 name, reason);
			return -EINVAL;
		}
	}
	return 0;
}

int definition_file_read(struct definition_file *file, char *error)
{
	_cleanup_fclose_ FILE *stream = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	/* Opening a FIFO that somebody put there must not wait for its writer. */
	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(file, -errno, "cannot be read", error);
	r = judge(file, fd, error);
	if (r < 0 || file->mask)
		return r;
	stream = fdopen(fd, "r");
	if (!stream)
		return -ENOMEM;
	TAKE_FD(fd);
	r = definition_read(stream, file->path, DEFINITION_SAVED, &file->definition, error);
	if (r >= 0)
		r = check_names(file, error);
	if (r < 0)
		file->definition = definition_free(file->definition);
	return r;
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* An administrator's editor may have been here: what he wrote is not to be lost. */
static int check_unchanged(const struct definition_file *file, int directory, char *error)
{
	struct stat now;
	int r;

	if (fstatat(directory, definition_file_base(file), &now, 0) < 0) {
		r = errno == ENOENT ? 0 : -errno;
		now.st_ino = 0;
	} else {
		r = 1;
	}
	if (r < 0)
		return fail(file, r, "cannot be looked at", error);
	if (r ? same_file(&now, &file->seen) : !file->seen.st_ino)
		return 0;
	snprintf(error, STORE_ERROR_MAX,
		 "%s was changed by somebody else since it was read: reload the definitions first",
		 file->path);
	return -ESTALE;
}

static int write_whole(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	for (; left; text += n, left -= (size_t)n) {
		n = write(fd, text, left);
		if (n < 0)
			return -errno;
	}
	return 0;
}

/* The text on the disk under the temporary name. */
static int write_temporary(int directory, const char *name, const char *text, bool sync,
			   struct stat *ret_seen)
{
	_cleanup_close_ int fd = -1;
	int r;

	fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = write_whole(fd, text);
	/* Everybody may read what there is to be, as everybody may see what there is. */
	if (r >= 0 && (fchmod(fd, 0644) < 0 || (sync && fsync(fd) < 0) || fstat(fd, ret_seen) < 0))
		r = -errno;
	return r;
}

static void temporary_name(const struct definition_file *file, char name[NAME_MAX + 1])
{
	snprintf(name, NAME_MAX + 1, TEMPORARY "%s", definition_file_base(file));
}

static int replace(struct definition_file *file, int directory, const char *text)
{
	char temporary[NAME_MAX + 1];
	struct stat seen;
	int r;

	temporary_name(file, temporary);
	r = write_temporary(directory, temporary, text, true, &seen);
	/* The data are on the disk before the name is, and the name before we say so. */
	if (r >= 0 && (renameat(directory, temporary, directory, definition_file_base(file)) < 0 ||
		       fsync(directory) < 0))
		r = -errno;
	if (r < 0) {
		unlinkat(directory, temporary, 0);
		return r;
	}
	file->seen = seen;
	file->mask = false;
	return 0;
}

static int remove_file(struct definition_file *file, int directory)
{
	if (!file->seen.st_ino)
		return 0;
	if (unlinkat(directory, definition_file_base(file), 0) < 0 || fsync(directory) < 0)
		return -errno;
	memset(&file->seen, 0, sizeof(file->seen));
	return 0;
}

static int open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int definition_file_write(struct definition_file *file, char *error)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	_cleanup_close_ int directory = -1;
	int r;

	path = strndup(file->path, (size_t)(definition_file_base(file) - file->path));
	if (!path)
		return -ENOMEM;
	directory = open_directory(path);
	if (directory < 0)
		return fail(file, -errno, "cannot be written", error);
	r = check_unchanged(file, directory, error);
	if (r < 0)
		return r;
	if (!file->definition->n) {
		r = remove_file(file, directory);
		return r < 0 ? fail(file, r, "cannot be removed", error) : 0;
	}
	r = definition_format(file->definition->requests, file->definition->n, &text);
	if (r < 0)
		return r;
	r = replace(file, directory, text);
	return r < 0 ? fail(file, r, "cannot be written", error) : 0;
}

/* ---- many files at once -------------------------------------------------------------------- */

static int stage(struct definition_file *file, int directory, char *error)
{
	char temporary[NAME_MAX + 1];
	_cleanup_free_ char *text = NULL;
	struct stat seen;
	int r;

	r = check_unchanged(file, directory, error);
	if (r >= 0)
		r = definition_format(file->definition->requests, file->definition->n, &text);
	if (r < 0)
		return r;
	temporary_name(file, temporary);
	r = write_temporary(directory, temporary, text, false, &seen);
	if (r < 0)
		return fail(file, r, "cannot be written", error);
	file->seen = seen;
	return 0;
}

static int commit(struct definition_file *file, int directory, char *error)
{
	char temporary[NAME_MAX + 1];

	temporary_name(file, temporary);
	if (renameat(directory, temporary, directory, definition_file_base(file)) < 0)
		return fail(file, -errno, "cannot be written", error);
	file->mask = false;
	return 0;
}

int definition_files_write(const char *path, struct definition_file **files, size_t n, char *error)
{
	_cleanup_close_ int directory = open_directory(path);
	int r = 0;

	if (directory < 0) {
		r = -errno;
		snprintf(error, STORE_ERROR_MAX, "%s cannot be written: %s", path,
			 strerrordesc_np(-r));
		return r;
	}
	for (size_t i = 0; i < n && r >= 0; i++)
		r = stage(files[i], directory, error);
	if (r >= 0 && syncfs(directory) < 0)
		r = fail(files[0], -errno, "cannot be written", error);
	for (size_t i = 0; i < n && r >= 0; i++)
		r = commit(files[i], directory, error);
	if (r >= 0 && fsync(directory) < 0)
		r = fail(files[0], -errno, "cannot be written", error);
	return r;
}

void definition_file_tidy(const char *directory)
{
	_cleanup_close_ int fd = open_directory(directory);
	struct dirent *entry;
	DIR *dir;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return;
	TAKE_FD(fd);
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}
