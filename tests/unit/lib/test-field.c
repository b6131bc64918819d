// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row of every table: member, wire, text and JSON agree, and values survive each way and back. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec-json.h"
#include "feature-names.h"
#include "mac.h"
#include "name.h"
#include "nl-codec.h"
#include "object.h"
#include "objects.h"
#include "run-suite.h"

static const struct field_table *const tables[] = { &field_table_mgmtdev, &field_table_device,
						    &field_table_config, &field_table_request };
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))

/* A value of the field's type that is not what an empty object has. */
static const char *sample(const struct field *field)
{
	static char largest[24];

	if (field->max) {
		snprintf(largest, sizeof(largest), "%" PRIu64, field->max);
		return largest;
	}
	switch (field->type) {
	case FIELD_U8:
		return "200";
	case FIELD_U16:
		return "65535";
	case FIELD_U32:
		return "4294967295";
	case FIELD_U64:
		return "18446744073709551615";
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_ANNOUNCE:
		return "yes";
	case FIELD_LINK:
		return "up";
	case FIELD_MAC:
		return "02:ab:cd:ef:01:ff";
	case FIELD_FEATURES:
		return "CSUM,MAC,VERSION_1,bit_51,SPEED_DUPLEX";
	case FIELD_CLASSES:
		return "net,block,id_63";
	case FIELD_DRIVER:
		return "vhost";
	case FIELD_MODE:
		return "0640";
	case FIELD_ACCOUNT:
	case FIELD_CLASS:
	case FIELD_STRING:
	case FIELD_FILE:
	case FIELD_TYPES:
		break;
	}
	return "web0";
}

static void *new_object(const struct field_table *table)
{
	void *object = calloc(1, table->size);

	ck_assert_ptr_nonnull(object);
	return object;
}

static void free_object(const struct field_table *table, void *object)
{
	field_clear(table, object);
	free(object);
}

/* Feature names are net's here, so the device id has to be. */
static void be_net(const struct field_table *table, void *object)
{
	const uint32_t net = 1;

	if (table->id_offset >= 0)
		memcpy((char *)object + table->id_offset, &net, sizeof(net));
}

START_TEST(rows_are_sound)
{
	const struct field_table *table = tables[_i];

	ck_assert_uint_le(table->n, 64);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];

		ck_assert_int_lt(f->type, FIELD_TYPES);
		ck_assert_uint_ge(f->offset, sizeof(uint64_t));
		ck_assert_uint_le(f->offset + field_types[f->type].size, table->size);
		ck_assert_uint_lt(f->attr, NL_CODEC_MAX);
		ck_assert_int_eq(field_find(table, f->name), (int)i);
		ck_assert_uint_eq(field_bit(table, f->name), 1ULL << i);
		ck_assert(f->bus_name[0] >= 'A' && f->bus_name[0] <= 'Z');
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(table->fields[k].bus_name, f->bus_name);
	}
	ck_assert_int_eq(field_find(table, "no such"), -1);
}
END_TEST

START_TEST(text_round_trips)
{
	const struct field_table *table = tables[_i];
	char error[FIELD_ERROR_SIZE], *text;

	for (size_t i = 0; i < table->n; i++) {
		const char *value = sample(&table->fields[i]);
		void *object;

		/* Files have no text that could be read again: files_are_handed_on. */
		if (table->fields[i].type == FIELD_FILE)
			continue;
		object = new_object(table);

		be_net(table, object);
		ck_assert_int_eq(field_text(table, i, object, &text), -ENODATA);
		ck_assert_msg(field_from_text(table, i, object, value, error) == 0, "%s: %s",
			      table->fields[i].name, error);
		ck_assert_uint_eq(*field_present(object), 1ULL << i);
		/* The device id itself decides about names. */
		if (strcmp(table->fields[i].name, "device_id") == 0)
			ck_assert_uint_eq(field_device_id(table, object), UINT32_MAX);
		ck_assert_int_eq(field_text(table, i, object, &text), 0);
		ck_assert_str_eq(text, value);
		free(text);
		free_object(table, object);
	}
}
END_TEST

START_TEST(json_round_trips)
{
	const struct field_table *table = tables[_i];
	char error[FIELD_ERROR_SIZE];

	for (size_t i = 0; i < table->n; i++) {
		void *from, *to;
		const int any = -1;
		json_object *json;

		if (table->fields[i].type == FIELD_FILE)
			continue;
		from = new_object(table);
		to = new_object(table);

		be_net(table, from);
		be_net(table, to);
		ck_assert_int_eq(field_from_text(table, i, from, sample(&table->fields[i]), error),
				 0);
		json = object_to_json(table, from);
		ck_assert_int_eq(json_object_object_length(json), 1);
		/* A row without flags can be shown, not chosen. */
		if (!table->fields[i].flags)
			ck_assert_int_eq(object_from_json(table, any, json, to, error), -EINVAL);
		else
			ck_assert_msg(object_from_json(table, any, json, to, error) == 0, "%s",
				      error);
		if (table->fields[i].flags)
			ck_assert_uint_eq(field_diff(table, from, to), 0);
		json_object_put(json);
		free_object(table, from);
		free_object(table, to);
	}
}
END_TEST

/* What goes on the wire for a row, made by hand. */
static struct nlattr *wire(const struct field *field, size_t size, char *buffer)
{
	struct nlattr *a = (struct nlattr *)buffer;

	a->nla_type = field->attr;
	a->nla_len = NLA_HDRLEN + size;
	memset(buffer + NLA_HDRLEN, 1, size);
	if (field_types[field->type].wire == UINT16_MAX)
		buffer[NLA_HDRLEN + size - 1] = '\0';
	return a;
}

static int decode_one(const struct field_table *table, size_t row, size_t size, uint32_t id,
		      void **ret_object)
{
	const struct field *field = &table->fields[row];
	char buffer[64] __attribute__((aligned(8))), idbuf[8] __attribute__((aligned(8)));
	struct nl_attrs attrs = { 0 };
	struct nlattr *a = (struct nlattr *)idbuf;
	void *object = new_object(table);
	int r, k = field_find(table, "device_id");

	if (k >= 0 && !(field->flags & FIELD_EXT)) {
		a->nla_type = table->fields[k].attr;
		a->nla_len = NLA_HDRLEN + 4;
		memcpy(idbuf + NLA_HDRLEN, &id, 4);
		attrs.at[a->nla_type] = a;
	}
	attrs.at[field->attr] = wire(field, size, buffer);
	r = nl_decode(table, field->flags & FIELD_EXT, &attrs, object);
	*ret_object = object;
	return r;
}

START_TEST(wire_is_strict)
{
	const struct field_table *table = tables[_i];

	/* A request is never received. */
	for (size_t i = 0; table != &field_table_request && i < table->n; i++) {
		const struct field *f = &table->fields[i];
		uint32_t id = f->flags & FIELD_BLK ? 2 : 1;
		size_t right = field_types[f->type].wire;
		void *object;

		if (!f->attr || f->type == FIELD_FLAG || strcmp(f->name, "name") == 0)
			continue;
		right = right == UINT16_MAX ? 6 : right;
		if (f->type == FIELD_BOOL || f->type != FIELD_CLASS) {
			ck_assert_msg(decode_one(table, i, right, id, &object) == 0, "%s", f->name);
			ck_assert_msg(field_has(object, i), "%s", f->name);
			free_object(table, object);
		}
		if (field_types[f->type].wire == UINT16_MAX)
			continue;
		for (size_t size = 0; size < 12; size++) {
			if (size == right)
				continue;
			ck_assert_msg(decode_one(table, i, size, id, &object) == -EBADMSG,
				      "%s of %zu bytes", f->name, size);
			free_object(table, object);
		}
	}
}
END_TEST

START_TEST(attribute_of_another_class_is_not_taken)
{
	int row = field_find(&field_table_config, "capacity");
	void *object;

	ck_assert_int_eq(decode_one(&field_table_config, row, 8, 1, &object), 0);
	ck_assert(!field_has(object, row));
	free_object(&field_table_config, object);
}
END_TEST

START_TEST(strings_on_the_wire_end_with_their_only_nul)
{
	static const struct {
		const char *bytes;
		size_t size;
		int result;
	} cases[] = { { "a\0", 2, 0 },		 { "\0", 1, 0 },
		      { "a", 1, -EBADMSG },	 { "", 0, -EBADMSG },
		      { "a\0b\0", 4, -EBADMSG }, { "a\0\0", 3, -EBADMSG } };
	char buffer[16] __attribute__((aligned(8)));
	struct nlattr *a = (struct nlattr *)buffer;
	const char *text;

	a->nla_len = NLA_HDRLEN + cases[_i].size;
	memcpy(buffer + NLA_HDRLEN, cases[_i].bytes, cases[_i].size);
	ck_assert_int_eq(nl_get_string(a, &text), cases[_i].result);
}
END_TEST

START_TEST(diff_and_copy)
{
	struct vdpactl_device a = { 0 }, b = { 0 };
	const struct field_table *t = &field_table_device;
	char error[FIELD_ERROR_SIZE];

	ck_assert_int_eq(field_set_string(t, field_find(t, "name"), &a, "x"), 0);
	ck_assert_int_eq(field_set_number(t, field_find(t, "max_vqs"), &a, 3, error), 0);
	ck_assert_int_eq(field_copy(t, &b, &a), 0);
	ck_assert_uint_eq(field_diff(t, &a, &b), 0);
	ck_assert_ptr_ne(a.name, b.name);
	b.max_vqs = 4;
	ck_assert_uint_eq(field_diff(t, &a, &b), field_bit(t, "max_vqs"));
	ck_assert_int_eq(field_set_string(t, field_find(t, "driver"), &b, "vhost"), 0);
	ck_assert_uint_eq(field_diff(t, &a, &b), field_bit(t, "max_vqs") | field_bit(t, "driver"));
	ck_assert_int_eq(field_set_string(t, field_find(t, "driver"), &b, NULL), 0);
	ck_assert_uint_eq(field_diff(t, &a, &b), field_bit(t, "max_vqs"));
	field_clear(t, &a);
	field_clear(t, &b);
}
END_TEST

static bool is_same_file(int a, int b)
{
	struct stat sa, sb;

	ck_assert_int_eq(fstat(a, &sa), 0);
	ck_assert_int_eq(fstat(b, &sb), 0);
	return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* Whoever acts for others takes files that are open and opens none; each object has a descriptor of its own. */
START_TEST(files_are_handed_on)
{
	struct vdpactl_device_request a = { 0 }, b = { 0 };
	const struct field_table *t = &field_table_request;
	int row = field_find(t, "backing"), fd = open("/dev/null", O_RDONLY | O_CLOEXEC), again;
	char error[FIELD_ERROR_SIZE], *text;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(field_from_text(t, row, &a, "/dev/null", error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "backing: \"/dev/null\": "));
	ck_assert_int_eq(field_open_file(t, row, &a, "/nonexistent", error), -EINVAL);
	ck_assert_str_eq(error, "backing: \"/nonexistent\": No such file or directory");
	ck_assert_uint_eq(a.present, 0);

	ck_assert_int_eq(field_set_file(t, row, &a, fd), 0);
	ck_assert_int_eq(field_copy(t, &b, &a), 0);
	ck_assert(a.backing != fd && b.backing != fd && a.backing != b.backing);
	ck_assert(is_same_file(a.backing, fd) && is_same_file(b.backing, fd));
	ck_assert_int_eq(field_text(t, row, &a, &text), 0);
	ck_assert_str_eq(text, "/dev/null");
	free(text);

	/* The one before is closed, and so is the last. */
	again = a.backing;
	ck_assert_int_eq(field_open_file(t, row, &a, "/dev/zero", error), 0);
	ck_assert(!is_same_file(a.backing, fd));
	ck_assert(a.backing == again || fcntl(again, F_GETFD) < 0);
	again = a.backing;
	field_clear(t, &a);
	ck_assert_int_lt(fcntl(again, F_GETFD), 0);
	ck_assert_int_eq(field_set_file(t, row, &a, again), -EBADF);
	field_clear(t, &b);
	close(fd);
}
END_TEST

static const struct {
	const char *key, *value, *error;
} bad[] = {
	{ "mtu", "67", "mtu: 67 is out of range (68 to 65535)" },
	{ "mtu", "65536", "mtu: 65536 is out of range (68 to 65535)" },
	{ "mtu", "-1", "mtu: \"-1\": not a number" },
	{ "mtu", "1500x", "mtu: \"1500x\": not a number" },
	{ "mtu", "", "mtu: \"\": not a number" },
	{ "mtu", "99999999999999999999", "mtu: \"99999999999999999999\": not a number" },
	{ "max_vqp", "0", "max_vqp: 0 is out of range (1 to 65535)" },
	{ "mac", "02:00:00:00:00",
	  "mac: \"02:00:00:00:00\": not an Ethernet address such as "
	  "02:00:00:00:00:01" },
	{ "mac", "01:00:00:00:00:01",
	  "mac: \"01:00:00:00:00:01\": a group address or all zeroes, "
	  "which no device can have" },
	{ "features", "MAC,NOPE", "features: \"NOPE\": no such feature" },
	{ "features", "0xg", "features: \"0xg\": no such feature" },
	{ "features", "0x10000000000000000", "features: \"0x10000000000000000\": no such feature" },
	{ "features", "bit_64", "features: \"bit_64\": no such feature" },
	{ "driver", "vhost_vdpa", "driver: \"vhost_vdpa\": not one of vhost, virtio, none" },
	{ "name", "", "name: \"\": the name is empty" },
	{ "name", "a/b", "name: \"a/b\": the name has a \"/\" in it" },
	{ "name", "a%s", "name: \"a%s\": \"%\" may only stand in one \"%d\"" },
	{ "name", "%d%d", "name: \"%d%d\": \"%\" may only stand in one \"%d\"" },
	{ "name", "a\nb", "name: \"a\nb\": the name has a control character in it" },
	{ "name", "..", "name: \"..\": \".\" and \"..\" are no names" },
	{ "mgmtdev", "a/b/c",
	  "mgmtdev: \"a/b/c\": more than one \"/\" in it (it is NAME or "
	  "BUS/NAME)" },
	{ "mgmtdev", "/b", "mgmtdev: \"/b\": the name is empty" },
};

START_TEST(refusals_name_key_value_reason)
{
	struct vdpactl_device_request request = { 0 };
	char error[FIELD_ERROR_SIZE];
	int row = field_find(&field_table_request, bad[_i].key);

	ck_assert_int_eq(field_from_text(&field_table_request, row, &request, bad[_i].value, error),
			 -EINVAL);
	ck_assert_str_eq(error, bad[_i].error);
	ck_assert_uint_eq(request.present, 0);
}
END_TEST

START_TEST(feature_names_both_ways)
{
	char buf[FEATURE_NAME_SIZE];

	for (uint32_t id = 0; id < 4; id++)
		for (int bit = 0; bit < 64; bit++)
			ck_assert_int_eq(feature_parse(id, feature_text(id, bit, buf)), bit);
	ck_assert_str_eq(vdpactl_feature_name(1, 5), "MAC");
	ck_assert_str_eq(vdpactl_feature_name(2, 5), "RO");
	ck_assert_str_eq(vdpactl_feature_name(2, 32), "VERSION_1");
	ck_assert_ptr_null(vdpactl_feature_name(1, 64));
	ck_assert_int_eq(feature_parse(1, "mac"), 5);
	ck_assert_int_eq(feature_parse(1, "bit_"), -EINVAL);
	ck_assert_int_eq(feature_parse(1, "bit_+1"), -EINVAL);
}
END_TEST

START_TEST(long_names)
{
	char name[66];

	memset(name, 'x', sizeof(name));
	name[63] = '\0';
	ck_assert_ptr_null(name_check_device(name));
	name[63] = 'x';
	name[64] = '\0';
	ck_assert_ptr_nonnull(name_check_device(name));
	ck_assert(name_is_possible(name));
	ck_assert(!name_is_possible(""));
	ck_assert(!name_is_possible(".."));
	ck_assert_ptr_null(name_check_device("0000:01:00.0"));
	ck_assert_ptr_null(name_check_device("vdpa%d"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("field");
	TCase *tc = tcase_create("field");

	tcase_add_loop_test(tc, rows_are_sound, 0, N_TABLES);
	tcase_add_loop_test(tc, text_round_trips, 0, N_TABLES);
	tcase_add_loop_test(tc, json_round_trips, 0, N_TABLES);
	tcase_add_loop_test(tc, wire_is_strict, 0, N_TABLES);
	tcase_add_test(tc, attribute_of_another_class_is_not_taken);
	tcase_add_loop_test(tc, strings_on_the_wire_end_with_their_only_nul, 0, 6);
	tcase_add_test(tc, diff_and_copy);
	tcase_add_test(tc, files_are_handed_on);
	tcase_add_loop_test(tc, refusals_name_key_value_reason, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, feature_names_both_ways);
	tcase_add_test(tc, long_names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
