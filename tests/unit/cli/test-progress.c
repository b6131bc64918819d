// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static int terminal;
static struct cli cli;

static void setup(void)
{
	int fd;

	ck_assert_int_eq(openpty(&terminal, &fd, NULL, NULL, NULL), 0);
	ck_assert_int_eq(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
	setenv("TERM", "xterm", 1);
	cli = (struct cli){ .err = fdopen(fd, "w"), .out = stdout };
}

static void end(void)
{
	fclose(cli.err);
	close(terminal);
}

/* What the terminal was sent since the last time. */
static const char *sent(void)
{
	static char text[512];
	ssize_t n;

	fflush(cli.err);
	n = read(terminal, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* Seconds may have passed, on a machine that has much to do: they are not looked at. */
static void begins(const char *text, const char *wanted)
{
	ck_assert_msg(strncmp(text, wanted, strlen(wanted)) == 0, "\"%s\", wanted: \"%s\"", text,
		      wanted);
}

/* As if it had begun some time ago. */
static void ago(int seconds)
{
	cli.progress.begun.tv_sec -= seconds;
	cli.progress.told.tv_sec -= seconds;
}

START_TEST(tells)
{
	progress_begin(&cli, "making", 3);
	ago(2);
	progress_step(&cli);
	begins(sent(), "\r\033[Kmaking: 1 of 3, ");
	ago(5);
	progress_wait(&cli);
	begins(sent(), "\r\033[Kmaking: 1 of 3, ");
	ck_assert_int_eq(cli_wrong(&cli, "no"), EXIT_CODE_USAGE);
	ck_assert_str_eq(sent(), "\r\033[Kvdpactl: no\r\n");
	progress_step(&cli);
	begins(sent(), "\r\033[Kmaking: 2 of 3, ");
	progress_end(&cli);
	ck_assert_str_eq(sent(), "\r\033[K");
	progress_end(&cli);
	progress_step(&cli);
	ck_assert_str_eq(sent(), "");
}
END_TEST

START_TEST(without_total)
{
	progress_begin(&cli, "lines", 0);
	ago(3);
	progress_wait(&cli);
	begins(sent(), "\r\033[Klines: ");
	ago(1);
	progress_step(&cli);
	begins(sent(), "\r\033[Klines: 1, ");
}
END_TEST

/* What is done at once needs no word, and not every step has one. */
START_TEST(not_too_often)
{
	progress_begin(&cli, "lines", 0);
	cli.progress.begun.tv_sec += 3600;
	progress_step(&cli);
	ck_assert_str_eq(sent(), "");
	ago(3602);
	progress_step(&cli);
	ck_assert_str_ne(sent(), "");
	cli.progress.told.tv_sec += 3600;
	progress_step(&cli);
	ck_assert_str_eq(sent(), "");
}
END_TEST

static void is_silent(void)
{
	progress_begin(&cli, "making", 3);
	ago(2);
	progress_step(&cli);
	progress_end(&cli);
	ck_assert_str_eq(sent(), "");
}

START_TEST(nobody_reads)
{
	FILE *pty = cli.err, *file;

	cli.json = true;
	is_silent();
	cli.json = false;
	setenv("TERM", "dumb", 1);
	is_silent();
	setenv("TERM", "xterm", 1);
	file = tmpfile();
	cli.err = file;
	progress_begin(&cli, "making", 3);
	ago(2);
	progress_step(&cli);
	ck_assert_int_eq(ftell(file), 0);
	fclose(file);
	cli.err = pty;
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli-progress");
	TCase *tc = tcase_create("progress");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, end);
	tcase_add_test(tc, tells);
	tcase_add_test(tc, without_total);
	tcase_add_test(tc, not_too_often);
	tcase_add_test(tc, nobody_reads);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
