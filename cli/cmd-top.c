// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates of virtqueues, again and again. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vdpactl.h>

#include "commands.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "signals.h"
#include "stats-read.h"
#include "top-rates.h"

#define INTERVAL_MIN 0.1
#define INTERVAL_MAX 3600.0
/* Lines of the screen without rows of the table: title, empty, heading, what was left out, the cursor. */
#define OTHER_LINES 5

struct top {
	struct cli *cli;
	struct vdpactl_ctx *ctx;
	const char *name; /* of the only device; NULL: all */
	double interval;
	unsigned long left; /* how often to print yet; ULONG_MAX: for ever */
	int signals;
	bool screen; /* draws on a terminal of its own */
	bool keys;   /* reads keys from a terminal */
	struct termios before;
	json_object *last; /* reading */
	double last_time;
};

/* ---- readings ----------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_one(struct top *top, json_object *devices)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	json_object *queues = json_object_new_array();
	int r;

	r = vdpactl_device_get(top->ctx, top->name, 0, &device);
	if (r >= 0)
		r = queues ? stats_read_device(top->ctx, device, queues) : -ENOMEM;
	if (r >= 0 && json_object_object_add(devices, top->name, queues) == 0)
		return 0;
	json_object_put(queues);
	return r < 0 ? r : -ENOMEM;
}

static int read_all(struct top *top, json_object *devices)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	int r;

	r = vdpactl_device_list(top->ctx, 0, &list);
	return r < 0 ? r : stats_read_all(top->ctx, list, devices);
}

static int read_counters(struct top *top, json_object **ret_devices)
{
	_cleanup_json_ json_object *devices = json_object_new_object();
	int r;

	if (!devices)
		return -ENOMEM;
	r = top->name ? read_one(top, devices) : read_all(top, devices);
	if (r < 0)
		return r;
	*ret_devices = TAKE_PTR(devices);
	return 0;
}

/* ---- the screen ---------------------------------------------------------------------------------- */

static void screen_begin(struct top *top)
{
	struct termios keys;

	top->screen = !top->cli->json && isatty(fileno(top->cli->out));
	if (!top->screen)
		return;
	/* Another screen, without a cursor; the first comes back at the end. */
	fputs("\033[?1049h\033[?25l", top->cli->out);
	if (tcgetattr(STDIN_FILENO, &top->before) < 0)
		return;
	keys = top->before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	top->keys = tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
}

static void screen_end(struct top *top)
{
	if (top->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &top->before);
	if (top->screen)
		fputs("\033[?25h\033[?1049l", top->cli->out);
}

static void print_title(struct top *top)
{
	char title[64];

	snprintf(title, sizeof(title), "vdpactl top, every %g s; q ends it", top->interval);
	fprintf(top->cli->out, "\033[?7l\033[H\033[J%.*s\n\n",
		top->cli->width ? top->cli->width : (int)sizeof(title), title);
}

static int print_text(struct top *top, json_object *rates)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	struct table_format format;
	struct winsize size = { .ws_row = 0 };
	size_t left_out, max_rows = 0;
	int r;

	if (top->screen && ioctl(fileno(top->cli->out), TIOCGWINSZ, &size) == 0) {
		top->cli->width = size.ws_col;
		max_rows = size.ws_row > OTHER_LINES ? size.ws_row - OTHER_LINES : 1;
	}
	r = top_table(rates, max_rows, &left_out, &table);
	if (r < 0)
		return r;
	format = output_format(top->cli);
	format.heading = true;
	/* The rows' order is what matters here. */
	format.cut = true;
	format.numbers_from = TOP_NUMBERS_FROM;
	if (top->screen)
		print_title(top);
	if (!json_object_object_length(rates))
		fputs("no virtqueue has counters now\n", top->cli->out);
	r = table_print(table, top->cli->out, &format);
	if (left_out)
		fprintf(top->cli->out, "and %zu more\n", left_out);
	fputs(top->screen ? "\033[?7h" : "\n", top->cli->out);
	return r;
}

static int print_json(struct top *top, json_object *rates, double seconds)
{
	_cleanup_json_ json_object *root = json_object_new_object();

	if (!root || json_object_object_add(root, "top", json_object_get(rates)) < 0 ||
	    json_object_object_add(root, "seconds", json_object_new_double(seconds)) < 0)
		return -ENOMEM;
	output_json(top->cli, root);
	return 0;
}

/* ---- the loop ------------------------------------------------------------------------------------ */

/* One reading and what it says. */
static int step(struct top *top)
{
	_cleanup_json_ json_object *rates = NULL;
	json_object *reading;
	double time = now(), seconds = time - top->last_time;
	int r;

	r = read_counters(top, &reading);
	if (r < 0)
		return r;
	if (top->last)
		r = top_rates(top->last, reading, seconds, &rates);
	json_object_put(top->last);
	top->last = reading;
	top->last_time = time;
	if (r < 0 || !rates)
		return r;
	r = top->cli->json ? print_json(top, rates, seconds) : print_text(top, rates);
	if (r >= 0 && fflush(top->cli->out) != 0)
		return -errno;
	if (top->left != ULONG_MAX)
		top->left--;
	return r;
}

/* Wait for the next reading. Returns whether to go on. */
static bool wait_for_next(struct top *top)
{
	double until = top->last_time + top->interval;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = top->signals, .events = POLLIN },
			{ .fd = fileno(top->cli->out), .events = 0 },
			{ .fd = top->keys ? STDIN_FILENO : -1, .events = POLLIN },
		};
		double left = until - now();
		char key = 0;
		int n;

		if (left <= 0)
			return true;
		n = poll(fds, 3, (int)(left * 1000) + 1);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && (fds[0].revents || fds[1].revents & (POLLERR | POLLHUP)))
			return false;
		if (n > 0 && fds[2].revents && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			return false;
	}
}

static enum exit_code failed(struct top *top, int r)
{
	enum exit_code code;

	if (top->name)
		code = cli_fail(top->cli, r, vdpactl_get_error_message(top->ctx),
				"cannot read the counters of device \"%s\"", top->name);
	else
		code = cli_fail(top->cli, r, vdpactl_get_error_message(top->ctx),
				"cannot read counters");
	if (code == EXIT_CODE_NOT_FOUND)
		hint_device(top->cli);
	if (code == EXIT_CODE_NOT_AUTHORIZED)
		cli_hint(top->cli, "counters are for those who have CAP_NET_ADMIN, as root has");
	return code;
}

static int parse_interval(const char *text, double *ret_seconds)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (*end || *text < '0' || *text > '9' ||
	    !(seconds >= INTERVAL_MIN && seconds <= INTERVAL_MAX))
		return -EINVAL;
	*ret_seconds = seconds;
	return 0;
}

static int parse_count(const char *text, unsigned long *ret_count)
{
	unsigned long count;
	char *end;

	errno = 0;
	count = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || !count)
		return -EINVAL;
	*ret_count = count;
	return 0;
}

enum exit_code cmd_top(struct cli *cli, const struct verb_args *args)
{
	const char *interval = verb_value(args, "interval"), *count = verb_value(args, "count");
	struct top top = {
		.cli = cli, .name = verb_value(args, "name"), .interval = 1, .left = ULONG_MAX
	};
	_cleanup_close_ int signals = -1;
	enum exit_code code;
	int r;

	if (interval && parse_interval(interval, &top.interval) < 0)
		return cli_wrong(cli, "interval \"%s\": not a number of seconds from %g to %g",
				 interval, INTERVAL_MIN, INTERVAL_MAX);
	if (count && parse_count(count, &top.left) < 0)
		return cli_wrong(cli, "count \"%s\": not a number from 1", count);
	code = cli_open(cli, &top.ctx);
	if (code != EXIT_CODE_OK)
		return code;
	top.signals = signals = signals_open();
	if (signals < 0)
		return cli_fail(cli, signals, NULL, "cannot wait for signals");
	r = step(&top);
	if (r < 0)
		return failed(&top, r);
	screen_begin(&top);
	while (r >= 0 && top.left && wait_for_next(&top))
		r = step(&top);
	screen_end(&top);
	json_object_put(top.last);
	return r < 0 ? failed(&top, r) : EXIT_CODE_OK;
}
