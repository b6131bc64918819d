/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_HIGHMEM_H
#define SHIM_HIGHMEM_H

/* tools/virtio asks the system each time. */
#undef PAGE_SIZE
#define PAGE_SHIFT	   12
#define PAGE_SIZE	   4096ul

#define pfn_to_page(pfn)   ((struct page *)((unsigned long)(pfn) << PAGE_SHIFT))
#define kmap_atomic(page)  ((void *)(page))
#define kunmap_atomic(map) ((void)(map))

#endif
