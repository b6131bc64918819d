// SPDX-License-Identifier: GPL-2.0-only
/* Chunks of memory, and windows on them. */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

struct chunk *chunk_new(u32 n)
{
	struct chunk *c = kzalloc(struct_size(c, v, n), GFP_KERNEL_ACCOUNT);

	if (!c)
		return NULL;
	refcount_set(&c->refs, 1);
	c->n = n;
	return c;
}

struct chunk *chunk_of_file(const struct extent *e, u32 perm, struct file *file, u64 offset)
{
	struct chunk *c = chunk_new(1);

	if (!c)
		return NULL;
	c->file = kmalloc(sizeof(*c->file), GFP_KERNEL_ACCOUNT);
	if (!c->file) {
		kfree(c);
		return NULL;
	}
	*c->file = (struct vdpa_map_file){ .file = get_file(file), .offset = offset };
	c->perm = perm;
	c->v[0] = *e;
	return c;
}

/* The first piece that reaches to @iova or beyond. */
static u32 find(const struct chunk *c, u64 iova)
{
	u32 low = 0, high = c->n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (c->v[mid].iova + c->v[mid].size - 1 < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool window_next(const struct window *w, u32 *i, struct extent *ret)
{
	const struct chunk *c = w->chunk;
	u64 first, last;

	if (!*i)
		*i = find(c, w->first);
	if (*i >= c->n || c->v[*i].iova > w->last)
		return false;
	*ret = c->v[(*i)++];
	first = max(ret->iova, w->first);
	last = min(ret->iova + ret->size - 1, w->last);
	ret->addr += first - ret->iova;
	ret->iova = first;
	ret->size = last - first + 1;
	return true;
}

struct window window_of(struct chunk *c)
{
	const struct extent *end = &c->v[c->n - 1];

	return (struct window){ .chunk = c, .first = c->v[0].iova, .last = end->iova + end->size - 1 };
}

void chunk_put(struct chunk *c)
{
	if (!refcount_dec_and_test(&c->refs))
		return;
	if (c->file) {
		fput(c->file->file);
		kfree(c->file);
	}
	kfree(c);
}

static void unpin(const struct extent *e, u32 perm, struct mm_struct *mm)
{
	u64 pages = e->size >> PAGE_SHIFT;

	unpin_user_page_range_dirty_lock(pfn_to_page(PHYS_PFN(e->addr)), pages, perm & VHOST_MAP_WO);
	atomic64_sub(pages, &mm->pinned_vm);
	cond_resched();
}

void window_release(const struct window *w, struct mm_struct *mm)
{
	struct extent e;
	u32 i = 0;

	while (!w->chunk->file && window_next(w, &i, &e))
		unpin(&e, w->chunk->perm, mm);
	chunk_put(w->chunk);
}

void windows_release(struct windows *windows, struct mm_struct *mm)
{
	size_t i;

	for (i = 0; i < windows->n; i++)
		window_release(&windows->v[i], mm);
	kvfree(windows->v);
	*windows = (struct windows){};
}

int windows_reserve(struct windows *windows, size_t more)
{
	size_t room = max_t(size_t, windows->room, 16);
	struct window *v;

	if (more > SIZE_MAX / sizeof(*v) / 2 - windows->n)
		return -ENOMEM;
	while (room < windows->n + more)
		room *= 2;
	if (room == windows->room)
		return 0;
	v = kvrealloc(windows->v, windows->room * sizeof(*v), room * sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return -ENOMEM;
	windows->v = v;
	windows->room = room;
	return 0;
}
