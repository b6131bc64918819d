/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Release at the end of the scope, so that no error path can forget it. */
#ifndef VDPACTL_UTIL_CLEANUP_H
#define VDPACTL_UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

/* Take the value out of a variable that a cleanup watches: ownership moves to the caller. */
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__auto_type _p = &(p);                                                             \
		__auto_type _v = *_p;                                                              \
		*_p = NULL;                                                                        \
		_v;                                                                                \
	})

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int *_fd = &(fd);                                                                  \
		int _v = *_fd;                                                                     \
		*_fd = -1;                                                                         \
		_v;                                                                                \
	})

/* Define cleanup_<name>(type **) from a destructor that takes the pointer and accepts NULL. */
#define DEFINE_CLEANUP(type, func)                                                                 \
	static inline void cleanup_##func(type *p)                                                 \
	{                                                                                          \
		if (*p)                                                                            \
			func(*p);                                                                  \
	}                                                                                          \
	struct cleanup_##func##_needs_a_semicolon

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_	 _cleanup_(cleanup_free)
#define _cleanup_close_	 _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

#endif
