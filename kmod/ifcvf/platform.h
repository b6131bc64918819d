/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hardware layer needs from its surroundings: what the ring engine does, and a few macros of the kernel's. */
#ifndef IFCVF_PLATFORM_H
#define IFCVF_PLATFORM_H

#include "vring/platform.h"

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/log2.h>

#else

#define BIT_ULL(n)    (1ull << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

#endif
#endif
