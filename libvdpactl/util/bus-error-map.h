/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Error names of the D-Bus interface org.vdpactl1 and the errno each stands for, so that an errno of
 * the kernel survives the way daemon -> bus -> client.
 */
#ifndef VDPACTL_UTIL_BUS_ERROR_MAP_H
#define VDPACTL_UTIL_BUS_ERROR_MAP_H

#define BUS_ERROR_PREFIX	  "org.vdpactl1.Error."
#define BUS_ERROR_NO_SUCH_DEVICE  BUS_ERROR_PREFIX "NoSuchDevice"
#define BUS_ERROR_NO_SUCH_MGMTDEV BUS_ERROR_PREFIX "NoSuchManagementDevice"
/* Only in answers of the daemon: another ENOENT is "Failed.ENOENT". */
#define BUS_ERROR_NO_SUCH_DEFINITION BUS_ERROR_PREFIX "NoSuchDefinition"
#define BUS_ERROR_EXISTS	     BUS_ERROR_PREFIX "Exists"
#define BUS_ERROR_BUSY		     BUS_ERROR_PREFIX "Busy"
#define BUS_ERROR_INVALID	     BUS_ERROR_PREFIX "InvalidArgument"
#define BUS_ERROR_NOT_SUPPORTED	     BUS_ERROR_PREFIX "NotSupported"
#define BUS_ERROR_NOT_AUTHORIZED     BUS_ERROR_PREFIX "NotAuthorized"
#define BUS_ERROR_NO_KERNEL	     BUS_ERROR_PREFIX "NoKernelSupport"
#define BUS_ERROR_TIMEOUT	     BUS_ERROR_PREFIX "Timeout"
/* Any other errno: "Failed." and its symbol, as in org.vdpactl1.Error.Failed.ENOSPC. */
#define BUS_ERROR_FAILED BUS_ERROR_PREFIX "Failed"

/* Room for every name that bus_error_name() makes, with its NUL. */
#define BUS_ERROR_NAME_SIZE 64

/*
 * The name for an errno.
 * @error: an errno, positive or negative; 0 and numbers without a symbol become BUS_ERROR_FAILED
 * @buf: receives the name when it has to be composed
 * Returns @buf or a constant.
 */
const char *bus_error_name(int error, char buf[BUS_ERROR_NAME_SIZE]);

/*
 * The errno of a name.
 * @name: a D-Bus error name or NULL
 * Returns -errno (-EIO for a name of ours without a more precise meaning), 0 when the name is not one
 * of org.vdpactl1.
 */
int bus_error_to_errno(const char *name);

#endif
