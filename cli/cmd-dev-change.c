// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <vdpactl.h>

#include "change.h"
#include "commands.h"
#include "device-show.h"
#include "mac.h"
#include "output.h"
#include "suggest.h"

static const char *const drivers[] = { "vhost", "virtio", "none", NULL };

/* The device as it is now; of a change that was only rehearsed there is nothing to see. */
static enum exit_code changed(struct cli *cli, const char *name)
{
	return cli->dry_run ? EXIT_CODE_OK : device_show_changed(cli, name);
}

static enum exit_code print_deleted(struct cli *cli, const char *name)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	json_object *names = json_object_new_array();

	if (!root || json_object_object_add(root, "deleted", names) < 0 ||
	    json_object_array_add(names, json_object_new_string(name)) < 0)
		return cli_no_memory(cli);
	output_json(cli, root);
	return EXIT_CODE_OK;
}

enum exit_code cmd_dev_del(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name");
	_cleanup_free_ char *reason = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	int r;

	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = change_ops(cli)->delete (cli, name, verb_value(args, "force"), &reason);
	if (r < 0)
		return device_fail(cli, r, reason, "delete", name);
	return cli->json && !cli->dry_run ? print_deleted(cli, name) : EXIT_CODE_OK;
}

static enum exit_code wrong_driver(struct cli *cli, const char *driver)
{
	const char *near = suggest(driver, drivers);

	if (near)
		return cli_wrong(cli, "driver \"%s\" is not known, did you mean \"%s\"?", driver,
				 near);
	return cli_wrong(cli, "driver \"%s\" is not known (there are: vhost, virtio, none)",
			 driver);
}

enum exit_code cmd_dev_bind(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name"), *driver = verb_value(args, "driver");
	_cleanup_free_ char *reason = NULL;
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	size_t i = 0;
	int r;

	while (drivers[i] && strcmp(drivers[i], driver) != 0)
		i++;
	if (!drivers[i])
		return wrong_driver(cli, driver);
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = change_ops(cli)->bind(cli, name, driver, &reason);
	return r < 0 ? device_fail(cli, r, reason, "bind", name) : changed(cli, name);
}

static enum exit_code set_mac(struct cli *cli, const char *name, const char *mac)
{
	_cleanup_free_ char *reason = NULL;
	int r;

	r = change_ops(cli)->set_mac(cli, name, mac, &reason);
	return r < 0 ? device_fail(cli, r, reason, "set the mac of", name) : EXIT_CODE_OK;
}

static enum exit_code set_link(struct cli *cli, const char *name, const char *link)
{
	_cleanup_free_ char *reason = NULL;
	int r;

	r = change_ops(cli)->set_link(cli, name, strcmp(link, "up") == 0, &reason);
	return r < 0 ? device_fail(cli, r, reason, "set the link of", name) : EXIT_CODE_OK;
}

enum exit_code cmd_dev_set(struct cli *cli, const struct verb_args *args)
{
	const char *name = verb_value(args, "name"), *mac = verb_value(args, "mac");
	const char *link = verb_value(args, "link");
	struct vdpactl_ctx *ctx;
	enum exit_code code;
	uint8_t address[6];
	int r;

	if (!mac && !link)
		return cli_wrong(cli, "dev set: nothing to set (there are: mac, link)");
	r = mac ? mac_parse(mac, address) : 0;
	if (r < 0)
		return cli_wrong(cli, "mac \"%s\": %s", mac, mac_error(r));
	if (link && strcmp(link, "up") != 0 && strcmp(link, "down") != 0)
		return cli_wrong(cli, "link \"%s\": neither \"up\" nor \"down\"", link);
	code = cli_open(cli, &ctx);
	if (code == EXIT_CODE_OK && mac)
		code = set_mac(cli, name, mac);
	if (code == EXIT_CODE_OK && link)
		code = set_link(cli, name, link);
	return code == EXIT_CODE_OK ? changed(cli, name) : code;
}
