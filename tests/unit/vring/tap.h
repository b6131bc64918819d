/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a Check suite; the environment asks for TAP. */
#ifndef TESTS_VRING_TAP_H
#define TESTS_VRING_TAP_H

#include <check.h>
#include <stdlib.h>

static inline int tap_main(Suite *s)
{
	SRunner *sr = srunner_create(s);
	int failed;

	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
