/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VDPACTL_SYSFS_HOLDER_H
#define VDPACTL_SYSFS_HOLDER_H

#include <stddef.h>
#include <stdint.h>

struct sysfs_holder {
	char *chardev; /* "/dev/vhost-vdpa-0" */
	uint32_t pid;
	char *comm; /* NULL when it ended meanwhile */
};

/*
 * All open character devices of vhost, of the processes that the caller may look into.
 * @proc: "/proc"
 * @ret_holders: owned, sysfs_holders_free(), sorted for sysfs_holder_find(); NULL when there are none
 * Returns 0 or -errno.
 */
int sysfs_holders(const char *proc, struct sysfs_holder **ret_holders, size_t *ret_n);
void sysfs_holders_free(struct sysfs_holder *holders, size_t n);

/*
 * Who has it open; borrowed, NULL when nobody was found. Of several, who inherited it, that with the lowest number: their
 * ancestor most likely.
 */
const struct sysfs_holder *sysfs_holder_find(const struct sysfs_holder *holders, size_t n,
					     const char *chardev);

#endif
