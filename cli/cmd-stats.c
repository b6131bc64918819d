// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vdpactl.h>

#include "commands.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "stats-read.h"

/* All queues that the device has. */
static int add_queues(struct vdpactl_ctx *ctx, const char *name, json_object *queues)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	r = vdpactl_device_get(ctx, name, 0, &device);
	return r < 0 ? r : stats_read_device(ctx, device, queues);
}

/* A block for each queue: its counters below its index. */
static enum exit_code print_text(struct cli *cli, json_object *queues)
{
	struct table_format format = output_format(cli);

	format.indent = 2;
	for (size_t i = 0; i < json_object_array_length(queues); i++) {
		_cleanup_(cleanup_table_free) struct table *table = NULL;
		json_object *queue = json_object_array_get_idx(queues, i), *type;

		if (table_new(2, &table) < 0)
			return cli_no_memory(cli);
		type = json_object_object_get(queue, "queue_type");
		fprintf(cli->out, "queue %s%s%s:\n",
			json_object_get_string(json_object_object_get(queue, "queue")),
			type ? " " : "", type ? json_object_get_string(type) : "");
		json_object_object_foreach(queue, key, value) {
			if (strcmp(key, "queue") == 0 || strcmp(key, "queue_type") == 0)
				continue;
			table_add(table, STYLE_PLAIN, key);
			table_add(table, STYLE_PLAIN, json_object_get_string(value));
		}
		if (table_print(table, cli->out, &format) < 0)
			return cli_no_memory(cli);
	}
	return EXIT_CODE_OK;
}

static enum exit_code print(struct cli *cli, const char *name, json_object *queues)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	json_object *devices = json_object_new_object();

	if (!cli->json) {
		json_object_put(devices);
		return print_text(cli, queues);
	}
	if (!root || !devices || json_object_object_add(root, "vstats", devices) < 0 ||
	    json_object_object_add(devices, name, json_object_get(queues)) < 0)
		return cli_no_memory(cli);
	output_json(cli, root);
	return EXIT_CODE_OK;
}

static int parse_queue(const char *text, uint32_t *ret_queue)
{
	unsigned long queue;
	char *end;

	errno = 0;
	queue = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || queue > UINT16_MAX)
		return -EINVAL;
	*ret_queue = queue;
	return 0;
}

static enum exit_code failed(struct cli *cli, int r, const char *name)
{
	enum exit_code code;

	code = cli_fail(cli, r, vdpactl_get_error_message(cli->ctx),
			"cannot read the counters of device \"%s\"", name);
	if (code == EXIT_CODE_NOT_FOUND)
		hint_device(cli);
	if (code == EXIT_CODE_NOT_AUTHORIZED)
		cli_hint(cli, "counters are for those who have CAP_NET_ADMIN, as root has");
	if (r == -EAGAIN)
		cli_hint(cli, "there are counters once a driver of the device is at work");
	return code;
}

enum exit_code cmd_dev_stats(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name"), *which = verb_value(args, "queue");
	_cleanup_json_ json_object *queues = json_object_new_array();
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	uint32_t queue = 0;
	int r;

	if (!queues)
		return cli_no_memory(cli);
	if (which && parse_queue(which, &queue) < 0)
		return cli_wrong(cli, "queue \"%s\": not a number from 0 to 65535", which);
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = which ? stats_read_queue(ctx, name, queue, queues) : add_queues(ctx, name, queues);
	return r < 0 ? failed(cli, r, name) : print(cli, name, queues);
}
