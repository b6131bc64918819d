// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for libFuzzer where nothing is to be found, only kept: runs a target on the files and
 * directories given, without any on its corpus, and prints TAP. The last file named is the one that crashed.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned int n_tests, n_failed;

static void replay_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct stat st;
	uint8_t *data;
	size_t n;

	n_tests++;
	if (!file || fstat(fileno(file), &st) < 0) {
		n_failed++;
		printf("not ok %u - %s # cannot be read\n", n_tests, path);
		if (file)
			fclose(file);
		return;
	}
	/* The exact size, so that the address sanitizer sees a byte read behind it. */
	data = malloc(st.st_size ? st.st_size : 1);
	if (!data)
		abort();
	n = fread(data, 1, st.st_size, file);
	fclose(file);
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	printf("ok %u - %s\n", n_tests, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
	struct dirent **entries;
	char inner[4096];
	int n = scandir(path, &entries, is_visible, alphasort);

	if (n < 0) {
		replay_file(path);
		return;
	}
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		replay_file(inner);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc < 2)
		replay(FUZZ_CORPUS);
	/* A corpus that has gone is no success. */
	if (!n_tests) {
		n_tests = n_failed = 1;
		puts("not ok 1 - there is an input to replay");
	}
	printf("1..%u\n", n_tests);
	return n_failed != 0;
}
