// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the owner that is handed to the device: pinned and charged, or named by its file. */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

#define PAGES_AT_ONCE (PAGE_SIZE / sizeof(struct page *))
#define PIECES_MAX    ((PAGE_SIZE - sizeof(struct chunk)) / sizeof(struct extent))

/* What is pinned is written to a chunk as large as can be, and kept in one as large as needed. */
struct pinning {
	struct list_head *out;
	struct chunk *wide;
	struct page **pages;
	u64 iova;
};

static void chunk_release(struct chunk *c, struct mm_struct *mm)
{
	struct window w = window_of(c);

	window_release(&w, mm);
}

void vhost_vdpa_chunks_release(struct list_head *chunks, struct mm_struct *mm)
{
	struct chunk *c, *next;

	list_for_each_entry_safe(c, next, chunks, link)
		chunk_release(c, mm);
	INIT_LIST_HEAD(chunks);
}

/*
 * Charged before anything is pinned and compared as one step: no two threads pass the limit
 * together, and who asks for too much is in nobody's way.
 */
static int charge(struct mm_struct *mm, u64 pages)
{
	s64 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	s64 charged = atomic64_read(&mm->pinned_vm);

	do {
		if ((s64)pages > limit - charged)
			return -ENOMEM;
	} while (!atomic64_try_cmpxchg(&mm->pinned_vm, &charged, charged + pages));
	return 0;
}

/* Keep what the wide chunk has. */
static int keep(struct pinning *p)
{
	struct chunk *c = chunk_new(p->wide->n);

	if (!c)
		return -ENOMEM;
	c->perm = p->wide->perm;
	memcpy(c->v, p->wide->v, c->n * sizeof(*c->v));
	list_add_tail(&c->link, p->out);
	p->wide->n = 0;
	return 0;
}

/* Pages that follow one another in memory make one piece. How many were taken: all, or fewer and an error. */
static long append_pages(struct pinning *p, long n, int *ret_err)
{
	struct chunk *c = p->wide;
	long i;

	for (i = 0; i < n; i++, p->iova += PAGE_SIZE) {
		struct extent *last = c->n ? &c->v[c->n - 1] : NULL;
		u64 addr = page_to_phys(p->pages[i]);

		if (last && last->addr + last->size == addr) {
			last->size += PAGE_SIZE;
			continue;
		}
		if (c->n == PIECES_MAX) {
			*ret_err = keep(p);
			if (*ret_err)
				break;
		}
		c->v[c->n++] = (struct extent){ .iova = p->iova, .addr = addr, .size = PAGE_SIZE };
	}
	return i;
}

/* How many pages were pinned and are in chunks: all, or fewer and an error. */
static u64 pin_range(struct pinning *p, u64 pages, u64 uaddr, int *ret_err)
{
	unsigned int flags = FOLL_LONGTERM | (p->wide->perm & VHOST_MAP_WO ? FOLL_WRITE : 0);
	u64 done = 0;

	while (done < pages && !*ret_err) {
		int n = min_t(u64, pages - done, PAGES_AT_ONCE);
		long taken;

		n = pin_user_pages_fast(uaddr + (done << PAGE_SHIFT), n, flags, p->pages);
		if (n <= 0) {
			*ret_err = n ?: -EFAULT;
			break;
		}
		taken = append_pages(p, n, ret_err);
		unpin_user_pages(p->pages + taken, n - taken);
		done += taken;
		if (fatal_signal_pending(current))
			*ret_err = *ret_err ?: -EINTR;
		cond_resched();
	}
	if (!*ret_err)
		*ret_err = keep(p);
	return done;
}

/* iova, size and uaddr are multiples of a page; neither range wraps. */
int vhost_vdpa_pin(u64 iova, u64 size, u64 uaddr, u32 perm, struct list_head *out)
{
	struct pinning p = { .out = out, .iova = iova };
	u64 pages = size >> PAGE_SHIFT;
	int err;

	err = charge(current->mm, pages);
	if (err)
		return err;
	p.wide = chunk_new(PIECES_MAX);
	p.pages = (struct page **)__get_free_page(GFP_KERNEL);
	if (p.wide) {
		p.wide->perm = perm;
		p.wide->n = 0;
	}
	if (p.wide && p.pages) {
		pages -= pin_range(&p, pages, uaddr, &err);
	} else {
		err = -ENOMEM;
	}
	if (err) {
		/* What is in chunks gives its charge back by itself. */
		atomic64_sub(pages, &current->mm->pinned_vm);
		vhost_vdpa_chunks_release(out, current->mm);
	}
	if (p.wide && p.wide->n)
		chunk_release(p.wide, current->mm);
	else
		kfree(p.wide);
	free_page((unsigned long)p.pages);
	return err;
}

static int append_file(struct list_head *out, const struct extent *e, u32 perm,
		       const struct vm_area_struct *vma)
{
	u64 offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (e->addr - vma->vm_start);
	struct chunk *c = chunk_of_file(e, perm, vma->vm_file, offset);

	if (!c)
		return -ENOMEM;
	list_add_tail(&c->link, out);
	return 0;
}

/*
 * Only what other processes can map too: shared memory of a file. A hypervisor's private areas are
 * skipped.
 */
static bool is_shareable(const struct vm_area_struct *vma)
{
	return vma->vm_file && (vma->vm_flags & VM_SHARED) &&
	       !(vma->vm_flags & (VM_IO | VM_PFNMAP));
}

int vhost_vdpa_find_files(u64 iova, u64 size, u64 uaddr, u32 perm, struct list_head *out)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	mmap_read_lock(mm);
	while (size && !err) {
		struct vm_area_struct *vma = find_vma(mm, uaddr);
		struct extent here;

		if (!vma || vma->vm_start > uaddr) {
			err = -EFAULT;
			break;
		}
		here = (struct extent){ iova, uaddr, min_t(u64, size, vma->vm_end - uaddr) };
		if (is_shareable(vma))
			err = append_file(out, &here, perm, vma);
		iova += here.size;
		uaddr += here.size;
		size -= here.size;
	}
	mmap_read_unlock(mm);
	if (err)
		vhost_vdpa_chunks_release(out, mm);
	return err;
}
