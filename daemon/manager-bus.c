// SPDX-License-Identifier: GPL-2.0-or-later
/* org.vdpactl1.Manager */
#include <errno.h>
#include <string.h>

#include "bus-private.h"
#include "check-args.h"
#include "codec-bus.h"
#include "objects.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"

/* What an empty name stands for. */
#define AUTOMATIC_NAME "vdpa%d"

static int reply_device(sd_bus_message *call, const struct change *change)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_device_path(change->device, &path);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(call, "so", change->device, path);
}

static int reply_nothing(sd_bus_message *call, const struct change *change)
{
	return sd_bus_reply_method_return(call, NULL);
}

static int method_add_device(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	struct bus *bus = userdata;
	const char *mgmtdev, *name;
	struct change *change;
	int r;

	r = sd_bus_message_read(m, "ss", &mgmtdev, &name);
	if (r < 0)
		return r;
	if (!*name)
		name = AUTOMATIC_NAME;
	r = check_mgmtdev_name(mgmtdev, error);
	if (r >= 0)
		r = check_device_name(name, 1, error);
	if (r >= 0)
		r = vdpactl_device_request_new(mgmtdev, name, &request);
	if (r >= 0)
		r = codec_bus_read_options(m, &field_table_request, FIELD_AT_CREATE | FIELD_LIVE,
					   request, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_ADD, name, mgmtdev, request->driver);
	if (!change)
		return -ENOMEM;
	change->request = TAKE_PTR(request);
	return call_start(&bus->calls, bus->manager, m, change, reply_device);
}

static int method_delete_device(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct bus *bus = userdata;
	struct change *change;
	const char *name;
	bool force;
	int r;

	r = sd_bus_message_read(m, "s", &name);
	if (r < 0)
		return r;
	r = check_device_name(name, 0, error);
	if (r >= 0)
		r = codec_bus_read_force(m, &force, error);
	if (r < 0)
		return r;
	change = change_new(CHANGE_DELETE, name, NULL, NULL);
	if (!change)
		return -ENOMEM;
	change->force = force;
	return call_start(&bus->calls, bus->manager, m, change, reply_nothing);
}

/* ---- pinned memory ------------------------------------------------------------------------- */

/* What a client maps is pinned for each device at vhost that it has open, and counted for each. */
static int add_memlock(const struct collection *devices, const char *name, uint64_t each,
		       uint64_t *sum, sd_bus_error *error)
{
	const struct vdpactl_device *device = collection_find(devices, name);

	if (!device)
		return sd_bus_error_setf(error, BUS_ERROR_NO_SUCH_DEVICE,
					 "devices: there is no device \"%s\"", name);
	if (device->chardev && *device->chardev && __builtin_add_overflow(*sum, each, sum))
		*sum = UINT64_MAX;
	return 0;
}

static int method_memlock_needed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct bus *bus = userdata;
	const struct collection *devices = manager_objects(bus->manager, MANAGER_DEVICE);
	uint64_t memory, sum = 0;
	char **names = NULL;
	int r;

	r = sd_bus_message_read_strv(m, &names);
	if (r >= 0)
		r = sd_bus_message_read(m, "t", &memory);
	for (char **name = names; r >= 0 && name && *name; name++) {
		r = check_device_name(*name, 0, error);
		if (r >= 0)
			r = add_memlock(devices, *name, bus_memlock_for(memory), &sum, error);
	}
	bus_strv_free(names);
	return r < 0 ? r : sd_bus_reply_method_return(m, "t", sum);
}

/* ---- properties ---------------------------------------------------------------------------- */

static int get_version(sd_bus *connection, const char *path, const char *interface,
		       const char *property, sd_bus_message *reply, void *userdata,
		       sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", VDPACTL_VERSION);
}

static int get_kernel(sd_bus *connection, const char *path, const char *interface,
		      const char *property, sd_bus_message *reply, void *userdata,
		      sd_bus_error *error)
{
	struct bus *bus = userdata;
	struct manager_state state;

	manager_get_state(bus->manager, &state);
	if (strcmp(property, "KernelMessage") == 0)
		return sd_bus_message_append(reply, "s", state.message);
	if (strcmp(property, "KernelReady") == 0)
		return sd_bus_message_append(reply, "b", state.kernel_ready);
	return sd_bus_message_append(reply, "b", state.extension);
}

const sd_bus_vtable bus_manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("AddDevice", SD_BUS_ARGS("s", mgmtdev, "s", name, "a{sv}", options),
				SD_BUS_RESULT("s", device_name, "o", path), method_add_device,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("DeleteDevice", SD_BUS_ARGS("s", name, "a{sv}", options),
				SD_BUS_NO_RESULT, method_delete_device, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Define", SD_BUS_ARGS("s", mgmtdev, "s", name, "a{sv}", options),
				SD_BUS_RESULT("o", path), bus_method_define,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Undefine", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
				bus_method_undefine, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Start", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", path),
				bus_method_start, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_ARGS("s", name, "a{sv}", options), SD_BUS_NO_RESULT,
				bus_method_stop, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAutostart", SD_BUS_ARGS("s", name, "b", autostart),
				SD_BUS_NO_RESULT, bus_method_set_autostart,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Promote", SD_BUS_ARGS("s", name, "a{sv}", options),
				SD_BUS_RESULT("o", path), bus_method_promote,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Apply", SD_BUS_ARGS("s", text, "a{sv}", options),
				SD_BUS_RESULT("a(ssss)", rows), bus_method_apply,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Export", SD_BUS_ARGS("as", names), SD_BUS_RESULT("s", text),
				bus_method_export, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_RESULT("as", problems),
				bus_method_reload, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("MemlockNeeded", SD_BUS_ARGS("as", devices, "t", memory),
				SD_BUS_RESULT("t", memlock), method_memlock_needed,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("KernelReady", "b", get_kernel, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("KernelExtension", "b", get_kernel, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("KernelMessage", "s", get_kernel, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END,
};
