// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of saved definitions: which of them count, and that a change is written whole or not at all. */
#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "definition-store.h"
#include "util/cleanup.h"
#include "run-suite.h"

#define FILE_OF(devices)  "{\"version\":1,\"devices\":[" devices "]}\n"
#define DEVICE(name, mtu) "{\"name\":\"" name "\",\"mgmtdev\":\"m\",\"mtu\":" mtu "}"

static char root[] = "/tmp/vdpactl-store-XXXXXX";
static char dirs[3][64];
static struct store *store;
static char problems[2048], error[STORE_ERROR_MAX];

static void setup(void)
{
	const char *paths[] = { dirs[0], dirs[1], dirs[2], NULL };

	strcpy(root + strlen(root) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	for (int i = 0; i < 3; i++) {
		snprintf(dirs[i], sizeof(dirs[i]), "%s/%d", root, i);
		ck_assert_int_eq(mkdir(dirs[i], 0755), 0);
	}
	ck_assert_int_eq(store_new(paths, &store), 0);
}

static int remove_it(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void end(void)
{
	store = store_free(store);
	nftw(root, remove_it, 8, FTW_DEPTH | FTW_PHYS);
}

static void path_of(int dir, const char *base, char path[256])
{
	snprintf(path, 256, "%s/%s", dirs[dir], base);
}

static void put_file(int dir, const char *base, const char *text)
{
	char path[256];
	FILE *f;

	path_of(dir, base, path);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static bool is_file(int dir, const char *base)
{
	char path[256];
	struct stat st;

	path_of(dir, base, path);
	return stat(path, &st) == 0;
}

static void note(void *userdata, const char *text)
{
	strncat(problems, text, sizeof(problems) - strlen(problems) - 2);
	strcat(problems, "\n");
}

static void load(void)
{
	problems[0] = '\0';
	ck_assert_int_eq(store_load(store, note, NULL), 0);
}

static int mtu_of(const char *name)
{
	const struct store_entry *entry = store_find(store, name);

	return entry ? entry->request->mtu : -1;
}

static int put(const char *name, uint16_t mtu)
{
	struct vdpactl_device_request *request;

	ck_assert_int_eq(vdpactl_device_request_new("m", name, &request), 0);
	ck_assert_int_eq(vdpactl_device_request_set_mtu(request, mtu), 0);
	return store_put(store, request, error);
}

START_TEST(earlier_directories_win)
{
	put_file(2, "a.json", FILE_OF(DEVICE("one", "1001") "," DEVICE("two", "1002")));
	put_file(1, "z.json", FILE_OF(DEVICE("two", "1102")));
	put_file(0, "b.json", FILE_OF(DEVICE("three", "1203")));
	put_file(2, "hidden.json", FILE_OF(DEVICE("four", "1004")));
	put_file(0, "hidden.json", "");
	put_file(2, "linked.json", FILE_OF(DEVICE("five", "1005")));
	put_file(0, ".dot.json", FILE_OF(DEVICE("six", "1006")));
	put_file(0, "other.txt", "no JSON");
	{
		char path[256];

		path_of(1, "linked.json", path);
		ck_assert_int_eq(symlink("/dev/null", path), 0);
	}
	load();
	ck_assert_str_eq(problems, "");
	ck_assert_uint_eq(store_size(store), 3);
	ck_assert_int_eq(mtu_of("one"), 1001);
	ck_assert_int_eq(mtu_of("two"), 1102);
	ck_assert_int_eq(mtu_of("three"), 1203);
	ck_assert_str_eq(store_at(store, 0)->request->name, "one");
	ck_assert_str_eq(store_at(store, 2)->request->name, "two");
}
END_TEST

START_TEST(mistakes_are_told_and_left_out)
{
	char path[256];

	put_file(0, "a.json", FILE_OF(DEVICE("one", "1001")));
	put_file(0, "b.json", FILE_OF(DEVICE("two", "1002") ",\n" DEVICE("three", "3")));
	put_file(0, "c.json", FILE_OF(DEVICE("one", "1002") "," DEVICE("four", "1004")));
	put_file(0, "d.json", FILE_OF(DEVICE("x%d", "1001")));
	path_of(0, "e.json", path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	load();
	ck_assert_ptr_nonnull(strstr(problems, "b.json: line 2: device \"three\": mtu: 3 is out"));
	ck_assert_ptr_nonnull(strstr(problems, "c.json: device \"one\": name: "));
	ck_assert_ptr_nonnull(strstr(problems, "a.json has a device of that name already"));
	ck_assert_ptr_nonnull(strstr(problems, "d.json: device \"x%d\": name: "));
	ck_assert_ptr_nonnull(strstr(problems, "e.json is not a regular file"));
	ck_assert_uint_eq(store_size(store), 2);
	ck_assert_int_eq(mtu_of("one"), 1001);
	ck_assert_int_eq(mtu_of("four"), 1004);
	/* A file that could not be understood is not written over. */
	ck_assert_int_eq(put("b", 1400), -EEXIST);
	ck_assert_ptr_nonnull(strstr(error, "b.json is there, and is no file of definitions"));
}
END_TEST

START_TEST(changes_go_where_the_device_is)
{
	put_file(0, "both.json", FILE_OF(DEVICE("one", "1001") "," DEVICE("two", "1002")));
	put_file(1, "later.json", FILE_OF(DEVICE("three", "1003")));
	load();
	ck_assert_int_eq(put("one", 1401), 0);
	ck_assert(!is_file(0, "one.json"));
	ck_assert_int_eq(put("three", 1403), 0);
	ck_assert(is_file(0, "three.json"));
	ck_assert_int_eq(put("new", 1404), 0);
	load();
	ck_assert_int_eq(mtu_of("one"), 1401);
	ck_assert_int_eq(mtu_of("two"), 1002);
	ck_assert_int_eq(mtu_of("three"), 1403);
	ck_assert_int_eq(mtu_of("new"), 1404);
	/* What was hidden shows again, and cannot be removed. */
	ck_assert_int_eq(store_remove(store, "three", error), 0);
	ck_assert(!is_file(0, "three.json"));
	ck_assert_int_eq(mtu_of("three"), 1003);
	ck_assert_int_eq(store_remove(store, "three", error), -EROFS);
	ck_assert_ptr_nonnull(strstr(error, "later.json hides it"));
	ck_assert_int_eq(store_remove(store, "one", error), 0);
	ck_assert(is_file(0, "both.json"));
	ck_assert_int_eq(store_remove(store, "two", error), 0);
	ck_assert(!is_file(0, "both.json"));
	ck_assert_int_eq(store_remove(store, "two", error), -ENOENT);
	load();
	ck_assert_uint_eq(store_size(store), 2);
}
END_TEST

START_TEST(edits_by_others_are_kept)
{
	load();
	ck_assert_int_eq(put("one", 1401), 0);
	ck_assert_int_eq(put("one", 1402), 0);
	put_file(0, "one.json", FILE_OF(DEVICE("one", "1999")));
	ck_assert_int_eq(put("one", 1403), -ESTALE);
	ck_assert_int_eq(store_remove(store, "one", error), -ESTALE);
	ck_assert_ptr_nonnull(strstr(error, "one.json was changed by somebody else"));
	ck_assert_int_eq(mtu_of("one"), 1402);
	put_file(0, "two.json", FILE_OF(""));
	ck_assert_int_eq(put("two", 1403), -ESTALE);
	ck_assert_int_eq(mtu_of("two"), -1);
	load();
	ck_assert_int_eq(mtu_of("one"), 1999);
	ck_assert_int_eq(put("one", 1403), 0);
	ck_assert_int_eq(put("two", 1403), 0);
}
END_TEST

START_TEST(what_cannot_be_written_is_not_changed)
{
	load();
	ck_assert_int_eq(put("one", 1401), 0);
	put_file(0, ".vdpactl-new-one.json", "half a fi");
	load();
	ck_assert(!is_file(0, ".vdpactl-new-one.json"));
	/* The temporary file's place is taken. */
	{
		char path[256];

		path_of(0, ".vdpactl-new-one.json", path);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	ck_assert_int_eq(put("one", 1402), -EISDIR);
	ck_assert_ptr_nonnull(strstr(error, "one.json cannot be written: Is a directory"));
	ck_assert_int_eq(mtu_of("one"), 1401);
	ck_assert_int_eq(rename(dirs[0], dirs[1]), 0);
	ck_assert_int_eq(put("two", 1402), -ENOENT);
	ck_assert_int_eq(mtu_of("two"), -1);
	ck_assert_int_eq(store_remove(store, "one", error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error, "one.json cannot be written: No such file"));
	ck_assert_int_eq(mtu_of("one"), 1401);
	ck_assert_int_eq(put(".one", 1402), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "name \".one\": "));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("definition-store");
	TCase *tc = tcase_create("store");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_add_test(tc, earlier_directories_win);
	tcase_add_test(tc, mistakes_are_told_and_left_out);
	tcase_add_test(tc, changes_go_where_the_device_is);
	tcase_add_test(tc, edits_by_others_are_kept);
	tcase_add_test(tc, what_cannot_be_written_is_not_changed);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
