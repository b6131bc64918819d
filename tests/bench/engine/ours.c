// SPDX-License-Identifier: GPL-2.0-or-later
/* kmod/vring as the simulators use it: in batches, with what was handed back shown to the driver at the end of each. */
#include <stdlib.h>

#include "engine.h"
#include "vring.h"

static struct dvq q;
static struct dvq_as *as;

int engine_init(const struct setup *setup)
{
	struct dvq_config cfg = {
		.desc = setup->desc,
		.avail = setup->avail,
		.used = setup->used,
		.num = setup->num,
		.index = setup->packed ? DVQ_WRAP : 0,
		.packed = setup->packed,
		.event_idx = true,
		.indirect = true,
	};

	as = malloc(sizeof(*as) + setup->n_pieces * sizeof(as->map[0]));
	if (!as)
		return -1;
	as->n = setup->n_pieces;
	for (uint32_t i = 0; i < as->n; i++)
		as->map[i] = (struct dvq_map){
			.start = setup->pieces[i].iova,
			.last = setup->pieces[i].iova + setup->pieces[i].size - 1,
			.base = setup->pieces[i].memory,
			.perm = DVQ_READ | DVQ_WRITE,
		};
	dvq_set_as(&q, as);
	return dvq_start(&q, &cfg) || dvq_map(&q) ? -1 : 0;
}

uint64_t engine_serve(uint32_t n)
{
	static uint8_t out[ENGINE_BYTES], in[ENGINE_BYTES] = { [0 ... ENGINE_BYTES - 1] = 0x5a };
	uint64_t bytes = 0;

	while (n--) {
		struct dvq_chain c;
		struct dvq_iter it;

		if (dvq_pop(&q, &c) != 1 || c.error)
			abort();
		dvq_iter_out(&it, &q, &c);
		if (dvq_read(&it, out, (u32)c.out_len))
			abort();
		dvq_iter_in(&it, &q, &c);
		if (dvq_write(&it, in, (u32)c.in_len))
			abort();
		bytes += c.out_len;
		dvq_push(&q, &c, (u32)c.in_len);
	}
	dvq_publish(&q);
	return bytes;
}
