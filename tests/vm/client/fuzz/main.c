// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-fuzz [-s SEED] [-t SECONDS] [-c FILE] [-k] [-g] netlink|chardev|disk [DEVICE]
 *
 * Runs the inputs of FILE, then others for SECONDS (30). Each is printed before it runs, as "# input" and hex digits,
 * so that the last one of a log is what a failure came of; a log is a FILE for -c, which with -t 0 replays it.
 * Where the kernel has CONFIG_KCOV, inputs that reach code of our modules that none before has reached are kept
 * and changed further, and -k prints them at the end; without it every input is new, which -g takes for a
 * failure. So is a campaign that never came to the target's goal.
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
	unsigned long runs, goals;
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

void goal(void)
{
	fuzz.goals++;
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
	char line[16 + 2 * INPUT_MAX] = "# input ";
	size_t n = strlen(line);

	for (size_t i = 0; i < in->size; i++)
		n += (size_t)sprintf(line + n, "%02x", in->bytes[i]);
	line[n++] = '\n';
	/* At once, as the kernel may not survive the input. */
	if (write(STDOUT_FILENO, line, n) != (ssize_t)n)
		exit(2);
}

/* False: the line holds none. */
static bool parse(const char *line, struct input *in)
{
	unsigned int byte;
	int n;

	*in = (struct input){ 0 };
	if (strncmp(line, "# input ", 8) != 0)
		return false;
	for (line += 8; in->size < INPUT_MAX && sscanf(line, "%2x%n", &byte, &n) == 1; line += n)
		in->bytes[in->size++] = (uint8_t)byte;
	return in->size > 0;
}

/* ---- campaign ------------------------------------------------------------------------------ */

static void run(const struct target *target, struct input *in)
{
	print(in);
	cover_reset();
	target->run(in);
	in->at = 0;
	fuzz.runs++;
	if (cover_is_new() && fuzz.kept < CORPUS_MAX)
		fuzz.corpus[fuzz.kept++] = *in;
}

static void replay(const struct target *target, const char *path)
{
	FILE *f = fopen(path, "re");
	struct input in;
	char line[512];

	if (!f) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof(line), f))
		if (parse(line, &in))
			run(target, &in);
	fclose(f);
	if (!fuzz.runs) {
		fprintf(stderr, "%s: no input\n", path);
		exit(2);
	}
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void campaign(const struct target *target, time_t seconds)
{
	time_t end = now() + seconds;
	struct input in;

	while (now() < end) {
		next_input(&in);
		run(target, &in);
	}
}

/* The status of the program. */
static int report(const struct target *target, bool print_kept, bool guided)
{
	if (print_kept) {
		printf("# kept:\n");
		fflush(stdout);
		for (size_t i = 0; i < fuzz.kept; i++)
			print(&fuzz.corpus[i]);
	}
	printf("# %s: %lu inputs, %zu kept, %zu places of our modules reached%s, %lu %s\n",
	       target->name, fuzz.runs, fuzz.kept, fuzz.reached,
	       fuzz.cover ? "" : " (no CONFIG_KCOV)", fuzz.goals, target->goal);
	return fuzz.goals && (fuzz.reached || !guided) ? 0 : 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: vmtest-fuzz [-s SEED] [-t SECONDS] [-c FILE] [-k] [-g] "
			"netlink|chardev|disk [DEVICE]\n");
	return 2;
}

int main(int argc, char *argv[])
{
	static const struct target *const targets[] = { &target_netlink, &target_chardev,
							&target_disk, &target_nic };
	bool print_kept = false, guided = false;
	const char *corpus = NULL;
	uint64_t seed = (uint64_t)time(NULL);
	time_t seconds = 30;
	int option;

	while ((option = getopt(argc, argv, "s:t:c:kg")) != -1) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 't')
			seconds = strtol(optarg, NULL, 10);
		else if (option == 'c')
			corpus = optarg;
		else if (option == 'k')
			print_kept = true;
		else if (option == 'g')
			guided = true;
		else
			return usage();
	}
	for (size_t i = 0; optind < argc && i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (strcmp(targets[i]->name, argv[optind]) != 0)
			continue;
		targets[i]->start(argv[optind + 1]);
		cover_open();
		printf("# seed %llu\n", (unsigned long long)seed);
		fflush(stdout);
		fuzz.random = seed * 2 + 1;
		if (corpus)
			replay(targets[i], corpus);
		campaign(targets[i], seconds);
		return report(targets[i], print_kept, guided);
	}
	return usage();
}
