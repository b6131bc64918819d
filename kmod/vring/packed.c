// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packed virtqueue: one ring of descriptors, which the device overwrites with what it has used.
 *
 * A place in it is the number of a descriptor and DVQ_WRAP, the counter of both sides that begins set and turns
 * at each round. A descriptor is available while its flag AVAIL is as that and USED is not, and used when
 * both are.
 */
#include "layout.h"

static u16 advance(const struct dvq *q, u16 place, u32 n)
{
	u32 at = (place & DVQ_PLACE) + n;
	u16 wrap = place & DVQ_WRAP;

	if (at >= q->cfg.num) {
		at -= q->cfg.num;
		wrap ^= DVQ_WRAP;
	}
	return (u16)(at | wrap);
}

/* How many descriptors lie from @from to @to: at most a round, or no less than one if @to is behind. */
static u32 distance(const struct dvq *q, u16 from, u16 to)
{
	u32 round = ((from ^ to) & DVQ_WRAP) ? q->cfg.num : 0;

	return round + (to & DVQ_PLACE) - (from & DVQ_PLACE);
}

static __le64 *desc_at(const struct dvq *q, u16 place)
{
	return dvq_at(&q->desc, (place & DVQ_PLACE) * DVQ_DESC_SIZE);
}

static __le16 *flags_at(const struct dvq *q, u16 place)
{
	return (__le16 *)(desc_at(q, place) + 1) + 3;
}

static struct dvq_desc unpack(u64 addr, u64 rest)
{
	return (struct dvq_desc){ .addr = addr, .len = (u32)rest, .flags = (u16)(rest >> 48) };
}

/* ---- taking a chain ----------------------------------------------------------------------- */

/* Whether the descriptor at @place is available, and its second half. */
static bool is_available(const struct dvq *q, u16 place, u64 *rest)
{
	bool wrap = place & DVQ_WRAP;
	/* Acquire: what the driver wrote before the flags is read after them. */
	u16 flags = le16_to_cpu(smp_load_acquire(flags_at(q, place)));

	*rest = le64_to_cpu(READ_ONCE(desc_at(q, place)[1]));
	return !!(flags & DVQ_DESC_AVAIL) == wrap && !!(flags & DVQ_DESC_USED) != wrap;
}

/* Entries of an indirect table follow one another; of their flags only the direction counts. */
static int packed_add_table(struct dvq *q, struct dvq_chain *c, const struct dvq_desc *table)
{
	int i, r, n = dvq_table_size(q, table);

	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		struct dvq_desc d;
		__le64 raw[2];

		r = dvq_table_fetch(q, table->addr, (u32)i, raw);
		if (r)
			return r;
		d = unpack(le64_to_cpu(raw[0]), le64_to_cpu(raw[1]));
		r = dvq_chain_add(q, c, &d);
		if (r)
			return r;
	}
	return 0;
}

/* A table is a whole chain, not a part of one. */
static int packed_add(struct dvq *q, struct dvq_chain *c, const struct dvq_desc *d)
{
	if (!(d->flags & DVQ_DESC_INDIRECT))
		return dvq_chain_add(q, c, d);
	return c->slots ? -EINVAL : packed_add_table(q, c, d);
}

int dvq_packed_pop(struct dvq *q, struct dvq_chain *c)
{
	/* What the driver has not been shown yet is not its to make available again. */
	u32 room = q->cfg.num - distance(q, q->told_used, q->next_avail);
	u16 place = q->next_avail;
	struct dvq_desc d;
	u64 rest;

	if (!is_available(q, place, &rest))
		return 0;
	/* A bad chain is walked to its end all the same: there is its id, and where the next one begins. */
	for (;;) {
		/* More than there is room for: nobody can tell where the next chain begins. */
		if (c->slots == room)
			return -EPROTO;
		d = unpack(le64_to_cpu(READ_ONCE(*desc_at(q, place))), rest);
		if (!c->error)
			c->error = packed_add(q, c, &d);
		c->slots++;
		if (!(d.flags & DVQ_DESC_NEXT))
			break;
		place = advance(q, place, 1);
		rest = le64_to_cpu(READ_ONCE(desc_at(q, place)[1]));
	}
	c->head = (u16)(rest >> 32);
	q->next_avail = advance(q, place, 1);
	return 1;
}

void dvq_packed_unpop(struct dvq *q, const struct dvq_chain *c)
{
	u32 at = q->next_avail & DVQ_PLACE;
	u16 wrap = q->next_avail & DVQ_WRAP;

	if (at < c->slots) {
		at += q->cfg.num;
		wrap ^= DVQ_WRAP;
	}
	q->next_avail = (u16)((at - c->slots) | wrap);
}

/* ---- handing back ------------------------------------------------------------------------- */

/*
 * The driver looks at one entry after the other, so it sees none of those pushed as long as the first of them
 * does not say that it is used; that is what publishing is.
 */
void dvq_packed_push(struct dvq *q, const struct dvq_chain *c, u32 len)
{
	__le64 *rest = desc_at(q, q->next_used) + 1;
	u16 flags = (q->next_used & DVQ_WRAP) ? DVQ_DESC_AVAIL | DVQ_DESC_USED : 0;

	if (len)
		flags |= DVQ_DESC_WRITE;
	if (q->next_used == q->told_used) {
		q->first_flags = flags;
		WRITE_ONCE(((__le32 *)rest)[0], cpu_to_le32(len));
		WRITE_ONCE(((__le16 *)rest)[2], cpu_to_le16(c->head));
	} else {
		WRITE_ONCE(*rest, cpu_to_le64((u64)flags << 48 | (u64)c->head << 32 | len));
	}
	q->next_used = advance(q, q->next_used, c->slots);
}

/* Whether the driver wishes to hear of the entries from @from to @to. */
static bool is_wanted(const struct dvq *q, u16 from, u16 to)
{
	u32 event = le32_to_cpu(READ_ONCE(*(__le32 *)dvq_at(&q->avail, 0)));
	u32 how = event >> 16;
	u16 place = (u16)event;

	if (how == DVQ_EVENT_DISABLE)
		return false;
	if (how != DVQ_EVENT_DESC || !q->cfg.event_idx || (place & DVQ_PLACE) >= q->cfg.num)
		return true;
	/* One behind them is farther away than all of them, however far that is. */
	return distance(q, from, place) < distance(q, from, to);
}

bool dvq_packed_publish(struct dvq *q)
{
	u16 from = q->told_used, to = q->next_used;

	/* Release: what was written into buffers and entries is there before the flags. */
	smp_store_release(flags_at(q, from), cpu_to_le16(q->first_flags));
	q->told_used = to;
	/* The driver sets its wish, then looks at the flags; we do it the other way round. */
	smp_mb();
	return is_wanted(q, from, to);
}

static void set_wish(struct dvq *q, u32 how)
{
	WRITE_ONCE(*(__le32 *)dvq_at(&q->used, 0), cpu_to_le32(how << 16 | q->next_avail));
}

bool dvq_packed_pending(const struct dvq *q)
{
	u64 rest;

	return is_available(q, q->next_avail, &rest);
}

bool dvq_packed_kick_enable(struct dvq *q)
{
	set_wish(q, q->cfg.event_idx ? DVQ_EVENT_DESC : DVQ_EVENT_ENABLE);
	/* Our wish is visible before we look for the last time. */
	smp_mb();
	return dvq_packed_pending(q);
}

void dvq_packed_kick_disable(struct dvq *q)
{
	set_wish(q, DVQ_EVENT_DISABLE);
}
