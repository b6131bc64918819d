// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sparse memory: a page is there from the first write to it on. Whoever copies to or from a page holds a reference, so
 * no queue waits for another, and what a discard gives back is free when the last copy is over, which nearly always
 * is at once.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "blk-store.h"

struct memory {
	struct blk_store store; /* first */
	struct xarray pages;	/* by number; pages are owned */
};

static struct memory *to_memory(struct blk_store *store)
{
	return container_of(store, struct memory, store);
}

/* A piece of a range that does not leave its page. */
struct piece {
	unsigned long index;
	u32 off;
	u32 len;
};

static struct piece first_piece(u64 pos, u64 len)
{
	u32 off = offset_in_page(pos);

	return (struct piece){
		.index = pos >> PAGE_SHIFT, .off = off, .len = min_t(u64, len, PAGE_SIZE - off),
	};
}

/*
 * A reference to a page, or NULL. It may be given back, and be somebody else's, between the look and the reference: the
 * second look tells. That is harmless, as a page is never anything else than a page.
 */
static struct page *get_page_of(struct memory *m, unsigned long index)
{
	struct page *page;

	rcu_read_lock();
	for (;;) {
		page = xa_load(&m->pages, index);
		if (!page)
			break;
		if (!get_page_unless_zero(page))
			continue;
		if (page == xa_load(&m->pages, index))
			break;
		put_page(page);
	}
	rcu_read_unlock();
	return page;
}

/* ---- reading ------------------------------------------------------------------------------- */

static int read_piece(struct memory *m, const struct piece *p, struct dvq_iter *to)
{
	struct page *page = get_page_of(m, p->index);
	int err;

	if (!page)
		return dvq_write(to, page_address(ZERO_PAGE(0)), p->len);
	err = dvq_write(to, page_address(page) + p->off, p->len);
	put_page(page);
	return err;
}

static int memory_read(struct blk_store *store, u64 pos, struct dvq_iter *to, u32 len)
{
	int err = 0;

	while (len && !err) {
		struct piece p = first_piece(pos, len);

		err = read_piece(to_memory(store), &p, to);
		pos += p.len;
		len -= p.len;
		cond_resched();
	}
	return err;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* False: there is no such page. */
static bool write_to_page(struct memory *m, const struct piece *p, struct dvq_iter *from, int *err)
{
	struct page *page = get_page_of(m, p->index);

	if (!page)
		return false;
	*err = dvq_read(from, page_address(page) + p->off, p->len);
	put_page(page);
	return true;
}

/*
 * 0 also when somebody else was quicker. No I/O for the sake of memory: that may be to this very disk. Nor is memory
 * waited for without end, which a disk that is larger than the machine's would do.
 */
static int add_page(struct memory *m, unsigned long index)
{
	struct page *page = alloc_page(GFP_NOIO | __GFP_ZERO | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	int err;

	if (!page)
		return -ENOMEM;
	err = xa_insert(&m->pages, index, page, GFP_NOIO | __GFP_NOWARN);
	if (err)
		__free_page(page);
	return err == -EBUSY ? 0 : err;
}

static int write_piece(struct memory *m, const struct piece *p, struct dvq_iter *from)
{
	int err = 0;

	/* A page may be given back between the two. */
	while (!err && !write_to_page(m, p, from, &err))
		err = add_page(m, p->index);
	return err;
}

static int memory_write(struct blk_store *store, u64 pos, struct dvq_iter *from, u32 len)
{
	int err = 0;

	while (len && !err) {
		struct piece p = first_piece(pos, len);

		err = write_piece(to_memory(store), &p, from);
		pos += p.len;
		len -= p.len;
		cond_resched();
	}
	return err;
}

/* ---- zeroes -------------------------------------------------------------------------------- */

static void clear_piece(struct memory *m, const struct piece *p)
{
	struct page *page = get_page_of(m, p->index);

	if (!page)
		return;
	memset(page_address(page) + p->off, 0, p->len);
	put_page(page);
}

/* The room of whole pages, of those that are there. */
static void clear_pages(struct memory *m, unsigned long first, unsigned long last, bool give_back)
{
	unsigned long index;
	struct page *page;

	xa_for_each_range(&m->pages, index, page, first, last) {
		if (give_back) {
			page = xa_erase(&m->pages, index);
			if (page)
				put_page(page);
		} else {
			clear_piece(m, &(struct piece){ .index = index, .len = PAGE_SIZE });
		}
		cond_resched();
	}
}

static int memory_zero(struct blk_store *store, u64 pos, u64 len, bool give_back)
{
	struct memory *m = to_memory(store);
	struct piece p = first_piece(pos, len);
	u64 whole;

	if (p.len < PAGE_SIZE) {
		clear_piece(m, &p);
		pos += p.len;
		len -= p.len;
	}
	whole = len >> PAGE_SHIFT;
	if (whole)
		clear_pages(m, pos >> PAGE_SHIFT, (pos >> PAGE_SHIFT) + whole - 1, give_back);
	pos += whole << PAGE_SHIFT;
	len -= whole << PAGE_SHIFT;
	if (len) {
		p = first_piece(pos, len);
		clear_piece(m, &p);
	}
	return 0;
}

static int memory_flush(struct blk_store *store)
{
	return 0;
}

static void memory_release(struct blk_store *store)
{
	struct memory *m = to_memory(store);
	unsigned long index;
	struct page *page;

	xa_for_each(&m->pages, index, page) {
		__free_page(page);
		cond_resched();
	}
	xa_destroy(&m->pages);
	kfree(m);
}

static const struct blk_store_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
	.zero = memory_zero,
	.flush = memory_flush,
	.release = memory_release,
};

struct blk_store *blk_store_new(u64 bytes)
{
	struct memory *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return ERR_PTR(-ENOMEM);
	m->store.ops = &memory_ops;
	m->store.bytes = bytes;
	kref_init(&m->store.ref);
	xa_init(&m->pages);
	return &m->store;
}

/* ---- shared -------------------------------------------------------------------------------- */

static DEFINE_MUTEX(shared_lock); /* protects shared, and its last reference */
static struct blk_store *shared;

struct blk_store *blk_store_get_shared(u64 bytes)
{
	struct blk_store *store;

	mutex_lock(&shared_lock);
	store = shared;
	if (!store) {
		store = blk_store_new(bytes);
		if (!IS_ERR(store))
			shared = store;
	} else if (store->bytes != bytes) {
		store = ERR_PTR(-EEXIST);
	} else {
		kref_get(&store->ref);
	}
	mutex_unlock(&shared_lock);
	return store;
}

/* Called with the lock held. */
static void store_release(struct kref *ref)
{
	struct blk_store *store = container_of(ref, struct blk_store, ref);

	if (store == shared)
		shared = NULL;
	mutex_unlock(&shared_lock);
	store->ops->release(store);
}

void blk_store_put(struct blk_store *store)
{
	kref_put_mutex(&store->ref, store_release, &shared_lock);
}
