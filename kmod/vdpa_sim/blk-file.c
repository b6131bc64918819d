// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file or a block device, which whoever asks for the disk has opened and hands over: who may open what is decided by
 * the rules for opening, in the caller's context, and no path is ever looked up here.
 *
 * Everything goes through the page cache, as guests' buffers and sectors of 512 bytes are not aligned as O_DIRECT wants;
 * what makes data safe is the flush. A file below a file system on a disk that is, by way of other layers, the very disk
 * waits for itself: that cannot be had at create, as the disk is not there yet, only by changing a layer below it later.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "blk-store.h"

/* Pieces of the guest's memory in one go. */
#define FILE_SPANS 16

struct file_store {
	struct blk_store store; /* first */
	struct file *file;	/* a reference */
};

static struct file *file_of(struct blk_store *store)
{
	return container_of(store, struct file_store, store)->file;
}

/* The next @len bytes at most, where they lie in memory: how many, or -errno. */
static int gather(struct dvq_iter *it, u32 len, struct kvec *vec, unsigned int *ret_n)
{
	unsigned int n;
	u32 sum = 0;

	for (n = 0; n < FILE_SPANS && sum < len; n++) {
		u32 part = len - sum;
		void *p = dvq_span(it, &part);

		if (!p)
			return -EFAULT;
		vec[n] = (struct kvec){ .iov_base = p, .iov_len = part };
		sum += part;
	}
	*ret_n = n;
	return sum;
}

/* A file that ends earlier than the disk was cut after the disk was made. */
static int move_all(struct file *file, u64 pos, struct dvq_iter *mem, u32 len, bool write)
{
	struct kvec vec[FILE_SPANS];
	loff_t at = pos;

	while (len) {
		unsigned int n;
		struct iov_iter it;
		int part = gather(mem, len, vec, &n);
		ssize_t done;

		if (part < 0)
			return part;
		iov_iter_kvec(&it, write ? WRITE : READ, vec, n, part);
		done = write ? vfs_iter_write(file, &it, &at, 0) : vfs_iter_read(file, &it, &at, 0);
		if (done != part)
			return done < 0 ? done : -EIO;
		len -= part;
		cond_resched();
	}
	return 0;
}

static int file_read(struct blk_store *store, u64 pos, struct dvq_iter *to, u32 len)
{
	return move_all(file_of(store), pos, to, len, false);
}

/*
 * Who writes is held back when there is too much to be written to all disks, which may be for this one to do. The mark is
 * for those who write on behalf of others: they wait for their own backing device only.
 */
static unsigned int throttle_less(void)
{
	unsigned int old = current->flags & PF_LOCAL_THROTTLE;

	current->flags |= PF_LOCAL_THROTTLE;
	return old;
}

static int file_write(struct blk_store *store, u64 pos, struct dvq_iter *from, u32 len)
{
	struct file *file = file_of(store);
	unsigned int old = throttle_less();
	int err;

	file_start_write(file);
	err = move_all(file, pos, from, len, true);
	file_end_write(file);
	current_restore_flags(old, PF_LOCAL_THROTTLE);
	return err;
}

static int write_zeroes(struct file *file, u64 pos, u64 len)
{
	unsigned int old = throttle_less();
	loff_t at = pos;
	int err = 0;

	file_start_write(file);
	while (len && !err) {
		struct kvec vec = { page_address(ZERO_PAGE(0)), min_t(u64, len, PAGE_SIZE) };
		struct iov_iter it;
		ssize_t done;

		iov_iter_kvec(&it, WRITE, &vec, 1, vec.iov_len);
		done = vfs_iter_write(file, &it, &at, 0);
		if (done <= 0)
			err = done ?: -EIO;
		else
			len -= done;
		cond_resched();
	}
	file_end_write(file);
	current_restore_flags(old, PF_LOCAL_THROTTLE);
	return err;
}

/* Not every file can do either, and a block device not for a piece of its blocks. */
static int file_zero(struct blk_store *store, u64 pos, u64 len, bool give_back)
{
	int mode = FALLOC_FL_KEEP_SIZE |
		   (give_back ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE);
	struct file *file = file_of(store);
	int err = len ? vfs_fallocate(file, mode, pos, len) : 0;

	if (err != -EOPNOTSUPP && err != -EINVAL)
		return err;
	return write_zeroes(file, pos, len);
}

static int file_flush(struct blk_store *store)
{
	return vfs_fsync(file_of(store), 1);
}

static void file_release(struct blk_store *store)
{
	struct file_store *f = container_of(store, struct file_store, store);

	fput(f->file);
	kfree(f);
}

static const struct blk_store_ops file_ops = {
	.read = file_read,
	.write = file_write,
	.zero = file_zero,
	.flush = file_flush,
	.release = file_release,
};

const char *blk_file_refusal(const struct file *file, bool read_only)
{
	umode_t mode = file_inode(file)->i_mode;

	if (!S_ISREG(mode) && !S_ISBLK(mode))
		return "is neither a file nor a block device";
	if (!(file->f_mode & FMODE_READ) || !(file->f_mode & FMODE_CAN_READ))
		return "is not open for reading";
	if (file->f_flags & O_APPEND)
		return "is open for appending";
	if (file->f_flags & O_DIRECT)
		return "is open with O_DIRECT";
	if (!read_only && (!(file->f_mode & FMODE_WRITE) || !(file->f_mode & FMODE_CAN_WRITE)))
		return "is not open for writing, and read_only is not asked for";
	return NULL;
}

u64 blk_file_bytes(const struct file *file)
{
	/* Of a block device that is not the inode with the name. */
	return i_size_read(file->f_mapping->host);
}

struct blk_store *blk_store_new_file(struct file *file, u64 bytes)
{
	struct file_store *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return ERR_PTR(-ENOMEM);
	f->store.ops = &file_ops;
	f->store.bytes = bytes;
	kref_init(&f->store.ref);
	f->file = get_file(file);
	return &f->store;
}
