// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is, as OpenMetrics text for Prometheus and its kin. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <vdpactl.h>

#include "commands.h"
#include "objects.h"
#include "output.h"
#include "stats-read.h"

/* A label: name="value"; absent values are "". */
static void label(FILE *out, const char *before, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", before, name);
	for (; value && *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else
			fprintf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
	}
	fputc('"', out);
}

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# TYPE vdpactl_%s %s\n# HELP vdpactl_%s %s\n", name, type, name, help);
}

static int print_mgmtdevs(struct vdpactl_ctx *ctx, FILE *out)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;
	int r;

	r = vdpactl_mgmtdev_list(ctx, &list);
	if (r < 0)
		return r;
	family(out, "mgmtdev", "info", "Management devices.");
	for (size_t i = 0; i < vdpactl_mgmtdev_list_size(list); i++) {
		label(out, "vdpactl_mgmtdev_info{", "mgmtdev",
		      vdpactl_mgmtdev_get_name(vdpactl_mgmtdev_list_at(list, i)));
		fputs("} 1\n", out);
	}
	return 0;
}

static void print_devices(const struct vdpactl_device_list *list, FILE *out)
{
	family(out, "device", "info", "Devices.");
	for (size_t i = 0; i < vdpactl_device_list_size(list); i++) {
		const struct vdpactl_device *d = vdpactl_device_list_at(list, i);

		label(out, "vdpactl_device_info{", "device", d->name);
		label(out, ",", "type", d->type);
		label(out, ",", "mgmtdev", d->mgmtdev);
		label(out, ",", "driver", d->driver);
		label(out, ",", "endpoint", d->chardev ?: d->netdev ?: d->disk);
		fputs("} 1\n", out);
	}
	family(out, "device_in_use", "gauge", "Whether a program holds the device open.");
	for (size_t i = 0; i < vdpactl_device_list_size(list); i++) {
		const struct vdpactl_device *d = vdpactl_device_list_at(list, i);
		int in_use = vdpactl_device_get_in_use(d);

		if (in_use < 0)
			continue;
		label(out, "vdpactl_device_in_use{", "device", d->name);
		fprintf(out, "} %d\n", in_use);
	}
}

static int print_links(struct vdpactl_ctx *ctx, FILE *out)
{
	_cleanup_(cleanup_vdpactl_config_list_unref) struct vdpactl_config_list *list = NULL;
	int r;

	r = vdpactl_config_list(ctx, &list);
	if (r < 0)
		return r;
	family(out, "device_link_up", "gauge", "Whether the network device has a link.");
	for (size_t i = 0; i < vdpactl_config_list_size(list); i++) {
		const struct vdpactl_config *c = vdpactl_config_list_at(list, i);
		int link = vdpactl_config_get_link(c);

		if (link < 0)
			continue;
		label(out, "vdpactl_device_link_up{", "device", vdpactl_config_get_name(c));
		fprintf(out, "} %d\n", link);
	}
	return 0;
}

static void print_queue(const char *device, json_object *queue, FILE *out)
{
	json_object *type = json_object_object_get(queue, "queue_type");

	json_object_object_foreach(queue, key, value) {
		if (strcmp(key, "queue") == 0 || strcmp(key, "queue_type") == 0)
			continue;
		label(out, "vdpactl_queue_count_total{", "device", device);
		label(out, ",", "queue",
		      json_object_get_string(json_object_object_get(queue, "queue")));
		label(out, ",", "queue_type", type ? json_object_get_string(type) : "");
		label(out, ",", "counter", key);
		fprintf(out, "} %" PRIu64 "\n", json_object_get_uint64(value));
	}
}

/* Without the right to read them there are no counters; the rest is good without. */
static int print_counters(struct cli *cli, const struct vdpactl_device_list *list)
{
	_cleanup_json_ json_object *devices = json_object_new_object();
	int r;

	r = devices ? stats_read_all(cli->ctx, list, devices) : -ENOMEM;
	if (r == -EPERM || r == -EACCES) {
		cli_hint(cli, "without CAP_NET_ADMIN, as root has, there are no counters");
		return 0;
	}
	if (r < 0)
		return r;
	family(cli->out, "queue_count", "counter",
	       "Counters of virtqueues, by the names that the driver of the device gives them.");
	json_object_object_foreach(devices, name, queues)
		for (size_t i = 0; i < json_object_array_length(queues); i++)
			print_queue(name, json_object_array_get_idx(queues, i), cli->out);
	return 0;
}

enum exit_code cmd_metrics(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	if (cli->json)
		return cli_wrong(cli, "metrics: it prints OpenMetrics text; in JSON there are "
				      "\"dev show\" and \"dev stats\"");
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = vdpactl_device_list(ctx, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER, &list);
	if (r >= 0)
		r = print_mgmtdevs(ctx, cli->out);
	if (r >= 0) {
		print_devices(list, cli->out);
		r = print_links(ctx, cli->out);
	}
	if (r >= 0)
		r = print_counters(cli, list);
	if (r < 0)
		return cli_fail(cli, r, vdpactl_get_error_message(ctx), "cannot read all of it");
	fputs("# EOF\n", cli->out);
	return EXIT_CODE_OK;
}
