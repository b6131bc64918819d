// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces: from the addresses a driver uses to memory we can touch. */
#include "vring.h"

static const struct dvq_map *find(const struct dvq_as *as, u64 iova)
{
	u32 low = 0, high = as->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (dvq_holds(&as->map[mid], iova))
			return &as->map[mid];
		if (as->map[mid].start > iova)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct dvq_map *dvq_find(const struct dvq_as *as, u32 *hint, u64 iova)
{
	const struct dvq_map *m = find(as, iova);

	if (!m)
		return NULL;
	*hint = (u32)(m - as->map);
	return m->perm & DVQ_TABLE ? find((const struct dvq_as *)m->base, iova) : m;
}
DVQ_EXPORT(dvq_find);
