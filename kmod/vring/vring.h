/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device side of a virtqueue.
 *
 * The engine takes buffers that a driver made available, reads and writes them through the address
 * space the driver set up, and hands them back. It trusts nothing the driver can write: a descriptor
 * is read once, every index, length and address is checked, and what is wrong with one buffer costs
 * that buffer only.
 *
 * One queue is used by one thread at a time; the caller brings the lock. Nothing here sleeps apart
 * from dvq_start() and dvq_stop(), nothing allocates while buffers flow.
 */
#ifndef DVQ_VRING_H
#define DVQ_VRING_H

#include "platform.h"

/* ---- address space ------------------------------------------------------------------------ */

#define DVQ_READ  0x1u /* the device may read */
#define DVQ_WRITE 0x2u /* the device may write */
#define DVQ_TABLE 0x4u /* neither: here is a table of more entries */

/**
 * struct dvq_map - one contiguous piece of an address space
 * @start: first address as the driver gives it
 * @last: last address, inclusive; not below @start
 * @base: where the first byte lies for us; of a DVQ_TABLE, the struct dvq_as with all entries that there are in between,
 *	none of them a table
 * @perm: DVQ_READ, DVQ_WRITE or both; or DVQ_TABLE
 */
struct dvq_map {
	u64 start;
	u64 last;
	u8 *base;
	u32 perm;
};

/**
 * struct dvq_as - an address space: immutable once queues use it
 * @n: entries in @map
 * @map: sorted by @start, without overlap
 */
struct dvq_as {
	u32 n;
	struct dvq_map map[];
};

/*
 * The entry of @as, or of a table in it, that holds @iova, NULL when none does; the index in @as is left in @hint.
 */
const struct dvq_map *dvq_find(const struct dvq_as *as, u32 *hint, u64 iova);

static inline bool dvq_holds(const struct dvq_map *m, u64 iova)
{
	return iova >= m->start && iova <= m->last;
}

/**
 * dvq_translate - find where an address lies
 * @as: the address space
 * @hint: index of the entry that hit last, for the caller to keep; any value is safe
 * @iova: address to look up
 * @len: in: bytes wanted, more than 0; out: how many of them are contiguous from the result
 * @perm: what the device wants to do, every bit must be granted
 *
 * Return: the place, borrowed as long as @as lives, or NULL when unmapped or not permitted.
 */
static inline void *dvq_translate(const struct dvq_as *as, u32 *hint, u64 iova, u64 *len, u32 perm)
{
	const struct dvq_map *m;
	u64 rest;

	if (!as)
		return NULL;
	m = *hint < as->n ? &as->map[*hint] : NULL;
	if (!m || !dvq_holds(m, iova) || m->perm & DVQ_TABLE)
		m = dvq_find(as, hint, iova);
	if (!m || (m->perm & perm) != perm)
		return NULL;

	/* One less than the bytes that follow: an entry may span the whole 64 bits. */
	rest = m->last - iova;
	if (*len - 1 > rest)
		*len = rest + 1;
	return m->base + (iova - m->start);
}

/* ---- address spaces that change -------------------------------------------------------------- */

/**
 * struct dvq_source - entries by their addresses, none over another
 * @max: there are no more
 * @next: 1 and the next one, 0 behind the last, or -errno
 */
struct dvq_source {
	size_t max;
	int (*next)(struct dvq_source *source, struct dvq_map *ret);
};

/**
 * struct dvq_change - an address space before and after a change
 * @before: as it was: NULL, or a space with tables alone
 * @after: as it will be
 * @first: the tables from this one on
 * @old: ... which only @before has,
 * @new: ... and only @after
 *
 * All other tables are in both, so that a change costs about the same however large the space is.
 */
struct dvq_change {
	struct dvq_as *before;
	struct dvq_as *after;
	u32 first;
	u32 old;
	u32 new;
};

/**
 * dvq_change_make - a space like another, but for what is mapped in a range
 * @before: that other space, as made by another change; NULL has no entries; queues may use it
 * @first: the range that is replaced,
 * @last: ... its last address included
 * @source: what is mapped in the range afterwards
 * @ret: end it with dvq_change_done() or dvq_change_drop()
 *
 * What lies over an end of the range is cut there. Cannot fail where all is replaced by nothing.
 *
 * Return: 0, -ENOMEM, -EINVAL when the source has entries that are none, or what its next() gave.
 */
int dvq_change_make(struct dvq_as *before, u64 first, u64 last, struct dvq_source *source,
		    struct dvq_change *ret);

/** dvq_change_done - no queue uses the space from before any more */
void dvq_change_done(const struct dvq_change *c);

/** dvq_change_drop - no queue uses the space from after */
void dvq_change_drop(const struct dvq_change *c);

/** dvq_as_free - all of a space that a change made; NULL is fine */
void dvq_as_free(struct dvq_as *as);

/** dvq_as_used - what queues are given of a space that a change made: one table alone is a space as well */
static inline const struct dvq_as *dvq_as_used(const struct dvq_as *as)
{
	return as && as->n == 1 ? (const struct dvq_as *)as->map[0].base : as;
}

/* ---- the queue ---------------------------------------------------------------------------- */

/* Largest ring the virtio specification knows. */
#define DVQ_NUM_MAX 32768

/* An index of a packed ring: the number of a descriptor, and the wrap counter, which begins as 1. */
#define DVQ_PLACE 0x7fffu
#define DVQ_WRAP  0x8000u

/* One descriptor's buffer, as checked and copied out of the ring. */
struct dvq_buf {
	u64 iova;
	u32 len;
};

/**
 * struct dvq_area - where one of the three parts of a ring lies, page by page
 * @iova: address the driver gave
 * @len: bytes
 * @flat: where its first byte lies for us if the rest follows it there, which is the usual case; else 0
 * @page: for each 4 KiB page the area touches, where that page's first byte lies for us
 */
struct dvq_area {
	u64 iova;
	u32 len;
	uintptr_t flat;
	uintptr_t *page;
};

/**
 * struct dvq_config - how a driver set a queue up
 * @desc: address of the descriptor table or ring, multiple of 16
 * @avail: address of the driver area, multiple of 2, of 4 for a packed ring
 * @used: address of the device area, multiple of 4
 * @num: entries, up to DVQ_NUM_MAX, a power of two unless the ring is packed
 * @index: where to start: next entry of the driver area, and of the device area; for a packed ring, the place of
 *	the next descriptor to take and to hand back, with DVQ_WRAP
 * @packed: VIRTIO_F_RING_PACKED was negotiated
 * @event_idx: VIRTIO_F_EVENT_IDX was negotiated
 * @indirect: VIRTIO_F_INDIRECT_DESC was negotiated
 */
struct dvq_config {
	u64 desc;
	u64 avail;
	u64 used;
	u32 num;
	u16 index;
	bool packed;
	bool event_idx;
	bool indirect;
};

/**
 * struct dvq - a virtqueue; zeroed it is a stopped one
 * @as: address space of the buffers and of indirect tables, borrowed; NULL maps nothing
 * @ring_as: the same of the ring
 * @cfg: as given to dvq_start()
 * @next_avail: next entry to take
 * @seen_avail: how far the driver of a split ring had got when we last looked
 * @next_used: next entry to fill; ahead of what the driver sees until dvq_publish()
 * @told_used: what the driver has been shown
 * @first_flags: what shows the first entry from @told_used on to the driver of a packed ring
 * @taken: how many chains were taken since it was started, wrapping
 * @mapped: the areas are translated for the present @ring_as
 * @bufs: buffers of the chain in hand, room for cfg.num
 */
struct dvq {
	const struct dvq_as *as;
	const struct dvq_as *ring_as;
	struct dvq_config cfg;
	struct dvq_area desc;
	struct dvq_area avail;
	struct dvq_area used;
	u16 next_avail;
	u16 seen_avail;
	u16 next_used;
	u16 told_used;
	u16 first_flags;
	u32 taken;
	bool mapped;
	u32 ring_hint;
	u32 buf_hint;
	struct dvq_buf *bufs;
};

/**
 * struct dvq_chain - a buffer taken from a queue, valid until the next dvq_pop() on that queue
 * @head: what identifies it to the driver
 * @slots: entries that it takes of a packed ring
 * @first: where its buffers begin in dvq.bufs
 * @nout: buffers for the device to read, first among them
 * @nin: buffers for the device to write, after those
 * @out_len: bytes to read
 * @in_len: bytes of room to write
 * @error: 0, or why this chain cannot be used (-EINVAL against the rules, -EFAULT an indirect
 *	table that is not mapped); it still has to go back with dvq_push(). After dvq_pop_behind() also
 *	-ENOSPC: there is no room for its buffers besides those in hand
 */
struct dvq_chain {
	u16 head;
	u32 slots;
	u32 first;
	u32 nout;
	u32 nin;
	u64 out_len;
	u64 in_len;
	int error;
};

/**
 * dvq_start - set a stopped queue up; may sleep
 *
 * The ring need not be mapped yet: translation happens when the queue is first used.
 *
 * Return: 0, -EINVAL when a size or an alignment is wrong, -ENOMEM.
 */
int dvq_start(struct dvq *q, const struct dvq_config *cfg);

/** dvq_stop - forget everything but the address spaces; harmless on a stopped queue; may sleep */
void dvq_stop(struct dvq *q);

static inline bool dvq_started(const struct dvq *q)
{
	return q->bufs;
}

/** dvq_set_as - give the queue another address space, borrowed until the next call */
void dvq_set_as(struct dvq *q, const struct dvq_as *as);

/** dvq_set_spaces - the same with one for its buffers and one for its ring */
void dvq_set_spaces(struct dvq *q, const struct dvq_as *buffers, const struct dvq_as *ring);

/**
 * dvq_map - make sure that the ring is translated
 *
 * Return: 0, -EFAULT when a part of the ring is not mapped or may not be accessed as needed.
 */
int dvq_map(struct dvq *q);

/**
 * dvq_pop - take the next buffer
 *
 * The ring must be mapped. A chain that breaks the rules is returned like any other, with @c->error.
 *
 * Return: 1 with @c filled, 0 when there is none, -EPROTO when the ring itself makes no sense (then
 * nothing more can be taken from it before it is set up anew).
 */
int dvq_pop(struct dvq *q, struct dvq_chain *c);

/**
 * dvq_pop_behind - take the next buffer while others are in hand
 * @first: how many of dvq.bufs those take; they stay valid
 *
 * Chains that have nothing to be read can so be written as one: what a struct dvq_chain says with the sum of their @nin
 * and @in_len begins at the @first of the first.
 *
 * Return: as dvq_pop().
 */
int dvq_pop_behind(struct dvq *q, struct dvq_chain *c, u32 first);

/** dvq_unpop - put @c back, the last one taken that was neither put back nor pushed, as if it had not been */
void dvq_unpop(struct dvq *q, const struct dvq_chain *c);

/**
 * dvq_push - hand a buffer back; the driver sees it with the next dvq_publish()
 * @len: bytes written into the writable part, 0 if none or if that failed
 */
void dvq_push(struct dvq *q, const struct dvq_chain *c, u32 len);

/**
 * dvq_publish - show the driver everything pushed since the last time
 *
 * Return: whether the driver wants to be notified of it.
 */
bool dvq_publish(struct dvq *q);

/**
 * dvq_kick_enable - ask to be kicked for the next buffer
 *
 * Return: true when a buffer came in meanwhile, so that no kick will follow.
 */
bool dvq_kick_enable(struct dvq *q);

/** dvq_kick_disable - say that no kick is needed; a hint to the driver */
void dvq_kick_disable(struct dvq *q);

/** dvq_pending - whether there is something to pop; the ring must be mapped */
bool dvq_pending(const struct dvq *q);

/** dvq_index - the index to start again from; meaningful with nothing popped and not yet pushed */
static inline u16 dvq_index(const struct dvq *q)
{
	return q->next_avail;
}

/* ---- the bytes in a buffer ---------------------------------------------------------------- */

/**
 * struct dvq_iter - a position in one direction of a chain
 * @left: bytes from here to the end
 */
struct dvq_iter {
	struct dvq *q;
	const struct dvq_buf *buf;
	u64 left;
	u32 done;
	u32 perm;
	u8 *span;
	u32 span_len;
};

/** dvq_iter_out - start at the first byte that the device may read */
static inline void dvq_iter_out(struct dvq_iter *it, struct dvq *q, const struct dvq_chain *c)
{
	*it = (struct dvq_iter){ .q = q, .buf = q->bufs + c->first, .left = c->out_len, .perm = DVQ_READ };
}

/** dvq_iter_in - start at the first byte that the device may write */
static inline void dvq_iter_in(struct dvq_iter *it, struct dvq *q, const struct dvq_chain *c)
{
	*it = (struct dvq_iter){
		.q = q, .buf = q->bufs + c->first + c->nout, .left = c->in_len, .perm = DVQ_WRITE,
	};
}

/**
 * dvq_read - copy @len bytes out of a chain and move on
 *
 * Return: 0, -ENODATA when fewer are left, -EFAULT when some are not mapped readable.
 */
int dvq_read(struct dvq_iter *it, void *to, u32 len);

/**
 * dvq_write - copy @len bytes into a chain and move on
 *
 * Return: 0, -ENOSPC when there is less room, -EFAULT when some of it is not mapped writable; part
 * may have been written then.
 */
int dvq_write(struct dvq_iter *it, const void *from, u32 len);

/**
 * dvq_span - the next bytes of a chain where they lie, and move on behind them
 * @len: in: bytes wanted, more than 0; out: how many of them are contiguous
 *
 * Return: the place, borrowed as long as the queue's address space is, or NULL when none is left or mapped.
 */
void *dvq_span(struct dvq_iter *it, u32 *len);

/**
 * dvq_skip - move on by @len bytes without touching them
 *
 * Return: 0, -ENODATA when fewer are left.
 */
int dvq_skip(struct dvq_iter *it, u64 len);

/**
 * dvq_copy - copy @len bytes from one chain straight into another
 *
 * Return: 0, -ENODATA, -ENOSPC or -EFAULT as dvq_read() and dvq_write().
 */
int dvq_copy(struct dvq_iter *to, struct dvq_iter *from, u32 len);

#endif
