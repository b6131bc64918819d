// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stddef.h>
#include <string.h>

#include "name.h"
#include "uapi/vdpactl-netlink.h"

static const char *check(const char *name, size_t n)
{
	if (!n)
		return "the name is empty";
	if (n > VDPANL_NAME_MAX)
		return "the name is longer than 63 bytes";
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return "the name has a control character in it";
	return NULL;
}

const char *name_check_device(const char *name)
{
	const char *reason = check(name, strlen(name));
	const char *percent = strchr(name, '%');

	if (reason)
		return reason;
	if (strchr(name, '/'))
		return "the name has a \"/\" in it";
	/* They would name the directory of devices itself. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "\".\" and \"..\" are no names";
	if (percent && (percent[1] != 'd' || strchr(percent + 1, '%')))
		return "\"%\" may only stand in one \"%d\"";
	return NULL;
}

const char *name_check_mgmtdev(const char *name)
{
	const char *slash = strchr(name, '/');
	const char *reason;

	if (!slash)
		return check(name, strlen(name));
	reason = check(name, slash - name);
	if (!reason)
		reason = check(slash + 1, strlen(slash + 1));
	if (!reason && strchr(slash + 1, '/'))
		reason = "more than one \"/\" in it (it is NAME or BUS/NAME)";
	return reason;
}

bool name_is_possible(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
