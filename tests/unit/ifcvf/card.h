/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PCI function whose registers are played by a script: it answers as virtio 1 has it, unless a test tells it to
 * answer otherwise, and remembers what was written to it. Touching anything outside of what it said to have ends the
 * test.
 */
#ifndef TESTS_IFCVF_CARD_H
#define TESTS_IFCVF_CARD_H

#include <check.h>

#include "ifcvf/hw.h"

#define CARD_QUEUES 64
#define CARD_MULT   4u
#define FEATURES    (BIT_ULL(32) | BIT_ULL(33)) /* VERSION_1, ACCESS_PLATFORM */
#define RING_RESET  BIT_ULL(40)
#define RING_PACKED BIT_ULL(34)
#define NEVER	    0xffffffffu

struct card_queue {
	u16 size, notify_off, vector, enable, reset;
	u64 desc, avail, used;
};

struct card_write {
	enum ifcvf_window window;
	u32 offset, value;
	unsigned int width;
};

struct card {
	u8 pci[256];
	u64 bar[6]; /* bytes of memory; 0: none */

	u64 features;
	u64 driver_features;
	u32 device_select, driver_select;
	u16 nvqs;
	u16 selected;
	u16 config_vector;
	struct card_queue queue[CARD_QUEUES];
	u16 sizes[CARD_QUEUES]; /* at reset */
	u8 status;
	u8 isr;
	u8 config[4096];
	u8 generation;
	u8 lm[4096];

	/* The script. */
	bool gone;	       /* all reads are ones */
	u32 reset_takes;       /* looks at the status until it is 0, or NEVER */
	u32 queue_reset_takes; /* likewise */
	u32 changes;	       /* how often the configuration changes under a read, or NEVER */
	u16 vectors;	       /* that it can do with */
	bool stays_enabled;    /* queue_enable 0 is not taken */

	/* What happened. */
	u32 left, queue_left;
	unsigned int pauses, reads, n_writes, complaints;
	struct card_write writes[4096];
	char said[256]; /* the last complaint */
	struct ifcvf_hw hw;
};

/* A NIC of QEMU's make: three queues of 256, 256 and 64; capabilities at 0x98 to 0xc0. */
void card_init(struct card *c);
/* Put a virtio capability at @at of PCI's configuration space, followed by the one at @next. */
void card_put_cap(struct card *c, unsigned int at, unsigned int next, u8 type, u8 bar, u32 offset,
		  u32 length);
void card_put32(struct card *c, unsigned int at, u32 value);
/* Find its windows and learn what it has, as the driver's probe does: 0 or -errno. */
int card_probe(struct card *c);
/* The same, which has to succeed. */
struct ifcvf_hw *card_open(struct card *c, u16 variant);
void card_close(struct card *c);
/* How many writes went to a place, and the value of the last. */
unsigned int card_wrote(const struct card *c, enum ifcvf_window window, u32 offset, u32 *ret_last);
/* Where among all writes the first to a place with this value is; fails without. */
unsigned int card_when(const struct card *c, enum ifcvf_window window, u32 offset, u32 value);
/* A queue that is ready. */
struct ifcvf_queue *card_ready(struct card *c, u16 idx, u16 num);

#define ck_said(card, text)                                                                        \
	ck_assert_msg(strstr((card)->said, text), "said \"%s\", not \"%s\"", (card)->said, text)

#endif
