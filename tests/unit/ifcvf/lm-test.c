// SPDX-License-Identifier: GPL-2.0-or-later
/* Intel's registers for live migration: where they are, what is in them, and that no other function sees them touched. */
#include "../vring/tap.h"
#include "card.h"

static struct card c;

static void setup(void)
{
	card_init(&c);
	/* Virtio's windows move to BAR 2, so that BAR 4 is as on Intel's cards. */
	c.bar[2] = c.bar[4];
	for (unsigned int at = 0x40; at < 0x88; at += at == 0x70 ? 0x18 : 0x10)
		c.pci[at + 4] = 2;
	c.features |= RING_RESET | RING_PACKED;
}

static void teardown(void)
{
	card_close(&c);
}

static u32 lm(u32 offset)
{
	return c.lm[offset] | c.lm[offset + 1] << 8 | c.lm[offset + 2] << 16 |
	       (u32)c.lm[offset + 3] << 24;
}

static void set_lm(u32 offset, u32 value)
{
	for (unsigned int i = 0; i < 4; i++)
		c.lm[offset + i] = (u8)(value >> 8 * i);
}

/* ---- layout -------------------------------------------------------------------------------- */

static const struct {
	u16 variant, queue;
	u32 offset;
} places[] = {
	{ IFCVF_INTEL_NET, 0, 0x20 },	{ IFCVF_INTEL_NET, 1, 0x24 },
	{ IFCVF_INTEL_NET, 2, 0x60 },	{ IFCVF_INTEL_NET, 3, 0x64 },
	{ IFCVF_INTEL_NET, 4, 0xa0 },	{ IFCVF_INTEL_NET, 16, 0x220 },
	{ IFCVF_INTEL_NET, 31, 0x3e4 }, { IFCVF_INTEL_BLK, 0, 0x20 },
	{ IFCVF_INTEL_BLK, 1, 0x60 },	{ IFCVF_INTEL_BLK, 2, 0xa0 },
	{ IFCVF_INTEL_BLK, 15, 0x3e0 },
};

START_TEST(state_is_written_at_its_place_before_the_queue_is_enabled)
{
	u16 idx = places[_i].queue;
	struct ifcvf_hw *hw;

	c.nvqs = CARD_QUEUES;
	hw = card_open(&c, places[_i].variant);
	card_ready(&c, idx, 64)->base = 0x8765;
	c.n_writes = 0;
	ck_assert_int_eq(ifcvf_hw_start_queue(hw, idx), 0);
	ck_assert_uint_eq(ifcvf_lm_offset(hw->variant, idx), places[_i].offset);
	ck_assert_uint_eq(lm(places[_i].offset), 0x87658765);
	ck_assert_uint_lt(card_when(&c, IFCVF_LM, places[_i].offset, 0x87658765),
			  card_when(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_ENABLE, 1));
	/* Nothing else there is touched. */
	for (unsigned int i = 0; i < c.n_writes; i++)
		ck_assert(c.writes[i].window != IFCVF_LM ||
			  c.writes[i].offset == places[_i].offset);
}
END_TEST

/* Also of a queue that begins at the start, where the last user may have left something. */
START_TEST(start_of_a_ring_is_written_too)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_INTEL_NET);

	set_lm(0x24, 0xdeadbeef);
	card_ready(&c, 1, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(lm(0x24), 0);
}
END_TEST

START_TEST(nic_goes_on_after_its_answers_and_disk_after_its_requests)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_INTEL_NET);

	set_lm(0x24, 0x11112222);
	ck_assert_uint_eq(ifcvf_hw_read_state(hw, 1), 0x1111);
	card_close(&c);
	hw = card_open(&c, IFCVF_INTEL_BLK);
	set_lm(0x60, 0x11112222);
	ck_assert_uint_eq(ifcvf_hw_read_state(hw, 1), 0x2222);
}
END_TEST

START_TEST(stopped_queue_remembers_where)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_INTEL_NET);
	u32 last = 1;

	/* Even where rings can be reset: that would lose the place. */
	hw->features = FEATURES | RING_RESET;
	card_ready(&c, 0, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	set_lm(0x20, 0x00320035);
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 0), 0);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_COMMON, VIRTIO_PCI_COMMON_Q_ENABLE, &last), 2);
	ck_assert_uint_eq(last, 0);
	ck_assert_uint_eq(hw->queues[0].base, 0x32);
	/* And goes on there. */
	ck_assert_int_eq(ifcvf_hw_start_queue(hw, 0), 0);
	ck_assert_uint_eq(lm(0x20), 0x00320032);
}
END_TEST

START_TEST(queue_that_does_not_stop_is_told_of)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_INTEL_NET);

	card_ready(&c, 0, 256);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	c.stays_enabled = true;
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 0), -EOPNOTSUPP);
	ck_assert(hw->queues[0].enabled);
}
END_TEST

/* ---- where there is none ------------------------------------------------------------------- */

START_TEST(other_functions_have_no_such_registers)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_GENERIC);

	ck_assert_uint_eq(hw->region[IFCVF_LM].length, 0);
	for (u16 i = 0; i < 3; i++) {
		ck_assert(!ifcvf_hw_has_state(hw, i));
		card_ready(&c, i, 64)->base = 5;
	}
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	for (unsigned int i = 0; i < c.n_writes; i++)
		ck_assert(c.writes[i].window != IFCVF_LM);
}
END_TEST

START_TEST(packed_rings_have_no_state)
{
	struct ifcvf_hw *hw = card_open(&c, IFCVF_INTEL_NET);

	ck_assert(ifcvf_hw_has_state(hw, 0));
	hw->features = FEATURES | RING_PACKED;
	ck_assert(!ifcvf_hw_has_state(hw, 0));
	card_ready(&c, 0, 64);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_uint_eq(card_wrote(&c, IFCVF_LM, 0x20, NULL), 0);
}
END_TEST

START_TEST(queues_past_the_end_of_the_bar_have_no_state)
{
	struct ifcvf_hw *hw;

	c.bar[4] = 0x62;
	hw = card_open(&c, IFCVF_INTEL_NET);
	ck_assert(ifcvf_hw_has_state(hw, 0));
	ck_assert(ifcvf_hw_has_state(hw, 1));
	ck_assert(!ifcvf_hw_has_state(hw, 2));
	card_ready(&c, 2, 64);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
}
END_TEST

START_TEST(without_the_bar_there_is_no_state)
{
	c.bar[4] = 0;
	ck_assert(!ifcvf_hw_has_state(card_open(&c, IFCVF_INTEL_NET), 0));
}
END_TEST

/* QEMU's function has its common registers there: the state of queue 0 would be half the address of its ring. */
START_TEST(place_of_other_registers_is_no_place_for_state)
{
	struct ifcvf_hw *hw;

	card_init(&c);
	hw = card_open(&c, IFCVF_INTEL_NET);
	ck_said(&c, "other registers are where those for live migration would be");
	ck_assert(!ifcvf_hw_has_state(hw, 0));
	card_ready(&c, 0, 64);
	ck_assert_int_eq(ifcvf_hw_start(hw), 0);
	ck_assert_int_eq(ifcvf_hw_stop_queue(hw, 0), -EOPNOTSUPP);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ifcvf-lm");
	TCase *t = tcase_create("lm");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, state_is_written_at_its_place_before_the_queue_is_enabled, 0,
			    ARRAY_SIZE(places));
	tcase_add_test(t, start_of_a_ring_is_written_too);
	tcase_add_test(t, nic_goes_on_after_its_answers_and_disk_after_its_requests);
	tcase_add_test(t, stopped_queue_remembers_where);
	tcase_add_test(t, queue_that_does_not_stop_is_told_of);
	tcase_add_test(t, other_functions_have_no_such_registers);
	tcase_add_test(t, packed_rings_have_no_state);
	tcase_add_test(t, queues_past_the_end_of_the_bar_have_no_state);
	tcase_add_test(t, without_the_bar_there_is_no_state);
	tcase_add_test(t, place_of_other_registers_is_no_place_for_state);
	suite_add_tcase(s, t);
	return tap_main(s);
}
