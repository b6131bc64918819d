// SPDX-License-Identifier: LGPL-2.1-or-later
/* Creating a device, by whichever way the kernel has. */
#include <errno.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autoprobe.h"
#include "change.h"
#include "device.h"
#include "driver-names.h"
#include "uapi/vdpactl-netlink.h"

/* Others may take the number that we chose, but not this often. */
#define NAME_ATTEMPTS 32

/* The rows with all of these flags. */
static uint64_t rows_with(uint16_t flags)
{
	const struct field_table *table = &field_table_request;
	uint64_t rows = 0;

	for (size_t i = 0; i < table->n; i++)
		if ((table->fields[i].flags & flags) == flags)
			rows |= 1ull << i;
	return rows;
}

/* What family "vdpa" has attributes for. */
static int put_request(const struct vdpactl_device_request *request, const char *name,
		       struct nl_msg *msg)
{
	const uint64_t rows = ~(field_bit(&field_table_request, "name") | rows_with(FIELD_EXT));

	if (nla_put_string(msg, VDPANL_A_DEV_NAME, name) < 0 ||
	    nl_encode_mgmtdev(request->mgmtdev, msg) < 0)
		return -ENOMEM;
	return nl_encode(&field_table_request, rows, request, msg);
}

/* ---- with family "vdpactl" ------------------------------------------------------------------- */

static int put_request_ext(const struct vdpactl_device_request *request, struct nl_msg *msg)
{
	const char *driver = request->driver, *kernel = driver ? driver_to_kernel(driver) : NULL;
	struct nlattr *nest;

	nest = nla_nest_start(msg, VDPACTL_NL_A_VDPA);
	if (!nest || put_request(request, request->name, msg) < 0)
		return -ENOMEM;
	nla_nest_end(msg, nest);
	if (nl_encode(&field_table_request, rows_with(FIELD_EXT), request, msg) < 0)
		return -ENOMEM;
	if (kernel && *kernel)
		driver = kernel;
	return driver && nla_put_string(msg, VDPACTL_NL_A_DRIVER, driver) < 0 ? -ENOMEM : 0;
}

/*
 * @ret_device: as the kernel reports it, without what is behind it; stays NULL when it could not
 * @ret_name: only then
 */
static int create_ext(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
		      char **ret_name, struct vdpactl_device **ret_device)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;
	void *created = NULL;
	int r;

	msg = ctx_message(VDPACTL_NL_CMD_DEV_NEW, 0);
	if (!msg || put_request_ext(request, msg) < 0)
		return -ENOMEM;
	r = query_one(ctx, &query_device_ext, msg, &created);
	/* It exists, but the kernel could not report it: only a name that it chose is lost then. */
	if (r == -EBADMSG && !strchr(request->name, '%')) {
		*ret_name = strdup(request->name);
		return *ret_name ? 0 : -ENOMEM;
	}
	if (r < 0)
		return r;
	*ret_device = created;
	return 0;
}

/* ---- without --------------------------------------------------------------------------------- */

/* Disks of other kernels are as they are, and NICs are not connected. */
static int check_plain(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request)
{
	const struct field_table *table = &field_table_request;

	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].flags & (FIELD_BLK | FIELD_EXT) && field_has(request, i))
			return ctx_fail(ctx, -EOPNOTSUPP,
					"%s: this kernel's vDPA modules do not let it be chosen",
					table->fields[i].name);
	return 0;
}

static int create_named(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
			const char *name)
{
	_cleanup_(cleanup_ctx_message_free) struct nl_msg *msg = NULL;

	msg = ctx_message(VDPANL_CMD_DEV_NEW, 0);
	if (!msg || put_request(request, name, msg) < 0)
		return -ENOMEM;
	return ctx_request(ctx, CTX_VDPA, msg, NULL, NULL, NULL);
}

static char *numbered(const char *pattern, unsigned int number)
{
	const char *percent = strchr(pattern, '%');
	char *name;

	if (asprintf(&name, "%.*s%u%s", (int)(percent - pattern), pattern, number, percent + 2) < 0)
		return NULL;
	return name;
}

static bool is_taken(char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* The lowest number from @from on whose name no device has. */
static int choose_name(struct vdpactl_ctx *ctx, const char *pattern, unsigned int *from,
		       char **ret_name)
{
	_cleanup_(cleanup_sysfs_names_free) char **names = NULL;
	char *name;
	int r;

	if (!strchr(pattern, '%')) {
		*ret_name = strdup(pattern);
		return *ret_name ? 0 : -ENOMEM;
	}
	r = ctx->seams.sysfs->list(ctx->seams.sysfs_userdata, &names);
	if (r < 0)
		return r;
	for (;; (*from)++) {
		name = numbered(pattern, *from);
		if (!name)
			return -ENOMEM;
		if (!is_taken(names, name))
			break;
		free(name);
	}
	*ret_name = name;
	return 0;
}

/* @window: NULL when the driver is the kernel's choice */
static int create(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
		  struct autoprobe *window, char **ret_name)
{
	bool automatic = strchr(request->name, '%');
	unsigned int number = 0;
	int r;

	for (int i = 0; i < NAME_ATTEMPTS; i++, number++) {
		_cleanup_free_ char *name = NULL;

		r = choose_name(ctx, request->name, &number, &name);
		if (r >= 0 && window)
			r = autoprobe_note(window, name);
		if (r >= 0)
			r = create_named(ctx, request, name);
		if (r == -EEXIST && automatic)
			continue;
		if (r >= 0)
			*ret_name = TAKE_PTR(name);
		return r;
	}
	return r;
}

/* A device that is not as wanted is none: take it back, and keep the reason. */
static int take_back(struct vdpactl_ctx *ctx, const char *name, int error)
{
	_cleanup_free_ char *reason = NULL;
	const char *why;
	int r;

	reason = ctx->error ? strdup(ctx->error) : NULL;
	why = reason ? reason : strerrordesc_np(-error);
	r = change_delete(ctx, name);
	if (r < 0)
		return ctx_fail(ctx, error, "%s; and \"%s\" could not be deleted again: %s", why,
				name, strerrordesc_np(-r));
	return ctx_fail(ctx, error, "%s", why);
}

static int create_in_window(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
			    char **ret_name)
{
	const char *driver = driver_to_kernel(request->driver);
	_cleanup_free_ char *name = NULL;
	struct autoprobe window;
	int r, closed;

	r = autoprobe_open(ctx, &window);
	if (r >= 0)
		r = create(ctx, request, &window, &name);
	/* From here on no driver but this one matches, and the window may close. */
	if (r >= 0)
		r = ctx->seams.sysfs->write_device(ctx->seams.sysfs_userdata, name,
						   "driver_override",
						   *driver ? driver : DRIVER_NONE);
	closed = autoprobe_close(&window, name);
	if (r >= 0)
		r = closed;
	if (r < 0)
		return name ? take_back(ctx, name, r) : r;
	*ret_name = TAKE_PTR(name);
	return 0;
}

/* The wanted driver has it: on our kernel side at once, elsewhere by asking for it. */
static int settle_driver(struct vdpactl_ctx *ctx, const char *name, const char *driver)
{
	_cleanup_free_ char *bound = NULL;
	int r;

	r = ctx->seams.sysfs->driver(ctx->seams.sysfs_userdata, name, &bound);
	if (r >= 0 && strcmp(driver_from_kernel(bound), driver) != 0)
		r = autoprobe_bind(ctx, name, driver);
	return r < 0 ? take_back(ctx, name, r) : 0;
}

int vdpactl_device_add(struct vdpactl_ctx *ctx, const struct vdpactl_device_request *request,
		       struct vdpactl_device **ret_device)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_free_ char *own_name = NULL;
	const char *name;
	struct nl_family family;
	int r;

	ctx_begin(ctx);
	r = ctx_family(ctx, CTX_VDPA, &family);
	if (r >= 0 && request->driver)
		r = change_check_driver(ctx, request->driver);
	if (r >= 0)
		r = ctx_has_ext(ctx);
	if (r < 0)
		return r;
	if (!r && check_plain(ctx, request) < 0)
		return -EOPNOTSUPP;
	if (r)
		r = create_ext(ctx, request, &own_name, &device);
	else if (request->driver)
		r = create_in_window(ctx, request, &own_name);
	else
		r = create(ctx, request, NULL, &own_name);
	name = device ? device->name : own_name;
	if (r >= 0 && request->driver)
		r = settle_driver(ctx, name, request->driver);
	if (r < 0 || !ret_device)
		return r;
	if (!device)
		return device_read(ctx, name, VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER,
				   ret_device);
	r = device_add_endpoint(ctx, device);
	if (r >= 0)
		*ret_device = TAKE_PTR(device);
	return r;
}
