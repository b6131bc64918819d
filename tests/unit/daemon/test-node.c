// SPDX-License-Identifier: GPL-2.0-or-later
/* Rights of a definition on a file that stands for the character device. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "field.h"
#include "node.h"
#include "objects.h"
#include "run-suite.h"

static char path[32];
static struct vdpactl_device_request *request;

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/vdpactl-node-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(vdpactl_device_request_new("m", "a", &request), 0);
}

static void end(void)
{
	vdpactl_device_request_free(request);
	unlink(path);
}

static void want(const char *field, const char *value)
{
	char error[FIELD_ERROR_SIZE];

	ck_assert_msg(field_from_text(&field_table_request,
				      (size_t)field_find(&field_table_request, field), request,
				      value, error) == 0,
		      "%s", error);
}

static unsigned int mode_now(void)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 0777;
}

START_TEST(a_mode_alone_is_the_mode)
{
	char error[256];

	want("mode", "0640");
	ck_assert_int_eq(node_grant(path, request, error), 0);
	ck_assert_uint_eq(mode_now(), 0640);
	ck_assert_int_eq(node_grant(path, request, error), 0);
	ck_assert_int_eq(node_revoke(path), 0);
	ck_assert_uint_eq(mode_now(), 0600);
}
END_TEST

/* Can that user, of no group, open it for reading and writing? */
static bool may_open(uid_t uid, gid_t gid)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		/* The C library's calls would wait for threads that are not here. */
		if (syscall(SYS_setgroups, 0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
		    setresuid(uid, uid, uid) < 0)
			_exit(2);
		_exit(access(path, R_OK | W_OK) < 0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 2);
	return WEXITSTATUS(status) == 0;
}

/* "daemon" and "bin" are users 1 and 2 and groups of that number wherever there is a passwd. */
START_TEST(owner_and_group_may)
{
	char error[256];

	if (geteuid() != 0)
		return;
	want("owner", "daemon");
	ck_assert_int_eq(node_grant(path, request, error), 0);
	ck_assert(may_open(1, 99) && !may_open(2, 99) && !may_open(2, 2));
	want("group", "bin");
	want("mode", "0060");
	ck_assert_int_eq(node_grant(path, request, error), 0);
	ck_assert(!may_open(1, 99) && may_open(3, 2) && !may_open(3, 99));
	ck_assert_int_eq(node_revoke(path), 0);
	ck_assert(!may_open(3, 2) && !may_open(1, 99));
	ck_assert_uint_eq(mode_now(), 0600);
	ck_assert_int_lt(getxattr(path, "system.posix_acl_access", NULL, 0), 0);
}
END_TEST

START_TEST(refusals_say_why)
{
	char error[256];

	want("owner", "vdpactl-nobody");
	ck_assert_int_eq(node_grant(path, request, error), -ENOENT);
	ck_assert_str_eq(error, "owner \"vdpactl-nobody\": there is none of that name");
	ck_assert_uint_eq(mode_now(), 0600);
	vdpactl_device_request_free(request);
	ck_assert_int_eq(vdpactl_device_request_new("m", "a", &request), 0);
	want("mode", "0640");
	unlink(path);
	ck_assert_int_eq(node_grant(path, request, error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error, path));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("node");
	TCase *tc = tcase_create("node");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_add_test(tc, a_mode_alone_is_the_mode);
	tcase_add_test(tc, owner_and_group_may);
	tcase_add_test(tc, refusals_say_why);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
