// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration space, and the interrupt status. */
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>

#include "../vring/tap.h"
#include "card.h"

static struct card c;
static struct ifcvf_hw *hw;

static void setup(void)
{
	card_init(&c);
	for (unsigned int i = 0; i < sizeof(c.config); i++)
		c.config[i] = (u8)(i + 1);
	hw = card_open(&c, IFCVF_GENERIC);
}

static void teardown(void)
{
	card_close(&c);
}

/* QEMU's window has 4096 bytes, whatever is in it. */
START_TEST(c6_size_is_the_class_s_or_the_window_s)
{
	ck_assert_uint_eq(hw->config_size, sizeof(struct virtio_net_config));
	card_close(&c);

	card_init(&c);
	c.hw.class = VIRTIO_ID_BLOCK;
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->config_size,
			  sizeof(struct virtio_blk_config));
	card_close(&c);

	card_init(&c);
	card_put_cap(&c, 0x60, 0x70, VIRTIO_PCI_CAP_DEVICE_CFG, 4, 0x2000, 6);
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->config_size, 6);
	card_close(&c);

	card_init(&c);
	c.hw.class = VIRTIO_ID_RNG;
	ck_assert_uint_eq(card_open(&c, IFCVF_GENERIC)->config_size, 4096);
}
END_TEST

START_TEST(bytes_come_as_they_are)
{
	u8 buf[24];

	for (u32 offset = 0; offset < 24; offset++) {
		for (u32 len = 0; offset + len <= 24; len++) {
			memset(buf, 0xaa, sizeof(buf));
			ifcvf_hw_read_config(hw, offset, buf, len);
			for (u32 i = 0; i < len; i++)
				ck_assert_uint_eq(buf[i], offset + i + 1);
			ck_assert(len == 24 || buf[len] == 0xaa);
		}
	}
}
END_TEST

static const struct {
	u32 offset, len, good;
} outside[] = {
	{ 24, 8, 0 },	       { 20, 8, 4 },	     { 0, 32, 24 }, { 0xffffffff, 8, 0 },
	{ 0xfffffff8, 32, 0 }, { 0x80000000, 4, 0 }, { 23, 32, 1 },
};

START_TEST(c6_what_is_outside_reads_as_zero)
{
	u8 buf[32];

	memset(buf, 0xaa, sizeof(buf));
	ifcvf_hw_read_config(hw, outside[_i].offset, buf, outside[_i].len);
	for (u32 i = 0; i < outside[_i].len; i++)
		ck_assert_uint_eq(buf[i],
				  i < outside[_i].good ? (u8)(outside[_i].offset + i + 1) : 0);
}
END_TEST

START_TEST(what_is_outside_is_not_written)
{
	static const u8 zeroes[32];

	c.n_writes = 0;
	ifcvf_hw_write_config(hw, outside[_i].offset, zeroes, outside[_i].len);
	for (u32 i = 0; i < 64; i++)
		ck_assert(c.config[i] ==
			  (i - outside[_i].offset < outside[_i].good ? 0 : (u8)(i + 1)));
}
END_TEST

START_TEST(bytes_are_written_as_they_are)
{
	static const u8 mac[6] = { 0x10, 0x32, 0x54, 0x76, 0x98, 0xba };

	c.n_writes = 0;
	ifcvf_hw_write_config(hw, 0, mac, sizeof(mac));
	ck_assert_mem_eq(c.config, mac, sizeof(mac));
	ck_assert_uint_eq(c.config[6], 7);
	ck_assert_uint_eq(c.n_writes, 2);
}
END_TEST

START_TEST(read_that_was_torn_is_done_again)
{
	u8 buf[8];

	c.changes = 3;
	ifcvf_hw_read_config(hw, 0, buf, sizeof(buf));
	/* Each change made all bytes larger by one, so they fit together again. */
	for (u32 i = 0; i < sizeof(buf); i++)
		ck_assert_uint_eq(buf[i], i + 1 + 3);
	ck_assert_uint_eq(c.complaints, 0);
}
END_TEST

START_TEST(configuration_that_always_changes_is_given_up)
{
	u8 buf[8];

	c.changes = NEVER;
	c.reads = 0;
	ifcvf_hw_read_config(hw, 0, buf, sizeof(buf));
	ck_assert_uint_lt(c.reads, 200);
	ck_said(&c, "changes faster than it can be read");
}
END_TEST

START_TEST(function_that_is_gone_reads_as_ones)
{
	u8 buf[6];

	c.gone = true;
	ifcvf_hw_read_config(hw, 0, buf, sizeof(buf));
	for (u32 i = 0; i < sizeof(buf); i++)
		ck_assert_uint_eq(buf[i], 0xff);
}
END_TEST

START_TEST(interrupt_status_tells_of_the_configuration)
{
	c.isr = 1;
	ck_assert_uint_eq(ifcvf_hw_isr(hw), 0);
	c.isr = 3;
	ck_assert_uint_eq(ifcvf_hw_isr(hw), 2);
	c.gone = true;
	ck_assert_uint_eq(ifcvf_hw_isr(hw), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ifcvf-config");
	TCase *t = tcase_create("config");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, c6_size_is_the_class_s_or_the_window_s);
	tcase_add_test(t, bytes_come_as_they_are);
	tcase_add_loop_test(t, c6_what_is_outside_reads_as_zero, 0, ARRAY_SIZE(outside));
	tcase_add_loop_test(t, what_is_outside_is_not_written, 0, ARRAY_SIZE(outside));
	tcase_add_test(t, bytes_are_written_as_they_are);
	tcase_add_test(t, read_that_was_torn_is_done_again);
	tcase_add_test(t, configuration_that_always_changes_is_given_up);
	tcase_add_test(t, function_that_is_gone_reads_as_ones);
	tcase_add_test(t, interrupt_status_tells_of_the_configuration);
	suite_add_tcase(s, t);
	return tap_main(s);
}
