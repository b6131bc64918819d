/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device-side ring engine does for the benchmark: it is given a ring in an address space of several pieces, and
 * serves chains of it. Implemented by ours.c and by mainline.c, of which each program has one.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

/* A piece of the address space. */
struct piece {
	uint64_t iova;
	uint64_t size;
	uint8_t *memory;
};

struct setup {
	uint64_t desc, avail, used; /* addresses in the address space */
	uint32_t num;
	bool packed;
	const struct piece *pieces; /* by address; borrowed */
	uint32_t n_pieces;
};

/* The bytes that are read of a chain and written to it, at most. */
#define ENGINE_BYTES 256

/* 0, or -1 when there is no such engine. */
int engine_init(const struct setup *setup);

/*
 * Take @n chains that are there, read what is to be read, fill what is to be written with 0x5a, hand them back, and look
 * whether the driver wishes to be told. Returns how many bytes were read.
 */
uint64_t engine_serve(uint32_t n);

#endif
