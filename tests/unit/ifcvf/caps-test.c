// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of capabilities, good and bad. */
#include <linux/pci_regs.h>

#include "../vring/tap.h"
#include "card.h"

static struct card c;

static void setup(void)
{
	card_init(&c);
}

static void expect_region(enum ifcvf_window window, u8 bar, u32 offset, u32 length)
{
	const struct ifcvf_region *r = &c.hw.region[window];

	ck_assert_uint_eq(r->bar, bar);
	ck_assert_uint_eq(r->offset, offset);
	ck_assert_uint_eq(r->length, length);
}

START_TEST(finds_all_windows)
{
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), 0);
	expect_region(IFCVF_COMMON, 4, 0, 64);
	expect_region(IFCVF_ISR, 4, 0x1000, 1);
	expect_region(IFCVF_DEVICE, 4, 0x2000, 0x1000);
	expect_region(IFCVF_NOTIFY, 4, 0x3000, 0x1000);
	expect_region(IFCVF_MSIX, 1, 0, 64);
	expect_region(IFCVF_LM, 0, 0, 0);
	ck_assert_uint_eq(c.hw.notify_multiplier, CARD_MULT);
	ck_assert_uint_eq(c.complaints, 0);
}
END_TEST

START_TEST(i2_list_that_points_at_itself_ends)
{
	c.pci[0x71] = 0x70;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -EIO);
	ck_said(&c, "goes in circles");
	ck_assert_uint_lt(c.reads, 1000);
}
END_TEST

START_TEST(i2_list_that_goes_back_ends)
{
	c.pci[0x89] = 0x40;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -EIO);
	ck_said(&c, "goes in circles");
	ck_assert_uint_lt(c.reads, 1000);
}
END_TEST

START_TEST(longest_list_is_walked)
{
	memset(c.pci + 64, 0, 192);
	/* One for each word, of a kind that nobody knows; each holds the next one's place. */
	for (unsigned int at = 64; at < 256; at += 4) {
		c.pci[at] = 0x7f;
		c.pci[at + 1] = (u8)(at + 4);
	}
	c.pci[PCI_CAPABILITY_LIST] = 64;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"common\" is missing");
}
END_TEST

START_TEST(list_into_the_header_is_refused)
{
	c.pci[0x41] = 0x3c;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -EIO);
	ck_said(&c, "leads nowhere at 0x3c");
}
END_TEST

START_TEST(reserved_bits_of_a_pointer_are_masked)
{
	c.pci[PCI_CAPABILITY_LIST] = 0x98 | 3;
	c.pci[0x41] = 0x50 | 1;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), 0);
}
END_TEST

START_TEST(without_a_list_there_is_nothing)
{
	c.pci[PCI_STATUS] = 0;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
}
END_TEST

START_TEST(function_that_is_gone_has_nothing)
{
	c.gone = true;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -EIO);
	ck_assert_uint_lt(c.reads, 1000);
}
END_TEST

/* Capability at @at is cut short by its own length, or by the end of the space. */
START_TEST(short_capabilities_do_not_count)
{
	c.pci[0x42] = 15;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"common\" is missing");

	card_init(&c);
	c.pci[0x72] = 19;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"notify\" is missing");

	card_init(&c);
	c.pci[0x51] = 0xfc;
	c.pci[0xfc] = PCI_CAP_ID_VNDR;
	c.pci[0xfd] = 0;
	c.pci[0xfe] = 16;
	c.pci[0xff] = VIRTIO_PCI_CAP_NOTIFY_CFG;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"notify\" is missing");

	/* Its length is as it should be, and the space ends before that. */
	card_init(&c);
	card_put_cap(&c, 0xf0, 0, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x1000);
	c.pci[0x61] = 0xf0;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"notify\" is missing");
}
END_TEST

/* Each would be past the end of BAR 4, of 0x4000 bytes. */
static const struct {
	u32 offset, length;
} outside[] = {
	{ 0xfffff000, 0x2000 }, /* in 32 bits the sum is 0x1000 */
	{ 0xffffffff, 0xffffffff }, { 0, 0xffffffff }, { 0x4000, 0x1000 },
	{ 0x3ffc, 0x1000 },	    { 0, 0x4001 },
};

START_TEST(i2_windows_past_the_end_of_their_bar_do_not_count)
{
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 4, outside[_i].offset,
		     outside[_i].length);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"common\" is missing");
	ck_assert_uint_eq(c.complaints, 2);
}
END_TEST

START_TEST(small_and_crooked_windows_do_not_count)
{
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0, 55);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);

	card_init(&c);
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 4, 2, 0x1000);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);

	card_init(&c);
	card_put_cap(&c, 0x50, 0x60, VIRTIO_PCI_CAP_ISR_CFG, 4, 0x1000, 0);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_said(&c, "\"isr\" is missing");
}
END_TEST

START_TEST(only_memory_bars_count)
{
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 2, 0, 0x1000);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);

	/* Reserved ones are passed over without a word. */
	card_init(&c);
	card_put_cap(&c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 6, 0, 0x1000);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), -ENODEV);
	ck_assert_uint_eq(c.complaints, 1);
}
END_TEST

START_TEST(second_window_counts_when_the_first_cannot_be_used)
{
	card_put_cap(&c, 0x88, 0xb0, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0x800, 64);
	card_put_cap(&c, 0xb0, 0, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0xc00, 64);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), 0);
	expect_region(IFCVF_COMMON, 4, 0, 64);

	c.pci[0x44] = 0;
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), 0);
	expect_region(IFCVF_COMMON, 4, 0x800, 64);
}
END_TEST

/* The doorbells are as far apart as the window says that is used. */
START_TEST(second_notify_window_changes_nothing)
{
	c.pci[0x89] = 0xb0;
	card_put_cap(&c, 0xb0, 0, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x100);
	card_put32(&c, 0xb0 + 16, 4096);
	ck_assert_int_eq(ifcvf_hw_find_windows(&c.hw), 0);
	expect_region(IFCVF_NOTIFY, 4, 0x3000, 0x1000);
	ck_assert_uint_eq(c.hw.notify_multiplier, CARD_MULT);
}
END_TEST

START_TEST(configuration_space_is_optional)
{
	c.pci[0x63] = 9;
	ck_assert_int_eq(card_probe(&c), 0);
	ck_assert_uint_eq(c.hw.config_size, 0);
	card_close(&c);
}
END_TEST

START_TEST(i7_doorbell_page_is_one_of_its_own)
{
	struct ifcvf_hw *hw;
	u64 at = 0;

	/* Four bytes apart, they share a page. */
	hw = card_open(&c, IFCVF_GENERIC);
	ck_assert(!ifcvf_hw_doorbell_page(hw, 0, 4096, &at));
	card_close(&c);

	c.bar[4] = 0x8000;
	card_put_cap(&c, 0x70, 0x88, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x3000);
	card_put32(&c, 0x80, 4096);
	hw = card_open(&c, IFCVF_GENERIC);
	ck_assert(ifcvf_hw_doorbell_page(hw, 2, 4096, &at));
	ck_assert_uint_eq(at, 0x5000);
	card_close(&c);
}
END_TEST

/* The same with something wrong: what else there is on its page, or where it ends. */
START_TEST(i7_doorbell_page_with_something_else_is_refused)
{
	u64 at = 0;

	c.bar[4] = 0x8000;
	card_put32(&c, 0x80, 4096);
	card_put_cap(&c, 0x70, 0x88, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x3000);
	if (_i == 0)
		card_put32(&c, 0x9c, 0x5800 | 4); /* the table of interrupts */
	if (_i == 1)
		card_put_cap(&c, 0x60, 0x70, VIRTIO_PCI_CAP_DEVICE_CFG, 4, 0x5ffc, 0x100);
	if (_i == 2)
		card_put32(&c, 0x70 + 12, 0x2ffe); /* ends before its page does */
	if (_i == 3)
		card_put_cap(&c, 0x70, 0x88, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3800, 0x3000);
	ck_assert(!ifcvf_hw_doorbell_page(card_open(&c, IFCVF_GENERIC), 2, 4096, &at));
	card_close(&c);
}
END_TEST

static u32 rnd(void)
{
	static u64 state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 16);
}

/* Whatever a configuration space holds, the walk ends, and card.c sees to it that no window is outside of its BAR. */
START_TEST(i2_any_list_ends)
{
	unsigned int found = 0;

	for (unsigned int round = 0; round < 20000; round++) {
		card_init(&c);
		for (unsigned int n = rnd() % 8; n; n--) {
			unsigned int at = 0x34 + rnd() % (256 - 0x34);

			c.pci[at] = (u8)(rnd() % 3 ? rnd() & 0xfc : rnd());
		}
		found += !card_probe(&c);
		ck_assert_uint_lt(c.reads, 20000);
		card_close(&c);
	}
	ck_assert_uint_gt(found, 1000);
	ck_assert_uint_lt(found, 19000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ifcvf-caps");
	TCase *t = tcase_create("capabilities");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, finds_all_windows);
	tcase_add_test(t, i2_list_that_points_at_itself_ends);
	tcase_add_test(t, i2_list_that_goes_back_ends);
	tcase_add_test(t, longest_list_is_walked);
	tcase_add_test(t, list_into_the_header_is_refused);
	tcase_add_test(t, reserved_bits_of_a_pointer_are_masked);
	tcase_add_test(t, without_a_list_there_is_nothing);
	tcase_add_test(t, function_that_is_gone_has_nothing);
	tcase_add_test(t, short_capabilities_do_not_count);
	tcase_add_loop_test(t, i2_windows_past_the_end_of_their_bar_do_not_count, 0,
			    ARRAY_SIZE(outside));
	tcase_add_test(t, small_and_crooked_windows_do_not_count);
	tcase_add_test(t, only_memory_bars_count);
	tcase_add_test(t, second_window_counts_when_the_first_cannot_be_used);
	tcase_add_test(t, second_notify_window_changes_nothing);
	tcase_add_test(t, configuration_space_is_optional);
	tcase_add_test(t, i7_doorbell_page_is_one_of_its_own);
	tcase_add_loop_test(t, i7_doorbell_page_with_something_else_is_refused, 0, 4);
	tcase_add_test(t, i2_any_list_ends);
	suite_add_tcase(s, t);
	return tap_main(s);
}
