// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes made through the library, without the daemon: --direct. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "mac.h"
#include "objects.h"
#include "util/cleanup.h"

/* The commands have opened the context before they change anything. */
static int answer(struct cli *cli, int r, char **ret_reason)
{
	const char *text = r < 0 ? vdpactl_get_error_message(cli->ctx) : NULL;

	if (text)
		*ret_reason = strdup(text);
	return r;
}

static int direct_add(struct cli *cli, const struct vdpactl_device_request *request,
		      char **ret_name, char **ret_reason)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	int r;

	r = vdpactl_device_add(cli->ctx, request, &device);
	if (r < 0)
		return answer(cli, r, ret_reason);
	*ret_name = strdup(vdpactl_device_get_name(device));
	return *ret_name ? 0 : -ENOMEM;
}

static int direct_delete(struct cli *cli, const char *name, bool force, char **ret_reason)
{
	int r = force ? vdpactl_device_release(cli->ctx, name) : 0;

	return answer(cli, r < 0 ? r : vdpactl_device_delete(cli->ctx, name), ret_reason);
}

static int direct_bind(struct cli *cli, const char *name, const char *driver, char **ret_reason)
{
	return answer(cli, vdpactl_device_bind(cli->ctx, name, driver), ret_reason);
}

static int direct_set_mac(struct cli *cli, const char *name, const char *mac, char **ret_reason)
{
	uint8_t address[6];
	int r;

	r = mac_parse(mac, address);
	return r < 0 ? r : answer(cli, vdpactl_device_set_mac(cli->ctx, name, address), ret_reason);
}

static int direct_set_link(struct cli *cli, const char *name, bool up, char **ret_reason)
{
	return answer(cli, vdpactl_device_set_link(cli->ctx, name, up), ret_reason);
}

const struct change_ops change_direct = {
	.add = direct_add,
	.delete = direct_delete,
	.bind = direct_bind,
	.set_mac = direct_set_mac,
	.set_link = direct_set_link,
};
