// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device side of a ring under a driver that does as it likes: writes anywhere at any time, maps and
 * unmaps, sets queues up that make no sense. Each page is an allocation of its own, so that the address
 * sanitizer sees a byte touched outside. Two targets are made of this file: one with split rings, one with PACKED ones.
 *
 * Input: two bytes: how the queue is set up; then operations, a byte each with what it takes.
 */
#include <errno.h>

#include "fuzz.h"
#include "vring.h"

#define PAGE	 4096u
#define PAGES	 6u
#define IOVA	 0x123450000ull
#define OPS_MAX	 512
#define COPY_MAX 65536u

static u8 *pages[PAGES];

struct world {
	struct input in;
	struct dvq q;
	struct dvq_as *as;
	struct dvq_chain chain; /* the one in hand */
	bool has_chain;
	struct dvq_chain popped[OPS_MAX]; /* and not handed back */
	u32 n_popped;
};

/* ---- the driver ------------------------------------------------------------------------------ */

static struct dvq_as *new_as(u32 gaps)
{
	struct dvq_as *as = malloc(sizeof(*as) + PAGES * sizeof(as->map[0]));

	if (!as)
		abort();
	as->n = 0;
	for (u32 i = 0; i < PAGES; i++) {
		if (gaps >> i & 1)
			continue;
		as->map[as->n++] = (struct dvq_map){
			.start = IOVA + i * PAGE,
			.last = IOVA + i * PAGE + PAGE - 1,
			.base = pages[i],
			.perm = DVQ_READ | DVQ_WRITE,
		};
	}
	return as;
}

static void scribble(struct world *w)
{
	u32 at = take(&w->in, 2) % (PAGES * PAGE);
	size_t n;
	const u8 *bytes = take_bytes(&w->in, take(&w->in, 1) % 64, &n);

	for (size_t i = 0; i < n; i++, at = (at + 1) % (PAGES * PAGE))
		pages[at / PAGE][at % PAGE] = bytes[i];
}

/* A descriptor of a packed ring, at the place where the device looks next or soon after. */
static void offer_packed(struct world *w)
{
	u32 at = (w->q.next_avail & DVQ_PLACE) + take(&w->in, 1) % 4, num = w->q.cfg.num;
	bool wrap = w->q.next_avail & DVQ_WRAP;
	u16 flags;
	struct {
		__le64 addr;
		__le32 len;
		__le16 id, flags;
	} desc;

	desc.addr = cpu_to_le64(IOVA + take(&w->in, 2) % (PAGES * PAGE + 16));
	desc.len = cpu_to_le32(take(&w->in, 2));
	flags = take(&w->in, 1) & 7;
	if (num && at >= num) {
		at %= num;
		wrap = !wrap;
	}
	flags |= wrap ? 0x80 : 0x8000;
	desc.flags = cpu_to_le16(flags);
	desc.id = cpu_to_le16(take(&w->in, 1));
	memcpy(pages[0] + at % (PAGE / sizeof(desc)) * sizeof(desc), &desc, sizeof(desc));
}

/* The same of a split ring, and its place in the driver area, so that the walk gets past the first check. */
static void offer(struct world *w)
{
	u32 i = take(&w->in, 1), num = w->q.cfg.num ? w->q.cfg.num : 1;
	struct {
		__le64 addr;
		__le32 len;
		__le16 flags, next;
	} desc;
	u16 idx;

	desc.addr = cpu_to_le64(IOVA + take(&w->in, 2) % (PAGES * PAGE + 16));
	desc.len = cpu_to_le32(take(&w->in, 2));
	desc.flags = cpu_to_le16(take(&w->in, 1));
	desc.next = cpu_to_le16(take(&w->in, 1));
	memcpy(pages[0] + i % (PAGE / sizeof(desc)) * sizeof(desc), &desc, sizeof(desc));
	memcpy(&idx, pages[1] + 2, sizeof(idx));
	pages[1][4 + 2 * (idx % num) % (PAGE - 5)] = i;
	idx++;
	memcpy(pages[1] + 2, &idx, sizeof(idx));
}

static void remap(struct world *w)
{
	u32 gaps = take(&w->in, 1), readonly = take(&w->in, 1);
	struct dvq_as *as = new_as(gaps);

	for (u32 i = 0; i < as->n; i++)
		if (readonly >> i & 1)
			as->map[i].perm = readonly & 0x80 ? DVQ_WRITE : DVQ_READ;
	dvq_set_as(&w->q, as);
	free(w->as);
	w->as = as;
	w->has_chain = false;
}

/* ---- the device ------------------------------------------------------------------------------ */

static void set_up(struct world *w, bool sane)
{
	u32 how = take(&w->in, 2);
	struct dvq_config cfg = {
		.desc = IOVA,
		.avail = IOVA + PAGE,
		.used = IOVA + 2 * PAGE,
		.num = 1u << how % 8,
		.index = how & 0x100 ? 0xfffe : 0,
		.event_idx = how & 0x200,
		.indirect = how & 0x400,
		.packed = PACKED,
	};
	int r;

	if (cfg.packed) {
		cfg.num = 1 + (how & 0x7f);
		cfg.index = how & 0x100 ? (u16)(cfg.num - 1) : DVQ_WRAP;
	}
	if (!sane) {
		cfg.desc += (int64_t)(int32_t)take(&w->in, 4);
		cfg.avail += (int64_t)(int16_t)take(&w->in, 2);
		cfg.used += (int64_t)take(&w->in, 8);
		cfg.num = take(&w->in, 3);
	}
	dvq_stop(&w->q);
	r = dvq_start(&w->q, &cfg);
	PROMISE(r == 0 || r == -EINVAL);
	PROMISE(!r == dvq_started(&w->q));
	w->has_chain = false;
	w->n_popped = 0;
	if (!cfg.packed)
		memcpy(pages[1] + 2, &cfg.index, sizeof(cfg.index));
}

/* @more: behind the one in hand. */
static void pop(struct world *w, bool more)
{
	u32 first = more && w->has_chain ? w->chain.first + w->chain.nout + w->chain.nin : 0;
	bool pending = dvq_pending(&w->q);
	u64 out = 0, in = 0;
	int r;

	r = first ? dvq_pop_behind(&w->q, &w->chain, first) : dvq_pop(&w->q, &w->chain);
	PROMISE(r == 1 || r == 0 || r == -EPROTO);
	PROMISE(!pending || r);
	w->has_chain = r == 1;
	if (r != 1)
		return;
	w->popped[w->n_popped++] = w->chain;
	PROMISE(w->q.cfg.packed || w->chain.head < w->q.cfg.num);
	PROMISE(!w->q.cfg.packed || (w->chain.slots && w->chain.slots <= w->q.cfg.num));
	PROMISE(!w->q.cfg.packed || (w->q.next_avail & DVQ_PLACE) < w->q.cfg.num);
	PROMISE(w->chain.first == first);
	PROMISE(first + w->chain.nout + w->chain.nin <= w->q.cfg.num);
	PROMISE(!w->chain.error || w->chain.error == -EINVAL || w->chain.error == -EFAULT ||
		(first && w->chain.error == -ENOSPC));
	PROMISE(!w->chain.error || (!w->chain.out_len && !w->chain.in_len));
	for (u32 i = 0; i < w->chain.nout + w->chain.nin; i++) {
		PROMISE(w->q.bufs[first + i].len);
		*(i < w->chain.nout ? &out : &in) += w->q.bufs[first + i].len;
	}
	PROMISE(out == w->chain.out_len && in == w->chain.in_len);
}

static void move_bytes(struct world *w, unsigned int how)
{
	static u8 buf[COPY_MAX];
	u32 len = take(&w->in, 2), first = take(&w->in, 1);
	struct dvq_iter out, in;
	u64 left;
	int r;

	memset(buf, 0xa5, sizeof(buf));
	dvq_iter_out(&out, &w->q, &w->chain);
	dvq_iter_in(&in, &w->q, &w->chain);
	PROMISE(out.left == w->chain.out_len && in.left == w->chain.in_len);
	/* From the middle of a chain on, too. */
	if (dvq_read(&out, buf, first) < 0 || dvq_write(&in, buf, first) < 0)
		return;
	left = out.left;
	if (how == 0)
		r = dvq_read(&out, buf, len);
	else if (how == 1)
		r = dvq_write(&in, buf, len);
	else
		r = dvq_copy(&in, &out, len);
	PROMISE(r == 0 || r == -EFAULT || r == -ENODATA || r == -ENOSPC);
	PROMISE(r || how == 1 || out.left == left - len);
}

static void push(struct world *w)
{
	u32 len = take(&w->in, 4);

	if (!w->n_popped)
		return;
	dvq_push(&w->q, &w->popped[--w->n_popped], len);
	PROMISE(!w->q.cfg.packed || (w->q.next_used & DVQ_PLACE) < w->q.cfg.num);
	w->has_chain = false;
}

static void unpop(struct world *w)
{
	if (!w->has_chain)
		return;
	dvq_unpop(&w->q, &w->chain);
	w->n_popped--;
	w->has_chain = false;
}

/* Nothing gets into a page that the device may not write. */
static void move_bytes_watched(struct world *w, unsigned int how)
{
	static u8 before[PAGES][PAGE];

	for (u32 i = 0; i < w->as->n; i++)
		if (!(w->as->map[i].perm & DVQ_WRITE))
			memcpy(before[i], w->as->map[i].base, PAGE);
	move_bytes(w, how);
	for (u32 i = 0; i < w->as->n; i++)
		PROMISE(w->as->map[i].perm & DVQ_WRITE ||
			memcmp(before[i], w->as->map[i].base, PAGE) == 0);
}

/* What a caller may do with a queue that is mapped. */
static void serve(struct world *w, unsigned int op)
{
	int r;

	if (!dvq_started(&w->q))
		return;
	r = dvq_map(&w->q);
	PROMISE(r == 0 || r == -EFAULT);
	PROMISE(!r == w->q.mapped);
	if (r)
		return;
	if (op < 3)
		pop(w, op == 2);
	else if (op < 6 && w->has_chain)
		move_bytes_watched(w, op - 3);
	else if (op == 6)
		push(w);
	else if (op == 7)
		dvq_publish(&w->q);
	else if (op == 8)
		dvq_kick_enable(&w->q);
	else if (op == 9)
		dvq_kick_disable(&w->q);
	else if (op == 10)
		unpop(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { .in = { data, size } };

	for (u32 i = 0; i < PAGES; i++) {
		if (!pages[i])
			pages[i] = aligned_alloc(PAGE, PAGE);
		if (!pages[i])
			abort();
		memset(pages[i], 0, PAGE);
	}
	w.as = new_as(0);
	dvq_set_as(&w.q, w.as);
	set_up(&w, true);
	for (u32 i = 0; i < OPS_MAX && w.in.n; i++) {
		unsigned int op = take(&w.in, 1) % 16;

		if (op < 11)
			serve(&w, op);
		else if (op == 11)
			scribble(&w);
		else if (op < 14)
			(w.q.cfg.packed ? offer_packed : offer)(&w);
		else if (op == 14)
			remap(&w);
		else
			set_up(&w, take(&w.in, 1) & 1);
	}
	dvq_stop(&w.q);
	free(w.as);
	return 0;
}
