// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "check-args.h"
#include "driver-names.h"
#include "mac.h"
#include "name.h"
#include "refusal.h"

static int refuse(sd_bus_error *error, const char *field, const char *value, const char *reason)
{
	return refusal_set(error, "%s \"%.*s%s\": %s", field, REFUSAL_VALUE_MAX, value,
			   strlen(value) > REFUSAL_VALUE_MAX ? "..." : "", reason);
}

int check_device_name(const char *name, int allow_pattern, sd_bus_error *error)
{
	const char *reason = name_check_device(name);

	if (!reason && !allow_pattern && strchr(name, '%'))
		reason = "\"%\" is only for new devices";
	return reason ? refuse(error, "name", name, reason) : 0;
}

int check_mgmtdev_name(const char *name, sd_bus_error *error)
{
	const char *reason = name_check_mgmtdev(name);

	return reason ? refuse(error, "mgmtdev", name, reason) : 0;
}

int check_driver(const char *driver, sd_bus_error *error)
{
	if (driver_to_kernel(driver))
		return 0;
	return refuse(error, "driver", driver, "is none of vhost, virtio, none");
}

int check_mac(const char *text, uint8_t ret_mac[6], sd_bus_error *error)
{
	int r;

	r = mac_parse(text, ret_mac);
	return r < 0 ? refuse(error, "mac", text, mac_error(r)) : 0;
}
