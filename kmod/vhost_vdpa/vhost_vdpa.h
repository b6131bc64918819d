/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside vhost_vdpa.ko: the bus driver that hands a vDPA device to user space as /dev/vhost-vdpa-N.
 *
 * One mutex, v->lock, is round every operation of the parent that a file operation causes, kicks
 * and doorbell accesses apart. Nothing that may wait for user space runs under it: arguments are
 * copied and pages pinned before, results copied and pages given back after. So remove() waits at most
 * for a few operations of the parent, and then takes everything away from whoever has the file open.
 */
#ifndef VHOST_VDPA_H
#define VHOST_VDPA_H

#include <linux/cdev.h>
#include <linux/eventfd.h>
#include <linux/irqbypass.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/vdpa.h>
#include <linux/vhost.h>
#include <linux/vhost_iotlb.h>

#include "uapi-later.h"
#include "vdpa_ext.h"

struct vhost_vdpa;

/* Where an interrupt goes. */
struct vhost_vdpa_call {
	spinlock_t lock;		/* held while it is signalled */
	struct eventfd_ctx *ctx;	/* changes under v->lock besides */
	struct work_struct later;
};

/* A queue as the holder of the file set it up. */
struct vhost_vdpa_vq {
	struct vhost_vdpa *v;
	u16 idx;

	struct vhost_vdpa_call call;
	struct irq_bypass_producer bypass;
	bool bypassed;

	struct file *kick;		/* its poll entry is queued while set */
	wait_queue_head_t *kick_head;
	wait_queue_entry_t kick_entry;
	poll_table kick_table;

	struct eventfd_ctx *err;	/* kept for the holder; no parent reports errors */
	u32 busyloop;
};

/*
 * Memory that is handed to the device, in pieces that lie together. Pinned pages: physical addresses,
 * @file NULL; each piece continues the one before it, in the device's addresses. Under use_va: one piece,
 * an address of the owner, and the file behind it.
 */
struct extent {
	u64 iova;
	u64 addr;
	u64 size;
};

/*
 * At most a page of pieces, so that a single pinned page that is left of them keeps no more than a page of
 * the kernel's. Shared by the entries of an address space that are parts of it.
 */
struct chunk {
	struct list_head link;		/* while it is in no address space yet */
	struct vdpa_map_file *file;
	u32 perm;
	refcount_t refs;
	u32 n;
	struct extent v[];
};

/* A part of a chunk, from one address to another. Holds a reference. */
struct window {
	struct chunk *chunk;
	u64 first;
	u64 last;
};

struct windows {
	struct window *v;
	size_t n;
	size_t room;
};

/* How the parent wants to be told of mappings. */
enum map_way {
	MAP_EACH,	/* dma_map() and dma_unmap(), at once */
	MAP_WHOLE,	/* set_map() with all there is */
	MAP_DOMAIN,	/* platform IOMMU */
};

/* An address space. */
struct vhost_vdpa_as {
	struct vhost_iotlb iotlb;	/* what the holder mapped; an entry's opaque is its chunk */
	bool made;			/* by its first UPDATE or BATCH_BEGIN */
	bool stale;			/* MAP_WHOLE: iotlb differs from what the parent was told, */
	u64 stale_first, stale_last;	/* ... between these */
	bool told;			/* MAP_WHOLE: the parent may know of mappings */
	struct windows leaving;		/* unmapped, but the parent may still know of it */
	bool gone;			/* ... or has just been told: vhost_vdpa_unlock() gives it back */
};

struct vhost_vdpa {
	struct device dev;
	struct cdev cdev;
	int minor;
	wait_queue_head_t hangup;	/* polled; woken when the device goes */
	bool going;			/* remove() wants the lock: be quick */
	struct work_struct give_back;	/* queued when it stops */

	struct mutex lock;		/* protects all below */
	struct vdpa_device *vdpa;	/* NULL when the device is gone */
	bool open;			/* by somebody, */
	bool started;			/* ... for whom it works; then @as and @mm are give_back's */
	u32 nvqs, ngroups, nas;		/* constant */
	struct vhost_vdpa_vq *vqs;	/* nvqs of them */
	struct vhost_vdpa_as *as;	/* nas of them */
	enum map_way way;
	u32 entries_max;		/* constant; of an address space */

	struct mm_struct *mm;		/* the owner's, grabbed, or NULL */
	struct address_space *mapping;	/* of the open file */
	struct vhost_vdpa_call config_call;
	u64 backend_features;		/* acknowledged */
	struct vdpa_iova_range range;
	struct iommu_domain *domain;	/* MAP_DOMAIN, while open */
	bool suspended;
	bool in_batch;
	u32 batch_asid;
};

/* ioctl.c */
long vhost_vdpa_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
/* Reset the device, as opening and closing do too; v->lock held. 0 or -errno of the parent. */
int vhost_vdpa_reset(struct vhost_vdpa *v);

static inline struct window entry_window(const struct vhost_iotlb_map *m)
{
	return (struct window){ .chunk = m->opaque, .first = m->start, .last = m->last };
}

static inline bool vhost_vdpa_is_owner(const struct vhost_vdpa *v)
{
	return v->mm && v->mm == current->mm;
}

/* vring.c: ioctls about one queue; v->lock held, index checked. 0 or -errno */
int vhost_vdpa_set_num(struct vhost_vdpa_vq *vq, u32 num);
int vhost_vdpa_set_addr(struct vhost_vdpa_vq *vq, const struct vhost_vring_addr *addr);
int vhost_vdpa_set_base(struct vhost_vdpa_vq *vq, u32 base);
int vhost_vdpa_get_base(struct vhost_vdpa_vq *vq, u32 *ret_base);
int vhost_vdpa_set_enable(struct vhost_vdpa_vq *vq, u32 enable);
int vhost_vdpa_get_group(struct vhost_vdpa_vq *vq, u32 *ret_group);
int vhost_vdpa_get_desc_group(struct vhost_vdpa_vq *vq, u32 *ret_group);
int vhost_vdpa_get_size(struct vhost_vdpa_vq *vq, u32 *ret_size);

/* eventfd.c: @fd is -1 to unbind; v->lock held. 0 or -errno, the old binding then stays */
void vhost_vdpa_eventfds_init(struct vhost_vdpa *v);
int vhost_vdpa_set_kick(struct vhost_vdpa_vq *vq, int fd);
int vhost_vdpa_set_call(struct vhost_vdpa_vq *vq, int fd);
int vhost_vdpa_set_err(struct vhost_vdpa_vq *vq, int fd);
int vhost_vdpa_set_config_call(struct vhost_vdpa *v, int fd);
/* Interrupts that need no callback, while the driver is ready. */
void vhost_vdpa_bypass(struct vhost_vdpa *v, bool on);
/* Let go of all eventfds; no kick reaches the parent afterwards. */
void vhost_vdpa_stop_kicks(struct vhost_vdpa *v);
void vhost_vdpa_stop_calls(struct vhost_vdpa *v);

/* message.c */
ssize_t vhost_vdpa_write_iter(struct kiocb *iocb, struct iov_iter *from);

/* space.c: v->lock held. 0 or -errno */
int vhost_vdpa_map_open(struct vhost_vdpa *v);
/* The address space of this number; NULL: none such. */
struct vhost_vdpa_as *vhost_vdpa_as(struct vhost_vdpa *v, u32 asid);
/* Tell the parent all that it was not told yet. */
int vhost_vdpa_map_sync(struct vhost_vdpa *v, struct vhost_vdpa_as *as);
int vhost_vdpa_map_sync_all(struct vhost_vdpa *v);
/* The parent knows no more what is mapped between these. */
void vhost_vdpa_map_stale(struct vhost_vdpa_as *as, u64 first, u64 last);
/* After a change between these: what must be told now is. */
int vhost_vdpa_map_changed(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last);
/* The device was reset, and may have forgotten. */
void vhost_vdpa_map_forgotten(struct vhost_vdpa *v);
/* Nothing reaches memory any more, */
void vhost_vdpa_map_close(struct vhost_vdpa *v);
/* ... which then is given back; v->lock not held. */
void vhost_vdpa_map_release(struct vhost_vdpa *v);
/* Gives up v->lock where mappings may have changed: those that are gone are given back. */
void vhost_vdpa_unlock(struct vhost_vdpa *v);

/* map.c: v->lock held. 0 or -errno */
/* All chunks of the list, or nothing; on success they belong to the address space. */
int vhost_vdpa_map(struct vhost_vdpa *v, struct vhost_vdpa_as *as, struct list_head *from);
bool vhost_vdpa_is_mapped(struct vhost_vdpa_as *as, u64 first, u64 last);
int vhost_vdpa_unmap(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last);

/* domain.c */
int vhost_vdpa_domain_open(struct vhost_vdpa *v);
void vhost_vdpa_domain_close(struct vhost_vdpa *v);
int vhost_vdpa_domain_map(struct vhost_vdpa *v, const struct extent *e, u32 perm);

/* tell.c: the parent hears of mappings; v->lock held. 0 or -errno */
int vhost_vdpa_tell_window(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *w);
void vhost_vdpa_tell_gone(struct vhost_vdpa *v, struct vhost_vdpa_as *as, const struct window *w);
/* MAP_WHOLE: what is stale, or that the space has nothing. */
int vhost_vdpa_tell_stale(struct vhost_vdpa *v, struct vhost_vdpa_as *as);
int vhost_vdpa_tell_nothing(struct vhost_vdpa *v, struct vhost_vdpa_as *as);

/*
 * memory.c: takes mmap_lock, so v->lock must not be held; current is the owner. Chunks for the range are
 * appended to the list; in case of an error there are none.
 */
int vhost_vdpa_pin(u64 iova, u64 size, u64 uaddr, u32 perm, struct list_head *out);
int vhost_vdpa_find_files(u64 iova, u64 size, u64 uaddr, u32 perm, struct list_head *out);
/* Chunks that came to no address space: give back what they hold, which @mm is charged for. */
void vhost_vdpa_chunks_release(struct list_head *chunks, struct mm_struct *mm);

/* window.c: none of it needs v->lock, and what releases may not have it */
/* Room for @n pieces, with one reference, or NULL. */
struct chunk *chunk_new(u32 n);
/* One piece that is named by byte @offset of @file, of which it takes a reference; or NULL. */
struct chunk *chunk_of_file(const struct extent *e, u32 perm, struct file *file, u64 offset);
/* The pieces of a window, one after the other; @i begins at 0. False behind the last. */
bool window_next(const struct window *w, u32 *i, struct extent *ret);
/* All of a chunk; takes over a reference. */
struct window window_of(struct chunk *chunk);
/* Give back what a window holds, which @mm is charged for, and its reference. */
void window_release(const struct window *w, struct mm_struct *mm);
/* The same for all of them, which are then forgotten. */
void windows_release(struct windows *windows, struct mm_struct *mm);
/* Room for @more without another allocation: 0 or -ENOMEM. */
int windows_reserve(struct windows *windows, size_t more);
void chunk_put(struct chunk *chunk);

#endif
