// SPDX-License-Identifier: GPL-2.0-only
/* Walking the bytes of a chain, whatever pieces its buffers and the address space come in. */
#include "vring.h"

/* Have a span of at least one byte; the caller knows that bytes are left. */
static __always_inline int iter_fill(struct dvq_iter *it)
{
	u64 len;

	if (it->span_len)
		return 0;
	/* Buffers of no length are dropped when a chain is taken, so the next one holds bytes. */
	if (it->done == it->buf->len) {
		it->buf++;
		it->done = 0;
	}
	len = it->buf->len - it->done;
	it->span = dvq_translate(it->q->as, &it->q->buf_hint, it->buf->iova + it->done, &len,
				 it->perm);
	if (!it->span)
		return -EFAULT;
	it->span_len = (u32)len;
	return 0;
}

static void iter_advance(struct dvq_iter *it, u32 len)
{
	it->span += len;
	it->span_len -= len;
	it->done += len;
	it->left -= len;
}

int dvq_read(struct dvq_iter *it, void *to, u32 len)
{
	u8 *p = to;

	if (len > it->left)
		return -ENODATA;
	while (len) {
		int r = iter_fill(it);
		u32 n;

		if (r)
			return r;
		n = min_t(u32, len, it->span_len);
		memcpy(p, it->span, n);
		iter_advance(it, n);
		p += n;
		len -= n;
	}
	return 0;
}
DVQ_EXPORT(dvq_read);

int dvq_write(struct dvq_iter *it, const void *from, u32 len)
{
	const u8 *p = from;

	if (len > it->left)
		return -ENOSPC;
	while (len) {
		int r = iter_fill(it);
		u32 n;

		if (r)
			return r;
		n = min_t(u32, len, it->span_len);
		memcpy(it->span, p, n);
		iter_advance(it, n);
		p += n;
		len -= n;
	}
	return 0;
}
DVQ_EXPORT(dvq_write);

void *dvq_span(struct dvq_iter *it, u32 *len)
{
	void *p;

	if (!it->left || iter_fill(it))
		return NULL;
	*len = min_t(u32, *len, it->span_len);
	p = it->span;
	iter_advance(it, *len);
	return p;
}
DVQ_EXPORT(dvq_span);

int dvq_skip(struct dvq_iter *it, u64 len)
{
	if (len > it->left)
		return -ENODATA;
	while (len) {
		u32 n;

		if (it->done == it->buf->len) {
			it->buf++;
			it->done = 0;
		}
		/* Up to the end of the span in hand, or of the buffer. */
		n = it->span_len ? it->span_len : it->buf->len - it->done;
		n = min_t(u64, n, len);
		if (it->span_len) {
			iter_advance(it, n);
		} else {
			it->done += n;
			it->left -= n;
		}
		len -= n;
	}
	return 0;
}
DVQ_EXPORT(dvq_skip);

int dvq_copy(struct dvq_iter *to, struct dvq_iter *from, u32 len)
{
	if (len > from->left)
		return -ENODATA;
	if (len > to->left)
		return -ENOSPC;
	while (len) {
		int r = iter_fill(from);
		u32 n;

		if (!r)
			r = iter_fill(to);
		if (r)
			return r;
		n = min_t(u32, from->span_len, to->span_len);
		n = min_t(u32, n, len);
		/* The driver may well have given the same memory to both. */
		memmove(to->span, from->span, n);
		iter_advance(from, n);
		iter_advance(to, n);
		len -= n;
	}
	return 0;
}
DVQ_EXPORT(dvq_copy);
