// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-fuzz [-s SEED] [-t SECONDS] [-r HEX] netlink|chardev [DEVICE]
 *
 * Prints each input as a line of hex digits before it runs, so that the last one of a log is what a failure
 * came of; -r runs such a line again. Inputs that reach code of our modules that none before has reached are
 * kept and changed further, where the kernel has CONFIG_KCOV; without it every input is new.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define CORPUS_MAX 4096
#define COVER_MAX  65536u /* words of the coverage buffer */
#define SEEN_BITS  20

static struct {
	uint64_t random;
	struct input corpus[CORPUS_MAX];
	size_t kept;
	uint64_t *cover; /* NULL: the kernel tells of no coverage */
	int cover_fd;
	uint8_t seen[1u << (SEEN_BITS - 3)];
	size_t reached;
} fuzz;

unsigned int pick(struct input *in, unsigned int n)
{
	unsigned int value = in->at < in->size ? in->bytes[in->at] : 0;

	in->at++;
	return value % n;
}

uint64_t pick_number(struct input *in)
{
	static const uint64_t limits[] = { 0,	       1,	   0x100,
					   0x1000,     0x8000,	   0xffff,
					   0x10000,    0x10000000, 0x7fffffff,
					   0xffffffff, 1ull << 32, 1ull << 47,
					   1ull << 63, UINT64_MAX, UINT64_MAX - 0xfff };
	uint64_t value = 0;

	switch (pick(in, 4)) {
	case 0:
		return pick(in, 8);
	case 1:
		return limits[pick(in, sizeof(limits) / sizeof(limits[0]))];
	case 2:
		return limits[pick(in, sizeof(limits) / sizeof(limits[0]))] + pick(in, 9) - 4;
	default:
		for (int i = 0; i < 8; i++)
			value = value << 8 | pick(in, 256);
		return value;
	}
}

/* xorshift64*: which numbers it gives for a seed is all that matters. */
static unsigned int any(unsigned int n)
{
	fuzz.random ^= fuzz.random >> 12;
	fuzz.random ^= fuzz.random << 25;
	fuzz.random ^= fuzz.random >> 27;
	return (unsigned int)((fuzz.random * 0x2545f4914f6cdd1dull) >> 33) % n;
}

/* ---- coverage ------------------------------------------------------------------------------ */

static void cover_open(void)
{
	void *p;
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, (unsigned long)COVER_MAX) < 0)
		return;
	p = mmap(NULL, COVER_MAX * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC) < 0)
		return;
	fuzz.cover_fd = fd;
	fuzz.cover = p;
}

static void cover_reset(void)
{
	if (fuzz.cover)
		__atomic_store_n(&fuzz.cover[0], 0, __ATOMIC_RELAXED);
}

/* Whether the last run reached what none before it did. */
static bool cover_is_new(void)
{
	size_t n, before = fuzz.reached;

	if (!fuzz.cover)
		return false;
	n = __atomic_load_n(&fuzz.cover[0], __ATOMIC_RELAXED);
	for (size_t i = 1; i <= n && i < COVER_MAX; i++) {
		uint64_t slot = (fuzz.cover[i] * 0x9e3779b97f4a7c15ull) >> (64 - SEEN_BITS);
		uint8_t bit = (uint8_t)(1u << (slot & 7));

		if (fuzz.seen[slot >> 3] & bit)
			continue;
		fuzz.seen[slot >> 3] |= bit;
		fuzz.reached++;
	}
	return fuzz.reached > before;
}

/* ---- inputs -------------------------------------------------------------------------------- */

static void new_input(struct input *in)
{
	in->at = 0;
	in->size = 8 + any(INPUT_MAX - 8);
	for (size_t i = 0; i < in->size; i++)
		in->bytes[i] = (uint8_t)any(256);
}

static void change(struct input *in)
{
	size_t at = any((unsigned int)in->size), n;

	switch (any(4)) {
	case 0:
		in->bytes[at] = (uint8_t)any(256);
		break;
	case 1:
		in->bytes[at] ^= (uint8_t)(1u << any(8));
		break;
	case 2: /* cut short, or go on at random */
		in->size = 1 + any(INPUT_MAX);
		break;
	default: /* the end of another one */
		n = any((unsigned int)fuzz.kept);
		if (at < fuzz.corpus[n].size) {
			memcpy(in->bytes + at, fuzz.corpus[n].bytes + at, fuzz.corpus[n].size - at);
			in->size = fuzz.corpus[n].size;
		}
		break;
	}
}

static void next_input(struct input *in)
{
	if (!fuzz.kept || !any(4)) {
		new_input(in);
		return;
	}
	*in = fuzz.corpus[any((unsigned int)fuzz.kept)];
	in->at = 0;
	for (unsigned int n = 1 + any(4); n; n--)
		change(in);
}

static void print(const struct input *in)
{
	char line[2 * INPUT_MAX + 2];

	for (size_t i = 0; i < in->size; i++)
		sprintf(line + 2 * i, "%02x", in->bytes[i]);
	line[2 * in->size] = '\n';
	if (write(STDOUT_FILENO, line, 2 * in->size + 1) < 0)
		exit(2);
}

static void read_hex(struct input *in, const char *hex)
{
	unsigned int byte;

	for (in->size = 0; in->size < INPUT_MAX && sscanf(hex + 2 * in->size, "%2x", &byte) == 1;
	     in->size++)
		in->bytes[in->size] = (uint8_t)byte;
}

/* ---- campaign ------------------------------------------------------------------------------ */

static void run(const struct target *target, struct input *in)
{
	print(in);
	cover_reset();
	target->run(in);
	in->at = 0;
	if (cover_is_new() && fuzz.kept < CORPUS_MAX)
		fuzz.corpus[fuzz.kept++] = *in;
}

static void campaign(const struct target *target, time_t seconds)
{
	struct timespec now, end;
	unsigned long runs = 0;
	struct input in = {};

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		next_input(&in);
		run(target, &in);
		runs++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec);
	printf("# %s: %lu inputs, %zu kept, %zu places of our modules reached%s\n", target->name,
	       runs, fuzz.kept, fuzz.reached, fuzz.cover ? "" : " (no CONFIG_KCOV)");
}

static int usage(void)
{
	fprintf(stderr,
		"usage: vmtest-fuzz [-s SEED] [-t SECONDS] [-r HEX] netlink|chardev [DEVICE]\n");
	return 2;
}

int main(int argc, char *argv[])
{
	static const struct target *const targets[] = { &target_netlink, &target_chardev };
	const char *replay = NULL;
	uint64_t seed = (uint64_t)time(NULL);
	time_t seconds = 30;
	int option;

	while ((option = getopt(argc, argv, "s:t:r:")) != -1) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 't')
			seconds = strtol(optarg, NULL, 10);
		else if (option == 'r')
			replay = optarg;
		else
			return usage();
	}
	for (size_t i = 0; optind < argc && i < sizeof(targets) / sizeof(targets[0]); i++) {
		struct input in = {};

		if (strcmp(targets[i]->name, argv[optind]) != 0)
			continue;
		targets[i]->start(argv[optind + 1]);
		cover_open();
		if (replay) {
			read_hex(&in, replay);
			run(targets[i], &in);
			return 0;
		}
		printf("# seed %llu\n", (unsigned long long)seed);
		fflush(stdout);
		fuzz.random = seed * 2 + 1;
		campaign(targets[i], seconds);
		return 0;
	}
	return usage();
}
