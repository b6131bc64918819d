/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small coverage-guided fuzzer of kernel interfaces. An input is a string of bytes that a target reads its
 * decisions from, so that every string is a valid sequence of calls and a small change of it a similar one.
 */
#ifndef VMTEST_FUZZ_H
#define VMTEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define INPUT_MAX 128

struct input {
	uint8_t bytes[INPUT_MAX];
	size_t size;
	size_t at; /* what comes next; after the end come zeros */
};

/* 0 to @n - 1. */
unsigned int pick(struct input *in, unsigned int n);
/* A number that is likely to matter: small, a limit, near one, or anything. */
uint64_t pick_number(struct input *in);
/* The calls came as deep as they should now and then: a fuzzer that is refused at the door finds nothing. */
void goal(void);

struct target {
	const char *name;
	const char *goal; /* what goal() counts */
	/* Once; ends the program when it cannot. @arg is that of the command line, or NULL. */
	void (*start)(const char *arg);
	/* The calls; leaves things as it found them. */
	void (*run)(struct input *in);
};

extern const struct target target_netlink;
extern const struct target target_chardev;
extern const struct target target_disk;
extern const struct target target_nic;

#endif
