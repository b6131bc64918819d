// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces: from the addresses a driver uses to memory we can touch. */
#include "vring.h"

const struct dvq_map *dvq_find(const struct dvq_as *as, u32 *hint, u64 iova)
{
	u32 low = 0, high = as->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (dvq_holds(&as->map[mid], iova)) {
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
DVQ_EXPORT(dvq_find);
