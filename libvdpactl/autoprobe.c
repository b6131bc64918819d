// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "autoprobe.h"
#include "driver-names.h"

#define NOTE	       "autoprobe.open"
#define FILE_AUTOPROBE "drivers_autoprobe"
#define FILE_PROBE     "drivers_probe"
#define FILE_OVERRIDE  "driver_override"

#define POLL_MS	       20
/* Names of 16384 devices, the longest that there are. */
#define NOTE_MAX (16384 * 64)

static int open_dir(struct vdpactl_ctx *ctx, int *ret_dir)
{
	int dir;

	if (mkdir(ctx->seams.run_dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	dir = open(ctx->seams.run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	*ret_dir = dir;
	return 0;
}

/*
 * The lock is the directory's own, which only its owner and root may open: a file in it could be changed
 * for a link by whoever may write there, under the eyes of root. There is no flock() with a deadline, so
 * ask again and again.
 */
static int take_lock(struct vdpactl_ctx *ctx, int timeout_ms, int *ret_lock)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	_cleanup_close_ int dir = -1;
	int r;

	r = open_dir(ctx, &dir);
	if (r < 0)
		return r;
	while (flock(dir, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (timeout_ms <= 0)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
		timeout_ms -= POLL_MS;
	}
	*ret_lock = TAKE_FD(dir);
	return 0;
}

/* ---- the note -------------------------------------------------------------------------------- */

/*
 * Nothing but a file of our own: no link to elsewhere, no FIFO, whose opening would wait for the other
 * end for ever, and nothing that would not fit into memory.
 */
static int open_regular(int dir, const char *name, int flags)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	fd = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > NOTE_MAX)
		return -EFBIG;
	return TAKE_FD(fd);
}

static int note_open(struct vdpactl_ctx *ctx, int flags, const char *mode, FILE **ret_file)
{
	_cleanup_close_ int dir = -1;
	FILE *f;
	int fd, r;

	r = open_dir(ctx, &dir);
	if (r < 0)
		return r;
	fd = open_regular(dir, NOTE, flags);
	if (fd < 0)
		return fd;
	f = fdopen(fd, mode);
	if (!f) {
		r = -errno;
		close(fd);
		return r;
	}
	*ret_file = f;
	return 0;
}

static int note_write(struct vdpactl_ctx *ctx, char *const *names)
{
	FILE *f;
	int r;

	r = note_open(ctx, O_WRONLY | O_CREAT | O_TRUNC, "w", &f);
	if (r < 0)
		return r;
	for (; *names; names++)
		fprintf(f, "%s\n", *names);
	return fclose(f) < 0 ? -errno : 0;
}

int autoprobe_note(struct autoprobe *window, const char *name)
{
	FILE *f;
	int r;

	if (!window->held)
		return 0;
	r = note_open(window->ctx, O_WRONLY | O_APPEND, "a", &f);
	if (r < 0)
		return ctx_fail(window->ctx, r, "%s/%s cannot be written: %s",
				window->ctx->seams.run_dir, NOTE, strerrordesc_np(-r));
	fprintf(f, "%s\n", name);
	return fclose(f) < 0 ? -errno : 0;
}

static int note_read(struct vdpactl_ctx *ctx, char ***ret_names)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_(cleanup_sysfs_names_free) char **names = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size = 0, n = 0, lines = 0;
	int r;

	r = note_open(ctx, O_RDONLY, "r", &f);
	if (r < 0)
		return r;
	/* No name has a NUL, so the file ends at its first; without one getdelim() reads all of it. */
	if (getdelim(&text, &size, '\0', f) >= 0)
		for (const char *p = text; (p = strchr(p, '\n')); p++)
			lines++;
	else if (ferror(f))
		return -EIO;
	names = calloc(lines + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (char *p = text, *name; n < lines && (name = strsep(&p, "\n"));)
		if (!(names[n++] = strdup(name)))
			return -ENOMEM;
	*ret_names = TAKE_PTR(names);
	return 0;
}

static void note_remove(struct vdpactl_ctx *ctx)
{
	_cleanup_close_ int dir = -1;

	if (open_dir(ctx, &dir) >= 0)
		unlinkat(dir, NOTE, 0);
}

/* ---- the bus --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t count(char *const *names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

/* Unbound, and nobody has said where it belongs. */
static bool is_orphan(struct vdpactl_ctx *ctx, const char *name)
{
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	_cleanup_free_ char *driver = NULL, *override = NULL;

	if (ops->driver(ctx->seams.sysfs_userdata, name, &driver) < 0 || driver)
		return false;
	if (ops->read_device(ctx->seams.sysfs_userdata, name, FILE_OVERRIDE, &override) < 0)
		return false;
	return !*override || strcmp(override, "(null)") == 0;
}

/* Automatic binding on again, and made up for. */
static int turn_on(struct vdpactl_ctx *ctx, char **before, const char *ours)
{
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	_cleanup_(cleanup_sysfs_names_free) char **names = NULL;
	size_t n_before = count(before);
	int r;

	r = ops->write_bus(ctx->seams.sysfs_userdata, FILE_AUTOPROBE, "1");
	if (r < 0)
		return ctx_fail(
			ctx, r,
			"automatic binding of vDPA devices could not be turned on again: %s",
			strerrordesc_np(-r));
	/* The note stays until all is made up for: if we are killed before, the next one does this again. */
	r = ops->list(ctx->seams.sysfs_userdata, &names);
	if (r < 0)
		return ctx_fail(ctx, r, "devices that others made meanwhile cannot be listed: %s",
				strerrordesc_np(-r));
	if (n_before)
		qsort(before, n_before, sizeof(*before), by_name);
	for (char **name = names; *name; name++) {
		if ((n_before && bsearch(name, before, n_before, sizeof(*before), by_name)) ||
		    (ours && strcmp(*name, ours) == 0) || !is_orphan(ctx, *name))
			continue;
		/* One that no driver takes would not have been bound without us either. */
		ops->write_bus(ctx->seams.sysfs_userdata, FILE_PROBE, *name);
	}
	note_remove(ctx);
	return 0;
}

/* With the lock held, a note can only be that of a process that is no more. */
static int recover(struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_sysfs_names_free) char **before = NULL;
	int r;

	r = note_read(ctx, &before);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return ctx_fail(ctx, r, "%s/%s cannot be read: %s", ctx->seams.run_dir, NOTE,
				strerrordesc_np(-r));
	return turn_on(ctx, before, NULL);
}

void autoprobe_recover(struct vdpactl_ctx *ctx)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int lock = -1;

	if (asprintf(&path, "%s/%s", ctx->seams.run_dir, NOTE) < 0) {
		path = NULL;
		return;
	}
	/* No lock: the window is open for good reason, or we may not. */
	if (access(path, F_OK) == 0 && take_lock(ctx, 0, &lock) >= 0)
		recover(ctx);
	ctx_begin(ctx);
}

static int turn_off(struct autoprobe *window)
{
	struct vdpactl_ctx *ctx = window->ctx;
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	_cleanup_free_ char *value = NULL;
	int r;

	r = ops->read_bus(ctx->seams.sysfs_userdata, FILE_AUTOPROBE, &value);
	if (r < 0)
		return ctx_fail(ctx, r, "%s cannot be read: %s", FILE_AUTOPROBE,
				strerrordesc_np(-r));
	/* Somebody has turned it off for good: then it stays off. */
	if (strcmp(value, "0") == 0)
		return 0;
	r = ops->list(ctx->seams.sysfs_userdata, &window->before);
	if (r >= 0)
		r = note_write(ctx, window->before);
	if (r < 0)
		return ctx_fail(ctx, r, "%s/%s cannot be written: %s", ctx->seams.run_dir, NOTE,
				strerrordesc_np(-r));
	r = ops->write_bus(ctx->seams.sysfs_userdata, FILE_AUTOPROBE, "0");
	if (r < 0) {
		note_remove(ctx);
		return ctx_fail(ctx, r, "%s cannot be written: %s", FILE_AUTOPROBE,
				strerrordesc_np(-r));
	}
	window->held = true;
	return 0;
}

int autoprobe_open(struct vdpactl_ctx *ctx, struct autoprobe *ret)
{
	int r;

	*ret = (struct autoprobe){ .ctx = ctx, .lock = -1 };
	if (ctx->window) {
		ret->held = ctx->window->held;
		ret->shared = true;
		return 0;
	}
	r = take_lock(ctx, ctx->seams.timeout_ms, &ret->lock);
	if (r < 0)
		return ctx_fail(ctx, r, "%s cannot be locked: %s", ctx->seams.run_dir,
				strerrordesc_np(-r));
	r = recover(ctx);
	return r < 0 ? r : turn_off(ret);
}

int autoprobe_close(struct autoprobe *window, const char *ours)
{
	int r = 0;

	if (window->shared)
		return 0;
	if (window->held)
		r = turn_on(window->ctx, window->before, ours);
	window->held = false;
	window->before = sysfs_names_free(window->before);
	cleanup_close(&window->lock);
	window->lock = -1;
	return r;
}

int autoprobe_hold(struct vdpactl_ctx *ctx)
{
	struct autoprobe *window;
	int r;

	r = ctx->window ? 1 : ctx_has_ext(ctx);
	if (r)
		return r < 0 ? r : 0;
	window = malloc(sizeof(*window));
	if (!window)
		return -ENOMEM;
	r = autoprobe_open(ctx, window);
	if (r < 0) {
		autoprobe_close(window, NULL);
		free(window);
		return r;
	}
	ctx->window = window;
	return 0;
}

int autoprobe_let_go(struct vdpactl_ctx *ctx)
{
	struct autoprobe *window = ctx->window;
	int r;

	if (!window)
		return 0;
	ctx->window = NULL;
	r = autoprobe_close(window, NULL);
	free(window);
	return r;
}

int autoprobe_bind(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	const char *kernel = driver_to_kernel(driver);
	const struct sysfs_ops *ops = ctx->seams.sysfs;
	void *userdata = ctx->seams.sysfs_userdata;
	_cleanup_free_ char *bound = NULL;
	int r;

	if (!kernel)
		kernel = driver;
	/* No driver is called "none", so a device with this override is nobody's. */
	r = ops->write_device(userdata, name, FILE_OVERRIDE, *kernel ? kernel : DRIVER_NONE);
	if (r < 0)
		return ctx_fail(ctx, r, "%s of \"%s\" cannot be written: %s", FILE_OVERRIDE, name,
				strerrordesc_np(-r));
	if (*kernel) {
		/* Its result does not tell whether anything was bound, and EINVAL stands for all that can fail. */
		r = ops->write_bus(userdata, FILE_PROBE, name);
		if (r < 0 && r != -EINVAL)
			return ctx_fail(ctx, r, "%s did not take \"%s\": %s", kernel, name,
					strerrordesc_np(-r));
	}
	r = ops->driver(userdata, name, &bound);
	if (r < 0)
		return r;
	if (strcmp(bound ? bound : "", kernel) != 0)
		return ctx_fail(ctx, -EIO, "%s did not take \"%s\" (the kernel's log may say why)",
				*kernel ? kernel : "none", name);
	return 0;
}
