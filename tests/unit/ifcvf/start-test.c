// SPDX-License-Identifier: GPL-2.0-or-later
/* Getting to know a function, and resetting it. */
#include "../vring/tap.h"
#include "card.h"

static struct card c;

static void setup(void)
{
	card_init(&c);
}

static void teardown(void)
{
	card_close(&c);
}

/* ---- queues -------------------------------------------------------------------------------- */

START_TEST(queues_are_as_the_function_says)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	ck_assert_uint_eq(hw->nvqs, 3);
	ck_assert_uint_eq(hw->queues[0].size, 256);
	ck_assert_uint_eq(hw->queues[2].size, 64);
	ck_assert_uint_eq(hw->largest, 256);
	ck_assert_uint_eq(hw->queues[2].bell, 2 * CARD_MULT);
}
END_TEST

/* Linux 6.1's driver has room for 17. */
START_TEST(i1_many_queues)
{
	c.nvqs = CARD_QUEUES;
	ck_assert_int_eq(card_probe(&c), 0);
	ck_assert_uint_eq(c.hw.nvqs, CARD_QUEUES);
	ck_assert_uint_eq(c.hw.queues[CARD_QUEUES - 1].bell, (CARD_QUEUES - 1) * CARD_MULT);
}
END_TEST

static const u16 bad_counts[] = { 0, IFCVF_QUEUES_MAX + 1, 0x8000, 0xffff };

START_TEST(i1_number_of_queues_is_bounded)
{
	c.nvqs = bad_counts[_i];
	ck_assert_int_eq(card_probe(&c), -EIO);
	ck_said(&c, "queues are not between 1 and 1024");
}
END_TEST

/* Those that it tells of and does not have are of size 0; card.c has 64. */
START_TEST(queues_that_are_not_there_are_not_used)
{
	struct ifcvf_hw *hw;

	c.nvqs = IFCVF_QUEUES_MAX;
	c.sizes[1] = 0;
	hw = card_open(&c, IFCVF_GENERIC);
	card_ready(&c, 1, 1);
	ck_assert(!ifcvf_hw_queue_fits(hw, 1));
	ck_assert_int_eq(ifcvf_hw_start_queue(hw, 1), -EINVAL);
	ck_assert_uint_eq(hw->queues[CARD_QUEUES].size, 0);
}
END_TEST

START_TEST(first_queue_has_to_be_there)
{
	c.sizes[0] = 0;
	ck_assert_int_eq(card_probe(&c), -EIO);
	ck_said(&c, "queue 0 has no entries");
}
END_TEST

/* What it says, and what a split ring can make of it. */
static const u16 sizes[][2] = {
	{ 1, 1 },      { 2, 2 },	   { 3, 2 },	       { 255, 128 },
	{ 1000, 512 }, { 0x8000, 0x8000 }, { 0xffff, 0x8000 },
};

START_TEST(sizes_are_powers_of_two)
{
	c.sizes[0] = sizes[_i][0];
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->queues[0].size, sizes[_i][1]);
}
END_TEST

START_TEST(doorbells_are_within_their_window)
{
	c.queue[1].notify_off = 0x1000 / CARD_MULT;
	ck_assert_int_eq(card_probe(&c), -EIO);
	ck_said(&c, "queue 1: its doorbell at 0x1000");
}
END_TEST

/* In 32 bits the product is 0. */
START_TEST(doorbells_do_not_wrap)
{
	c.queue[0].notify_off = 0x8000;
	card_put32(&c, 0x80, 0x20000);
	ck_assert_int_eq(card_probe(&c), -EIO);
	ck_said(&c, "doorbell at 0x100000000");
}
END_TEST

/* ---- features ------------------------------------------------------------------------------ */

START_TEST(features_have_64_bits)
{
	c.features = FEATURES | BIT_ULL(0) | BIT_ULL(63);
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->offered, c.features);
}
END_TEST

START_TEST(transport_features_that_need_more_of_a_driver_are_not_offered)
{
	c.features = ~0ull;
	/* RING_RESET, not NOTIFICATION_DATA (38) and others that the kick or the layout would have to know of. */
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->offered & BIT_ULL(40), BIT_ULL(40));
	ck_assert_uint_eq(c.hw.offered & (BIT_ULL(37) | BIT_ULL(38) | BIT_ULL(39) | BIT_ULL(41)),
			  0);
	ck_assert_uint_eq(c.hw.offered >> 50, (1 << 14) - 1);
	ck_assert_uint_eq(c.hw.offered & 0xffffff, 0xffffff);
}
END_TEST

START_TEST(rings_are_not_reset_by_registers_that_are_not_there)
{
	c.features |= RING_RESET;
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0, 56);
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->offered, FEATURES);
}
END_TEST

START_TEST(function_that_would_go_around_the_iommu_is_refused)
{
	c.features = BIT_ULL(32);
	ck_assert_int_eq(card_probe(&c), -ENODEV);
	ck_said(&c, "VERSION_1 or ACCESS_PLATFORM is missing");
}
END_TEST

START_TEST(function_of_before_virtio_1_is_refused)
{
	c.features = BIT_ULL(33);
	ck_assert_int_eq(card_probe(&c), -ENODEV);
}
END_TEST

/* Linux 6.1's driver tells the low half twice. */
START_TEST(both_halves_of_the_features_are_written)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	hw->features = 0x123456789abcdef0;
	ifcvf_hw_write_features(hw);
	ck_assert_uint_eq(c.driver_features, 0x123456789abcdef0);
}
END_TEST

/* ---- reset --------------------------------------------------------------------------------- */

START_TEST(reset_is_waited_for)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	ifcvf_hw_set_status(hw, 7);
	c.reset_takes = 100;
	c.pauses = 0;
	ck_assert_int_eq(ifcvf_hw_reset(hw), 0);
	ck_assert_uint_eq(ifcvf_hw_status(hw), 0);
	ck_assert_uint_ge(c.pauses, 99);
}
END_TEST

START_TEST(reset_that_never_ends_is_given_up)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	ifcvf_hw_set_status(hw, 7);
	c.reset_takes = NEVER;
	ck_assert_int_eq(ifcvf_hw_reset(hw), -ETIMEDOUT);
	ck_said(&c, "status is still 0x7");
	ck_assert_uint_lt(c.pauses, 5000);
}
END_TEST

START_TEST(i5_function_that_does_not_reset_is_not_taken)
{
	c.status = 4;
	c.reset_takes = NEVER;
	ck_assert_int_eq(card_probe(&c), -ETIMEDOUT);
	ck_assert_ptr_null(c.hw.queues);
}
END_TEST

START_TEST(function_that_is_gone_is_not_waited_for)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	c.gone = true;
	c.pauses = 0;
	ck_assert_int_eq(ifcvf_hw_reset(hw), -ENODEV);
	ck_assert_uint_eq(ifcvf_hw_status(hw), 0xff);
	ck_assert_uint_eq(c.pauses, 0);
}
END_TEST

START_TEST(reset_forgets_the_driver_and_keeps_the_function)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	card_ready(&c, 2, 64);
	hw->queues[2].base = 7;
	hw->features = FEATURES;
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert(hw->queues[2].enabled);
	ck_assert_int_eq(ifcvf_hw_reset(hw), 0);
	ck_assert_uint_eq(hw->features, 0);
	ck_assert(!hw->queues[2].enabled && !hw->queues[2].ready);
	ck_assert_uint_eq(hw->queues[2].num + hw->queues[2].base + hw->queues[2].desc, 0);
	ck_assert_uint_eq(hw->queues[2].size, 64);
	ck_assert_uint_eq(hw->queues[2].bell, 2 * CARD_MULT);
	ck_assert_uint_eq(hw->queues[2].vector, 2);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ifcvf-start");
	TCase *t = tcase_create("start");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, queues_are_as_the_function_says);
	tcase_add_test(t, i1_many_queues);
	tcase_add_loop_test(t, i1_number_of_queues_is_bounded, 0, ARRAY_SIZE(bad_counts));
	tcase_add_test(t, queues_that_are_not_there_are_not_used);
	tcase_add_test(t, first_queue_has_to_be_there);
	tcase_add_loop_test(t, sizes_are_powers_of_two, 0, ARRAY_SIZE(sizes));
	tcase_add_test(t, doorbells_are_within_their_window);
	tcase_add_test(t, doorbells_do_not_wrap);
	tcase_add_test(t, features_have_64_bits);
	tcase_add_test(t, transport_features_that_need_more_of_a_driver_are_not_offered);
	tcase_add_test(t, rings_are_not_reset_by_registers_that_are_not_there);
	tcase_add_test(t, function_that_would_go_around_the_iommu_is_refused);
	tcase_add_test(t, function_of_before_virtio_1_is_refused);
	tcase_add_test(t, both_halves_of_the_features_are_written);
	tcase_add_test(t, reset_is_waited_for);
	tcase_add_test(t, reset_that_never_ends_is_given_up);
	tcase_add_test(t, i5_function_that_does_not_reset_is_not_taken);
	tcase_add_test(t, function_that_is_gone_is_not_waited_for);
	tcase_add_test(t, reset_forgets_the_driver_and_keeps_the_function);
	suite_add_tcase(s, t);
	return tap_main(s);
}
