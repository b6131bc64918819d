// SPDX-License-Identifier: GPL-2.0-or-later
/* Rights on a character device as entries of its access control list: no file changes hands, so no CAP_CHOWN is needed. */
#include <endian.h>
#include <errno.h>
#include <grp.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "node.h"
#include "objects.h"
#include "util/cleanup.h"

#define ACCESS_LIST  "system.posix_acl_access"
#define ERROR_MAX    256
#define MODE_DEFAULT 0660
#define RW	     6
/* root's, a user's, the group's, another group's, the most of those, everybody's */
#define ENTRIES_MAX 6

struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[ENTRIES_MAX];
};

static int find_user(const char *name, uid_t *ret_uid)
{
	struct passwd entry, *found = NULL;
	char buf[16384];
	int r;

	r = getpwnam_r(name, &entry, buf, sizeof(buf), &found);
	if (!found)
		return r ? -r : -ENOENT;
	*ret_uid = found->pw_uid;
	return 0;
}

static int find_group(const char *name, gid_t *ret_gid)
{
	struct group entry, *found = NULL;
	char buf[65536];
	int r;

	r = getgrnam_r(name, &entry, buf, sizeof(buf), &found);
	if (!found)
		return r ? -r : -ENOENT;
	*ret_gid = found->gr_gid;
	return 0;
}

static void add(struct acl *acl, size_t *n, unsigned int tag, unsigned int permissions,
		unsigned int id)
{
	acl->entries[(*n)++] = (struct posix_acl_xattr_entry){
		.e_tag = htole16(tag),
		.e_perm = htole16(permissions),
		.e_id = htole32(id),
	};
}

static int fail(char *error, int r, const char *what, const char *name)
{
	snprintf(error, ERROR_MAX, "%s \"%s\": %s", what, name,
		 r == -ENOENT ? "there is none of that name" : strerrordesc_np(-r));
	return r;
}

/* The entries in the order that the kernel wants them in. Returns how many, or -errno. */
static int build(const struct vdpactl_device_request *request, struct acl *acl, char *error)
{
	const bool has_mode = request->present & field_bit(&field_table_request, "mode");
	const unsigned int mode = has_mode ? request->mode : MODE_DEFAULT;
	const unsigned int user = mode >> 6 & 7, group = mode >> 3 & 7;
	size_t n = 0;
	uid_t uid;
	gid_t gid;
	int r;

	acl->header.a_version = htole32(POSIX_ACL_XATTR_VERSION);
	/* Without an owner the owner is who it always is. */
	add(acl, &n, ACL_USER_OBJ, request->owner ? RW : user, ACL_UNDEFINED_ID);
	if (request->owner) {
		r = find_user(request->owner, &uid);
		if (r < 0)
			return fail(error, r, "owner", request->owner);
		add(acl, &n, ACL_USER, user, uid);
	}
	add(acl, &n, ACL_GROUP_OBJ, request->group || request->owner ? 0 : group, ACL_UNDEFINED_ID);
	if (request->group) {
		r = find_group(request->group, &gid);
		if (r < 0)
			return fail(error, r, "group", request->group);
		add(acl, &n, ACL_GROUP, group, gid);
	}
	if (request->owner || request->group)
		add(acl, &n, ACL_MASK, user | group, ACL_UNDEFINED_ID);
	add(acl, &n, ACL_OTHER, mode & 7, ACL_UNDEFINED_ID);
	return (int)n;
}

static bool is_so(const char *path, const struct acl *acl, size_t size)
{
	struct acl now;

	return getxattr(path, ACCESS_LIST, &now, sizeof(now)) == (ssize_t)size &&
	       memcmp(&now, acl, size) == 0;
}

int node_grant(const char *path, const struct vdpactl_device_request *request, char *error)
{
	struct acl acl = { .header = { 0 } };
	size_t size;
	int n;

	n = build(request, &acl, error);
	if (n < 0)
		return n;
	size = sizeof(acl.header) + (size_t)n * sizeof(acl.entries[0]);
	if (is_so(path, &acl, size))
		return 0;
	if (setxattr(path, ACCESS_LIST, &acl, size, 0) == 0)
		return 0;
	snprintf(error, ERROR_MAX, "%s: %m", path);
	return -errno;
}

int node_revoke(const char *path)
{
	if (removexattr(path, ACCESS_LIST) < 0 && errno != ENODATA)
		return -errno;
	return chmod(path, 0600) < 0 ? -errno : 0;
}
