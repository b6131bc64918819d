// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces that change range by range, against a model that has a word for each page. */
#include "tap.h"
#include "vring.h"

#define PAGE  4096ull
#define PAGES 2048u
#define TURNS 4000
/* As few tables as a space may have, twice. */
#define TABLES_MAX(entries) (2 * (entries) / 255 + 1)

static u8 memory[PAGES * 4096];

/* Where each page lies in memory, in pages, counted from 1; 0: it is not mapped. */
static u32 model[PAGES];

/* What a model has in a range, an entry for each page. */
struct model_source {
	struct dvq_source source;
	u32 at;
	u32 end;
	int error;
};

static int model_next(struct dvq_source *source, struct dvq_map *ret)
{
	struct model_source *from = (struct model_source *)source;

	while (from->at < from->end && !model[from->at])
		from->at++;
	if (from->at == from->end)
		return from->error;
	*ret = (struct dvq_map){ from->at * PAGE, from->at * PAGE + PAGE - 1,
				 memory + (model[from->at] - 1) * PAGE, DVQ_READ };
	from->at++;
	return 1;
}

/* A space with the model's pages from @from on. */
static struct dvq_as *follow(struct dvq_as *as, u32 from, u32 n)
{
	struct model_source source = { { n, model_next }, from, from + n, 0 };
	struct dvq_change c;

	ck_assert_int_eq(
		dvq_change_make(as, from * PAGE, (from + n) * PAGE - 1, &source.source, &c), 0);
	ck_assert_ptr_eq(c.before, as);
	dvq_change_done(&c);
	return c.after;
}

static void agrees(const struct dvq_as *as, u32 page)
{
	u32 hint = 0;
	u64 len = 1;
	u8 *p = dvq_translate(dvq_as_used(as), &hint, page * PAGE + page % PAGE, &len, DVQ_READ);

	if (model[page])
		ck_assert_ptr_eq(p, memory + (model[page] - 1) * PAGE + page % PAGE);
	else
		ck_assert_ptr_null(p);
}

static void all_agree(const struct dvq_as *as)
{
	for (u32 i = 0; i < PAGES; i++)
		agrees(as, i);
	for (u32 i = 0; as && i < as->n; i++) {
		const struct dvq_as *table = (const struct dvq_as *)as->map[i].base;

		ck_assert(table->n > 0 && table->n <= 255);
		ck_assert_uint_eq(as->map[i].start, table->map[0].start);
		ck_assert_uint_eq(as->map[i].last, table->map[table->n - 1].last);
	}
}

START_TEST(random_ranges)
{
	struct dvq_as *as = NULL;

	memset(model, 0, sizeof(model));
	srandom((unsigned int)_i);
	for (int turn = 0; turn < TURNS; turn++) {
		u32 n = 1 + (u32)random() % (random() % 8 ? 4 : PAGES),
		    from = (u32)random() % PAGES;
		bool map = random() % 2, straight = random() % 4 == 0;

		if (n > PAGES - from)
			n = PAGES - from;
		for (u32 i = from; i < from + n; i++)
			model[i] = !map ? 0 : straight ? i + 1 : 1 + (u32)random() % PAGES;
		as = follow(as, from, n);
		agrees(as, from);
		agrees(as, from + n - 1);
		if (turn % 100 == 0)
			all_agree(as);
	}
	all_agree(as);
	memset(model, 0, sizeof(model));
	ck_assert_ptr_null(follow(as, 0, PAGES));
}
END_TEST

/* Page by page, of which no two lie together: forwards, backwards, crosswise. */
START_TEST(single_pages)
{
	static const u32 steps[] = { 1, PAGES - 1, 1021 }, starts[] = { 0, PAGES - 1, 0 };
	struct dvq_as *as = NULL;

	memset(model, 0, sizeof(model));
	for (u32 i = 0, page = starts[_i]; i < PAGES; i++, page = (page + steps[_i]) % PAGES) {
		model[page] = 1 + page * 517 % PAGES;
		as = follow(as, page, 1);
	}
	all_agree(as);
	ck_assert_uint_le(as->n, TABLES_MAX(PAGES));
	for (u32 i = 0, page = starts[_i]; i < PAGES; i++, page = (page + steps[_i]) % PAGES) {
		model[page] = 0;
		as = follow(as, page, 1);
		ck_assert_uint_le(as ? as->n : 0, TABLES_MAX(PAGES));
	}
	ck_assert_ptr_null(as);
}
END_TEST

/* What was there is used until the change is done, and for ever when it is dropped. */
START_TEST(before_and_after)
{
	struct model_source source = { { 1, model_next }, 700, 701, 0 };
	struct dvq_change c;
	struct dvq_as *as;
	u32 was;

	for (u32 i = 0; i < PAGES; i++)
		model[i] = 1 + i * 517 % PAGES;
	as = follow(NULL, 0, PAGES);
	was = model[700];
	model[700] = 1 + was % PAGES;
	ck_assert_int_eq(dvq_change_make(as, 700 * PAGE, 701 * PAGE - 1, &source.source, &c), 0);
	ck_assert_uint_le(c.old, 2);
	all_agree(c.after);
	model[700] = was;
	all_agree(as);
	dvq_change_drop(&c);
	all_agree(as);
	dvq_as_free(as);
}
END_TEST

/* Twice the same page. */
static int same_next(struct dvq_source *source, struct dvq_map *ret)
{
	*ret = (struct dvq_map){ 12 * PAGE, 12 * PAGE + PAGE - 1, memory, DVQ_READ };
	return source->max-- > 1;
}

START_TEST(bad_sources)
{
	struct model_source more = { { 3, model_next }, 10, 20, 0 },
			    outside = { { 10, model_next }, 9, 19, 0 },
			    behind = { { 11, model_next }, 10, 21, 0 },
			    fails = { { 10, model_next }, 10, 20, -EIO };
	struct dvq_source same = { 10, same_next };
	struct dvq_change c;
	struct dvq_as *as;

	for (u32 i = 0; i < PAGES; i++)
		model[i] = 1 + i * 517 % PAGES;
	as = follow(NULL, 0, PAGES);
	ck_assert_int_eq(dvq_change_make(as, 10 * PAGE, 20 * PAGE - 1, &same, &c), -EINVAL);
	ck_assert_int_eq(dvq_change_make(as, 10 * PAGE, 20 * PAGE - 1, &more.source, &c), -EINVAL);
	ck_assert_int_eq(dvq_change_make(as, 10 * PAGE, 20 * PAGE - 1, &outside.source, &c),
			 -EINVAL);
	ck_assert_int_eq(dvq_change_make(as, 10 * PAGE, 20 * PAGE - 1, &behind.source, &c),
			 -EINVAL);
	ck_assert_int_eq(dvq_change_make(as, 10 * PAGE, 20 * PAGE - 1, &fails.source, &c), -EIO);
	ck_assert_int_eq(dvq_change_make(NULL, 10 * PAGE, 20 * PAGE - 1, &fails.source, &c), -EIO);
	all_agree(as);
	dvq_as_free(as);
}
END_TEST

/* Of an entry over all of 64 bits some bytes in the middle, and its end. */
START_TEST(ends_of_64_bits)
{
	struct model_source nothing = { { 0, model_next }, 0, 0, 0 };
	struct dvq_as *table = malloc(sizeof(*table) + sizeof(table->map[0]));
	struct dvq_as *as = malloc(sizeof(*as) + sizeof(as->map[0]));
	struct dvq_change c;
	u32 hint = 0;
	u64 len = PAGE;

	table->n = as->n = 1;
	table->map[0] = (struct dvq_map){ 0, U64_MAX, memory, DVQ_READ };
	as->map[0] = (struct dvq_map){ 0, U64_MAX, (u8 *)table, DVQ_TABLE };
	ck_assert_int_eq(dvq_change_make(as, 16, 31, &nothing.source, &c), 0);
	dvq_change_done(&c);
	as = c.after;
	ck_assert_ptr_eq(dvq_translate(dvq_as_used(as), &hint, 0, &len, DVQ_READ), memory);
	ck_assert_uint_eq(len, 16);
	ck_assert_ptr_null(dvq_translate(dvq_as_used(as), &hint, 31, &len, DVQ_READ));
	ck_assert_ptr_eq(dvq_translate(dvq_as_used(as), &hint, 32, &len, DVQ_READ), memory + 32);
	ck_assert_int_eq(dvq_change_make(as, 4096, U64_MAX, &nothing.source, &c), 0);
	dvq_change_done(&c);
	as = c.after;
	len = 2 * PAGE;
	ck_assert_ptr_eq(dvq_translate(dvq_as_used(as), &hint, 32, &len, DVQ_READ), memory + 32);
	ck_assert_uint_eq(len, 4096 - 32);
	ck_assert_ptr_null(dvq_translate(dvq_as_used(as), &hint, U64_MAX, &len, DVQ_READ));
	dvq_as_free(as);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-change");
	TCase *tc = tcase_create("change");

	tcase_add_loop_test(tc, random_ranges, 0, 4);
	tcase_add_loop_test(tc, single_pages, 0, 3);
	tcase_add_test(tc, before_and_after);
	tcase_add_test(tc, bad_sources);
	tcase_add_test(tc, ends_of_64_bits);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
