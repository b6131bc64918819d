/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little that the engine needs from its surroundings.
 *
 * Inside the kernel the kernel's own headers give it. In user space, where the engine is tested,
 * fuzzed and measured, the same names are defined here on top of C11 atomics.
 */
#ifndef DVQ_PLATFORM_H
#define DVQ_PLATFORM_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

#define DVQ_EXPORT(symbol) EXPORT_SYMBOL_GPL(symbol)

/* For want of memory a ring would not start, and whoever enables it would not be told. It is little. */
static inline void *dvq_alloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL | __GFP_NOFAIL);
}

/* May fail, and is not cleared. */
static inline void *dvq_try_alloc(size_t size)
{
	return kvmalloc(size, GFP_KERNEL);
}

static inline void dvq_release(void *p)
{
	kvfree(p);
}

#else /* user space */

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#ifndef U64_MAX
#define U64_MAX UINT64_MAX
#endif

#define DVQ_EXPORT(symbol) struct dvq_export_##symbol

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define READ_ONCE(x)	 (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)

#define le16_to_cpu le16toh
#define le32_to_cpu le32toh
#define le64_to_cpu le64toh
#define cpu_to_le16 htole16
#define cpu_to_le32 htole32
#define cpu_to_le64 htole64

#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))

static inline void *dvq_alloc(size_t n, size_t size)
{
	return calloc(n, size);
}

static inline void *dvq_try_alloc(size_t size)
{
	return malloc(size);
}

static inline void dvq_release(void *p)
{
	free(p);
}

#endif
#endif
