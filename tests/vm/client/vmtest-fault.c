// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fails every allocation of a path through the kernel once: the path must say so or do without, leave nothing
 * behind, and work the next time. Needs a kernel with CONFIG_FAULT_INJECTION and failslab set up (see
 * tests/vm/cases/fault.sh). A new path is a line in the table below. Prints TAP.
 *
 *	vmtest-fault [-s STEP] [-o OFFSET] [-e ERRNO]... [-v | PATH...]
 *
 * STEP: fail every STEP-th allocation only, beginning with number OFFSET (1), but all of a path of less than two
 * steps; ERRNO, several times perhaps: a number that want of memory may come as too, on kernels that are not ours; PATH:
 * one of the table's names; -v: the paths on which a device is given to virtio_net. All others, when nothing is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vdpactl.h>

#include "vhost/vhost.h"

#define NIC    "vdpasim_net"
#define DISK   "vdpasim_blk"
#define NAME   "fault"
#define DEVICE "/sys/bus/vdpa/devices/" NAME
/* More allocations than any path makes; a sweep that long has not found its end. */
#define STEPS_MAX 3000

static struct vdpactl_ctx *ctx;
static struct nic nic;
static char chardev[64];

/* ---- paths: what they answer, the same each time, or -errno ----------------------------------- */

static int add_on(const char *mgmtdev, const char *driver)
{
	struct vdpactl_device_request *request;
	int r;

	r = vdpactl_device_request_new(mgmtdev, NAME, &request);
	if (r < 0)
		return r;
	vdpactl_device_request_set_driver(request, driver);
	r = vdpactl_device_add(ctx, request, NULL);
	vdpactl_device_request_free(request);
	return r;
}

static int add(const char *driver)
{
	return add_on(NIC, driver);
}

static int add_none(void)
{
	return add("none");
}

/* With a cable to another NIC. */
#define MATE "mate"

static int add_as(const char *name, const char *peer)
{
	struct vdpactl_device_request *request;
	int r;

	r = vdpactl_device_request_new(NIC, name, &request);
	if (r < 0)
		return r;
	vdpactl_device_request_set_driver(request, "none");
	if (peer)
		vdpactl_device_request_set_peer(request, peer);
	r = vdpactl_device_add(ctx, request, NULL);
	vdpactl_device_request_free(request);
	return r;
}

static int add_mate(void)
{
	return add_as(MATE, NULL);
}

static int del_mate(void)
{
	return vdpactl_device_delete(ctx, MATE);
}

static int add_peer(void)
{
	return add_as(NAME, MATE);
}

static int add_disk(void)
{
	return add_on(DISK, "none");
}

static int add_disk_virtio(void)
{
	return add_on(DISK, "virtio");
}

static int add_vhost(void)
{
	return add("vhost");
}

static int add_virtio(void)
{
	return add("virtio");
}

static int del(void)
{
	return vdpactl_device_delete(ctx, NAME);
}

static int bind_vhost(void)
{
	return vdpactl_device_bind(ctx, NAME, "vhost");
}

static int bind_virtio(void)
{
	return vdpactl_device_bind(ctx, NAME, "virtio");
}

static int bind_none(void)
{
	return vdpactl_device_bind(ctx, NAME, "none");
}

static int list(void)
{
	struct vdpactl_device_list *devices = NULL;
	int r = vdpactl_device_list(ctx, 0, &devices);

	if (r < 0)
		return r;
	r = (int)vdpactl_device_list_size(devices);
	vdpactl_device_list_unref(devices);
	return r;
}

static int config(void)
{
	struct vdpactl_config *c = NULL;
	uint64_t features = 0;
	int r = vdpactl_config_get(ctx, NAME, &c);

	if (r < 0)
		return r;
	vdpactl_config_get_features(c, &features);
	r = vdpactl_config_get_link(c) << 8 | __builtin_popcountll(features);
	vdpactl_config_unref(c);
	return r;
}

static int stats(void)
{
	struct vdpactl_stats *s = NULL;
	int r = vdpactl_stats_get(ctx, NAME, 0, &s);

	if (r < 0)
		return r;
	r = (int)vdpactl_stats_size(s);
	vdpactl_stats_unref(s);
	return r;
}

static int find_chardev(void)
{
	struct vdpactl_device *device;
	int r;

	r = add_vhost();
	if (!r)
		r = vdpactl_device_get(ctx, NAME, VDPACTL_DEVICE_ENDPOINT, &device);
	if (r < 0)
		return r;
	snprintf(chardev, sizeof(chardev), "%s", vdpactl_device_get_chardev(device));
	vdpactl_device_unref(device);
	return 0;
}

static int open_nic(void)
{
	nic.fd = vh_open(chardev);
	return nic.fd < 0 ? nic.fd : 0;
}

static int close_nic(void)
{
	return close(nic.fd);
}

/* An owner with memory, to be started. */
static int open_owned(void)
{
	int r = find_chardev();

	if (r < 0)
		return r;
	r = vh_open(chardev);
	if (r >= 0)
		nic_init(&nic, r);
	return r;
}

static int close_owned(void)
{
	nic_fini(&nic);
	return del();
}

static int start_nic(void)
{
	return nic_start(&nic, 0);
}

static int stop_nic(void)
{
	return vh_status(nic.fd, 0);
}

static int map_more(void)
{
	return vh_map(nic.fd, NIC_IOVA + NIC_MEM, NIC_MEM, nic.mem);
}

static int unmap_more(void)
{
	return vh_unmap(nic.fd, NIC_IOVA + NIC_MEM, NIC_MEM);
}

static int open_running(void)
{
	int r = open_owned();

	return r < 0 ? r : start_nic();
}

/* A packet from memory that was just mapped arrives: the device knows of it. */
static bool device_knows(void)
{
	uint8_t *packet = nic.mem + BUFFER(1);

	memset(packet, 0, HEADER_SIZE);
	memset(packet + HEADER_SIZE, 0xff, 60);
	ring_post(&nic.ring[0], 0, nic_iova(BUFFER(0)), PAGE, VRING_DESC_F_WRITE);
	ring_post(&nic.ring[1], 0, nic_iova(NIC_MEM + BUFFER(1)), HEADER_SIZE + 60, 0);
	ring_kick(&nic.ring[1]);
	return ring_wait(&nic.ring[1]) >= 0 && ring_wait(&nic.ring[0]) == HEADER_SIZE + 60;
}

/* A running device is told at the end of the batch, which has to say when that failed. */
static int map_batched(void)
{
	int r, end;

	r = vh_message(nic.fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0);
	if (r < 0)
		return r;
	r = map_more();
	end = vh_message(nic.fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0);
	if (!r && end < 0) {
		unmap_more();
		r = end;
	}
	if (!r && !device_knows()) {
		printf("# mapped by a batch that ended well, but not for the device\n");
		return -EPROTO;
	}
	return r;
}

/* A hole in the middle, which splits what is mapped; afterwards the hole is filled. */
static int unmap_middle(void)
{
	return vh_unmap(nic.fd, NIC_IOVA + 32 * PAGE, PAGE);
}

static int map_whole(void)
{
	vh_unmap(nic.fd, NIC_IOVA, NIC_MEM);
	return vh_map(nic.fd, NIC_IOVA, NIC_MEM, nic.mem);
}

static int nothing(void)
{
	return 0;
}

/* A bus driver refused a device while it was made: the kernel does not tell why. */
#define BEING_MADE ENXIO
/* The same while it was bound. */
#define BEING_BOUND EIO

static const struct path {
	const char *name;
	int (*prepare)(void); /* without faults, once */
	int (*run)(void);
	int (*undo)(void); /* without faults, after a run that worked */
	int (*finish)(void);
	int error;   /* what want of memory may come as besides ENOMEM and ENOBUFS */
	bool virtio; /* virtio_net takes the device */
} paths[] = {
	{ "create (C11, M7)", nothing, add_none, del, nothing },
	{ "create with a peer", add_mate, add_peer, del, del_mate },
	{ "create a disk", nothing, add_disk, del, nothing },
	{ "create a disk for virtio", nothing, add_disk_virtio, del, nothing, BEING_MADE, true },
	{ "create for vhost (V13)", nothing, add_vhost, del, nothing, BEING_MADE },
	{ "create for virtio", nothing, add_virtio, del, nothing, BEING_MADE, true },
	{ "delete", add_vhost, del, add_vhost, del },
	{ "bind to vhost", add_none, bind_vhost, bind_none, del, BEING_BOUND },
	{ "bind to virtio", add_none, bind_virtio, bind_none, del, BEING_BOUND, true },
	{ "unbind from vhost", add_vhost, bind_none, bind_vhost, del },
	{ "list devices", add_none, list, nothing, del },
	{ "show the configuration", add_none, config, nothing, del },
	{ "show statistics", add_virtio, stats, nothing, del, 0, true },
	{ "open (V14, 21)", find_chardev, open_nic, close_nic, del },
	{ "start", open_owned, start_nic, stop_nic, close_owned },
	{ "map", open_owned, map_more, unmap_more, close_owned },
	{ "map in a batch (27)", open_running, map_batched, unmap_more, close_owned },
	{ "unmap", open_owned, unmap_middle, map_whole, close_owned },
};

/* ---- the sweep ----------------------------------------------------------------------------- */

static int fail_fd;

/* Fail the @n-th allocation from now of this thread; 0: none. */
static void fail_nth(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(fail_fd, text, (size_t)len, 0) != len)
		bail("fail-nth");
}

/* How many are left until one fails, 0 when one has failed. */
static int left_to_fail(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
		bail("fail-nth");
	return atoi(text);
}

/* What a path changes, as everybody can see it. */
struct state {
	bool there;
	char driver[32];
	char override[64];
	long pinned_kib;
};

static struct state look(void)
{
	struct state s = { .there = access(DEVICE, F_OK) == 0, .pinned_kib = pinned_kib() };
	char target[256] = "";
	int fd;

	if (readlink(DEVICE "/driver", target, sizeof(target) - 1) > 0)
		snprintf(s.driver, sizeof(s.driver), "%s", basename(target));
	fd = open(DEVICE "/driver_override", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, s.override, sizeof(s.override) - 1) < 0)
		bail("driver_override");
	if (fd >= 0)
		close(fd);
	return s;
}

static bool is_same(const struct state *a, const struct state *b)
{
	return a->there == b->there && a->pinned_kib == b->pinned_kib &&
	       !strcmp(a->driver, b->driver) && !strcmp(a->override, b->override);
}

#define ERRORS_MAX 8
static int also_honest[ERRORS_MAX], n_also_honest;

/* The errors that want of memory may come as; by ENOBUFS netlink says that the kernel may have done it. */
static bool is_honest(const struct path *p, int error)
{
	for (int i = 0; i < n_also_honest; i++)
		if (error == -also_honest[i])
			return true;
	return error == -ENOMEM || error == -ENOBUFS || error == -p->error;
}

/*
 * A run that failed has done nothing, so that there is nothing to undo. The exception: the kernel did it, had no
 * memory for its acknowledgement, and says by ENOBUFS that the outcome is not known.
 */
static bool is_refusal(const struct path *p, int error, const struct state *before)
{
	struct state now = look();

	if (!is_honest(p, error)) {
		printf("# it failed by %s\n", strerror(-error));
		return false;
	}
	if (is_same(before, &now))
		return true;
	if (error == -ENOBUFS)
		return p->undo() >= 0;
	printf("# it failed by %s, and yet: there %d %d, driver \"%s\" \"%s\", override %s %s, "
	       "pinned %ld %ld\n",
	       strerror(-error), before->there, now.there, before->driver, now.driver,
	       before->override, now.override, before->pinned_kib, now.pinned_kib);
	return false;
}

/* Without faults, there and back: what it answered, and how many allocations it took. */
static int run_well(const struct path *p, int *allocations)
{
	int r, undone;

	fail_nth(STEPS_MAX);
	r = p->run();
	*allocations = STEPS_MAX - left_to_fail();
	fail_nth(0);
	undone = r < 0 ? r : p->undo();
	if (undone < 0)
		printf("# without faults: %s\n", strerror(-undone));
	return undone < 0 ? undone : r;
}

struct sweep {
	int wanted; /* the answer */
	int turns;
	int refused;
};

/* One run of @p in which the @n-th allocation fails. False: something is wrong. */
static bool turn(const struct path *p, int n, struct sweep *sweep, bool *injected)
{
	struct state before = look();
	int r;

	fail_nth(n);
	r = p->run();
	*injected = left_to_fail() == 0;
	fail_nth(0);
	sweep->turns++;
	if (r < 0) {
		sweep->refused++;
		return *injected && is_refusal(p, r, &before);
	}
	if (r != sweep->wanted)
		printf("# it answered %d instead of %d\n", r, sweep->wanted);
	return r == sweep->wanted && p->undo() >= 0;
}

static void sweep(const struct path *p, int step, int offset)
{
	struct sweep s = { 0 };
	bool good = p->prepare() >= 0, injected = true;
	int n, allocations = 0;

	s.wanted = good ? run_well(p, &allocations) : -1;
	good = s.wanted >= 0 && allocations > 0;
	if (allocations < 2 * step) {
		step = 1;
		offset = 1;
	}
	for (n = offset; good && injected && n < STEPS_MAX; n += step)
		good = turn(p, n, &s, &injected);
	good = good && run_well(p, &allocations) == s.wanted;
	printf("# %s: %d of %d allocations failed, %d of them made it fail\n", p->name, s.turns - 1,
	       allocations, s.refused);
	ok(good && !injected && s.turns > 1, p->name);
	fflush(stdout);
	if (p->finish() < 0)
		bail("cleaning up");
}

static bool is_wanted(const struct path *p, bool virtio, char *const *names)
{
	if (!*names)
		return p->virtio == virtio;
	for (; *names; names++)
		if (!strcmp(p->name, *names))
			return true;
	return false;
}

static void add_honest(int error)
{
	if (n_also_honest == ERRORS_MAX)
		bail("too many -e");
	also_honest[n_also_honest++] = error;
}

int main(int argc, char **argv)
{
	int option, step = 1, offset = 1;
	bool virtio = false;

	while ((option = getopt(argc, argv, "s:o:e:v")) != -1) {
		if (option == 's')
			step = atoi(optarg);
		else if (option == 'o')
			offset = atoi(optarg);
		else if (option == 'e')
			add_honest(atoi(optarg));
		else if (option == 'v')
			virtio = true;
		else
			return 2;
	}
	if (step < 1 || offset < 1 || (virtio && optind < argc))
		return 2;
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		bail("fail-nth");
	errno = -vdpactl_new(&ctx);
	if (errno)
		bail("vdpactl_new");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (is_wanted(&paths[i], virtio, argv + optind))
			sweep(&paths[i], step, offset);
	vdpactl_unref(ctx);
	return tap_end();
}
