// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "kernel-modules.h"
#include "options.h"
#include "output.h"
#include "run-suite.h"

static void fill(struct table *table, const char *const *cells)
{
	for (; *cells; cells++)
		ck_assert_int_eq(table_add(table, STYLE_NAME, **cells == '-' ? NULL : *cells), 0);
}

static char *print(size_t columns, const char *const *cells, struct table_format format)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(table_new(columns, &table), 0);
	fill(table, cells);
	ck_assert_int_eq(table_print(table, f, &format), 0);
	fclose(f);
	return text;
}

START_TEST(aligns)
{
	const char *const cells[] = { "NAME", "TYPE",	   "X",	  "a", "network",
				      "-",    "long-name", "net", "1", NULL };
	_cleanup_free_ char *text = print(3, cells, (struct table_format){ .heading = true });

	ck_assert_str_eq(text, "NAME       TYPE     X\n"
			       "a          network  -\n"
			       "long-name  net      1\n");
}
END_TEST

START_TEST(leaves_out_empty_columns)
{
	const char *const cells[] = { "NAME", "DISK", "X", "a", "-", "1", "b", "-", "2", NULL };
	_cleanup_free_ char *text =
		print(3, cells, (struct table_format){ .heading = true, .indent = 2 });

	ck_assert_str_eq(text, "  NAME  X\n  a     1\n  b     2\n");
}
END_TEST

START_TEST(numbers)
{
	const char *const cells[] = { "NAME", "A/s",  "B/s", "x",    "1.2k",
				      "-",    "long", "7",   "1234", NULL };
	struct table_format format = { .heading = true, .numbers_from = 1 };
	_cleanup_free_ char *text = print(3, cells, format), *narrow = NULL, *narrower = NULL;

	ck_assert_str_eq(text, "NAME   A/s   B/s\n"
			       "x     1.2k     -\n"
			       "long     7  1234\n");
	format.cut = true;
	format.width = 15;
	narrow = print(3, cells, format);
	ck_assert_str_eq(narrow, "NAME   A/s\nx     1.2k\nlong     7\n");
	format.width = 7;
	narrower = print(3, cells, format);
	ck_assert_str_eq(narrower, "NAME\nx\nlong\n");
}
END_TEST

START_TEST(cuts)
{
	const char *const cells[] = { "NAME", "A", "B/s",	  "vdpa:0000:03:00.1",
				      "x",    "7", "näämäünlich", "y",
				      "12",   NULL };
	struct table_format format = {
		.heading = true, .cut = true, .numbers_from = 2, .width = 20
	};
	_cleanup_free_ char *text = NULL, *narrow = NULL;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	text = print(3, cells, format);
	ck_assert_str_eq(text, "NAME          A  B/s\n"
			       "vdpa:0000:0~  x    7\n"
			       "näämäünlich   y   12\n");
	format.width = 11;
	narrow = print(3, cells, format);
	ck_assert_str_eq(narrow, "NAME      A\nvdpa:00~  x\nnäämäün~  y\n");
}
END_TEST

START_TEST(no_rows)
{
	const char *const cells[] = { "NAME", "TYPE", NULL };
	_cleanup_free_ char *text = print(2, cells, (struct table_format){ .heading = true });

	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(colour_only_when_asked)
{
	const char *const cells[] = { "a", NULL };
	_cleanup_free_ char *plain = print(1, cells, (struct table_format){ 0 });
	_cleanup_free_ char *colour = print(1, cells, (struct table_format){ .colour = true });

	ck_assert_str_eq(plain, "a\n");
	ck_assert_str_eq(colour, "\033[1;36ma\033[0m\n");
}
END_TEST

/* A name that a stranger chose must not drive the reader's terminal. */
START_TEST(defuses_control_characters)
{
	const char *const cells[] = { "a\033[2Jb\nc", "x", NULL };
	_cleanup_free_ char *text = print(2, cells, (struct table_format){ .colour = true });

	ck_assert_ptr_nonnull(strstr(text, "a\\x1b[2Jb\\x0ac"));
}
END_TEST

START_TEST(keeps_what_was_asked_for)
{
	const char *const cells[] = { "NAME", "DISK", "a", "-", NULL };
	_cleanup_free_ char *text =
		print(2, cells, (struct table_format){ .heading = true, .keep_empty = true });

	ck_assert_str_eq(text, "NAME  DISK\na     -\n");
}
END_TEST

/* Where lines do not fit, rows become paragraphs, and nothing is lost. */
START_TEST(narrow)
{
	const char *const cells[] = { "NAME",	  "TYPE",      "DISK", "a", "network",
				      "/dev/vda", "long-name", "net",  "-", NULL };
	const struct table_format fits = { .heading = true, .width = 28 };
	const struct table_format tight = { .heading = true, .width = 27 };
	_cleanup_free_ char *wide_text = print(3, cells, fits);
	_cleanup_free_ char *narrow_text = print(3, cells, tight);

	ck_assert_str_eq(wide_text, "NAME       TYPE     DISK\n"
				    "a          network  /dev/vda\n"
				    "long-name  net      -\n");
	ck_assert_str_eq(narrow_text, "a:\n"
				      "  TYPE  network\n"
				      "  DISK  /dev/vda\n"
				      "long-name:\n"
				      "  TYPE  net\n");
}
END_TEST

/* The last column goes on below itself; a word that is too long for any line stays whole. */
START_TEST(wraps)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(table_new(2, &table), 0);
	table_add(table, STYLE_NAME, "key");
	table_add(table, STYLE_PLAIN, "MAC CTRL_VQ VERSION_1 A_NAME_THAT_IS_TOO_LONG IN_ORDER");
	ck_assert_int_eq(table_print(table, f, &(struct table_format){ .width = 23 }), 0);
	fclose(f);
	ck_assert_str_eq(text, "key  MAC CTRL_VQ\n"
			       "     VERSION_1\n"
			       "     A_NAME_THAT_IS_TOO_LONG\n"
			       "     IN_ORDER\n");
	ck_assert_int_eq(table_width(table), 3 + 2 + 54);
}
END_TEST

START_TEST(leads_and_blanks)
{
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(table_new(3, &table), 0);
	table_add_led(table, "|- ", STYLE_NAME, "web0");
	table_add(table, STYLE_PLAIN, NULL);
	table_add(table, STYLE_PLAIN, "x");
	table_add(table, STYLE_PLAIN, "a");
	table_add(table, STYLE_PLAIN, "long");
	table_add(table, STYLE_PLAIN, NULL);
	ck_assert_int_eq(
		table_print(table, f, &(struct table_format){ .blank = true, .colour = true }), 0);
	fclose(f);
	ck_assert_str_eq(text, "|- \033[1;36mweb0\033[0m        x\n"
			       "a        long\n");
}
END_TEST

/* ---- the options of every command ------------------------------------------------------------ */

static const struct {
	const char *words[6];
	const char *rest, *fields, *color;
	bool json, dry_run;
	const char *error;
} lines[] = {
	{ { "-j", "dev" }, "dev", .json = true },
	{ { "dev", "-p" }, "dev", .json = true },
	{ { "-jo", "name", "dev" }, "dev", "name", .json = true },
	{ { "-oname", "dev" }, "dev", "name" },
	{ { "--output=a,b", "dev" }, "dev", "a,b" },
	{ { "--output", "a", "--color", "never" }, NULL, "a", "never" },
	{ { "-n", "dev" }, "dev", .dry_run = true },
	{ { "dev", "-1", "-jz" }, "dev -1 -jz" },
	{ { "--json=yes" }, "--json=yes" },
	{ { "--", "-j" }, "-j" },
	{ { "-", "dev" }, "- dev" },
	{ { "dev", "-o" }, .error = "--output: its value FIELDS is missing" },
	{ { "--color" }, .error = "--color: its value auto|always|never is missing" },
};

START_TEST(options)
{
	char *argv[8] = { (char *)"vdpactl" }, rest[128] = "";
	_cleanup_free_ char *error = NULL;
	struct cli cli = { .out = NULL };
	struct words words;
	int argc = 1, r;

	while (argc <= 6 && lines[_i].words[argc - 1]) {
		argv[argc] = (char *)lines[_i].words[argc - 1];
		argc++;
	}
	r = options_take(&cli, argc, argv, &words, &error);
	ck_assert_pstr_eq(error, lines[_i].error);
	ck_assert_int_eq(r, error ? -EINVAL : 0);
	if (error)
		return;
	for (size_t i = 0; i < words.n; i++) {
		strcat(rest, i ? " " : "");
		strcat(rest, words.v[i]);
	}
	free(words.v);
	ck_assert_str_eq(rest, lines[_i].rest ? lines[_i].rest : "");
	ck_assert_pstr_eq(cli.fields, lines[_i].fields);
	ck_assert_pstr_eq(cli.color, lines[_i].color);
	ck_assert(cli.json == lines[_i].json && cli.dry_run == lines[_i].dry_run);
}
END_TEST

/* ---- kernel modules ------------------------------------------------------------------------ */

static char root[] = "/tmp/vdpactl-test-XXXXXX";

static void put(const char *file, const char *text)
{
	char path[512];
	FILE *f;

	for (const char *dir =
		     "/lib\0/lib/modules\0/lib/modules/6.1-t\0/proc\0/proc/sys\0/proc/sys/kernel\0";
	     *dir; dir += strlen(dir) + 1) {
		snprintf(path, sizeof(path), "%s%s", root, dir);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s%s", root, file);
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
	put("/proc/sys/kernel/osrelease", "6.1-t\n");
	put("/lib/modules/6.1-t/modules.dep",
	    "kernel/net/vdpax.ko:\nextra/vhost-vdpa.ko.xz: extra/vdpa.ko\n");
	ck_assert_int_eq(kernel_modules_find("vdpa", root), KERNEL_MODULE_ABSENT);
	ck_assert_int_eq(kernel_modules_find("vhost_vdpa", root), KERNEL_MODULE_INSTALLED);
	put("/lib/modules/6.1-t/modules.builtin", "kernel/drivers/vdpa/vdpa.ko\n");
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

	tcase_add_test(tc, aligns);
	tcase_add_test(tc, leaves_out_empty_columns);
	tcase_add_test(tc, no_rows);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, cuts);
	tcase_add_test(tc, colour_only_when_asked);
	tcase_add_test(tc, defuses_control_characters);
	tcase_add_test(tc, keeps_what_was_asked_for);
	tcase_add_test(tc, narrow);
	tcase_add_test(tc, wraps);
	tcase_add_test(tc, leads_and_blanks);
	tcase_add_loop_test(tc, options, 0, sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tc, modules);
	tcase_add_test(tc, exit_codes);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
