// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "top-rates.h"
#include "run-suite.h"

static const struct {
	double value;
	const char *text;
} numbers[] = {
	{ 0, "0" },	    { 0.4, "0" },	{ 1, "1" },	     { 999.4, "999" },
	{ 999.6, "1.00k" }, { 1234, "1.23k" },	{ 9996, "10.0k" },   { 12345, "12.3k" },
	{ 99960, "100k" },  { 123456, "123k" }, { 999600, "1.00M" }, { 1.5e9, "1.50G" },
	{ 2e19, "20.0E" },
};

START_TEST(number)
{
	char buf[16];

	top_number(numbers[_i].value, buf);
	ck_assert_str_eq(buf, numbers[_i].text);
}
END_TEST

/* Rates of two readings as JSON, and as a table without colour. */
static void rates(const char *before, const char *now, size_t max_rows, char **ret_json,
		  char **ret_text)
{
	_cleanup_json_ json_object *a = json_tokener_parse(before), *b = json_tokener_parse(now);
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	_cleanup_json_ json_object *found = NULL;
	size_t size, left_out;
	FILE *f = open_memstream(ret_text, &size);

	ck_assert(a && b && f);
	ck_assert_int_eq(top_rates(a, b, 2, &found), 0);
	*ret_json = strdup(json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN));
	ck_assert_int_eq(top_table(found, max_rows, &left_out, &table), 0);
	ck_assert_int_eq(table_print(table, f, &(struct table_format){ .heading = true }), 0);
	fprintf(f, "+%zu\n", left_out);
	fclose(f);
}

static const char before[] =
	"{\"a\":[{\"queue\":0,\"queue_type\":\"rx\",\"rx packets\":10,\"rx bytes\":100},"
	"{\"queue\":1,\"queue_type\":\"tx\",\"tx "
	"packets\":5}],\"b\":[{\"queue\":0,\"received_desc\":7}]}";
static const char after[] =
	"{\"a\":[{\"queue\":0,\"queue_type\":\"rx\",\"rx packets\":10,\"rx bytes\":100},"
	"{\"queue\":1,\"queue_type\":\"tx\",\"tx "
	"packets\":25}],\"b\":[{\"queue\":0,\"received_desc\":3007}]}";

START_TEST(busiest_first)
{
	_cleanup_free_ char *json = NULL, *text = NULL;

	rates(before, after, 0, &json, &text);
	ck_assert_str_eq(
		json,
		"{\"a\":[{\"queue\":0,\"queue_type\":\"rx\",\"rx packets\":0.0,\"rx bytes\":0.0},"
		"{\"queue\":1,\"queue_type\":\"tx\",\"tx packets\":10.0}],"
		"\"b\":[{\"queue\":0,\"received_desc\":1500.0}]}");
	ck_assert_str_eq(text, "device  queue  type  received_desc/s  packets/s  bytes/s\n"
			       "b       0      -     1.50k            -          -\n"
			       "a       1      tx    -                10         -\n"
			       "a       0      rx    -                0          0\n"
			       "+0\n");
}
END_TEST

START_TEST(as_many_as_fit)
{
	_cleanup_free_ char *json = NULL, *text = NULL;

	rates(before, after, 2, &json, &text);
	ck_assert_str_eq(text, "device  queue  type  received_desc/s  packets/s\n"
			       "b       0      -     1.50k            -\n"
			       "a       1      tx    -                10\n"
			       "+1\n");
}
END_TEST

/* A device that is new, one that is gone, a queue that is new, counters that began anew: no rates yet. */
static const struct {
	const char *before, *after, *rates;
} changes[] = {
	{ "{}", "{\"a\":[{\"queue\":0,\"n\":1}]}", "{}" },
	{ "{\"a\":[{\"queue\":0,\"n\":1}]}", "{}", "{}" },
	{ "{\"a\":[{\"queue\":0,\"n\":1}]}",
	  "{\"a\":[{\"queue\":0,\"n\":3},{\"queue\":1,\"n\":9}]}",
	  "{\"a\":[{\"queue\":0,\"n\":1.0}]}" },
	{ "{\"a\":[{\"queue\":0,\"n\":5}]}", "{\"a\":[{\"queue\":0,\"n\":4}]}", "{}" },
	{ "{\"a\":[{\"queue\":0,\"n\":5}]}", "{\"a\":[{\"queue\":0,\"n\":5,\"m\":1}]}", "{}" },
};

START_TEST(what_changes)
{
	_cleanup_free_ char *json = NULL, *text = NULL;

	rates(changes[_i].before, changes[_i].after, 0, &json, &text);
	ck_assert_str_eq(json, changes[_i].rates);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli-top");
	TCase *tc = tcase_create("top");

	tcase_add_loop_test(tc, number, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(tc, busiest_first);
	tcase_add_test(tc, as_many_as_fit);
	tcase_add_loop_test(tc, what_changes, 0, sizeof(changes) / sizeof(changes[0]));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
