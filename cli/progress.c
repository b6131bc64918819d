// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* What is done sooner needs no word. */
#define FIRST_MS 1000
#define EACH_MS	 200

static long ms_between(const struct timespec *from, const struct timespec *to)
{
	return (to->tv_sec - from->tv_sec) * 1000 + (to->tv_nsec - from->tv_nsec) / 1000000;
}

void progress_begin(struct cli *cli, const char *what, size_t total)
{
	const char *term = getenv("TERM");
	bool readable = !cli->json && isatty(fileno(cli->err)) && term && strcmp(term, "dumb") != 0;

	cli->progress = (struct progress){ .what = readable ? what : NULL, .total = total };
	clock_gettime(CLOCK_MONOTONIC, &cli->progress.begun);
}

static void show(struct cli *cli, const struct timespec *now)
{
	struct progress *p = &cli->progress;

	fprintf(cli->err, "\r\033[K%s: ", p->what);
	if (p->done && p->total)
		fprintf(cli->err, "%zu of %zu, ", p->done, p->total);
	else if (p->done || p->total)
		fprintf(cli->err, "%zu, ", p->done + p->total);
	fprintf(cli->err, "%ld s", ms_between(&p->begun, now) / 1000);
	fflush(cli->err);
	p->shown = true;
	p->told = *now;
}

void progress_wait(struct cli *cli)
{
	struct progress *p = &cli->progress;
	struct timespec now;

	if (!p->what)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (ms_between(&p->begun, &now) >= FIRST_MS &&
	    (!p->shown || ms_between(&p->told, &now) >= EACH_MS))
		show(cli, &now);
}

void progress_step(struct cli *cli)
{
	cli->progress.done++;
	progress_wait(cli);
}

void progress_clear(struct cli *cli)
{
	if (cli->progress.shown)
		fputs("\r\033[K", cli->err);
	cli->progress.shown = false;
}

void progress_end(struct cli *cli)
{
	progress_clear(cli);
	cli->progress.what = NULL;
}
