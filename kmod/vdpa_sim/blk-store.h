/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a simulated disk keeps its bytes: sparse memory (blk-store.c), or a file (blk-file.c). Used by several queues,
 * and by several disks when it is shared, at once; what is asked for at the same time is done in any order, byte by byte
 * even, as on a real disk. All of it may sleep, nothing checks ranges: they are below @bytes.
 */
#ifndef VDPASIM_BLK_STORE_H
#define VDPASIM_BLK_STORE_H

#include <linux/kref.h>

#include "vring/vring.h"

struct blk_store;
struct file;

/**
 * struct blk_store_ops - one way to keep bytes; 0 or -errno, -EFAULT where the guest's memory is at fault
 * @read: @len bytes from @pos on to the guest
 * @write: the same from the guest
 * @zero: @len bytes read as zero from now on; @give_back: their room is not needed any more
 * @flush: what was written is there after a loss of power
 * @release: the last reference is gone
 */
struct blk_store_ops {
	int (*read)(struct blk_store *store, u64 pos, struct dvq_iter *to, u32 len);
	int (*write)(struct blk_store *store, u64 pos, struct dvq_iter *from, u32 len);
	int (*zero)(struct blk_store *store, u64 pos, u64 len, bool give_back);
	int (*flush)(struct blk_store *store);
	void (*release)(struct blk_store *store);
};

struct blk_store {
	const struct blk_store_ops *ops;
	struct kref ref;
	u64 bytes;
};

/* A store with one reference, or an ERR_PTR. */
struct blk_store *blk_store_new(u64 bytes);
/* The store that disks share: made with the first of them, gone with the last. -EEXIST: it has another size. */
struct blk_store *blk_store_get_shared(u64 bytes);

/*
 * A store in the first @bytes of an open file, of which it takes a reference. blk_file_refusal() says first what is
 * wrong with the file, or NULL: "is not open for reading".
 */
struct blk_store *blk_store_new_file(struct file *file, u64 bytes);
const char *blk_file_refusal(const struct file *file, bool read_only);
u64 blk_file_bytes(const struct file *file);

void blk_store_put(struct blk_store *store);

#endif
