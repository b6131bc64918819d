// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "exit-code.h"

static const char *const texts[EXIT_CODE_COUNT] = {
	[EXIT_CODE_OK] = "success",
	[EXIT_CODE_REFUSED] =
		"the kernel or the daemon refused, or a failure without a number of its own",
	[EXIT_CODE_USAGE] = "wrong arguments, or a wrong definition file",
	[EXIT_CODE_NOT_FOUND] = "no such device, management device or file",
	[EXIT_CODE_NOT_AUTHORIZED] = "not authorised",
	[EXIT_CODE_BUSY] = "the device is in use",
	[EXIT_CODE_NO_KERNEL] = "the running kernel has no vDPA, or the bus driver is not loaded",
	[EXIT_CODE_NO_DAEMON] = "vdpactld does not answer and --direct was not given",
	[EXIT_CODE_EXISTS] = "a device of that name exists",
	[EXIT_CODE_NOT_SUPPORTED] = "the device, its driver or the kernel cannot do that",
	[EXIT_CODE_TIMEOUT] = "no answer in time; the change may still happen",
	[EXIT_CODE_PROBLEMS] = "doctor found something that keeps devices from working",
};

static const struct {
	int error;
	enum exit_code code;
} map[] = {
	{ 0, EXIT_CODE_OK },
	{ ENODEV, EXIT_CODE_NOT_FOUND },
	{ ENOENT, EXIT_CODE_NOT_FOUND },
	{ EACCES, EXIT_CODE_NOT_AUTHORIZED },
	{ EPERM, EXIT_CODE_NOT_AUTHORIZED },
	{ EBUSY, EXIT_CODE_BUSY },
	{ EPROTONOSUPPORT, EXIT_CODE_NO_KERNEL },
	{ ENXIO, EXIT_CODE_NO_KERNEL },
	{ ERROR_NO_DAEMON, EXIT_CODE_NO_DAEMON },
	{ EEXIST, EXIT_CODE_EXISTS },
	{ EOPNOTSUPP, EXIT_CODE_NOT_SUPPORTED },
	{ ETIMEDOUT, EXIT_CODE_TIMEOUT },
};

enum exit_code exit_code_of(int error)
{
	error = abs(error);
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].error == error)
			return map[i].code;
	return EXIT_CODE_REFUSED;
}

const char *exit_code_text(enum exit_code code)
{
	return texts[code];
}
