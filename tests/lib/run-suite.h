/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all programs of Check end with. */
#ifndef VDPACTL_TEST_RUN_SUITE_H
#define VDPACTL_TEST_RUN_SUITE_H

#include <check.h>
#include <stdlib.h>

static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
