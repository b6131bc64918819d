// SPDX-License-Identifier: GPL-2.0-only
/* The buffers of a chain, which the rings of both kinds say in the same way, and indirect tables. */
#include "layout.h"

int dvq_table_size(const struct dvq *q, const struct dvq_desc *d)
{
	/* It is the last of its chain; a chain, and so a table, must not be longer than the ring. */
	if (!q->cfg.indirect || (d->flags & DVQ_DESC_NEXT))
		return -EINVAL;
	if (!d->len || d->len % DVQ_DESC_SIZE || d->len / DVQ_DESC_SIZE > q->cfg.num)
		return -EINVAL;
	if (d->addr + (d->len - 1) < d->addr)
		return -EINVAL;
	return (int)(d->len / DVQ_DESC_SIZE);
}

/*
 * An indirect table may lie anywhere and may cross from one piece of the address space into the
 * next, even within a descriptor. What does not come in one aligned piece is put together bytewise.
 */
int dvq_table_fetch(struct dvq *q, u64 table, u32 i, __le64 raw[2])
{
	u64 iova = table + (u64)i * DVQ_DESC_SIZE, len = DVQ_DESC_SIZE;
	u8 *p = dvq_translate(q->as, &q->buf_hint, iova, &len, DVQ_READ);

	if (p && len == DVQ_DESC_SIZE && !((uintptr_t)p & 7)) {
		raw[0] = READ_ONCE(((__le64 *)p)[0]);
		raw[1] = READ_ONCE(((__le64 *)p)[1]);
		return 0;
	}
	for (i = 0; i < DVQ_DESC_SIZE; i++) {
		len = 1;
		p = dvq_translate(q->as, &q->buf_hint, iova + i, &len, DVQ_READ);
		if (!p)
			return -EFAULT;
		((u8 *)raw)[i] = READ_ONCE(*p);
	}
	return 0;
}
