// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting queues and stopping them. */
#include "../vring/tap.h"
#include "card.h"

static struct card c;
static struct ifcvf_hw *hw;

static void setup(void)
{
	card_init(&c);
	c.features |= RING_RESET | RING_PACKED;
	hw = card_open(&c, IFCVF_GENERIC);
	hw->config_vector = 3;
	hw->features = FEATURES;
}

static void teardown(void)
{
	card_close(&c);
}

START_TEST(ready_queues_are_told_all)
{
	const struct card_queue *q = &c.queue[2];

	card_ready(&c, 2, 32);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(c.config_vector, 3);
	ck_assert_uint_eq(q->size, 32);
	ck_assert_uint_eq(q->vector, 2);
	ck_assert_uint_eq(q->desc, 0x1122334455667002);
	ck_assert_uint_eq(q->avail, 0x2233445566778002);
	ck_assert_uint_eq(q->used, 0x3344556677889002);
	ck_assert_uint_eq(q->enable, 1);
}
END_TEST

/* Linux 6.1's driver stops at the first queue that is not ready. */
START_TEST(queues_behind_one_that_is_not_ready_are_started)
{
	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(c.queue[0].enable, 0);
	ck_assert_uint_eq(c.queue[1].enable, 1);
	ck_assert_uint_eq(c.queue[2].enable, 0);
}
END_TEST

START_TEST(queue_is_enabled_last)
{
	unsigned int enabled;

	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	enabled = card_when(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_ENABLE, 1);
	ck_assert_uint_lt(card_when(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_USEDHI, 0x33445566),
			  enabled);
	ck_assert_uint_lt(card_when(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_MSIX, 1), enabled);
	ck_assert_uint_eq(enabled, c.n_writes - 1);
}
END_TEST

START_TEST(started_queue_is_not_started_again)
{
	card_ready(&c, 0, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_ENABLE, NULL), 1);
}
END_TEST

static const u16 bad_sizes[] = { 0, 3, 48, 128, 0xffff };

START_TEST(size_that_the_queue_cannot_have_is_refused)
{
	card_ready(&c, 2, bad_sizes[_i]);
	ck_assert(!ifcvf_hw_queue_fits(hw, 2));
	ck_assert_int_eq(ifcvf_hw_start(hw), -EINVAL);
	ck_assert_uint_eq(c.queue[2].enable, 0);
}
END_TEST

START_TEST(packed_ring_may_have_any_size)
{
	hw->features |= RING_PACKED;
	card_ready(&c, 2, 48);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(c.queue[2].size, 48);
}
END_TEST

START_TEST(vector_that_the_function_does_not_take_is_an_error)
{
	card_ready(&c, 1, 256)->vector = 70;
	ck_assert_int_eq(ifcvf_hw_start(hw), -ENOSPC);
	ck_said(&c, "queue 1: vector 70 is refused");
	ck_assert(!hw->queues[1].enabled);
	ck_assert_uint_eq(c.queue[1].enable, 0);

	hw->config_vector = 70;
	ck_assert_int_eq(ifcvf_hw_start(hw), -ENOSPC);
	ck_said(&c, "configuration: vector 70 is refused");
}
END_TEST

START_TEST(only_queues_in_use_ring)
{
	u32 last = 0;

	card_ready(&c, 1, 256);
	ifcvf_hw_ring(hw, 1);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_NOTIFY, CARD_MULT, NULL), 0);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ifcvf_hw_ring(hw, 1);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_NOTIFY, CARD_MULT, &last), 1);
	ck_assert_uint_eq(last, 1);
	ck_assert_uint_eq(c.writes[c.n_writes - 1].width, 2);
}
END_TEST

/* ---- stopping ------------------------------------------------------------------------------ */

START_TEST(queue_is_reset_where_that_was_agreed)
{
	hw->features |= RING_RESET;
	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	c.queue_reset_takes = 10;
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 1), 0);
	ck_assert_uint_eq(c.queue[1].enable, 0);
	ck_assert(!hw->queues[1].enabled);
	ck_assert_uint_ge(c.pauses, 9);
	/* It can be started again. */
	ck_assert_int_eq(ifcvf_hw_start_queue(hw, 1), 0);
	ck_assert_uint_eq(c.queue[1].enable, 1);
}
END_TEST

START_TEST(queue_reset_that_never_ends_is_given_up)
{
	hw->features |= RING_RESET;
	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	c.queue_reset_takes = NEVER;
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 1), -ETIMEDOUT);
	ck_said(&c, "queue 1: its reset does not end");
	ck_assert_uint_lt(c.pauses, 5000);
	ck_assert(hw->queues[1].enabled);
}
END_TEST

START_TEST(queue_reset_of_a_function_that_is_gone_ends_at_once)
{
	hw->features |= RING_RESET;
	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	c.gone = true;
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 1), -ENODEV);
	ck_assert_uint_eq(c.pauses, 0);
}
END_TEST

/* Virtio forbids to write 0 to queue_enable, which QEMU takes for the driver's end. */
START_TEST(queue_is_not_disabled_where_nobody_said_that_it_can_be)
{
	u32 last = 0;

	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 1), -EOPNOTSUPP);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_ENABLE, &last), 1);
	ck_assert_uint_eq(last, 1);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_COMMON, 58, NULL), 0);
}
END_TEST

START_TEST(queue_that_was_not_started_stops_at_once)
{
	unsigned int before = c.n_writes;

	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 1), 0);
	ck_assert_uint_eq(c.n_writes, before);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ifcvf-queues");
	TCase *t = tcase_create("queues");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ready_queues_are_told_all);
	tcase_add_test(t, queues_behind_one_that_is_not_ready_are_started);
	tcase_add_test(t, queue_is_enabled_last);
	tcase_add_test(t, started_queue_is_not_started_again);
	tcase_add_loop_test(t, size_that_the_queue_cannot_have_is_refused, 0,
			    ARRAY_SIZE(bad_sizes));
	tcase_add_test(t, packed_ring_may_have_any_size);
	tcase_add_test(t, vector_that_the_function_does_not_take_is_an_error);
	tcase_add_test(t, only_queues_in_use_ring);
	tcase_add_test(t, queue_is_reset_where_that_was_agreed);
	tcase_add_test(t, queue_reset_that_never_ends_is_given_up);
	tcase_add_test(t, queue_reset_of_a_function_that_is_gone_ends_at_once);
	tcase_add_test(t, queue_is_not_disabled_where_nobody_said_that_it_can_be);
	tcase_add_test(t, queue_that_was_not_started_stops_at_once);
	suite_add_tcase(s, t);
	return tap_main(s);
}
