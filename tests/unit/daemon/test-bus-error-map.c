// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/bus-error-map.h"
#include "run-suite.h"

START_TEST(every_errno_survives)
{
	char buf[BUS_ERROR_NAME_SIZE];
	int seen = 0;

	for (int error = 1; error < 134; error++) {
		const char *name;

		if (!strerrorname_np(error))
			continue;
		name = bus_error_name(error, buf);
		ck_assert_msg(strncmp(name, BUS_ERROR_PREFIX, strlen(BUS_ERROR_PREFIX)) == 0,
			      "%d -> %s", error, name);
		/* EPERM and EACCES mean the same to a client. */
		ck_assert_int_eq(bus_error_to_errno(name), error == EPERM ? -EACCES : -error);
		seen++;
	}
	ck_assert_int_ge(seen, 130);
}
END_TEST

START_TEST(sign_does_not_matter)
{
	char a[BUS_ERROR_NAME_SIZE], b[BUS_ERROR_NAME_SIZE];

	ck_assert_str_eq(bus_error_name(-EBUSY, a), BUS_ERROR_BUSY);
	ck_assert_str_eq(bus_error_name(EBUSY, b), BUS_ERROR_BUSY);
	ck_assert_str_eq(bus_error_name(-ENOSPC, a), BUS_ERROR_FAILED ".ENOSPC");
}
END_TEST

START_TEST(no_errno_is_failed)
{
	char buf[BUS_ERROR_NAME_SIZE];

	ck_assert_str_eq(bus_error_name(0, buf), BUS_ERROR_FAILED);
	ck_assert_str_eq(bus_error_name(4095, buf), BUS_ERROR_FAILED);
	ck_assert_int_eq(bus_error_to_errno(BUS_ERROR_FAILED), -EIO);
	ck_assert_int_eq(bus_error_to_errno(BUS_ERROR_FAILED ".ENONSENSE"), -EIO);
	ck_assert_int_eq(bus_error_to_errno(BUS_ERROR_PREFIX "FromTheFuture"), -EIO);
}
END_TEST

START_TEST(names_of_others_are_not_ours)
{
	ck_assert_int_eq(bus_error_to_errno(NULL), 0);
	ck_assert_int_eq(bus_error_to_errno(""), 0);
	ck_assert_int_eq(bus_error_to_errno("org.freedesktop.DBus.Error.ServiceUnknown"), 0);
	ck_assert_int_eq(bus_error_to_errno("org.vdpactl1.Errors.Busy"), 0);
	ck_assert_int_eq(bus_error_to_errno(BUS_ERROR_NO_SUCH_MGMTDEV), -ENODEV);
	ck_assert_int_eq(bus_error_to_errno(BUS_ERROR_NO_SUCH_DEVICE), -ENODEV);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-error-map");
	TCase *tc = tcase_create("map");

	tcase_add_test(tc, every_errno_survives);
	tcase_add_test(tc, sign_does_not_matter);
	tcase_add_test(tc, no_errno_is_failed);
	tcase_add_test(tc, names_of_others_are_not_ours);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
