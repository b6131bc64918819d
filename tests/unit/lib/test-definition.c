// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#include "definition.h"
#include "field.h"
#include "run-suite.h"

#define DEVICE(rest) "{\"version\":1,\"devices\":[{\"name\":\"a\",\"mgmtdev\":\"m\"" rest "}]}"

START_TEST(whole)
{
	static const char text[] =
		"{\"version\":1,\"devices\":[\n"
		"{\"name\":\"web0\",\"mgmtdev\":\"pci/0000:01:00.0\",\"mac\":\"02:00:00:00:00:01\","
		"\"mtu\":1500,\"max_vqp\":2,\"features\":[\"MAC\",\"bit_40\"],\"driver\":\"vhost\"}"
		",\n"
		"{\"name\":\"vdpa%d\",\"mgmtdev\":\"m\",\"features\":\"0x300000020\"},\n"
		"{\"name\":\"vdpa%d\",\"mgmtdev\":\"m\",\"features\":[]}]}\n";
	_cleanup_(cleanup_definition_free) struct definition *d = NULL;
	char error[DEFINITION_ERROR_MAX];
	const struct vdpactl_device_request *r;

	ck_assert_msg(definition_parse(text, strlen(text), "f", DEFINITION_LIVE, &d, error) == 0,
		      "%s", error);
	ck_assert_uint_eq(d->n, 3);
	r = d->requests[0];
	ck_assert_str_eq(r->name, "web0");
	ck_assert_str_eq(r->mgmtdev, "pci/0000:01:00.0");
	ck_assert_uint_eq(r->mac[0], 2);
	ck_assert_uint_eq(r->mtu, 1500);
	ck_assert_uint_eq(r->max_vqp, 2);
	ck_assert_uint_eq(r->features, 1ULL << 40 | 1 << 5);
	ck_assert_str_eq(r->driver, "vhost");
	ck_assert_uint_eq(d->requests[1]->features, 0x300000020);
	/* No features at all is a wish, too. */
	ck_assert(d->requests[2]->present & field_bit(&field_table_request, "features"));
	ck_assert_ptr_null(d->requests[1]->driver);
}
END_TEST

static const struct {
	const char *text, *error;
} bad[] = {
	{ "", "f: line 1: the JSON text is not complete" },
	{ "{\n\"version\":1,\n", "f: line 3: the JSON text is not complete" },
	{ "{\n\"version\":1,\n}", "f: line 3: not JSON: unexpected character" },
	{ "[]", "f: not a JSON object" },
	{ "{\"version\":1,\"devices\":[]}\n\nx", "f: line 3: not JSON: unexpected character" },
	{ "{\"devices\":[]}", "f: key \"version\" is missing (this is version 1)" },
	{ "{\"version\":2,\"more\":1}", "f: version: 2: not known, only 1 is" },
	{ "{\"version\":\"1\"}", "f: version: \"1\": not known, only 1 is" },
	{ "{\"version\":1}", "f: key \"devices\" is missing" },
	{ "{\"version\":1,\"devices\":{}}", "f: devices: not an array" },
	{ "{\"version\":1,\"devices\":[],\"x\":1}", "f: line 1: x: there is no such key" },
	{ "{\"version\":1,\"devices\":[1]}", "f: device number 1: not a JSON object" },
	{ "{\"version\":1,\"devices\":[{\"mgmtdev\":\"m\"}]}",
	  "f: device number 1: key \"name\" is missing" },
	{ "{\"version\":1,\"devices\":[{\"name\":\"a\"}]}",
	  "f: device \"a\": key \"mgmtdev\" is missing" },
	{ DEVICE(",\"colour\":\"red\""),
	  "f: line 1: device \"a\": colour: \"red\": there is no such key" },
	{ DEVICE(",\"mtu\":67"), "f: line 1: device \"a\": mtu: 67 is out of range (68 to 65535)" },
	{ DEVICE(",\"mtu\":\"1500\""), "f: line 1: device \"a\": mtu: \"1500\": not a number" },
	{ DEVICE(",\"mtu\":1500.5"), "f: line 1: device \"a\": mtu: 1500.5: not a number" },
	{ DEVICE(",\"mtu\":-1"), "f: line 1: device \"a\": mtu: -1: negative" },
	{ DEVICE(",\"mtu\":99999999999999999999"),
	  "f: line 1: device \"a\": mtu: a number above 2^64-2 is too large" },
	{ DEVICE(",\"mtu\":1500,\n\"mtu\" : 9000"), "f: line 2: mtu: the key is there twice" },
	{ "{\"version\":2,\"version\":1,\"devices\":[]}",
	  "f: line 1: version: the key is there twice" },
	{ DEVICE(",\"na\\u006de\":\"b\""), "f: line 1: na\\u006de: a key written with an escape" },
	{ DEVICE(",\"driver\":\"\\\"driver\\\":\""),
	  "f: line 1: device \"a\": driver: \"\"driver\":\": not one of vhost, virtio, none" },
	{ DEVICE(",\"mtu\":null"), "f: line 1: device \"a\": mtu: null: not a number" },
	{ DEVICE(",\"mac\":1"), "f: line 1: device \"a\": mac: 1: not an Ethernet address" },
	{ DEVICE(",\"features\":[\"MAC\",7]"), "f: line 1: device \"a\": features: 7: not a name" },
	{ DEVICE(",\"features\":[\"MAC,MTU\"]"),
	  "f: line 1: device \"a\": features: \"MAC,MTU\": not a single name" },
	{ DEVICE(",\"features\":[\"0x1\"]"),
	  "f: line 1: device \"a\": features: \"0x1\": a mask does not go in a list" },
	{ DEVICE(",\"driver\":\"vfio\""),
	  "f: line 1: device \"a\": driver: \"vfio\": not one of vhost, virtio, none" },
	{ DEVICE(",\"driver\":\"v\\u0000\""),
	  "f: line 1: device \"a\": driver: \"v\\u0000\": has a NUL in it" },
	{ "{\"version\":1,\"devices\":[{\"name\":\"a\",\"mgmtdev\":\"m\"},\n"
	  "{\"name\":\"b\",\n\"mgmtdev\":\"m\",\n\"mac\" : \"mac\"}]}",
	  "f: line 4: device \"b\": mac: \"mac\": not an Ethernet address such as "
	  "02:00:00:00:00:01" },
	{ "{\"version\":1,\n\"devices\":[{\"name\":\"a\",\n\"mgmtdev\":\"m\"}],\n\"more\":{\"x\":1}"
	  "}",
	  "f: line 4: more: there is no such key" },
	{ DEVICE("},{\"name\":\"a\",\"mgmtdev\":\"m\""),
	  "f: device \"a\": name: another device of the file has it" },
};

START_TEST(refused)
{
	struct definition *d = NULL;
	char error[DEFINITION_ERROR_MAX];

	ck_assert_int_eq(definition_parse(bad[_i].text, strlen(bad[_i].text), "f", DEFINITION_LIVE,
					  &d, error),
			 -EINVAL);
	ck_assert_str_eq(error, bad[_i].error);
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(nul_and_utf8)
{
	struct definition *d = NULL;
	char error[DEFINITION_ERROR_MAX];

	ck_assert_int_eq(definition_parse("{\n\0}", 4, "f", DEFINITION_LIVE, &d, error), -EINVAL);
	ck_assert_str_eq(error, "f: line 2: a NUL byte");
	ck_assert_int_eq(definition_parse("{\"\xff\":1}", 7, "f", DEFINITION_LIVE, &d, error),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "not JSON"));
}
END_TEST

START_TEST(from_files)
{
	_cleanup_(cleanup_definition_free) struct definition *d = NULL;
	_cleanup_fclose_ FILE *big = tmpfile(), *directory = fopen("/", "r");
	char error[DEFINITION_ERROR_MAX];

	ck_assert_ptr_nonnull(big);
	ck_assert_ptr_nonnull(directory);
	fputs(DEVICE(""), big);
	rewind(big);
	ck_assert_int_eq(definition_read(big, "f", DEFINITION_LIVE, &d, error), 0);
	d = definition_free(d);
	for (int i = 0; i < 5 * 1024; i++)
		fprintf(big, "%1024s", "");
	rewind(big);
	ck_assert_int_eq(definition_read(big, "f", DEFINITION_LIVE, &d, error), -EINVAL);
	ck_assert_str_eq(error, "f: larger than 4194304 bytes");
	ck_assert_int_eq(definition_read(directory, "/", DEFINITION_LIVE, &d, error), -EISDIR);
	ck_assert_str_eq(error, "/: cannot be read: Is a directory");
}
END_TEST

/* As the daemon writes it; features whose bits have names, and one that has none. */
static const char saved[] = "{\n"
			    "  \"version\": 1,\n"
			    "  \"devices\": [\n"
			    "    {\n"
			    "      \"name\": \"a\",\n"
			    "      \"mgmtdev\": \"m\",\n"
			    "      \"mac\": \"02:00:00:00:00:01\",\n"
			    "      \"features\": [\n"
			    "        \"MAC\",\n"
			    "        \"bit_44\"\n"
			    "      ],\n"
			    "      \"autostart\": true,\n"
			    "      \"owner\": \"qemu\",\n"
			    "      \"group\": \"kvm\",\n"
			    "      \"mode\": \"0640\"\n"
			    "    }\n"
			    "  ]\n"
			    "}\n";

START_TEST(written_and_read)
{
	static const char text[] =
		DEVICE(",\"features\":[\"MAC\",\"bit_44\"],\"mac\":\"02:00:00:00:00:01\","
		       "\"autostart\":true,\"owner\":\"qemu\",\"group\":\"kvm\",\"mode\":\"640\"");
	_cleanup_(cleanup_definition_free) struct definition *d = NULL, *again = NULL;
	_cleanup_free_ char *first = NULL, *second = NULL;
	char error[DEFINITION_ERROR_MAX];

	ck_assert_int_eq(definition_parse(text, strlen(text), "f", DEFINITION_LIVE, &d, error),
			 -EINVAL);
	ck_assert_str_eq(error, "f: line 1: device \"a\": autostart: true: there is no such key");
	ck_assert_int_eq(definition_parse(text, strlen(text), "f", DEFINITION_SAVED, &d, error), 0);
	ck_assert_int_eq(d->requests[0]->autostart, 1);
	ck_assert_str_eq(d->requests[0]->owner, "qemu");
	ck_assert_uint_eq(d->requests[0]->mode, 0640);
	ck_assert_int_eq(definition_format(d->requests, d->n, &first), 0);
	ck_assert_str_eq(first, saved);
	ck_assert_int_eq(
		definition_parse(first, strlen(first), "f", DEFINITION_SAVED, &again, error), 0);
	ck_assert_int_eq(definition_format(again->requests, again->n, &second), 0);
	ck_assert_str_eq(second, first);
}
END_TEST

/* Who reads a live definition made it, and opens what it names; what is saved names no files. */
START_TEST(files_of_live_ones_only)
{
	static const char text[] = DEVICE(",\"backing\":\"/dev/null\"");
	static const char gone[] = DEVICE(",\"backing\":\"/nonexistent\"");
	_cleanup_(cleanup_definition_free) struct definition *d = NULL;
	char error[DEFINITION_ERROR_MAX];
	int fd;

	ck_assert_int_eq(definition_parse(text, strlen(text), "f", DEFINITION_SAVED, &d, error),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "backing: \"/dev/null\": there is no such key"));
	ck_assert_int_eq(definition_parse(gone, strlen(gone), "f", DEFINITION_LIVE, &d, error),
			 -EINVAL);
	ck_assert_ptr_nonnull(
		strstr(error, "backing: \"/nonexistent\": No such file or directory"));
	ck_assert_int_eq(definition_parse(text, strlen(text), "f", DEFINITION_LIVE, &d, error), 0);
	fd = d->requests[0]->backing;
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	d = definition_free(d);
	ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
}
END_TEST

/* ---- the published schema ------------------------------------------------------------------- */

static json_object *at(json_object *from, const char *const path[])
{
	for (; *path; path++)
		ck_assert_msg(json_object_object_get_ex(from, *path, &from), "no %s", *path);
	return from;
}

START_TEST(schema_has_every_key)
{
	static const char *const devices[] = { "properties", "devices", "items", "properties",
					       NULL };
	const struct field_table *table = &field_table_request;
	json_object *root = json_object_from_file(SCHEMA), *keys, *value;

	ck_assert_msg(root, "%s", json_util_get_last_err());
	keys = at(root, devices);
	ck_assert_int_eq(json_object_object_length(keys), table->n);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];
		json_object *key;

		ck_assert_msg(json_object_object_get_ex(keys, f->name, &key), "no %s", f->name);
		if (!f->max)
			continue;
		ck_assert(json_object_object_get_ex(key, "minimum", &value));
		ck_assert_uint_eq(json_object_get_uint64(value), f->min);
		ck_assert(json_object_object_get_ex(key, "maximum", &value));
		ck_assert_uint_eq(json_object_get_uint64(value), f->max);
	}
	json_object_put(root);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("definition");
	TCase *tc = tcase_create("definition");

	tcase_add_test(tc, whole);
	tcase_add_loop_test(tc, refused, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, nul_and_utf8);
	tcase_add_test(tc, from_files);
	tcase_add_test(tc, written_and_read);
	tcase_add_test(tc, files_of_live_ones_only);
	tcase_add_test(tc, schema_has_every_key);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
