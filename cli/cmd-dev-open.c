// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program that gets a device as an open file, which it need not be allowed to open itself. It takes the place of
 * vdpactl, so its exit status, its process id and its standard streams are what the caller sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vdpactl.h>

#include "bus-call.h"
#include "commands.h"
#include "device-show.h"
#include "objects.h"

/* Behind the standard streams. */
#define FIRST_FD 3

/* ---- the descriptor: each returns 0 or -errno; it is inherited by the program ---------------------- */

/* @ret_memlock: what RLIMIT_MEMLOCK has to be to map @memory bytes */
static int open_bus(const char *name, uint64_t memory, int *ret_fd, uint64_t *ret_memlock,
		    char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	uint64_t memlock;
	int fd, r;

	r = bus_device_call_new(name, "OpenVhost", &bus, &message, ret_reason);
	if (r >= 0)
		r = memory ? sd_bus_message_append(message, "a{sv}", 1, "memory", "t", memory)
			   : sd_bus_message_append(message, "a{sv}", 0);
	if (r >= 0)
		r = bus_call(bus, message, &reply, ret_reason);
	if (r >= 0)
		r = sd_bus_message_read(reply, "ht", &fd, &memlock);
	if (r < 0)
		return r;
	/* That one is the message's. */
	*ret_fd = fcntl(fd, F_DUPFD, FIRST_FD);
	*ret_memlock = memlock;
	return *ret_fd < 0 ? -errno : 0;
}

static int reason_of(int r, const char *text, char **ret_reason)
{
	if (text)
		*ret_reason = strdup(text);
	return r;
}

static int open_direct(struct vdpactl_ctx *ctx, const char *name, int *ret_fd, char **ret_reason)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_close_ int fd = -1;
	int error, r;

	r = vdpactl_device_get(ctx, name, VDPACTL_DEVICE_ENDPOINT, &device);
	if (r < 0)
		return reason_of(r, vdpactl_get_error_message(ctx), ret_reason);
	if (!device->chardev)
		return reason_of(-EOPNOTSUPP, "it is not bound to vhost", ret_reason);
	fd = open(device->chardev, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		error = errno;
		if (asprintf(ret_reason, "%s: %s", device->chardev, strerrordesc_np(error)) < 0)
			*ret_reason = NULL;
		return -error;
	}
	*ret_fd = fcntl(fd, F_DUPFD, FIRST_FD);
	return *ret_fd < 0 ? -errno : 0;
}

/* ---- memory ----------------------------------------------------------------------------------------- */

static int parse_bytes(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	unsigned long long n;
	const char *unit;
	char *end;
	int shift = 0;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno)
		return -errno;
	if (*end) {
		unit = strchr(units, *end);
		if (!unit || end[1])
			return -EINVAL;
		shift = 10 * (int)(unit - units + 1);
	}
	if (!n)
		return -EINVAL;
	if (n > UINT64_MAX >> shift)
		return -ERANGE;
	*ret_bytes = (uint64_t)n << shift;
	return 0;
}

/* Let the program lock so much memory, as far as we may. */
static enum exit_code allow_memlock(struct cli *cli, uint64_t needed)
{
	struct rlimit limit;
	rlim_t hard;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return cli_fail(cli, errno, NULL, "cannot read RLIMIT_MEMLOCK");
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
		return EXIT_CODE_OK;
	hard = limit.rlim_max;
	limit.rlim_cur = needed;
	if (hard != RLIM_INFINITY && hard < needed)
		limit.rlim_max = needed;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		return EXIT_CODE_OK;
	cli_fail(cli, errno, NULL,
		 "cannot let the program lock %" PRIu64 " bytes of memory, only %" PRIu64, needed,
		 (uint64_t)hard);
	cli_hint(cli, "RLIMIT_MEMLOCK is in the way: \"ulimit -l\" of root, LimitMEMLOCK= of a "
		      "systemd service, pam_limits(8) of a user");
	return EXIT_CODE_REFUSED;
}

/* ---- the program ------------------------------------------------------------------------------------ */

/* How long a place for the descriptor's number is; 0: there is none here. */
static size_t place_length(const char *text, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(text, "{}", 2) == 0)
		return 2;
	return *text == '{' && strncmp(text + 1, name, n) == 0 && text[n + 1] == '}' ? n + 2 : 0;
}

static bool has_place(const char *const *command, const char *name)
{
	for (; *command; command++)
		for (const char *p = *command; *p; p++)
			if (place_length(p, name))
				return true;
	return false;
}

/* An argument with the number in all its places: owned, free(); NULL without memory. */
static char *filled(const char *word, const char *name, int fd)
{
	_cleanup_free_ char *text = NULL;
	size_t n, size;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	while (*word) {
		n = place_length(word, name);
		if (n)
			fprintf(f, "%d", fd);
		else
			fputc(*word, f);
		word += n ? n : 1;
	}
	return fclose(f) < 0 ? NULL : TAKE_PTR(text);
}

/* Returns only when that fails. */
static enum exit_code run(struct cli *cli, const char *const *command, const char *name, int fd)
{
	enum exit_code code;
	size_t n = 0;
	char **argv;
	bool full;

	while (command[n])
		n++;
	argv = calloc(n + 1, sizeof(*argv));
	if (!argv)
		return cli_no_memory(cli);
	full = true;
	for (size_t i = 0; full && i < n; i++) {
		argv[i] = filled(command[i], name, fd);
		full = argv[i];
	}
	if (full) {
		fflush(cli->out);
		execvp(argv[0], argv);
	}
	code = full ? cli_fail(cli, errno, NULL, "cannot run \"%s\"", argv[0]) : cli_no_memory(cli);
	for (size_t i = 0; i < n; i++)
		free(argv[i]);
	free(argv);
	return code;
}

enum exit_code cmd_dev_open(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name"), *memory = verb_value(args, "memory");
	const char *const *command = (const char *const *)args->command;
	_cleanup_free_ char *reason = NULL;
	uint64_t bytes = 0, memlock = 0;
	_cleanup_close_ int fd = -1;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	if (cli->in_batch)
		return cli_wrong(cli, "dev open: the program would take the place of the batch");
	if (memory && parse_bytes(memory, &bytes) < 0)
		return cli_wrong(cli,
				 "memory: \"%s\" is no number of bytes, such as 4294967296 or 4G",
				 memory);
	if (!has_place(command, name))
		return cli_wrong(cli,
				 "dev open: the program is not told the descriptor: it has "
				 "neither \"{}\" nor \"{%s}\" in its arguments",
				 name);
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	memlock = bytes;
	r = cli->direct ? open_direct(ctx, name, &fd, &reason)
			: open_bus(name, bytes, &fd, &memlock, &reason);
	if (r < 0)
		return device_fail(cli, r, reason, "open", name);
	code = memory ? allow_memlock(cli, memlock) : EXIT_CODE_OK;
	return code == EXIT_CODE_OK ? run(cli, command, name, fd) : code;
}
