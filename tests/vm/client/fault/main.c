// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fails every allocation of a path through the kernel once: the path must say so or do without, leave nothing
 * behind, and work the next time. Needs a kernel with CONFIG_FAULT_INJECTION and failslab set up (see
 * tests/vm/cases/fault.sh). A new path is a line in the table in paths.c. Prints TAP.
 *
 *	vmtest-fault [-s STEP] [-o OFFSET] [-e ERRNO]... [-v | -p | PATH...]
 *
 * STEP: fail every STEP-th allocation only, beginning with number OFFSET (1), but all of a path of less than two
 * steps; ERRNO, several times perhaps: a number that want of memory may come as too, on kernels that are not ours; PATH:
 * one of the table's names; -v: the paths on which a device is given to virtio_net; -p: those of a PCI function. All others,
 * when nothing is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "vhost/vhost.h"

/* More allocations than any path makes; a sweep that long has not found its end. */
#define STEPS_MAX 3000

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
	bool served; /* what virtio_vdpa made of it has a driver */
	uint8_t mac[6];
	int link;
	long pinned_kib;
};

/* The path of a file of the device's. */
static void in_sysfs(const char *file, char ret_path[256])
{
	snprintf(ret_path, 256, "/sys/bus/vdpa/devices/%s/%s", fault_device, file);
}

static void look_at_config(struct state *s)
{
	struct vdpactl_config *config;
	const uint8_t *mac;

	if (vdpactl_config_get(fault_ctx, fault_device, &config) < 0)
		return;
	mac = vdpactl_config_get_mac(config);
	if (mac)
		memcpy(s->mac, mac, sizeof(s->mac));
	s->link = vdpactl_config_get_link(config);
	vdpactl_config_unref(config);
}

static struct state look(void)
{
	struct state s = { .pinned_kib = pinned_kib() };
	char target[256] = "", path[256];
	glob_t found;
	int fd;

	in_sysfs("", path);
	s.there = access(path, F_OK) == 0;
	in_sysfs("driver", path);
	if (readlink(path, target, sizeof(target) - 1) > 0)
		snprintf(s.driver, sizeof(s.driver), "%s", basename(target));
	in_sysfs("driver_override", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, s.override, sizeof(s.override) - 1) < 0)
		bail("driver_override");
	if (fd >= 0)
		close(fd);
	in_sysfs("virtio*/driver", path);
	s.served = glob(path, 0, NULL, &found) == 0;
	globfree(&found);
	if (s.there)
		look_at_config(&s);
	return s;
}

/* But for whether it is served, of which nobody is told: the kernel only logs it. */
static bool is_same(const struct state *a, const struct state *b)
{
	return a->there == b->there && a->pinned_kib == b->pinned_kib &&
	       !strcmp(a->driver, b->driver) && !strcmp(a->override, b->override) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->link == b->link;
}

static void tell_difference(const struct state *a, const struct state *b)
{
	printf("# there %d %d, driver \"%s\" \"%s\", override %s %s, address ..:%02x ..:%02x, "
	       "link %d %d, pinned %ld %ld\n",
	       a->there, b->there, a->driver, b->driver, a->override, b->override, a->mac[5],
	       b->mac[5], a->link, b->link, a->pinned_kib, b->pinned_kib);
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
	printf("# it failed by %s, and yet:\n", strerror(-error));
	tell_difference(before, &now);
	return false;
}

/* Of a run that worked: what came of it, and then it is undone. 0 or -errno. */
static int look_and_undo(const struct path *p, struct state *ret_state)
{
	*ret_state = look();
	if (p->works && !p->works())
		return -EPROTO;
	return p->undo();
}

/* Without faults, there and back: what it answered, what came of it, and how many allocations it took. */
static int run_well(const struct path *p, struct state *ret_state, int *ret_allocations)
{
	int r, undone;

	fail_nth(STEPS_MAX);
	r = p->run();
	*ret_allocations = STEPS_MAX - left_to_fail();
	fail_nth(0);
	undone = r < 0 ? r : look_and_undo(p, ret_state);
	if (undone < 0)
		printf("# without faults: %s\n", strerror(-undone));
	return undone < 0 ? undone : r;
}

/* All @p is measured by is what came of its first run, which was without faults. */
struct sweep {
	int wanted; /* the answer */
	struct state good;
	int turns;
	int refused;
	int unserved;
};

/* A run whose allocation failed and that worked all the same has done all of it. */
static bool is_success(const struct path *p, struct sweep *sweep, int answer)
{
	struct state now;
	int r = look_and_undo(p, &now);

	sweep->unserved += sweep->good.served && !now.served;
	if (answer != sweep->wanted)
		printf("# it answered %d instead of %d\n", answer, sweep->wanted);
	if (r < 0)
		printf("# it answered %d, and then: %s\n", answer, strerror(-r));
	if (is_same(&sweep->good, &now))
		return answer == sweep->wanted && r >= 0;
	printf("# it answered %d, and yet:\n", answer);
	tell_difference(&sweep->good, &now);
	return false;
}

/* The attempt after a failed one. */
static bool works_again(const struct path *p, const struct sweep *sweep)
{
	struct state now;
	int allocations, r = run_well(p, &now, &allocations);

	if (r == sweep->wanted && is_same(&sweep->good, &now) && now.served == sweep->good.served)
		return true;
	printf("# the next time it answered %d\n", r);
	if (r >= 0)
		tell_difference(&sweep->good, &now);
	return false;
}

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
	if (r >= 0)
		return is_success(p, sweep, r);
	sweep->refused++;
	return *injected && is_refusal(p, r, &before) && works_again(p, sweep);
}

static void sweep(const struct path *p, int step, int offset)
{
	struct sweep s = { 0 };
	bool good = p->prepare() >= 0, injected = true;
	int n, allocations = 0;

	s.wanted = good ? run_well(p, &s.good, &allocations) : -1;
	good = s.wanted >= 0 && allocations > 0;
	if (allocations < 2 * step) {
		step = 1;
		offset = 1;
	}
	for (n = offset; good && injected && n < STEPS_MAX; n += step)
		good = turn(p, n, &s, &injected);
	if (!good)
		printf("# that was allocation %d\n", n - step);
	good = good && works_again(p, &s);
	printf("# %s: %d of %d allocations failed, %d of them made it fail", p->name, s.turns - 1,
	       allocations, s.refused);
	if (s.unserved)
		printf(", %d left no driver behind virtio_vdpa", s.unserved);
	printf("\n");
	ok(good && !injected && s.turns > 1, p->name);
	fflush(stdout);
	if (p->finish() < 0)
		bail("cleaning up");
}

static bool is_wanted(const struct path *p, enum set set, char *const *names)
{
	if (!*names)
		return p->set == set;
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
	enum set set = SIMULATED;

	while ((option = getopt(argc, argv, "s:o:e:vp")) != -1) {
		if (option == 's')
			step = atoi(optarg);
		else if (option == 'o')
			offset = atoi(optarg);
		else if (option == 'e')
			add_honest(atoi(optarg));
		else if (option == 'v')
			set = VIRTIO;
		else if (option == 'p')
			set = PCI;
		else
			return 2;
	}
	if (step < 1 || offset < 1 || (set != SIMULATED && optind < argc))
		return 2;
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		bail("fail-nth");
	errno = -vdpactl_new(&fault_ctx);
	if (errno)
		bail("vdpactl_new");
	for (size_t i = 0; i < fault_n_paths; i++)
		if (is_wanted(&fault_paths[i], set, argv + optind))
			sweep(&fault_paths[i], step, offset);
	vdpactl_unref(fault_ctx);
	return tap_end();
}
