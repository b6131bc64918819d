// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces.
 *
 * What leaves an address space is given back only after the parent cannot know of it any more. A
 * parent with set_map() is told of the whole space each time; so that many single messages do not
 * cost the square of their number, it is told when a batch ends, when the driver becomes ready, at
 * each message while the driver is ready, and otherwise not: before, it has no reason to look.
 */
#include <linux/file.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

struct vhost_vdpa_as *vhost_vdpa_as(struct vhost_vdpa *v, u32 asid)
{
	return asid < v->nas ? &v->as[asid] : NULL;
}

static bool is_running(struct vhost_vdpa *v)
{
	return v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK;
}

/* ---- telling the parent of a whole space ----------------------------------------------------- */

int vhost_vdpa_map_sync(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	int err = 0;

	if (v->way == MAP_WHOLE && as->stale) {
		err = vhost_vdpa_tell_whole(v, as);
		if (err)
			return err;
		as->stale = false;
		as->told = as->iotlb.nmaps;
	}
	windows_release(&as->leaving, v->mm);
	return 0;
}

int vhost_vdpa_map_sync_all(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++) {
		int err = vhost_vdpa_map_sync(v, &v->as[i]);

		if (err)
			return err;
	}
	return 0;
}

/* After a change: what must be told now is. */
static int changed(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	int err = 0;

	as->stale = true;
	if (v->in_batch)
		return 0;
	if (v->way != MAP_WHOLE || is_running(v))
		return vhost_vdpa_map_sync(v, as);
	if (!as->leaving.n)
		return 0;
	if (as->told)
		err = vhost_vdpa_tell_nothing(v, as);
	if (!err)
		windows_release(&as->leaving, v->mm);
	return err;
}

/* Its copy may be gone or not: tell it again before it runs, and trust neither until then. */
void vhost_vdpa_map_forgotten(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		v->as[i].stale = v->as[i].made;
}

/* ---- entries ------------------------------------------------------------------------------- */

bool vhost_vdpa_is_mapped(struct vhost_vdpa_as *as, u64 first, u64 last)
{
	return vhost_iotlb_itree_first(&as->iotlb, first, last);
}

static struct window entry_window(const struct vhost_iotlb_map *m)
{
	return (struct window){ .chunk = m->opaque, .first = m->start, .last = m->last };
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

static int map_chunk(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct chunk *c)
{
	struct window w = window_of(c);
	int err;

	err = add_entry(as, &w);
	if (err)
		return err;
	err = vhost_vdpa_tell_window(v, as, &w);
	if (err)
		remove_entry(as, &w);
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
	struct chunk *c;
	int err;

	list_for_each_entry(c, from, link) {
		err = map_chunk(v, as, c);
		if (err) {
			take_back(v, as, from, &c->link);
			return err;
		}
		cond_resched();
	}
	err = changed(v, as);
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
	w->chunk->refs++;
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
			left.chunk->refs++;
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
	as->stale = true;
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

int vhost_vdpa_unmap(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last)
{
	struct vhost_iotlb_map *m;
	size_t n = 0;
	int err;

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

		vhost_vdpa_tell_gone(v, as, &w);
		as->leaving.v[as->leaving.n++] = w;
		vhost_iotlb_map_free(&as->iotlb, m);
		cond_resched();
	}
	return changed(v, as);
}

/* ---- open, close --------------------------------------------------------------------------- */

int vhost_vdpa_map_open(struct vhost_vdpa *v)
{
	const struct vdpa_config_ops *ops = v->vdpa->config;

	v->range = (struct vdpa_iova_range){ .first = 0, .last = U64_MAX };
	if (v->way == MAP_DOMAIN)
		return vhost_vdpa_domain_open(v);
	if (ops->get_iova_range)
		v->range = ops->get_iova_range(v->vdpa);
	return 0;
}

/* The device is at rest; should the parent refuse to forget, its memory is taken all the same. */
static void close_space(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb_map *m;

	if (v->way == MAP_WHOLE && as->told)
		vhost_vdpa_tell_nothing(v, as);
	while ((m = vhost_iotlb_itree_first(&as->iotlb, 0, U64_MAX))) {
		struct window w = entry_window(m);

		vhost_vdpa_tell_gone(v, as, &w);
		vhost_iotlb_map_free(&as->iotlb, m);
		window_release(&w, v->mm);
	}
	windows_release(&as->leaving, v->mm);
	as->made = false;
	as->stale = false;
	as->told = false;
}

void vhost_vdpa_map_close(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		close_space(v, &v->as[i]);
	if (v->domain)
		vhost_vdpa_domain_close(v);
}
