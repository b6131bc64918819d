// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "driver.h"
#include "tap.h"

#define NUM	 8u
#define INDIRECT (1ull << VIRTIO_RING_F_INDIRECT_DESC)
#define EVENT	 (1ull << VIRTIO_RING_F_EVENT_IDX)
#define N	 VRING_DESC_F_NEXT
#define W	 VRING_DESC_F_WRITE
#define I	 VRING_DESC_F_INDIRECT

static struct driver d;
static struct dvq_chain c;

static void setup(void)
{
	driver_init(&d, NUM, INDIRECT, 0);
}

static void teardown(void)
{
	driver_fini(&d);
}

/* Start over with other features or another index. */
static void again(u64 features, u16 index)
{
	driver_fini(&d);
	driver_init(&d, NUM, features, index);
}

/* An indirect table at data offset 0x100. */
static struct vring_desc *table(void)
{
	return (struct vring_desc *)(d.mem + GUEST_DATA + 0x100);
}

static const u64 table_iova = IOVA_BASE + GUEST_DATA + 0x100;
static const u64 data = IOVA_BASE + GUEST_DATA + 0x1000;

START_TEST(start_checks_its_arguments)
{
	static const struct {
		size_t field;
		u64 value;
	} bad[] = {
		{ offsetof(struct dvq_config, num), 0 },
		{ offsetof(struct dvq_config, num), 3 },
		{ offsetof(struct dvq_config, num), 2 * DVQ_NUM_MAX },
		{ offsetof(struct dvq_config, desc), IOVA_BASE + 8 },
		{ offsetof(struct dvq_config, avail), IOVA_BASE + 1 },
		{ offsetof(struct dvq_config, used), IOVA_BASE + 2 },
		{ offsetof(struct dvq_config, desc), U64_MAX - 15 },
		{ offsetof(struct dvq_config, used), U64_MAX - 3 },
	};
	struct dvq_config cfg = d.cfg;
	struct dvq q = { 0 };

	if (bad[_i].field == offsetof(struct dvq_config, num))
		cfg.num = (u32)bad[_i].value;
	else
		*(u64 *)((u8 *)&cfg + bad[_i].field) = bad[_i].value;
	ck_assert_int_eq(dvq_start(&q, &cfg), -EINVAL);
	ck_assert(!dvq_started(&q));
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
	struct vring_used_elem e;

	driver_desc(&d, 5, data, 10, N, 2);
	driver_desc(&d, 2, data + 100, 20, N | W, 7);
	driver_desc(&d, 7, data + 200, 30, W, 0);
	driver_post(&d, 5);

	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.head, 5);
	ck_assert_uint_eq(c.nout, 1);
	ck_assert_uint_eq(c.nin, 2);
	ck_assert_uint_eq(c.out_len, 10);
	ck_assert_uint_eq(c.in_len, 50);
	ck_assert_int_eq(driver_take(&d, &e), 0);

	dvq_push(&d.q, &c, 42);
	ck_assert_msg(!driver_take(&d, &e), "shown before it was published");
	ck_assert(dvq_publish(&d.q));
	ck_assert(driver_take(&d, &e));
	ck_assert_uint_eq(e.id, 5);
	ck_assert_uint_eq(e.len, 42);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
}
END_TEST

START_TEST(unpop_gives_the_same_again)
{
	driver_desc(&d, 1, data, 10, 0, 0);
	driver_post(&d, 1);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	dvq_unpop(&d.q, &c);
	ck_assert_uint_eq(dvq_index(&d.q), 0);
	c = (struct dvq_chain){ 0 };
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_uint_eq(c.head, 1);
	ck_assert_uint_eq(c.out_len, 10);
}
END_TEST

START_TEST(chain_as_long_as_the_ring)
{
	for (u16 i = 0; i < NUM; i++)
		driver_desc(&d, i, data + i, 1, i == NUM - 1 ? 0 : N, i + 1);
	driver_post(&d, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.nout, NUM);
}
END_TEST

START_TEST(m11_empty_buffers_are_skipped)
{
	driver_desc(&d, 0, data, 0, N, 1);
	driver_desc(&d, 1, data, 5, N, 2);
	driver_desc(&d, 2, 0, 0, N, 3);
	driver_desc(&d, 3, data, 7, N | W, 4);
	driver_desc(&d, 4, U64_MAX, 0, W, 0);
	driver_post(&d, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.nout, 1);
	ck_assert_uint_eq(c.nin, 1);
	ck_assert_uint_eq(c.out_len, 5);
	ck_assert_uint_eq(c.in_len, 7);
}
END_TEST

START_TEST(indirect_table)
{
	table()[0] = (struct vring_desc){ data, 1, N, 2 };
	table()[2] = (struct vring_desc){ data + 8, 2, N | W, 1 };
	table()[1] = (struct vring_desc){ data + 16, 4, W, 0 };
	/* One direct buffer first, which the specification allows. */
	driver_desc(&d, 0, data + 32, 8, N, 3);
	driver_desc(&d, 3, table_iova, 3 * 16, I, 0);
	driver_post(&d, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.out_len, 9);
	ck_assert_uint_eq(c.in_len, 6);
}
END_TEST

/* A table that is not aligned and lies across two pages, so two entries of the address space. */
START_TEST(indirect_table_across_pages)
{
	const u32 off = GUEST_DATA + 0x3000 - 21;
	struct vring_desc t[2] = { { data, 3, N, 1 }, { data, 4, W, 0 } };

	memcpy(d.mem + off, t, sizeof(t));
	driver_desc(&d, 0, driver_iova(off), sizeof(t), I, 0);
	driver_post(&d, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.out_len, 3);
	ck_assert_uint_eq(c.in_len, 4);
}
END_TEST

enum {
	LOOP,
	NEXT_OUTSIDE,
	WRITE_FIRST,
	EMPTY_WRITE_FIRST,
	ADDRESS_WRAPS,
	NESTED,
	WITH_NEXT,
	TABLE_0,
	TABLE_ODD,
	TABLE_LONG,
	TABLE_NEXT,
	TABLE_WRAPS,
	TABLE_LOOP,
	TABLE_UNMAPPED,
	LONG_IN_ALL,
	NOT_NEGOTIATED,
	BAD_COUNT
};

static int bad_chain(int kind)
{
	table()[0] = (struct vring_desc){ data, 1, 0, 0 };
	driver_desc(&d, 0, table_iova, 16, I, 0);
	driver_desc(&d, 1, data, 1, W, 0);
	switch (kind) {
	case LOOP:
		driver_desc(&d, 0, data, 1, N, 1);
		driver_desc(&d, 1, data, 1, N, 0);
		break;
	case NEXT_OUTSIDE:
		driver_desc(&d, 0, data, 1, N, NUM);
		break;
	case WRITE_FIRST:
		driver_desc(&d, 0, data, 1, N | W, 1);
		driver_desc(&d, 1, data, 1, 0, 0);
		break;
	case EMPTY_WRITE_FIRST:
		driver_desc(&d, 0, data, 1, N | W, 1);
		driver_desc(&d, 1, data, 0, 0, 0);
		break;
	case ADDRESS_WRAPS:
		driver_desc(&d, 0, U64_MAX - 3, 5, 0, 0);
		break;
	case NESTED:
		table()[0] = (struct vring_desc){ table_iova, 16, I, 0 };
		break;
	case WITH_NEXT:
		driver_desc(&d, 0, table_iova, 16, I | N, 1);
		break;
	case TABLE_0:
		driver_desc(&d, 0, table_iova, 0, I, 0);
		break;
	case TABLE_ODD:
		driver_desc(&d, 0, table_iova, 24, I, 0);
		break;
	case TABLE_LONG:
		driver_desc(&d, 0, table_iova, (NUM + 1) * 16, I, 0);
		break;
	case TABLE_NEXT:
		table()[0] = (struct vring_desc){ data, 1, N, 1 };
		break;
	case TABLE_WRAPS:
		driver_desc(&d, 0, U64_MAX - 7, 16, I, 0);
		break;
	case TABLE_LOOP:
		table()[0] = (struct vring_desc){ data, 1, N, 0 };
		break;
	case TABLE_UNMAPPED:
		driver_desc(&d, 0, 0x10, 16, I, 0);
		return -EFAULT;
	case LONG_IN_ALL:
		for (u16 i = 0; i < NUM; i++)
			table()[i] = (struct vring_desc){ data, 1, i == NUM - 1 ? 0 : N, i + 1 };
		driver_desc(&d, 0, data, 1, N, 1);
		driver_desc(&d, 1, table_iova, NUM * 16, I, 0);
		break;
	case NOT_NEGOTIATED:
		again(0, 0);
		table()[0] = (struct vring_desc){ data, 1, 0, 0 };
		driver_desc(&d, 0, table_iova, 16, I, 0);
		break;
	}
	return -EINVAL;
}

/* It comes back, and the good one behind it is served. */
START_TEST(bad_chain_costs_itself_only)
{
	int error = bad_chain(_i);
	struct vring_used_elem e;

	driver_desc(&d, 6, data, 9, W, 0);
	driver_post(&d, 0);
	driver_post(&d, 6);

	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, error);
	ck_assert_uint_eq(c.out_len + c.in_len, 0);
	dvq_push(&d.q, &c, 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
	ck_assert_int_eq(c.error, 0);
	ck_assert_uint_eq(c.in_len, 9);
	dvq_push(&d.q, &c, 9);
	ck_assert(dvq_publish(&d.q));
	ck_assert(driver_take(&d, &e));
	ck_assert_uint_eq(e.id, 0);
	ck_assert_uint_eq(e.len, 0);
	ck_assert(driver_take(&d, &e));
	ck_assert_uint_eq(e.id, 6);
}
END_TEST

START_TEST(broken_rings)
{
	driver_post(&d, NUM);
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
	again(INDIRECT, 0);
	d.ring.avail->idx = NUM + 1;
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
	again(INDIRECT, 5);
	d.ring.avail->idx = 4;
	ck_assert_int_eq(dvq_pop(&d.q, &c), -EPROTO);
}
END_TEST

START_TEST(indexes_wrap_at_16_bits)
{
	struct vring_used_elem e;

	again(EVENT, 65530);
	for (u32 i = 0; i < 20; i++) {
		driver_desc(&d, i % NUM, data, i, W, 0);
		driver_post(&d, i % NUM);
		ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
		ck_assert_uint_eq(c.head, i % NUM);
		dvq_push(&d.q, &c, i);
		dvq_publish(&d.q);
		ck_assert(driver_take(&d, &e));
		ck_assert_uint_eq(e.id, i % NUM);
		ck_assert_uint_eq(e.len, i);
	}
	ck_assert_uint_eq(dvq_index(&d.q), (u16)(65530 + 20));
	ck_assert_uint_eq(d.ring.used->idx, (u16)(65530 + 20));
}
END_TEST

/* Serve @n buffers and publish them as one batch. */
static bool serve(u32 n)
{
	for (u32 i = 0; i < n; i++) {
		driver_desc(&d, i, data, 1, 0, 0);
		driver_post(&d, i);
		ck_assert_int_eq(dvq_pop(&d.q, &c), 1);
		dvq_push(&d.q, &c, 0);
	}
	return dvq_publish(&d.q);
}

START_TEST(notify_by_flags)
{
	ck_assert(serve(1));
	d.ring.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	ck_assert(!serve(2));
	d.ring.avail->flags = 0;
	ck_assert(serve(2));
}
END_TEST

START_TEST(notify_by_event_index)
{
	again(EVENT, 65534);
	d.ring.avail->flags = VRING_AVAIL_F_NO_INTERRUPT; /* has no meaning then */
	vring_used_event(&d.ring) = 65534;
	ck_assert(serve(1)); /* 65534 */
	ck_assert(!serve(1));
	vring_used_event(&d.ring) = 2;
	ck_assert(!serve(2)); /* 0, 1 */
	ck_assert(serve(4));  /* 2..5, the wish is in the middle of the batch */
	ck_assert(!serve(4));
}
END_TEST

START_TEST(kicks_by_flags)
{
	ck_assert(!dvq_kick_enable(&d.q));
	ck_assert_uint_eq(d.ring.used->flags, 0);
	dvq_kick_disable(&d.q);
	ck_assert_uint_eq(d.ring.used->flags, VRING_USED_F_NO_NOTIFY);
	driver_desc(&d, 0, data, 1, 0, 0);
	driver_post(&d, 0);
	ck_assert(dvq_kick_enable(&d.q));
	ck_assert_uint_eq(d.ring.used->flags, 0);
}
END_TEST

START_TEST(kicks_by_event_index)
{
	again(EVENT, 0);
	ck_assert(!dvq_kick_enable(&d.q));
	ck_assert_uint_eq(vring_avail_event(&d.ring), 0);
	serve(3);
	dvq_kick_disable(&d.q);
	ck_assert_uint_eq(d.ring.used->flags, 0);
	ck_assert(!dvq_kick_enable(&d.q));
	ck_assert_uint_eq(vring_avail_event(&d.ring), 3);
	/* Asked for, and then no longer, though nothing was taken meanwhile. */
	dvq_kick_disable(&d.q);
	ck_assert(!dvq_pending(&d.q));
	for (u16 n = 1; n <= NUM; n++)
		ck_assert(!vring_need_event(vring_avail_event(&d.ring), 3 + n, 3));
	driver_post(&d, 0);
	ck_assert(dvq_pending(&d.q));
	ck_assert(dvq_kick_enable(&d.q));
}
END_TEST

/* A ring whose parts are unmapped, or mapped with too little permission. */
START_TEST(ring_must_be_mapped)
{
	struct dvq_as *as = as_new(d.as->n);
	u32 pages = (u32)(vring_size(NUM, 4096) + 4095) / 4096;

	memcpy(as, d.as, sizeof(*as) + d.as->n * sizeof(as->map[0]));
	for (u32 i = 0; i < pages; i++)
		as->map[i].perm = DVQ_READ;
	dvq_set_as(&d.q, as);
	ck_assert_int_eq(dvq_map(&d.q), -EFAULT);
	as->map[1].perm = DVQ_READ | DVQ_WRITE; /* the device area's page, see vring_init() */
	ck_assert_int_eq(dvq_map(&d.q), 0);
	as->map[0].perm = DVQ_WRITE;
	dvq_set_as(&d.q, as);
	ck_assert_int_eq(dvq_map(&d.q), -EFAULT);
	dvq_set_as(&d.q, NULL);
	ck_assert_int_eq(dvq_map(&d.q), -EFAULT);

	dvq_set_as(&d.q, d.as);
	ck_assert_int_eq(dvq_map(&d.q), 0);
	ck_assert(serve(1));
	free(as);
}
END_TEST

/* The same addresses behind other memory: what follows is read from there. */
START_TEST(ring_moves)
{
	struct dvq_as *as = as_new(1);
	u8 *other = aligned_alloc(4096, GUEST_SIZE);
	struct vring_used_elem e;

	ck_assert_ptr_nonnull(other);
	serve(2);
	memcpy(other, d.mem, GUEST_SIZE);
	as->map[0] = (struct dvq_map){ driver_iova(0), driver_iova(0) + GUEST_SIZE - 1, other,
				       DVQ_READ | DVQ_WRITE };
	dvq_set_as(&d.q, as);
	ck_assert_int_eq(dvq_map(&d.q), 0);
	vring_init(&d.ring, NUM, other, 4096);
	ck_assert(driver_take(&d, &e) && driver_take(&d, &e));
	ck_assert(serve(2));
	ck_assert(driver_take(&d, &e));
	dvq_set_as(&d.q, d.as);
	free(as);
	free(other);
}
END_TEST

/* Rings larger than a page whose pages lie in memory in reverse order, device area aligned to 4. */
START_TEST(ring_in_scattered_pages)
{
	enum { BIG = 1024 };
	struct dvq_as *as = as_new(GUEST_SIZE / 4096);
	struct dvq q = { 0 };
	struct dvq_config cfg = { .desc = 0, .avail = 0x5002, .used = 0x7ffc, .num = BIG };
	u8 *mem = aligned_alloc(4096, GUEST_SIZE);
	u16 idx;

	ck_assert_ptr_nonnull(mem);
	memset(mem, 0, GUEST_SIZE);
	for (u32 i = 0; i < as->n; i++)
		as->map[i] = (struct dvq_map){ i * 4096, i * 4096 + 4095,
					       mem + (as->n - 1 - i) * 4096, DVQ_READ | DVQ_WRITE };
#define GUEST(off) (mem + (as->n - 1 - (off) / 4096) * 4096 + (off) % 4096)
	for (u32 i = 0; i < BIG; i++) {
		*(u64 *)GUEST(16 * i) = 0x20000 + i;
		*(u64 *)GUEST(16 * i + 8) = i + 1;
		*(u16 *)GUEST(0x5002 + 4 + 2 * i) = (u16)(BIG - 1 - i);
	}
	*(u16 *)GUEST(0x5002 + 2) = BIG;

	dvq_set_as(&q, as);
	ck_assert_int_eq(dvq_start(&q, &cfg), 0);
	ck_assert_int_eq(dvq_map(&q), 0);
	for (u32 i = 0; i < BIG; i++) {
		ck_assert_int_eq(dvq_pop(&q, &c), 1);
		ck_assert_uint_eq(c.out_len, BIG - i);
		dvq_push(&q, &c, i);
	}
	ck_assert_int_eq(dvq_pop(&q, &c), 0);
	dvq_publish(&q);
	idx = *(u16 *)GUEST(0x7ffc + 2);
	ck_assert_uint_eq(idx, BIG);
	for (u32 i = 0; i < BIG; i++) {
		ck_assert_uint_eq(*(u32 *)GUEST(0x7ffc + 4 + 8 * i), BIG - 1 - i);
		ck_assert_uint_eq(*(u32 *)GUEST(0x7ffc + 8 + 8 * i), i);
	}
#undef GUEST
	dvq_stop(&q);
	free(mem);
	free(as);
}
END_TEST

START_TEST(m10_stop_and_start_again)
{
	struct dvq_config cfg = d.cfg;

	serve(3);
	cfg.index = dvq_index(&d.q);
	dvq_stop(&d.q);
	ck_assert(!dvq_started(&d.q));
	dvq_stop(&d.q);
	ck_assert_int_eq(dvq_start(&d.q, &cfg), 0);
	ck_assert_int_eq(dvq_map(&d.q), 0);
	ck_assert_int_eq(dvq_pop(&d.q, &c), 0);
	ck_assert(serve(1));
	ck_assert_uint_eq(d.ring.used->idx, 4);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-split");
	TCase *tc = tcase_create("split");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, start_checks_its_arguments, 0, 8);
	tcase_add_test(tc, empty_ring);
	tcase_add_test(tc, chain_of_three);
	tcase_add_test(tc, unpop_gives_the_same_again);
	tcase_add_test(tc, chain_as_long_as_the_ring);
	tcase_add_test(tc, m11_empty_buffers_are_skipped);
	tcase_add_test(tc, indirect_table);
	tcase_add_test(tc, indirect_table_across_pages);
	tcase_add_loop_test(tc, bad_chain_costs_itself_only, 0, BAD_COUNT);
	tcase_add_test(tc, broken_rings);
	tcase_add_test(tc, indexes_wrap_at_16_bits);
	tcase_add_test(tc, notify_by_flags);
	tcase_add_test(tc, notify_by_event_index);
	tcase_add_test(tc, kicks_by_flags);
	tcase_add_test(tc, kicks_by_event_index);
	tcase_add_test(tc, ring_must_be_mapped);
	tcase_add_test(tc, ring_moves);
	tcase_add_test(tc, ring_in_scattered_pages);
	tcase_add_test(tc, m10_stop_and_start_again);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
