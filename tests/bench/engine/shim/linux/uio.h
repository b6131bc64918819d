/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vringh needs of the kernel's, in user space: a page is its address, and copying is copying. */
#ifndef SHIM_UIO_H
#define SHIM_UIO_H

#include <linux/kernel.h>
#include <sys/uio.h>

struct kvec {
	void *iov_base;
	size_t iov_len;
};

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

struct iov_iter {
	const struct bio_vec *bvec;
};

#define ITER_SOURCE 1
#define ITER_DEST   0

static inline void iov_iter_bvec(struct iov_iter *iter, unsigned int direction,
				 const struct bio_vec *bvec, unsigned long n, size_t bytes)
{
	(void)direction;
	(void)n;
	(void)bytes;
	iter->bvec = bvec;
}

static inline size_t copy_from_iter(void *to, size_t bytes, struct iov_iter *iter)
{
	for (size_t n, done = 0; done < bytes; done += n, iter->bvec++) {
		n = iter->bvec->bv_len;
		memcpy((char *)to + done, (char *)iter->bvec->bv_page + iter->bvec->bv_offset, n);
	}
	return bytes;
}

static inline size_t copy_to_iter(const void *from, size_t bytes, struct iov_iter *iter)
{
	for (size_t n, done = 0; done < bytes; done += n, iter->bvec++) {
		n = iter->bvec->bv_len;
		memcpy((char *)iter->bvec->bv_page + iter->bvec->bv_offset,
		       (const char *)from + done, n);
	}
	return bytes;
}

#endif
