// SPDX-License-Identifier: GPL-2.0-only
/* Entries of an address space: mapped, cut and unmapped. */
#include <linux/file.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

/* ---- entries ------------------------------------------------------------------------------- */

bool vhost_vdpa_is_mapped(struct vhost_vdpa_as *as, u64 first, u64 last)
{
	return vhost_iotlb_itree_first(&as->iotlb, first, last);
}

/* The window's reference is the entry's from now on. */
static int add_entry(struct vhost_vdpa_as *as, const struct window *w)
{
	return vhost_iotlb_add_range_ctx(&as->iotlb, w->first, w->last, 0, w->chunk->perm, w->chunk);
}

/* Only the entry with just these ends, not another over it. */
static void remove_entry(struct vhost_vdpa_as *as, const struct window *w)
{
	struct vhost_iotlb_map *m;

	for (m = vhost_iotlb_itree_first(&as->iotlb, w->first, w->last); m;
	     m = vhost_iotlb_itree_next(m, w->first, w->last)) {
		if (m->start != w->first || m->last != w->last)
			continue;
		vhost_iotlb_map_free(&as->iotlb, m);
		return;
	}
}

/* ---- map ----------------------------------------------------------------------------------- */

static int map_chunk(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *w)
{
	int err;

	if (as->iotlb.nmaps >= v->entries_max)
		return -ENOSPC;
	err = add_entry(as, w);
	if (err)
		return err;
	err = vhost_vdpa_tell_window(v, as, w);
	if (err)
		remove_entry(as, w);
	return err;
}

/* Those in front of @end, which may be the list's head: all. */
static void take_back(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct list_head *from,
		      struct list_head *end)
{
	struct list_head *at;

	for (at = from->next; at != end; at = at->next) {
		struct window w = window_of(list_entry(at, struct chunk, link));

		vhost_vdpa_tell_gone(v, as, &w);
		remove_entry(as, &w);
	}
}

int vhost_vdpa_map(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct list_head *from)
{
	u64 first = U64_MAX, last = 0;
	struct chunk *c;
	int err;

	list_for_each_entry(c, from, link) {
		struct window w = window_of(c);

		first = min(first, w.first);
		last = max(last, w.last);
		err = READ_ONCE(v->going) ? -ENODEV : map_chunk(v, as, &w);
		if (err) {
			take_back(v, as, from, &c->link);
			return err;
		}
		cond_resched();
	}
	err = vhost_vdpa_map_changed(v, as, first, last);
	if (err) {
		/* The parent refused the new whole; it still has the old one. */
		take_back(v, as, from, from);
		return err;
	}
	INIT_LIST_HEAD(from);
	return 0;
}

/* ---- unmap --------------------------------------------------------------------------------- */

/* A chunk of its own for a part of memory that is named by its file: parents may keep the name. */
static int cut_file(const struct window *w, struct window *ret)
{
	const struct chunk *whole = w->chunk;
	u64 skip = w->first - whole->v[0].iova;
	struct extent part = { w->first, whole->v[0].addr + skip, w->last - w->first + 1 };
	struct chunk *c;

	c = chunk_of_file(&part, whole->perm, whole->file->file, whole->file->offset + skip);
	if (!c)
		return -ENOMEM;
	*ret = window_of(c);
	return 0;
}

/* A part of a window, with a reference. */
static int cut(const struct window *w, u64 first, u64 last, struct window *ret)
{
	*ret = (struct window){ .chunk = w->chunk, .first = first, .last = last };
	if (w->chunk->file)
		return cut_file(ret, ret);
	refcount_inc(&w->chunk->refs);
	return 0;
}

/* The piece of memory that lies on both sides of @at; false when none does. */
static bool piece_over(const struct window *w, u64 at, struct window *ret)
{
	struct window from = { .chunk = w->chunk, .first = at - 1, .last = w->last };
	struct extent e;
	u32 i = 0;

	*ret = *w;
	if (!window_next(&from, &i, &e) || e.iova + e.size <= at)
		return false;
	ret->last = e.iova + e.size - 1;
	/* Its begin, which the window above has cut off. */
	ret->first = max(w->first, w->chunk->v[i - 1].iova);
	return true;
}

/* The parent did not take @lost, one end of the entry @part, back. What is left of it stays. */
static void lose(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct window *part,
		 const struct window *lost)
{
	struct window left = *part;

	remove_entry(as, part);
	if (lost->first > part->first)
		left.last = lost->first - 1;
	else
		left.first = lost->last + 1;
	if (lost->first > part->first || lost->last < part->last) {
		if (!add_entry(as, &left)) {
			refcount_inc(&left.chunk->refs);
			*part = *lost;
		} else {
			vhost_vdpa_tell_gone(v, as, &left);
		}
	}
	as->leaving.v[as->leaving.n++] = *part;
}

/* Parents that know of each piece see the one that is cut go and come back in two. */
static int tell_cut(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *whole,
		    struct window part[2])
{
	struct window piece;
	int i, err, ret = 0;

	if (v->way == MAP_WHOLE || !piece_over(whole, part[1].first, &piece))
		return 0;
	vhost_vdpa_tell_gone(v, as, &piece);
	for (i = 0; i < 2; i++) {
		struct window sub = {
			.chunk = part[i].chunk,
			.first = max(piece.first, part[i].first),
			.last = min(piece.last, part[i].last),
		};

		err = vhost_vdpa_tell_window(v, as, &sub);
		if (err) {
			lose(v, as, &part[i], &sub);
			ret = err;
		}
	}
	return ret;
}

/* Replace the entry over @at, if one is cut by it, by two that meet there. */
static int split(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 at)
{
	struct vhost_iotlb_map *m = at ? vhost_iotlb_itree_first(&as->iotlb, at, at) : NULL;
	struct window whole, part[2];
	int err;

	if (!m || m->start == at)
		return 0;
	whole = entry_window(m);
	err = windows_reserve(&as->leaving, ARRAY_SIZE(part));
	if (err)
		return err;
	err = cut(&whole, whole.first, at - 1, &part[0]);
	if (err)
		return err;
	err = cut(&whole, at, whole.last, &part[1]);
	if (err)
		goto err_put_first;
	err = add_entry(as, &part[0]);
	if (err)
		goto err_put_second;
	err = add_entry(as, &part[1]);
	if (err)
		goto err_remove;
	vhost_iotlb_map_free(&as->iotlb, m);
	vhost_vdpa_map_stale(as, whole.first, whole.last);
	err = tell_cut(v, as, &whole, part);
	chunk_put(whole.chunk);
	return err;

err_remove:
	remove_entry(as, &part[0]);
err_put_second:
	chunk_put(part[1].chunk);
err_put_first:
	chunk_put(part[0].chunk);
	return err;
}

/* The range lies within one entry, of which both ends stay: there is one more afterwards. */
static bool makes_hole(struct vhost_vdpa_as *as, u64 first, u64 last)
{
	struct vhost_iotlb_map *m = vhost_iotlb_itree_first(&as->iotlb, first, last);

	return m && m->start < first && m->last > last;
}

int vhost_vdpa_unmap(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last)
{
	struct vhost_iotlb_map *m;
	size_t n = 0;
	int err;

	if (as->iotlb.nmaps >= v->entries_max && makes_hole(as, first, last))
		return -ENOSPC;
	err = split(v, as, first);
	if (!err && last != U64_MAX)
		err = split(v, as, last + 1);
	if (err)
		return err;
	for (m = vhost_iotlb_itree_first(&as->iotlb, first, last); m;
	     m = vhost_iotlb_itree_next(m, first, last))
		n++;
	if (!n)
		return 0;
	err = windows_reserve(&as->leaving, n);
	if (err)
		return err;
	while ((m = vhost_iotlb_itree_first(&as->iotlb, first, last))) {
		struct window w = entry_window(m);

		/* What is left is taken from the device with all else. */
		if (READ_ONCE(v->going))
			return -ENODEV;
		vhost_vdpa_tell_gone(v, as, &w);
		as->leaving.v[as->leaving.n++] = w;
		vhost_iotlb_map_free(&as->iotlb, m);
		cond_resched();
	}
	return vhost_vdpa_map_changed(v, as, first, last);
}
