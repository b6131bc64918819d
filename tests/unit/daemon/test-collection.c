// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collection.h"
#include "objects.h"
#include "run-suite.h"

static struct collection *devices;
static char told[1024]; /* what the listener heard, one a line */
static int n_alive;

static void hear(const char *what, const char *name, uint64_t fields)
{
	size_t n = strlen(told);

	/* It can be found in each of the three cases. */
	ck_assert_ptr_nonnull(collection_find(devices, name));
	snprintf(told + n, sizeof(told) - n, "%s %s %llx\n", what, name,
		 (unsigned long long)fields);
}

static void on_added(void *userdata, const char *name)
{
	hear("+", name, 0);
}

static void on_changed(void *userdata, const char *name, uint64_t fields)
{
	hear("~", name, fields);
}

static void on_removed(void *userdata, const char *name)
{
	hear("-", name, 0);
}

static const struct collection_listener listener = { on_added, on_changed, on_removed };

static void unref(void *object)
{
	n_alive--;
	field_clear(&field_table_device, object);
	free(object);
}

static void set(struct vdpactl_device *d, const char *field, const char *value)
{
	field_set_string(&field_table_device, field_find(&field_table_device, field), d, value);
}

static struct vdpactl_device *device(const char *name, const char *mgmtdev, const char *driver)
{
	struct vdpactl_device *d = calloc(1, sizeof(*d));

	n_alive++;
	set(d, "name", name);
	set(d, "mgmtdev", mgmtdev);
	set(d, "driver", driver);
	return d;
}

static void setup(void)
{
	told[0] = '\0';
	n_alive = 0;
	ck_assert_int_eq(collection_new(&field_table_device, unref, &listener, NULL, &devices), 0);
}

static void teardown(void)
{
	collection_free(devices);
	ck_assert_int_eq(n_alive, 0);
}

static void expect(const char *text)
{
	ck_assert_str_eq(told, text);
	told[0] = '\0';
}

static void put(struct vdpactl_device *d)
{
	ck_assert_int_eq(collection_put(devices, d), 0);
}

START_TEST(put_tells_what_is_new)
{
	char line[64];

	put(device("b", "m", "none"));
	put(device("a", "m", "none"));
	put(device("c", "m", "none"));
	expect("+ b 0\n+ a 0\n+ c 0\n");
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(collection_name(devices, i)[0], 'a' + (int)i);
	put(device("b", "m", "none"));
	expect("");
	put(device("b", "m", "vhost"));
	snprintf(line, sizeof(line), "~ b %llx\n",
		 (unsigned long long)field_bit(&field_table_device, "driver"));
	expect(line);
	/* A field that comes or goes is a difference, too. */
	put(device("b", "m", NULL));
	expect(line);
	ck_assert_uint_eq(collection_size(devices), 3);
}
END_TEST

START_TEST(another_object_under_the_same_name)
{
	put(device("a", "m", "vhost"));
	told[0] = '\0';
	put(device("a", "other", "vhost"));
	expect("- a 0\n+ a 0\n");
	ck_assert_uint_eq(collection_size(devices), 1);
}
END_TEST

START_TEST(remove_tells_once)
{
	put(device("a", "m", "vhost"));
	told[0] = '\0';
	collection_remove(devices, "b");
	expect("");
	collection_remove(devices, "a");
	expect("- a 0\n");
	collection_remove(devices, "a");
	expect("");
	ck_assert_ptr_null(collection_find(devices, "a"));
}
END_TEST

START_TEST(replace_tells_the_difference)
{
	void *first[] = { device("c", "m", "x"), device("a", "m", "x"), device("e", "m", "x") };
	void *second[] = { device("d", "m", "x"), device("e", "m", "x"), device("b", "m", "x"),
			   device("a", "m", "x") };

	ck_assert_int_eq(collection_replace(devices, first, 3), 0);
	expect("+ a 0\n+ c 0\n+ e 0\n");
	ck_assert_int_eq(collection_replace(devices, second, 4), 0);
	expect("- c 0\n+ b 0\n+ d 0\n");
	ck_assert_int_eq(collection_replace(devices, NULL, 0), 0);
	expect("- a 0\n- b 0\n- d 0\n- e 0\n");
	ck_assert_uint_eq(collection_size(devices), 0);
}
END_TEST

/* Any order of many changes keeps it sorted and complete. */
START_TEST(stays_sorted)
{
	char name[16];

	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d%d", i * 7919 % 500);
		told[0] = '\0';
		put(device(name, "m", "x"));
	}
	ck_assert_uint_eq(collection_size(devices), 500);
	for (size_t i = 1; i < 500; i++)
		ck_assert_int_lt(
			strcmp(collection_name(devices, i - 1), collection_name(devices, i)), 0);
	for (int i = 0; i < 500; i += 2) {
		snprintf(name, sizeof(name), "d%d", i);
		told[0] = '\0';
		collection_remove(devices, name);
	}
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		ck_assert_int_eq(collection_find(devices, name) != NULL, i % 2);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collection");
	TCase *tc = tcase_create("collection");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, put_tells_what_is_new);
	tcase_add_test(tc, another_object_under_the_same_name);
	tcase_add_test(tc, remove_tells_once);
	tcase_add_test(tc, replace_tells_the_difference);
	tcase_add_test(tc, stays_sorted);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
