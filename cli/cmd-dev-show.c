// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/virtio_ids.h>
#include <string.h>
#include <time.h>
#include <vdpactl.h>

#include "commands.h"
#include "device-saved.h"
#include "device-show.h"
#include "objects.h"
#include "output.h"
#include "view.h"

#define SHOWN	  (VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER | VDPACTL_DEVICE_SEARCH)
#define SETTLE_MS 5000
#define POLL_MS	  20

/* Whether one of these is to be printed. */
static bool is_wanted(const struct cli *cli, const char *const *names)
{
	for (size_t c = 0; cli->columns[c]; c++)
		for (size_t i = 0; names[i]; i++)
			if (strcmp(cli->columns[c], names[i]) == 0)
				return true;
	return !cli->columns[0];
}

/* What it takes to know what is to be printed: what is not asked for is not looked up. */
static int flags_for(const struct cli *cli)
{
	int flags = 0;

	if (is_wanted(cli, device_saved_fields))
		return SHOWN;
	for (size_t c = 0; cli->columns[c]; c++) {
		int row = field_find(&field_table_device, cli->columns[c]);
		int is = field_table_device.fields[row].flags;

		if (is & FIELD_ENDPOINT)
			flags |= VDPACTL_DEVICE_ENDPOINT;
		/* Who holds it is looked for by what is behind it where the kernel does not tell. */
		if (is & FIELD_EXT)
			flags |= SHOWN;
	}
	return flags;
}

/* @name: of the only device, NULL: of all */
static int load_saved(struct cli *cli, const char *name, struct device_saved **ret_saved)
{
	return is_wanted(cli, device_saved_fields) ? device_saved_load(cli, name, ret_saved) : 0;
}

static int add(struct cli *cli, const struct device_saved *saved,
	       const struct vdpactl_device *device, json_object *objects)
{
	int r;

	r = view_add(cli, &view_device, objects, device->name, device);
	return r < 0 ? r
		     : device_saved_add(saved, device,
					json_object_object_get(objects, device->name));
}

static int add_one(struct cli *cli, const struct vdpactl_device *device, json_object *objects)
{
	_cleanup_(cleanup_device_saved_free) struct device_saved *saved = NULL;
	int r;

	r = load_saved(cli, device->name, &saved);
	return r < 0 ? r : add(cli, saved, device, objects);
}

static int device_show_add(struct cli *cli, const char *name, json_object *objects)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	r = vdpactl_device_get(cli->ctx, name, flags_for(cli), &device);
	return r < 0 ? r : add_one(cli, device, objects);
}

/*
 * On the virtio bus, but the kernel's driver for it has not got so far: with the first such device udev
 * has yet to load the driver's module.
 */
static bool is_settling(const struct vdpactl_device *device)
{
	if (!device->driver || strcmp(device->driver, "virtio") != 0)
		return false;
	if (device->device_id == VIRTIO_ID_NET)
		return !device->netdev;
	return device->device_id == VIRTIO_ID_BLOCK && !device->disk;
}

int device_show_add_settled(struct cli *cli, const char *name, json_object *objects)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	int r;

	for (int left = SETTLE_MS;; left -= POLL_MS) {
		_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;

		r = vdpactl_device_get(cli->ctx, name, SHOWN, &device);
		if (r < 0)
			return r;
		if (left <= 0 || !is_settling(device))
			return add_one(cli, device, objects);
		/* No event of ours tells of the interface on every kernel, so look again. */
		nanosleep(&pause, NULL);
	}
}

static int add_all(struct cli *cli, json_object *objects)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	_cleanup_(cleanup_device_saved_free) struct device_saved *saved = NULL;
	int r;

	r = vdpactl_device_list(cli->ctx, flags_for(cli), &list);
	if (r >= 0)
		r = load_saved(cli, NULL, &saved);
	for (size_t i = 0; r >= 0 && i < vdpactl_device_list_size(list); i++)
		r = add(cli, saved, vdpactl_device_list_at(list, i), objects);
	return r;
}

void hint_mgmtdev(struct cli *cli)
{
	cli_hint(cli, "\"vdpactl mgmtdev show\" lists management devices; they come with their "
		      "driver, as vdpasim_net does with \"modprobe vdpa_sim_net\"");
}

void hint_device(struct cli *cli)
{
	cli_hint(cli, "\"vdpactl dev show\" lists devices");
}

void hint_holder(struct cli *cli, const char *name)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	struct vdpactl_ctx *ctx;

	if (cli_open(cli, &ctx) != EXIT_CODE_OK)
		return;
	if (vdpactl_device_get(ctx, name, SHOWN, &device) < 0 || !device->holder_pid)
		cli_hint(cli, "close what holds it open, such as a virtual machine, and try again");
	else
		cli_hint(cli, "it is held open by process %u (%s)", device->holder_pid,
			 device->holder_comm ? device->holder_comm : "?");
}

enum exit_code device_fail(struct cli *cli, int error, const char *reason, const char *what,
			   const char *name)
{
	enum exit_code code = cli_fail(cli, error, reason, "cannot %s device \"%s\"", what, name);

	if (code == EXIT_CODE_NOT_FOUND)
		hint_device(cli);
	if (code == EXIT_CODE_BUSY)
		hint_holder(cli, name);
	return code;
}

typedef int (*show_one_t)(struct cli *cli, const char *name, json_object *objects);

static enum exit_code show(struct cli *cli, const char *name, show_one_t show_one)
{
	_cleanup_json_ json_object *objects = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	objects = json_object_new_object();
	if (!objects)
		return cli_no_memory(cli);
	r = name ? show_one(cli, name, objects) : add_all(cli, objects);
	if (r >= 0)
		return view_print(cli, &view_device, objects, name);
	if (!name)
		return cli_fail(cli, r, vdpactl_get_error_message(ctx), "cannot list devices");
	return device_fail(cli, r, vdpactl_get_error_message(ctx), "show", name);
}

enum exit_code device_show_changed(struct cli *cli, const char *name)
{
	return show(cli, name, device_show_add_settled);
}

enum exit_code cmd_dev_show(struct cli *cli, const struct verb_args *args)
{
	return show(cli, verb_value(args, "name"), device_show_add);
}
