// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden files for vdpactl. A golden file is a session as a person would see it: lines that begin with
 * "$ " are run, and everything else is what they print and their exit status. Each file starts on a
 * fake kernel of its own; the whole of vdpactl but its main() is the real one. Lines that begin with "% "
 * change the world from here on:
 *
 *   % width N         the output is for a terminal of so many columns; 0: for none
 *   % locale NAME     what characters the output may hold
 *   % file PATH TEXT  the machine has such a file; \xNN in the text is a byte, \n a new line
 *   % gone PATH       it has not; vdpactl runs in the root of these files
 *   % extension       the kernel has family "vdpactl"
 *   % held NAME       somebody has the device open
 *   % asked           what the kernel was asked for since then is printed: family, command, "dump"
 *
 *   transcript FILE...            compare, print TAP
 *   transcript --update FILE...   write what is printed now into the files
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "fake.h"
#include "util/cleanup.h"

#define ARGS_MAX 32

/* What a session runs in. */
struct world {
	struct fake *fake;
	char root[64]; /* below which the files about the machine are */
	int width;
};

/* Split a line at blanks; '...' keeps them and may be empty. Overwrites the line. */
static int split(char *line, char **argv)
{
	char *out = line;
	int n = 0;

	while (*line) {
		while (*line == ' ')
			line++;
		if (!*line || n == ARGS_MAX - 1)
			break;
		argv[n++] = out;
		for (bool quoted = false; *line && (quoted || *line != ' '); line++) {
			if (*line == '\'')
				quoted = !quoted;
			else
				*out++ = *line;
		}
		line += *line == ' ';
		*out++ = '\0';
	}
	argv[n] = NULL;
	return n;
}

static int new_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	*ret_ctx = fake_ctx(userdata);
	return 0;
}

/* Run a command with a path below the machine's files. */
static void shell(const char *before, const struct world *world, const char *path,
		  const char *after)
{
	char command[1024];

	snprintf(command, sizeof(command), "%s'%s%s'%s", before, world->root, path, after);
	if (system(command) == 0)
		return;
	fprintf(stderr, "transcript: failed: %s\n", command);
	exit(EXIT_FAILURE);
}

static void write_file(const struct world *world, const char *path, const char *text)
{
	char full[512];
	FILE *f;

	shell("mkdir -p \"$(dirname ", world, path, ")\"");
	snprintf(full, sizeof(full), "%s%s", world->root, path);
	f = fopen(full, "we");
	if (!f)
		abort();
	for (unsigned int byte; *text; text++) {
		if (sscanf(text, "\\x%2x", &byte) == 1) {
			fputc((int)byte, f);
			text += 3;
		} else if (strncmp(text, "\\n", 2) == 0) {
			fputc('\n', f);
			text++;
		} else {
			fputc(*text, f);
		}
	}
	fclose(f);
}

/* Runs of the same as one line. */
static void print_asked(struct fake *fake, FILE *out)
{
	char *rest = fake->log, *line, *last = NULL;
	int n = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (last && strcmp(line, last) == 0) {
			n++;
			continue;
		}
		if (last && *last)
			fprintf(out, n > 1 ? "  %s, %d times\n" : "  %s\n", last, n);
		last = line;
		n = 1;
	}
	fake->log[0] = '\0';
}

static void change(struct world *world, const char *line, FILE *out)
{
	char word[32] = "", value[128] = "";
	struct fake_device *device;
	int text = 0;

	sscanf(line, "%31s %127s %n", word, value, &text);
	if (strcmp(word, "width") == 0) {
		world->width = atoi(value);
	} else if (strcmp(word, "locale") == 0 && setlocale(LC_CTYPE, value)) {
		return;
	} else if (strcmp(word, "file") == 0 && text) {
		write_file(world, value, line + text);
	} else if (strcmp(word, "gone") == 0) {
		shell("rm -r ", world, value, "");
	} else if (strcmp(word, "extension") == 0) {
		world->fake->has_ext = true;
	} else if (strcmp(word, "asked") == 0) {
		print_asked(world->fake, out);
	} else if (strcmp(word, "held") == 0 && (device = fake_find(world->fake, value))) {
		device->held = true;
	} else {
		fprintf(stderr, "transcript: this cannot be done: %s\n", line);
		exit(EXIT_FAILURE);
	}
}

static void run_line(struct world *world, const char *line, FILE *out)
{
	_cleanup_free_ char *copy = strdup(line);
	struct cli_env env = { .ctx_new = new_ctx,
			       .userdata = world->fake,
			       .out = out,
			       .err = out,
			       .root = world->root,
			       .width = world->width };
	char *argv[ARGS_MAX];
	int argc;

	argc = split(copy, argv);
	if (argc && strcmp(argv[0], "vdpactl") == 0) {
		fprintf(out, "[exit %d]\n", cli_main(&env, argc, argv));
	} else {
		fprintf(out, "transcript: not a command: %s\n", line);
	}
}

/* What a session prints now. */
static char *replay(const char *session)
{
	struct world world = { .fake = fake_new(), .root = "/tmp/vdpactl-machine-XXXXXX" };
	_cleanup_close_ int before = open(".", O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *copy = strdup(session);
	char *text = NULL, *rest = copy, *line;
	bool paragraph = true;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!world.fake || !copy || !out || !mkdtemp(world.root))
		abort();
	/* So that commands can name files of the session. */
	if (before < 0 || chdir(world.root) < 0)
		abort();
	setlocale(LC_CTYPE, "C.UTF-8");
	while ((line = strsep(&rest, "\n"))) {
		bool begins = paragraph;

		/* What is printed may look like a comment, but is none: those begin a paragraph. */
		paragraph = !*line || (begins && *line == '#');
		if (strncmp(line, "$ ", 2) != 0 && strncmp(line, "% ", 2) != 0 &&
		    !(begins && *line == '#'))
			continue;
		/* A comment begins a paragraph. */
		fprintf(out, "%s%s\n", line[0] == '#' && ftell(out) > 0 ? "\n" : "", line);
		if (line[0] == '$')
			run_line(&world, line + 2, out);
		if (line[0] == '%')
			change(&world, line + 2, out);
		fflush(out);
	}
	fclose(out);
	fake_free(world.fake);
	if (fchdir(before) < 0)
		abort();
	shell("rm -r ", &world, "", "");
	return text;
}

static char *slurp(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	/* No file has a NUL in it: this reads all of it. */
	if (!f || getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void show_difference(const char *path, const char *now)
{
	char command[4096];
	FILE *diff;

	fflush(stdout);
	snprintf(command, sizeof(command), "diff -u '%s' - | sed 's/^/# /'", path);
	diff = popen(command, "w");
	if (!diff)
		return;
	fputs(now, diff);
	pclose(diff);
}

static bool check(const char *path, bool update)
{
	_cleanup_free_ char *session = slurp(path), *now = NULL;
	_cleanup_fclose_ FILE *f = NULL;

	if (!session) {
		printf("# %s cannot be read: %s\n", path, strerror(errno));
		return false;
	}
	now = replay(session);
	if (strcmp(session, now) == 0)
		return true;
	show_difference(path, now);
	if (!update)
		return false;
	f = fopen(path, "we");
	return f && fputs(now, f) >= 0;
}

int main(int argc, char **argv)
{
	bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
	int failed = 0, n = 0;

	/* Nothing of the machine that runs the test may show. */
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/vdpactl-test", 1);
	unsetenv("NO_COLOR");
	printf("1..%d\n", argc - 1 - update);
	for (int i = 1 + update; i < argc; i++) {
		bool ok = check(argv[i], update);

		printf("%sok %d - %s\n", ok ? "" : "not ", ++n, basename(argv[i]));
		failed += !ok;
	}
	return failed || !n ? EXIT_FAILURE : EXIT_SUCCESS;
}
