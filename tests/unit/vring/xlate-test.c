// SPDX-License-Identifier: GPL-2.0-or-later
#include "tap.h"
#include "vring.h"

static u8 memory[0x4000];

static const struct {
	struct dvq_as as;
	struct dvq_map map[4];
} table = {
	.as.n = 4,
	.map = {
		{ 0x1000, 0x1fff, memory, DVQ_READ | DVQ_WRITE },
		{ 0x2000, 0x2fff, memory + 0x2000, DVQ_READ },
		{ 0x8000, 0x8000, memory + 0x3000, DVQ_WRITE },
		{ U64_MAX - 0xfff, U64_MAX, memory + 0x1000, DVQ_READ | DVQ_WRITE },
	},
};

static const struct {
	u64 iova;
	u64 len;
	u32 perm;
	long at; /* offset in memory, -1: refused */
	u64 got;
} lookups[] = {
	{ 0x1000, 1, DVQ_READ, 0, 1 },
	{ 0x1fff, 1, DVQ_WRITE, 0xfff, 1 },
	{ 0x1ff0, 0x100, DVQ_READ, 0xff0, 0x10 },
	{ 0x0fff, 1, DVQ_READ, -1, 0 },
	{ 0x0fff, 0x1000, DVQ_READ, -1, 0 },
	{ 0x2000, 0x1000, DVQ_READ, 0x2000, 0x1000 },
	{ 0x2000, 1, DVQ_WRITE, -1, 0 },
	{ 0x2000, 1, DVQ_READ | DVQ_WRITE, -1, 0 },
	{ 0x3000, 1, DVQ_READ, -1, 0 },
	{ 0x8000, 16, DVQ_WRITE, 0x3000, 1 },
	{ 0x8000, 1, DVQ_READ, -1, 0 },
	{ 0x8001, 1, DVQ_WRITE, -1, 0 },
	{ U64_MAX, 8, DVQ_READ, 0x1fff, 1 },
	{ U64_MAX - 0xfff, U64_MAX, DVQ_READ, 0x1000, 0x1000 },
	{ 0, 1, DVQ_READ, -1, 0 },
};

/* Whatever the hint says, the answer is the same. */
START_TEST(finds_what_is_mapped)
{
	for (u32 first_hint = 0; first_hint < 6; first_hint++) {
		u32 hint = first_hint;
		u64 len = lookups[_i].len;
		u8 *p = dvq_translate(&table.as, &hint, lookups[_i].iova, &len, lookups[_i].perm);

		if (lookups[_i].at < 0) {
			ck_assert_ptr_null(p);
			continue;
		}
		ck_assert_ptr_eq(p, memory + lookups[_i].at);
		ck_assert_uint_eq(len, lookups[_i].got);
	}
}
END_TEST

START_TEST(m12_entry_over_all_64_bits)
{
	struct {
		struct dvq_as as;
		struct dvq_map map[1];
	} all = { { 1 }, { { 0, U64_MAX, memory, DVQ_READ } } };
	u32 hint = 0;
	u64 len = 0x100;

	ck_assert_ptr_eq(dvq_translate(&all.as, &hint, 0, &len, DVQ_READ), memory);
	ck_assert_uint_eq(len, 0x100);
	len = U64_MAX;
	ck_assert_ptr_eq(dvq_translate(&all.as, &hint, 0, &len, DVQ_READ), memory);
	ck_assert_uint_eq(len, U64_MAX);
}
END_TEST

START_TEST(nothing_mapped)
{
	struct dvq_as empty = { 0 };
	u32 hint = 7;
	u64 len = 1;

	ck_assert_ptr_null(dvq_translate(NULL, &hint, 0, &len, DVQ_READ));
	ck_assert_ptr_null(dvq_translate(&empty, &hint, 0, &len, DVQ_READ));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-xlate");
	TCase *tc = tcase_create("xlate");

	tcase_add_loop_test(tc, finds_what_is_mapped, 0,
			    (int)(sizeof(lookups) / sizeof(lookups[0])));
	tcase_add_test(tc, m12_entry_over_all_64_bits);
	tcase_add_test(tc, nothing_mapped);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
