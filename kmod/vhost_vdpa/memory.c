// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the owner that is handed to the device: pinned and charged, or named by its file. */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

#define PAGES_AT_ONCE (PAGE_SIZE / sizeof(struct page *))

int extents_reserve(struct extents *e, size_t more)
{
	size_t room = max_t(size_t, e->room, 16);
	struct extent *v;

	if (more > SIZE_MAX / sizeof(*v) / 2 - e->n)
		return -ENOMEM;
	while (room < e->n + more)
		room *= 2;
	if (room == e->room)
		return 0;
	v = kvrealloc(e->v, e->room * sizeof(*v), room * sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return -ENOMEM;
	e->v = v;
	e->room = room;
	return 0;
}

void extent_release(const struct extent *e, struct mm_struct *mm)
{
	if (e->file) {
		fput(e->file->file);
		kfree(e->file);
		return;
	}
	unpin_user_page_range_dirty_lock(pfn_to_page(PHYS_PFN(e->addr)), e->size >> PAGE_SHIFT,
					 e->perm & VHOST_MAP_WO);
	atomic64_sub(e->size >> PAGE_SHIFT, &mm->pinned_vm);
}

void extents_release(struct extents *e, struct mm_struct *mm)
{
	size_t i;

	for (i = 0; i < e->n; i++) {
		extent_release(&e->v[i], mm);
		cond_resched();
	}
	kvfree(e->v);
	*e = (struct extents){};
}

/*
 * Charged before anything is pinned and compared as one step: no two threads pass the limit
 * together.
 */
static int charge(struct mm_struct *mm, u64 pages)
{
	s64 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (atomic64_add_return(pages, &mm->pinned_vm) <= limit)
		return 0;
	atomic64_sub(pages, &mm->pinned_vm);
	return -ENOMEM;
}

/* Pages that follow one another in memory make one extent. */
static int append_pages(struct extents *e, u64 iova, struct page **pages, long n, u32 perm)
{
	struct extent *last;
	long i;

	/* For the worst case: none follows the one before. */
	if (extents_reserve(e, n))
		return -ENOMEM;
	last = e->n ? &e->v[e->n - 1] : NULL;
	for (i = 0; i < n; i++, iova += PAGE_SIZE) {
		u64 addr = page_to_phys(pages[i]);

		if (last && last->addr + last->size == addr) {
			last->size += PAGE_SIZE;
			continue;
		}
		last = &e->v[e->n++];
		*last = (struct extent){
			.iova = iova, .addr = addr, .size = PAGE_SIZE, .perm = perm,
		};
	}
	return 0;
}

static int pin_range(u64 iova, u64 pages, u64 uaddr, u32 perm, struct extents *out)
{
	unsigned int flags = FOLL_LONGTERM | (perm & VHOST_MAP_WO ? FOLL_WRITE : 0);
	struct page **some;
	int err = 0;

	some = (struct page **)__get_free_page(GFP_KERNEL);
	if (!some)
		return -ENOMEM;
	while (pages && !err) {
		int n = min_t(u64, pages, PAGES_AT_ONCE);

		n = pin_user_pages_fast(uaddr, n, flags, some);
		if (n <= 0) {
			err = n ?: -EFAULT;
			break;
		}
		err = append_pages(out, iova, some, n, perm);
		if (err)
			unpin_user_pages(some, n);
		pages -= n;
		iova += (u64)n << PAGE_SHIFT;
		uaddr += (u64)n << PAGE_SHIFT;
		if (fatal_signal_pending(current))
			err = err ?: -EINTR;
		cond_resched();
	}
	free_page((unsigned long)some);
	return err;
}

/* iova, size and uaddr are multiples of a page; neither range wraps. */
int vhost_vdpa_pin(u64 iova, u64 size, u64 uaddr, u32 perm, struct extents *out)
{
	u64 pages = size >> PAGE_SHIFT, pinned = 0;
	size_t i;
	int err;

	*out = (struct extents){};
	err = charge(current->mm, pages);
	if (err)
		return err;
	err = pin_range(iova, pages, uaddr, perm, out);
	if (!err)
		return 0;
	/* What was pinned gives its charge back by itself. */
	for (i = 0; i < out->n; i++)
		pinned += out->v[i].size >> PAGE_SHIFT;
	atomic64_sub(pages - pinned, &current->mm->pinned_vm);
	extents_release(out, current->mm);
	return err;
}

static int append_file(struct extents *out, u64 iova, u64 size, u64 uaddr, u32 perm,
		       const struct vm_area_struct *vma)
{
	struct vdpa_map_file *file;

	if (extents_reserve(out, 1))
		return -ENOMEM;
	file = kmalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		return -ENOMEM;
	file->file = get_file(vma->vm_file);
	file->offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (uaddr - vma->vm_start);
	out->v[out->n++] = (struct extent){
		.iova = iova, .addr = uaddr, .size = size, .file = file, .perm = perm,
	};
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

int vhost_vdpa_find_files(u64 iova, u64 size, u64 uaddr, u32 perm, struct extents *out)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	*out = (struct extents){};
	mmap_read_lock(mm);
	while (size && !err) {
		struct vm_area_struct *vma = find_vma(mm, uaddr);
		u64 here;

		if (!vma || vma->vm_start > uaddr) {
			err = -EFAULT;
			break;
		}
		here = min_t(u64, size, vma->vm_end - uaddr);
		if (is_shareable(vma))
			err = append_file(out, iova, here, uaddr, perm, vma);
		iova += here;
		uaddr += here;
		size -= here;
	}
	mmap_read_unlock(mm);
	if (err)
		extents_release(out, mm);
	return err;
}
