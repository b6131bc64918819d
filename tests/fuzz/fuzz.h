/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share: taking an input apart, and saying what must hold. An input that is used up
 * gives zeroes and empty strings, so every input is a valid one.
 */
#ifndef VDPACTL_FUZZ_H
#define VDPACTL_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The entry that libFuzzer and replay.c call. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t n;
};

/* A promise of the code under test: broken, it is a finding like a sanitizer's. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* Little endian, whatever is left of @size bytes. */
static inline uint64_t take(struct input *in, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && in->n; i++) {
		value |= (uint64_t)*in->p++ << 8 * i;
		in->n--;
	}
	return value;
}

/* At most @size bytes, borrowed. @ret_size: how many there are. */
static inline const uint8_t *take_bytes(struct input *in, size_t size, size_t *ret_size)
{
	const uint8_t *p = in->p;

	*ret_size = size < in->n ? size : in->n;
	in->p += *ret_size;
	in->n -= *ret_size;
	return p;
}

/* Up to a newline, a NUL or the end: owned, free(). */
static inline char *take_line(struct input *in)
{
	size_t n = 0;
	char *line;

	while (n < in->n && in->p[n] && in->p[n] != '\n')
		n++;
	line = calloc(1, n + 1);
	if (!line)
		abort();
	if (n)
		memcpy(line, in->p, n);
	in->p += n;
	in->n -= n;
	take(in, 1);
	return line;
}

#endif
