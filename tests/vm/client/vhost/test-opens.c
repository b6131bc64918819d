// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a node over and over while somebody makes and deletes its device, until the file "stop" is there:
 * whoever gets it open has a whole device, or one that has gone.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "vhost.h"

/* The first answer that a device ready for its user does not give, or 0. */
static int first_wrong(int fd)
{
	static const unsigned long questions[] = { VHOST_GET_FEATURES, VHOST_GET_BACKEND_FEATURES,
						   VHOST_VDPA_GET_CONFIG_SIZE };
	uint64_t answer;
	int r = vh_ioctl(fd, VHOST_SET_OWNER, NULL);

	for (size_t i = 0; !r && i < sizeof(questions) / sizeof(questions[0]); i++)
		r = vh_ioctl(fd, questions[i], &answer);
	return r == -ENODEV ? 0 : r;
}

void test_opens(const char *path)
{
	int opened = 0, wrong = 0, fd;

	while (access("stop", F_OK) < 0) {
		fd = vh_open(path);
		if (fd < 0) {
			if (fd != -ENOENT && fd != -ENXIO && fd != -ENODEV && fd != -EBUSY)
				wrong = fd;
			continue;
		}
		opened++;
		if (!wrong)
			wrong = first_wrong(fd);
		close(fd);
		/* Nobody can delete what is open; now it is not, for 0 to 7 ms. */
		poll(NULL, 0, opened % 8);
	}
	is(wrong, 0, "V15, 21: a node that opens has its device behind it");
	ok(opened > 0, "... and it opened now and then");
	printf("# opened %d times\n", opened);
}
