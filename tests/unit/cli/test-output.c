// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "cli.h"
#include "kernel-modules.h"
#include "output.h"

static void fill(struct table *table, const char *const *cells)
{
	for (; *cells; cells++)
		ck_assert_int_eq(table_add(table, STYLE_NAME, **cells == '-' ? NULL : *cells), 0);
}

static char *print(size_t columns, const char *const *cells, bool heading, bool colour, int indent)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(table_new(columns, &table), 0);
	fill(table, cells);
	ck_assert_int_eq(table_print(table, f, heading, colour, indent), 0);
	fclose(f);
	return text;
}

START_TEST(aligns)
{
	const char *const cells[] = { "NAME", "TYPE",	   "X",	  "a", "network",
				      "-",    "long-name", "net", "1", NULL };
	_cleanup_free_ char *text = print(3, cells, true, false, 0);

	ck_assert_str_eq(text, "NAME       TYPE     X\n"
			       "a          network  -\n"
			       "long-name  net      1\n");
}
END_TEST

START_TEST(leaves_out_empty_columns)
{
	const char *const cells[] = { "NAME", "DISK", "X", "a", "-", "1", "b", "-", "2", NULL };
	_cleanup_free_ char *text = print(3, cells, true, false, 2);

	ck_assert_str_eq(text, "  NAME  X\n  a     1\n  b     2\n");
}
END_TEST

START_TEST(no_rows)
{
	const char *const cells[] = { "NAME", "TYPE", NULL };
	_cleanup_free_ char *text = print(2, cells, true, false, 0);

	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(colour_only_when_asked)
{
	const char *const cells[] = { "a", NULL };
	_cleanup_free_ char *plain = print(1, cells, false, false, 0);
	_cleanup_free_ char *colour = print(1, cells, false, true, 0);

	ck_assert_str_eq(plain, "a\n");
	ck_assert_str_eq(colour, "\033[1;36ma\033[0m\n");
}
END_TEST

/* A name that a stranger chose must not drive the reader's terminal. */
START_TEST(defuses_control_characters)
{
	const char *const cells[] = { "a\033[2Jb\nc", "x", NULL };
	_cleanup_free_ char *text = print(2, cells, false, true, 0);

	ck_assert_ptr_nonnull(strstr(text, "a\\x1b[2Jb\\x0ac"));
}
END_TEST

/* ---- kernel modules ------------------------------------------------------------------------ */

static char root[] = "/tmp/vdpactl-test-XXXXXX";

static void put(const char *file, const char *text)
{
	struct utsname kernel;
	char path[512];
	FILE *f;

	uname(&kernel);
	for (const char *dir = "/lib\0/lib/modules\0"; *dir; dir += strlen(dir) + 1) {
		snprintf(path, sizeof(path), "%s%s", root, dir);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s/lib/modules/%s", root, kernel.release);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/lib/modules/%s/%s", root, kernel.release, file);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(modules)
{
	char command[600];

	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(kernel_modules_find("vdpa", root), KERNEL_MODULE_ABSENT);
	put("modules.dep", "kernel/net/vdpax.ko:\nextra/vhost-vdpa.ko.xz: extra/vdpa.ko\n");
	ck_assert_int_eq(kernel_modules_find("vdpa", root), KERNEL_MODULE_ABSENT);
	ck_assert_int_eq(kernel_modules_find("vhost_vdpa", root), KERNEL_MODULE_INSTALLED);
	put("modules.builtin", "kernel/drivers/vdpa/vdpa.ko\n");
	ck_assert_int_eq(kernel_modules_find("vdpa", root), KERNEL_MODULE_LOADED);
	snprintf(command, sizeof(command), "rm -r '%s'", root);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

/* ---- exit codes ---------------------------------------------------------------------------- */

START_TEST(exit_codes)
{
	ck_assert_int_eq(exit_code_of(0), EXIT_CODE_OK);
	ck_assert_int_eq(exit_code_of(-ENODEV), EXIT_CODE_NOT_FOUND);
	ck_assert_int_eq(exit_code_of(ENODEV), EXIT_CODE_NOT_FOUND);
	ck_assert_int_eq(exit_code_of(-EACCES), EXIT_CODE_NOT_AUTHORIZED);
	ck_assert_int_eq(exit_code_of(-EPERM), EXIT_CODE_NOT_AUTHORIZED);
	ck_assert_int_eq(exit_code_of(-EBUSY), EXIT_CODE_BUSY);
	ck_assert_int_eq(exit_code_of(-EPROTONOSUPPORT), EXIT_CODE_NO_KERNEL);
	ck_assert_int_eq(exit_code_of(-ERROR_NO_DAEMON), EXIT_CODE_NO_DAEMON);
	ck_assert_int_eq(exit_code_of(-EEXIST), EXIT_CODE_EXISTS);
	ck_assert_int_eq(exit_code_of(-EOPNOTSUPP), EXIT_CODE_NOT_SUPPORTED);
	ck_assert_int_eq(exit_code_of(-ETIMEDOUT), EXIT_CODE_TIMEOUT);
	ck_assert_int_eq(exit_code_of(-EINVAL), EXIT_CODE_REFUSED);
	for (int code = 0; code < EXIT_CODE_COUNT; code++)
		ck_assert_ptr_nonnull(exit_code_text(code));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli-output");
	TCase *tc = tcase_create("output");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, aligns);
	tcase_add_test(tc, leaves_out_empty_columns);
	tcase_add_test(tc, no_rows);
	tcase_add_test(tc, colour_only_when_asked);
	tcase_add_test(tc, defuses_control_characters);
	tcase_add_test(tc, modules);
	tcase_add_test(tc, exit_codes);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
