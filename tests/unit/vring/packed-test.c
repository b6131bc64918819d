// SPDX-License-Identifier: GPL-2.0-or-later
#include "driver.h"
#include "tap.h"

/* No power of two, which a packed ring need not be. */
#define NUM	 7u
#define INDIRECT (1ull << VIRTIO_RING_F_INDIRECT_DESC)
#define EVENT	 (1ull << VIRTIO_RING_F_EVENT_IDX)
#define N	 VRING_DESC_F_NEXT
#define W	 VRING_DESC_F_WRITE
#define I	 VRING_DESC_F_INDIRECT

static struct driver d;
static struct dvq_chain c;

static const u64 data = IOVA_BASE + GUEST_DATA + 0x1000;
static const u64 table_iova = IOVA_BASE + GUEST_DATA + 0x108;

static struct vring_packed_desc *table(void)
{
	return (struct vring_packed_desc *)(d.mem + GUEST_DATA + 0x108);
}

static void setup(void)
{
	packed_init(&d, NUM, INDIRECT, DVQ_WRAP);
}

static void teardown(void)
{
	driver_fini(&d);
}

/* Start over with other features or another place. */
static void again(u64 features, u16 index)
{
	driver_fini(&d);
	packed_init(&d, NUM, features, index);
}

/* One descriptor, or @n of them that are alike. */
static void post(u16 id, u16 flags, u32 n)
{
	struct vring_packed_desc chain[NUM];

	for (u32 i = 0; i < n; i++)
		chain[i] = (struct vring_packed_desc){ data + 100 * i, 10, id, flags };
	packed_post(&d, chain, n);
}

/* A chain of @n descriptors comes and goes. */
static void serve(u16 id, u32 n)
{
	struct vring_used_elem e;

	post(id, 0, n);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.head, id);
	ck_assert_uint_eq(c.nout, n);
	dvq_push(&d.q, &c, 0);
	dvq_publish(&d.q);
	ck_assert(packed_take(&d, &e));
	ck_assert_uint_eq(e.id, id);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
}

START_TEST(start_checks_its_arguments)
{
	static const struct {
		u32 num;
		u16 index;
		u64 avail;
		int result;
	} how[] = {
		{ 0, 0, IOVA_BASE, -EINVAL },	  { 32769, 0, IOVA_BASE, -EINVAL },
		{ 7, 7, IOVA_BASE, -EINVAL },	  { 7, DVQ_WRAP | 7, IOVA_BASE, -EINVAL },
		{ 7, 0, IOVA_BASE + 2, -EINVAL }, { 7, DVQ_WRAP | 6, IOVA_BASE, 0 },
		{ 7, 6, IOVA_BASE, 0 },		  { 32768, DVQ_WRAP | 32767, IOVA_BASE, 0 },
	};
	struct dvq_config cfg = d.cfg;
	struct dvq q = { 0 };

	cfg.num = how[_i].num;
	cfg.index = how[_i].index;
	cfg.avail = how[_i].avail;
	ck_assert_int_eq(dvq_start(&q, &cfg), how[_i].result);
	dvq_stop(&q);
}
END_TEST

START_TEST(empty_ring)
{
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
	ck_assert(!dvq_publish(&d.q));
}
END_TEST

START_TEST(chain_of_three)
{
	static const struct vring_packed_desc chain[] = {
		{ IOVA_BASE + GUEST_DATA, 10, 99, 0 },
		{ IOVA_BASE + GUEST_DATA + 100, 20, 98, W },
		{ IOVA_BASE + GUEST_DATA + 200, 30, 60000, W },
	};
	struct vring_used_elem e;

	packed_post(&d, chain, 3);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.head, 60000);
	ck_assert_uint_eq(c.slots, 3);
	ck_assert_uint_eq(c.nout, 1);
	ck_assert_uint_eq(c.nin, 2);
	ck_assert_uint_eq(c.out_len, 10);
	ck_assert_uint_eq(c.in_len, 50);
	dvq_push(&d.q, &c, 42);
	ck_assert_msg(!packed_take(&d, &e), "shown before it was published");
	ck_assert(dvq_publish(&d.q));
	ck_assert(packed_take(&d, &e));
	ck_assert_uint_eq(e.id, 60000);
	ck_assert_uint_eq(e.len, 42);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
	ck_assert_uint_eq(dvq_index(&d.q), DVQ_WRAP | 3);
}
END_TEST

START_TEST(round_and_round)
{
	again(0, _i ? NUM - 1 : DVQ_WRAP);
	for (u32 i = 0; i < 1000; i++)
		serve((u16)(i * 77), 1 + i % NUM);
}
END_TEST

START_TEST(smallest_ring)
{
	driver_fini(&d);
	packed_init(&d, 1, INDIRECT, DVQ_WRAP);
	for (u16 i = 0; i < 10; i++)
		serve(i, 1);
}
END_TEST

/* Its last descriptor ends with the area, and its last place is all ones. */
START_TEST(largest_ring)
{
	driver_fini(&d);
	packed_init(&d, DVQ_NUM_MAX, 0, DVQ_WRAP | (DVQ_NUM_MAX - 3));
	for (u16 i = 0; i < 10; i++)
		serve(i, 1 + i % 2);
}
END_TEST

/* Flags of this round both: a driver would not set them, and there is nothing to take. */
START_TEST(what_says_it_is_used_is_not_taken)
{
	post(1, 0, 1);
	d.packed[0].flags |= 1 << VRING_PACKED_DESC_F_USED;
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
}
END_TEST

/* Several are shown at once, in the order in which they are handed back. */
START_TEST(a_batch_is_shown_as_a_whole)
{
	struct dvq_chain first, second, third;
	struct vring_used_elem e;

	again(0, DVQ_WRAP | (NUM - 2));
	post(1, 0, 2);
	post(2, 0, 3);
	post(3, W, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &first), 1);
	ck_assert_int_eq(dvq_pop(&d.q, &second), 1);
	ck_assert_int_eq(dvq_pop(&d.q, &third), 1);
	dvq_push(&d.q, &third, 5);
	dvq_push(&d.q, &second, 0);
	dvq_push(&d.q, &first, 0);
	ck_assert(!packed_take(&d, &e));
	dvq_publish(&d.q);
	for (u32 id = 3; id; id--) {
		ck_assert(packed_take(&d, &e));
		ck_assert_uint_eq(e.id, id);
		ck_assert_uint_eq(e.len, id == 3 ? 5 : 0);
	}
	ck_assert(!packed_take(&d, &e));
	serve(4, NUM);
}
END_TEST

START_TEST(unpop_gives_the_same_again)
{
	again(0, DVQ_WRAP | (NUM - 1));
	post(1, 0, 3);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	dvq_unpop(&d.q, &c);
	ck_assert_uint_eq(dvq_index(&d.q), DVQ_WRAP | (NUM - 1));
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_uint_eq(c.slots, 3);
	ck_assert_uint_eq(dvq_index(&d.q), 2);
}
END_TEST

/* Several in hand, over the end of the ring: handed back in order, or put back from the last to the first. */
START_TEST(several_in_hand)
{
	struct vring_used_elem e;
	struct dvq_chain next;
	u16 before;

	serve(1, NUM - 2);
	before = dvq_index(&d.q);
	post(5, W, 1);
	post(6, W, 3);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
		ck_assert_int_eq(dvq_pop_behind(&d.q, &next, c.nin), 1);
		ck_assert_uint_eq(next.first, 1);
		ck_assert_uint_eq(next.nin, 3);
		ck_assert_uint_eq(next.head, 6);
		if (i)
			break;
		dvq_unpop(&d.q, &next);
		dvq_unpop(&d.q, &c);
		ck_assert_uint_eq(dvq_index(&d.q), before);
	}
	dvq_push(&d.q, &c, 10);
	dvq_push(&d.q, &next, 30);
	dvq_publish(&d.q);
	ck_assert(packed_take(&d, &e) && e.id == 5 && e.len == 10);
	ck_assert(packed_take(&d, &e) && e.id == 6 && e.len == 30);
}
END_TEST

START_TEST(chain_as_long_as_the_ring)
{
	serve(5, NUM);
	serve(6, NUM);
}
END_TEST

START_TEST(chain_without_an_end)
{
	post(1, N, NUM);
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
}
END_TEST

/* What is in hand cannot be made available a second time. */
START_TEST(more_than_the_ring_holds)
{
	post(1, 0, NUM);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	post(2, 0, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
}
END_TEST

/* The driver of a ring of one takes what it was not shown for its own again. */
START_TEST(more_than_it_was_shown)
{
	driver_fini(&d);
	packed_init(&d, 1, 0, DVQ_WRAP);
	post(1, 0, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	dvq_push(&d.q, &c, 0);
	post(2, 0, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
}
END_TEST

START_TEST(m11_empty_buffers_are_skipped)
{
	static const struct vring_packed_desc chain[] = {
		{ 0, 0, 1, 0 },
		{ IOVA_BASE + GUEST_DATA, 5, 1, 0 },
		{ U64_MAX, 0, 1, W },
		{ IOVA_BASE + GUEST_DATA, 7, 1, W },
	};

	packed_post(&d, chain, 4);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.out_len, 5);
	ck_assert_uint_eq(c.in_len, 7);
}
END_TEST

/* It costs the chain alone: its id and the place of the next one are known. */
START_TEST(a_bad_chain_is_handed_back)
{
	static const struct vring_packed_desc bad[][3] = {
		{ { IOVA_BASE, 5, 1, W }, { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 5, 9, W } },
		{ { U64_MAX, 5, 1, 0 }, { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 5, 9, W } },
		{ { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 16, 1, I }, { IOVA_BASE, 5, 9, W } },
		{ { IOVA_BASE, 16, 1, I }, { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 5, 9, W } },
		{ { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 5, 1, 0 }, { IOVA_BASE, 16, 9, I } },
	};
	struct vring_used_elem e;

	packed_post(&d, bad[_i], 3);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, -EINVAL);
	ck_assert_uint_eq(c.head, 9);
	ck_assert_uint_eq(c.nout + c.nin, 0);
	dvq_push(&d.q, &c, 0);
	dvq_publish(&d.q);
	ck_assert(packed_take(&d, &e));
	ck_assert_uint_eq(e.id, 9);
	serve(2, 4);
}
END_TEST

/* The flags NEXT and INDIRECT mean nothing in a table. */
START_TEST(indirect_table)
{
	const struct vring_packed_desc entry = { table_iova, 3 * 16, 33, I };

	table()[0] = (struct vring_packed_desc){ data, 10, 1, 0 };
	table()[1] = (struct vring_packed_desc){ data + 50, 20, 2, W | N };
	table()[2] = (struct vring_packed_desc){ data + 90, 30, 3, W };
	packed_post(&d, &entry, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.head, 33);
	ck_assert_uint_eq(c.slots, 1);
	ck_assert_uint_eq(c.nout, 1);
	ck_assert_uint_eq(c.nin, 2);
	ck_assert_uint_eq(c.in_len, 50);
}
END_TEST

START_TEST(bad_tables)
{
	static const struct {
		u64 addr;
		u32 len;
		u64 features;
		int error;
	} bad[] = {
		{ IOVA_BASE + GUEST_DATA, 0, INDIRECT, -EINVAL },
		{ IOVA_BASE + GUEST_DATA, 17, INDIRECT, -EINVAL },
		{ IOVA_BASE + GUEST_DATA, (NUM + 1) * 16, INDIRECT, -EINVAL },
		{ U64_MAX - 15, 32, INDIRECT, -EINVAL },
		{ IOVA_BASE + GUEST_DATA, 16, 0, -EINVAL },
		{ IOVA_BASE + GUEST_SIZE - 8, 16, INDIRECT, -EFAULT },
	};
	struct vring_packed_desc entry = { bad[_i].addr, bad[_i].len, 5, I };

	again(bad[_i].features, DVQ_WRAP);
	packed_post(&d, &entry, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, bad[_i].error);
	ck_assert_uint_eq(c.head, 5);
}
END_TEST

/* ---- who wants to be told of what ------------------------------------------------------------ */

static bool publish(u32 n)
{
	post(1, 0, n);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	dvq_push(&d.q, &c, 0);
	return dvq_publish(&d.q);
}

START_TEST(driver_wants_all_or_nothing)
{
	d.wish->flags = VRING_PACKED_EVENT_FLAG_DISABLE;
	ck_assert(!publish(1));
	d.wish->flags = VRING_PACKED_EVENT_FLAG_ENABLE;
	ck_assert(publish(1));
	/* A place was not negotiated, or makes no sense: rather once too often. */
	d.wish->flags = VRING_PACKED_EVENT_FLAG_DESC;
	d.wish->off_wrap = 0;
	ck_assert(publish(1));
	again(EVENT, DVQ_WRAP);
	d.wish->flags = VRING_PACKED_EVENT_FLAG_DESC;
	d.wish->off_wrap = NUM;
	ck_assert(publish(1));
}
END_TEST

START_TEST(driver_wants_to_hear_of_a_place)
{
	static const struct {
		u16 from;
		u32 n;
		u16 event;
		bool told;
	} how[] = {
		{ DVQ_WRAP, 1, DVQ_WRAP, true },
		{ DVQ_WRAP, 1, DVQ_WRAP | 1, false },
		{ DVQ_WRAP, 2, DVQ_WRAP | 1, true },
		{ DVQ_WRAP | 3, 2, DVQ_WRAP | 2, false }, /* behind */
		{ DVQ_WRAP | 3, 2, 3, false },		  /* a round behind */
		{ DVQ_WRAP | 5, 3, 0, true },		  /* in the next round */
		{ DVQ_WRAP | 5, 3, 1, false },
		{ DVQ_WRAP | 5, 2, 0, false },
		{ 5, 3, DVQ_WRAP, true },
		{ DVQ_WRAP | 3, NUM, 2, true }, /* all of the ring, up to the last */
		{ DVQ_WRAP, NUM, DVQ_WRAP | (NUM - 1), true },
	};

	again(EVENT, how[_i].from);
	d.wish->flags = VRING_PACKED_EVENT_FLAG_DESC;
	d.wish->off_wrap = how[_i].event;
	ck_assert_int_eq(publish(how[_i].n), how[_i].told);
}
END_TEST

START_TEST(device_wants_to_be_kicked)
{
	again(_i ? EVENT : 0, DVQ_WRAP | (NUM - 1));
	serve(1, 2);
	dvq_kick_disable(&d.q);
	ck_assert_uint_eq(d.device_wish->flags, VRING_PACKED_EVENT_FLAG_DISABLE);
	ck_assert(!dvq_kick_enable(&d.q));
	ck_assert_uint_eq(d.device_wish->flags,
			  _i ? VRING_PACKED_EVENT_FLAG_DESC : VRING_PACKED_EVENT_FLAG_ENABLE);
	if (_i)
		ck_assert_uint_eq(d.device_wish->off_wrap, 1);
	ck_assert(!dvq_pending(&d.q));
	post(2, 0, 1);
	ck_assert(dvq_pending(&d.q));
	ck_assert_msg(dvq_kick_enable(&d.q), "one that came meanwhile is not seen");
}
END_TEST

/* ---- stop, and go on elsewhere --------------------------------------------------------------- */

START_TEST(m10_stop_and_start_again)
{
	for (u32 i = 0; i < 50; i++) {
		serve((u16)i, 1 + i % 3);
		d.cfg.index = dvq_index(&d.q);
		dvq_stop(&d.q);
		ck_assert_int_eq(dvq_start(&d.q, &d.cfg), 0);
		ck_assert_int_eq(dvq_map(&d.q), 0);
	}
}
END_TEST

START_TEST(the_ring_must_be_writable)
{
	d.as->map[0].perm = DVQ_READ;
	dvq_set_as(&d.q, d.as);
	ck_assert_int_eq(dvq_map(&d.q), -EFAULT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-packed");
	TCase *tc = tcase_create("packed");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, start_checks_its_arguments, 0, 8);
	tcase_add_test(tc, empty_ring);
	tcase_add_test(tc, chain_of_three);
	tcase_add_loop_test(tc, round_and_round, 0, 2);
	tcase_add_test(tc, smallest_ring);
	tcase_add_test(tc, largest_ring);
	tcase_add_test(tc, more_than_it_was_shown);
	tcase_add_test(tc, what_says_it_is_used_is_not_taken);
	tcase_add_test(tc, a_batch_is_shown_as_a_whole);
	tcase_add_test(tc, unpop_gives_the_same_again);
	tcase_add_test(tc, several_in_hand);
	tcase_add_test(tc, chain_as_long_as_the_ring);
	tcase_add_test(tc, chain_without_an_end);
	tcase_add_test(tc, more_than_the_ring_holds);
	tcase_add_test(tc, m11_empty_buffers_are_skipped);
	tcase_add_loop_test(tc, a_bad_chain_is_handed_back, 0, 5);
	tcase_add_test(tc, indirect_table);
	tcase_add_loop_test(tc, bad_tables, 0, 6);
	tcase_add_test(tc, driver_wants_all_or_nothing);
	tcase_add_loop_test(tc, driver_wants_to_hear_of_a_place, 0, 11);
	tcase_add_loop_test(tc, device_wants_to_be_kicked, 0, 2);
	tcase_add_test(tc, m10_stop_and_start_again);
	tcase_add_test(tc, the_ring_must_be_writable);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
