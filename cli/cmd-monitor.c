// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <vdpactl.h>

#include "commands.h"
#include "objects.h"
#include "output.h"
#include "signals.h"

static const char *event_word(enum vdpactl_event_type type)
{
	switch (type) {
	case VDPACTL_EVENT_ADDED:
		return "added";
	case VDPACTL_EVENT_CHANGED:
		return "changed";
	case VDPACTL_EVENT_REMOVED:
		return "removed";
	case VDPACTL_EVENT_OVERFLOW:
		return "overflow";
	}
	return "unknown";
}

static const char *object_word(enum vdpactl_event_object object)
{
	switch (object) {
	case VDPACTL_OBJECT_NONE:
		return NULL;
	case VDPACTL_OBJECT_DEVICE:
		return "device";
	case VDPACTL_OBJECT_MGMTDEV:
		return "mgmtdev";
	}
	return NULL;
}

static bool add_string(json_object *object, const char *key, const char *text)
{
	json_object *string = json_object_new_string(text);

	return string && json_object_object_add(object, key, string) == 0;
}

/* One line; @object and @name may be NULL. What reads it gets it at once. */
static enum exit_code print(struct cli *cli, const char *word, const char *object, const char *name)
{
	_cleanup_json_ json_object *line = NULL;

	name = name && *name ? name : NULL;
	if (!cli->json) {
		output_styled(cli, STYLE_HEAD, word);
		if (object)
			fprintf(cli->out, " %s", object);
		if (name)
			output_safe(cli->out, name, " ");
		fputc('\n', cli->out);
	} else {
		line = json_object_new_object();
		if (!line || !add_string(line, "event", word) ||
		    (object && !add_string(line, "object", object)) ||
		    (name && !add_string(line, "name", name)))
			return cli_no_memory(cli);
		output_json(cli, line);
	}
	if (fflush(cli->out) != 0)
		return cli_fail(cli, errno, NULL, "cannot write the output");
	return EXIT_CODE_OK;
}

static enum exit_code print_events(struct cli *cli, struct vdpactl_monitor *monitor)
{
	enum exit_code code = EXIT_CODE_OK;
	int r;

	while (code == EXIT_CODE_OK) {
		_cleanup_(cleanup_vdpactl_event_unref) struct vdpactl_event *event = NULL;

		r = vdpactl_monitor_next(monitor, &event);
		if (r == 0)
			break;
		if (r < 0)
			return cli_fail(cli, r, NULL, "cannot go on watching");
		code = print(cli, event_word(vdpactl_event_get_type(event)),
			     object_word(vdpactl_event_get_object(event)),
			     vdpactl_event_get_name(event));
	}
	return code;
}

static enum exit_code watch(struct cli *cli, struct vdpactl_monitor *monitor, int signals)
{
	enum exit_code code = print(cli, "ready", NULL, NULL);

	while (code == EXIT_CODE_OK) {
		struct pollfd fds[] = {
			{ .fd = signals, .events = POLLIN },
			/* It may be another one after an overflow. */
			{ .fd = vdpactl_monitor_get_fd(monitor), .events = POLLIN },
			/* Who reads the output may go away. */
			{ .fd = fileno(cli->out), .events = 0 },
		};

		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return cli_fail(cli, errno, NULL, "cannot wait for events");
		if (fds[0].revents || fds[2].revents & (POLLERR | POLLHUP))
			break;
		code = print_events(cli, monitor);
	}
	return code;
}

enum exit_code cmd_monitor(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_monitor_unref) struct vdpactl_monitor *monitor = NULL;
	_cleanup_close_ int signals = -1;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	signals = signals_open();
	r = signals < 0 ? signals : vdpactl_monitor_new(ctx, &monitor);
	if (r < 0)
		return cli_fail(cli, r, vdpactl_get_error_message(ctx), "cannot watch the kernel");
	return watch(cli, monitor, signals);
}
