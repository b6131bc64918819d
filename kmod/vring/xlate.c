// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces: from the addresses a driver uses to memory we can touch. */
#include "vring.h"

static bool map_holds(const struct dvq_map *m, u64 iova)
{
	return iova >= m->start && iova <= m->last;
}

static const struct dvq_map *map_find(const struct dvq_as *as, u32 *hint, u64 iova)
{
	u32 low = 0, high = as->n;

	if (*hint < as->n && map_holds(&as->map[*hint], iova))
		return &as->map[*hint];

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (map_holds(&as->map[mid], iova)) {
			*hint = mid;
			return &as->map[mid];
		}
		if (as->map[mid].start > iova)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

void *dvq_translate(const struct dvq_as *as, u32 *hint, u64 iova, u64 *len, u32 perm)
{
	const struct dvq_map *m;
	u64 rest;

	if (!as)
		return NULL;
	m = map_find(as, hint, iova);
	if (!m || (m->perm & perm) != perm)
		return NULL;

	/* One less than the bytes that follow: an entry may span the whole 64 bits. */
	rest = m->last - iova;
	if (*len - 1 > rest)
		*len = rest + 1;
	return m->base + (iova - m->start);
}
DVQ_EXPORT(dvq_translate);
