// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver.h"
#include "tap.h"

#define N VRING_DESC_F_NEXT
#define W VRING_DESC_F_WRITE

static struct driver d;
static struct dvq_chain c;
static u8 pattern[20000];

static void setup(void)
{
	driver_init(&d, 8, 0, 0);
	for (u32 i = 0; i < sizeof(pattern); i++)
		pattern[i] = (u8)(i * 7 + i / 256);
}

static void teardown(void)
{
	driver_fini(&d);
}

static void pop(u16 head)
{
	driver_post(&d, head);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
}

/* Buffers of many pages at odd places, read in odd portions. */
START_TEST(reads_across_buffers_and_pages)
{
	const u32 a = GUEST_DATA + 100, b = GUEST_DATA + 0x8fff;
	struct dvq_iter it;
	u8 got[20000];

	memcpy(d.mem + a, pattern, 9000);
	memcpy(d.mem + b, pattern + 9000, 11000);
	driver_desc(&d, 0, driver_iova(a), 9000, N, 1);
	driver_desc(&d, 1, driver_iova(b), 11000, 0, 0);
	pop(0);
	dvq_iter_out(&it, &d.q, &c);
	for (u32 pos = 0, n = 1; pos < sizeof(got); pos += n, n = n * 3 % 4099) {
		if (n > sizeof(got) - pos)
			n = sizeof(got) - pos;
		ck_assert_int_eq(dvq_read(&it, got + pos, n), 0);
		ck_assert_uint_eq(it.left, sizeof(got) - pos - n);
	}
	ck_assert_mem_eq(got, pattern, sizeof(got));
	ck_assert_int_eq(dvq_read(&it, got, 0), 0);
	ck_assert_int_eq(dvq_read(&it, got, 1), -ENODATA);
}
END_TEST

START_TEST(writes_behind_what_is_read)
{
	const u32 a = GUEST_DATA, b = GUEST_DATA + 0x4ffe;
	struct dvq_iter it;

	driver_desc(&d, 0, driver_iova(a), 16, N, 1);
	driver_desc(&d, 1, driver_iova(b), 3, N | W, 2);
	driver_desc(&d, 2, driver_iova(b + 100), 5000, W, 0);
	pop(0);
	dvq_iter_in(&it, &d.q, &c);
	ck_assert_int_eq(dvq_write(&it, pattern, 5004), -ENOSPC);
	ck_assert_int_eq(dvq_write(&it, pattern, 5003), 0);
	ck_assert_int_eq(dvq_write(&it, pattern, 1), -ENOSPC);
	ck_assert_mem_eq(d.mem + b, pattern, 3);
	ck_assert_mem_eq(d.mem + b + 100, pattern + 3, 5000);
	for (u32 i = 0; i < 16; i++)
		ck_assert_uint_eq(d.mem[a + i], 0);
}
END_TEST

/* In pieces that lie together, none longer than wanted, mixed with copies. */
START_TEST(spans_are_where_the_bytes_lie)
{
	const u32 a = GUEST_DATA + 10, b = GUEST_DATA + 0x5000;
	struct dvq_iter it;
	u32 sum = 0;
	u8 first;

	memcpy(d.mem + a, pattern, 9000);
	memcpy(d.mem + b, pattern + 9000, 500);
	driver_desc(&d, 0, driver_iova(a), 9000, N, 1);
	driver_desc(&d, 1, driver_iova(b), 500, 0, 0);
	pop(0);
	dvq_iter_out(&it, &d.q, &c);
	ck_assert_int_eq(dvq_read(&it, &first, 1), 0);
	for (sum = 1; sum < 9500;) {
		u32 len = 3000;
		u8 *p = dvq_span(&it, &len);

		ck_assert_ptr_nonnull(p);
		ck_assert(len && len <= 3000);
		ck_assert_mem_eq(p, pattern + sum, len);
		sum += len;
		ck_assert_uint_eq(it.left, 9500 - sum);
	}
	ck_assert_uint_eq(sum, 9500);
	ck_assert_ptr_null(dvq_span(&it, &(u32){ 1 }));
	dvq_iter_in(&it, &d.q, &c);
	ck_assert_ptr_null(dvq_span(&it, &(u32){ 1 }));

	driver_desc(&d, 2, 0x7777777777ull, 500, 0, 0);
	pop(2);
	dvq_iter_out(&it, &d.q, &c);
	ck_assert_ptr_null(dvq_span(&it, &(u32){ 500 }));
}
END_TEST

/* Nothing that is skipped need be mapped. */
START_TEST(skips_what_is_there_or_not)
{
	const u32 a = GUEST_DATA;
	struct dvq_iter it;
	u8 got[4];

	memcpy(d.mem + a, pattern, 20000);
	driver_desc(&d, 0, driver_iova(a), 5, N, 1);
	driver_desc(&d, 1, driver_iova(GUEST_SIZE) + 0x100000, 5000, N, 2);
	driver_desc(&d, 2, driver_iova(a + 5), 9000, 0, 0);
	pop(0);
	dvq_iter_out(&it, &d.q, &c);
	ck_assert_int_eq(dvq_skip(&it, 0), 0);
	ck_assert_int_eq(dvq_skip(&it, 5 + 5000), 0);
	ck_assert_int_eq(dvq_read(&it, got, 4), 0);
	ck_assert_mem_eq(got, pattern + 5, 4);
	ck_assert_int_eq(dvq_skip(&it, 8990), 0);
	ck_assert_uint_eq(it.left, 6);
	ck_assert_int_eq(dvq_skip(&it, 7), -ENODATA);
	ck_assert_int_eq(dvq_read(&it, got, 4), 0);
	ck_assert_mem_eq(got, pattern + 8999, 4);
	ck_assert_int_eq(dvq_skip(&it, 2), 0);
	ck_assert_int_eq(dvq_skip(&it, 0), 0);
	ck_assert_int_eq(dvq_skip(&it, 1), -ENODATA);
}
END_TEST

START_TEST(permissions_hold)
{
	struct dvq_iter it;
	u8 got[64];

	d.as->map[GUEST_DATA / 4096].perm = DVQ_READ;
	d.as->map[GUEST_DATA / 4096 + 1].perm = DVQ_WRITE;
	driver_desc(&d, 0, driver_iova(GUEST_DATA + 4096 - 32), 64, 0, 0);
	pop(0);
	dvq_iter_out(&it, &d.q, &c);
	ck_assert_int_eq(dvq_read(&it, got, 33), -EFAULT);
	dvq_iter_out(&it, &d.q, &c);
	ck_assert_int_eq(dvq_read(&it, got, 32), 0);

	driver_desc(&d, 1, driver_iova(GUEST_DATA), 8, W, 0);
	pop(1);
	dvq_iter_in(&it, &d.q, &c);
	ck_assert_int_eq(dvq_write(&it, pattern, 8), -EFAULT);
	ck_assert_uint_eq(d.mem[GUEST_DATA], 0);
}
END_TEST

START_TEST(copies_chain_to_chain)
{
	static struct driver rx;
	struct dvq_chain in;
	struct dvq_iter from, to;
	const u32 a = GUEST_DATA + 4090, b = GUEST_DATA + 1;

	driver_init(&rx, 8, 0, 0);
	memcpy(d.mem + a, pattern, 10000);
	driver_desc(&d, 0, driver_iova(a), 6000, N, 1);
	driver_desc(&d, 1, driver_iova(a + 6000), 4000, 0, 0);
	pop(0);
	driver_desc(&rx, 3, driver_iova(b), 1, N | W, 4);
	driver_desc(&rx, 4, driver_iova(b + 1), 12000, W, 0);
	driver_post(&rx, 3);
	ck_assert_int_eq(dvq_pop(&rx.q, &in), 1);

	dvq_iter_out(&from, &d.q, &c);
	dvq_iter_in(&to, &rx.q, &in);
	ck_assert_int_eq(dvq_copy(&to, &from, 10001), -ENODATA);
	ck_assert_int_eq(dvq_copy(&to, &from, 9000), 0);
	ck_assert_int_eq(dvq_copy(&to, &from, 1000), 0);
	ck_assert_mem_eq(rx.mem + b, pattern, 10000);
	dvq_iter_in(&from, &rx.q, &in);
	dvq_iter_out(&from, &rx.q, &in);
	ck_assert_int_eq(dvq_copy(&to, &from, 1), -ENODATA);
	driver_fini(&rx);
}
END_TEST

START_TEST(too_little_room_is_told_before_copying)
{
	struct dvq_iter from, to;

	memcpy(d.mem + GUEST_DATA, pattern, 100);
	driver_desc(&d, 0, driver_iova(GUEST_DATA), 100, N, 1);
	driver_desc(&d, 1, driver_iova(GUEST_DATA + 4096), 50, W, 0);
	pop(0);
	dvq_iter_out(&from, &d.q, &c);
	dvq_iter_in(&to, &d.q, &c);
	ck_assert_int_eq(dvq_copy(&to, &from, 51), -ENOSPC);
	ck_assert_uint_eq(d.mem[GUEST_DATA + 4096 + 1], 0);
}
END_TEST

/* A driver may name the same memory twice. */
START_TEST(copies_overlapping_memory)
{
	struct dvq_iter from, to;

	memcpy(d.mem + GUEST_DATA, pattern, 200);
	driver_desc(&d, 0, driver_iova(GUEST_DATA), 100, N, 1);
	driver_desc(&d, 1, driver_iova(GUEST_DATA + 50), 100, W, 0);
	pop(0);
	dvq_iter_out(&from, &d.q, &c);
	dvq_iter_in(&to, &d.q, &c);
	ck_assert_int_eq(dvq_copy(&to, &from, 100), 0);
	ck_assert_mem_eq(d.mem + GUEST_DATA + 50, pattern, 100);
}
END_TEST

/* What dvq_pop_behind() takes, with the chains before it. */
static void pop_behind(struct dvq_chain *next, struct dvq_chain *whole)
{
	ck_assert_int_eq(dvq_pop_behind(&d.q, next, whole->nin), 1);
	ck_assert_int_eq(next->error, 0);
	whole->nin += next->nin;
	whole->in_len += next->in_len;
}

START_TEST(chains_written_as_one)
{
	const u32 at[] = { GUEST_DATA + 10, GUEST_DATA + 0x2ffd, GUEST_DATA + 0x6000 };
	const u32 len[] = { 100, 5000, 30 };
	struct dvq_chain whole, next[2];
	struct dvq_iter it;

	for (u16 i = 0; i < 3; i++)
		driver_desc(&d, i, driver_iova(at[i]), len[i], W, 0);
	driver_post(&d, 1);
	driver_post(&d, 2);
	pop(0);
	whole = c;
	pop_behind(&next[0], &whole);
	pop_behind(&next[1], &whole);
	ck_assert_uint_eq(next[1].first, 2);
	ck_assert_uint_eq(whole.in_len, 5130);
	dvq_iter_in(&it, &d.q, &whole);
	ck_assert_int_eq(dvq_write(&it, pattern, 5130), 0);
	ck_assert_int_eq(dvq_write(&it, pattern, 1), -ENOSPC);
	ck_assert_mem_eq(d.mem + GUEST_DATA + 0x2ffd, pattern, 5000);
	ck_assert_mem_eq(d.mem + GUEST_DATA + 0x6000, pattern + 5000, 30);
	ck_assert_mem_eq(d.mem + GUEST_DATA + 10, pattern + 5030, 100);
	/* Put back, they come again; each also alone. */
	dvq_unpop(&d.q, &next[1]);
	dvq_unpop(&d.q, &next[0]);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_uint_eq(c.head, next[0].head);
	dvq_iter_in(&it, &d.q, &c);
	ck_assert_uint_eq(it.left, next[0].in_len);
}
END_TEST

/* Chains of a driver that uses descriptors twice need more room than there is. */
START_TEST(no_room_behind)
{
	struct dvq_chain next;

	for (u16 i = 0; i < 6; i++)
		driver_desc(&d, i, driver_iova(GUEST_DATA), 1, i == 5 ? W : N | W, i + 1);
	driver_post(&d, 1);
	pop(0);
	ck_assert_uint_eq(c.head, 1);
	ck_assert_int_eq(dvq_pop_behind(&d.q, &next, c.nin), 1);
	ck_assert_int_eq(next.error, -ENOSPC);
	ck_assert_uint_eq(next.nin, 0);
	dvq_unpop(&d.q, &next);
	dvq_push(&d.q, &c, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &next), 1);
	ck_assert_int_eq(next.error, 0);
	ck_assert_uint_eq(next.nin, 6);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-iter");
	TCase *tc = tcase_create("iter");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, reads_across_buffers_and_pages);
	tcase_add_test(tc, writes_behind_what_is_read);
	tcase_add_test(tc, spans_are_where_the_bytes_lie);
	tcase_add_test(tc, skips_what_is_there_or_not);
	tcase_add_test(tc, permissions_hold);
	tcase_add_test(tc, copies_chain_to_chain);
	tcase_add_test(tc, too_little_room_is_told_before_copying);
	tcase_add_test(tc, copies_overlapping_memory);
	tcase_add_test(tc, chains_written_as_one);
	tcase_add_test(tc, no_room_behind);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
