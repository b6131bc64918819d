// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/bus-error-map.h"

/* The first row of an errno names it; every row is understood. */
static const struct {
	const char *name;
	int error;
} map[] = {
	{ BUS_ERROR_NO_SUCH_DEVICE, ENODEV },
	{ BUS_ERROR_NO_SUCH_MGMTDEV, ENODEV },
	{ BUS_ERROR_FAILED ".ENOENT", ENOENT },
	{ BUS_ERROR_NO_SUCH_DEFINITION, ENOENT },
	{ BUS_ERROR_EXISTS, EEXIST },
	{ BUS_ERROR_BUSY, EBUSY },
	{ BUS_ERROR_INVALID, EINVAL },
	{ BUS_ERROR_NOT_SUPPORTED, EOPNOTSUPP },
	{ BUS_ERROR_NOT_AUTHORIZED, EACCES },
	{ BUS_ERROR_NOT_AUTHORIZED, EPERM },
	{ BUS_ERROR_NO_KERNEL, EPROTONOSUPPORT },
	{ BUS_ERROR_TIMEOUT, ETIMEDOUT },
};

#define N_MAP (sizeof(map) / sizeof(map[0]))

/* Linux has no errno above this; what a name without a match costs is one walk. */
#define ERRNO_MAX 133

const char *bus_error_name(int error, char buf[BUS_ERROR_NAME_SIZE])
{
	const char *symbol;

	error = abs(error);
	for (size_t i = 0; i < N_MAP; i++)
		if (map[i].error == error)
			return map[i].name;
	symbol = error ? strerrorname_np(error) : NULL;
	if (!symbol)
		return BUS_ERROR_FAILED;
	snprintf(buf, BUS_ERROR_NAME_SIZE, BUS_ERROR_FAILED ".%s", symbol);
	return buf;
}

int bus_error_to_errno(const char *name)
{
	const char *symbol;

	if (!name || strncmp(name, BUS_ERROR_PREFIX, strlen(BUS_ERROR_PREFIX)) != 0)
		return 0;
	for (size_t i = 0; i < N_MAP; i++)
		if (strcmp(map[i].name, name) == 0)
			return -map[i].error;
	if (strncmp(name, BUS_ERROR_FAILED ".", strlen(BUS_ERROR_FAILED ".")) != 0)
		return -EIO;
	for (int error = 1; error <= ERRNO_MAX; error++) {
		symbol = strerrorname_np(error);
		if (symbol && strcmp(symbol, name + strlen(BUS_ERROR_FAILED ".")) == 0)
			return -error;
	}
	return -EIO;
}
