// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces that change while queues use them: not in place, but a new one is made of the tables of the old one,
 * but for those that the change is about.
 */
#include "vring.h"

/* Entries of a table: a change copies a few tables, and of each other one its entry in the space. */
#define TABLE_MAX 255u

/* The tables that replace those of the old space, as they are made. */
struct writer {
	struct dvq_as *as;
	struct dvq_as *table; /* the last one; NULL: there is none yet */
	u32 share;	      /* entries of each table */
	u64 rest;	      /* there come no more */
};

static struct dvq_as *table_of(const struct dvq_as *as, u32 i)
{
	return (struct dvq_as *)as->map[i].base;
}

/* The first entry that reaches to @iova or beyond. */
static u32 reaching(const struct dvq_as *as, u64 iova)
{
	u32 low = 0, high = as->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (as->map[mid].last < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many entries begin below @iova. */
static u32 below(const struct dvq_as *as, u64 iova)
{
	u32 i = reaching(as, iova);

	return i < as->n && as->map[i].start < iova ? i + 1 : i;
}

static struct dvq_as *new_as(u64 room)
{
	struct dvq_as *as = dvq_try_alloc(sizeof(*as) + room * sizeof(as->map[0]));

	if (as)
		as->n = 0;
	return as;
}

/* ---- writing tables -------------------------------------------------------------------------- */

/* The entry continues the one before it, in addresses and in memory. */
static bool continues(const struct dvq_map *before, const struct dvq_map *m)
{
	return before->last + 1 == m->start && before->perm == m->perm &&
	       before->base + (before->last - before->start) + 1 == m->base;
}

static int begin_table(struct writer *w, u64 start)
{
	struct dvq_as *table = new_as(min_t(u64, w->share, w->rest));

	if (!table)
		return -ENOMEM;
	w->table = table;
	w->as->map[w->as->n++] =
		(struct dvq_map){ .start = start, .base = (u8 *)table, .perm = DVQ_TABLE };
	return 0;
}

static int put(struct writer *w, const struct dvq_map *m)
{
	struct dvq_as *table = w->table;
	int r;

	if (!w->rest)
		return -EINVAL;
	if (table && continues(&table->map[table->n - 1], m)) {
		table->map[table->n - 1].last = m->last;
	} else {
		if (!table || table->n == w->share) {
			r = begin_table(w, m->start);
			if (r < 0)
				return r;
			table = w->table;
		}
		table->map[table->n++] = *m;
	}
	w->rest--;
	w->as->map[w->as->n - 1].last = m->last;
	return 0;
}

/* Of tables of the old space, what lies below @end. */
static int put_below(struct writer *w, const struct dvq_as *as, u32 from, u32 to, u64 end)
{
	int r = 0;

	for (; from < to && as->map[from].start < end; from++) {
		const struct dvq_as *table = table_of(as, from);

		for (u32 i = 0; !r && i < table->n && table->map[i].start < end; i++) {
			struct dvq_map m = table->map[i];

			m.last = min_t(u64, m.last, end - 1);
			r = put(w, &m);
		}
	}
	return r;
}

/* ... and what lies above @end. */
static int put_above(struct writer *w, const struct dvq_as *as, u32 from, u32 to, u64 end)
{
	int r = 0;

	if (end == U64_MAX)
		return 0;
	from = from > reaching(as, end + 1) ? from : reaching(as, end + 1);
	for (; from < to; from++) {
		const struct dvq_as *table = table_of(as, from);

		for (u32 i = reaching(table, end + 1); !r && i < table->n; i++) {
			struct dvq_map m = table->map[i];
			u64 cut = m.start <= end ? end + 1 - m.start : 0;

			m.start += cut;
			m.base += cut;
			r = put(w, &m);
		}
	}
	return r;
}

static int put_source(struct writer *w, u64 first, u64 last, struct dvq_source *source)
{
	bool any = false;
	u64 before = 0;
	int r;

	for (;;) {
		struct dvq_map m;

		r = source->next(source, &m);
		if (r <= 0)
			return r;
		if (m.last < m.start || m.start < first || m.last > last ||
		    (any && m.start <= before))
			return -EINVAL;
		r = put(w, &m);
		if (r < 0)
			return r;
		before = m.last;
		any = true;
	}
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Which tables the range is in, and next to it, so that none stays small; how many entries are to be written. */
static u64 choose(const struct dvq_as *as, u64 first, u64 last, u64 max, struct dvq_change *c)
{
	u32 from = reaching(as, first), to = last == U64_MAX ? as->n : below(as, last + 1);
	u64 n = max;

	if (to < from)
		to = from;
	if (from < to) {
		n += below(table_of(as, from), first);
		if (last != U64_MAX)
			n += table_of(as, to - 1)->n - reaching(table_of(as, to - 1), last + 1);
	}
	if (from > 0 && n + table_of(as, from - 1)->n <= TABLE_MAX)
		n += table_of(as, --from)->n;
	if (to < as->n && n + table_of(as, to)->n <= TABLE_MAX)
		n += table_of(as, to++)->n;
	c->first = from;
	c->old = to - from;
	return n;
}

static int write_tables(const struct dvq_as *as, u64 first, u64 last, struct dvq_source *source,
			struct writer *w, const struct dvq_change *c)
{
	u32 to = c->first + c->old;
	int r;

	r = put_below(w, as, c->first, to, first);
	if (!r)
		r = put_source(w, first, last, source);
	return r ? r : put_above(w, as, c->first, to, last);
}

static void copy_tables(struct dvq_as *to, const struct dvq_as *from, u32 first, u32 end)
{
	if (end > first)
		memcpy(to->map + to->n, from->map + first, (end - first) * sizeof(to->map[0]));
	to->n += end - first;
}

int dvq_change_make(struct dvq_as *before, u64 first, u64 last, struct dvq_source *source,
		    struct dvq_change *ret)
{
	static const struct dvq_as none;
	const struct dvq_as *old = before ? before : &none;
	struct dvq_change c = { .before = before };
	struct writer w = { .rest = choose(old, first, last, source->max, &c) };
	u64 tables = (w.rest + TABLE_MAX - 1) / TABLE_MAX;
	int r;

	if (!tables && c.old == old->n) {
		*ret = c;
		return 0;
	}
	if (tables > INT_MAX - old->n)
		return -ENOMEM;
	w.as = new_as(old->n - c.old + tables);
	if (!w.as)
		return -ENOMEM;
	w.share = tables ? (u32)((w.rest + tables - 1) / tables) : 0;
	copy_tables(w.as, old, 0, c.first);
	r = write_tables(old, first, last, source, &w, &c);
	c.after = w.as;
	c.new = w.as->n - c.first;
	if (r < 0) {
		dvq_change_drop(&c);
		return r;
	}
	copy_tables(w.as, old, c.first + c.old, old->n);
	if (!w.as->n) {
		dvq_release(w.as);
		c.after = NULL;
	}
	*ret = c;
	return 0;
}
DVQ_EXPORT(dvq_change_make);

static void release(struct dvq_as *as, u32 first, u32 n)
{
	for (u32 i = first; i < first + n; i++)
		dvq_release(table_of(as, i));
	dvq_release(as);
}

void dvq_change_done(const struct dvq_change *c)
{
	release(c->before, c->first, c->old);
}
DVQ_EXPORT(dvq_change_done);

void dvq_change_drop(const struct dvq_change *c)
{
	release(c->after, c->first, c->new);
}
DVQ_EXPORT(dvq_change_drop);

void dvq_as_free(struct dvq_as *as)
{
	release(as, 0, as ? as->n : 0);
}
DVQ_EXPORT(dvq_as_free);
