// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands from a file, one a line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"

/* Words on a line; more are refused. */
#define WORDS_MAX 64

struct batch {
	struct cli *cli;
	const char *path;
	unsigned long line;
	bool go_on; /* after a failure */
	size_t n_failed;
	enum exit_code code; /* of the first that failed */
};

/* ---- words of a line --------------------------------------------------------------------------- */

/*
 * Take a line apart, in place. Words are separated by blanks; quotes ('...' and "...") and a backslash
 * keep what is behind them; a word that begins with "#" begins a comment.
 * Returns the number of words, or -EINVAL and a reason.
 */
static int split(char *line, char **argv, const char **ret_reason)
{
	char *out = line, quote = 0;
	int n = 0;

	for (;;) {
		line += strspn(line, " \t\r\n");
		if (!*line || *line == '#')
			break;
		if (n == WORDS_MAX) {
			*ret_reason = "too many words";
			return -EINVAL;
		}
		argv[n++] = out;
		for (; *line && (quote || !strchr(" \t\r\n", *line)); line++) {
			if (*line == quote)
				quote = 0;
			else if (!quote && (*line == '\'' || *line == '"'))
				quote = *line;
			else if (quote != '\'' && *line == '\\' && line[1])
				*out++ = *++line;
			else
				*out++ = *line;
		}
		if (quote) {
			*ret_reason = "a quote is not closed";
			return -EINVAL;
		}
		/* What ends the word is read before the end is written over it. */
		line += *line != '\0';
		*out++ = '\0';
	}
	argv[n] = NULL;
	return n;
}

/* ---- lines ------------------------------------------------------------------------------------- */

static enum exit_code run_line(struct batch *batch, char *text)
{
	char *argv[WORDS_MAX + 2] = { (char *)"vdpactl" };
	struct cli line = {
		.env = batch->cli->env,
		.out = batch->cli->out,
		.err = batch->cli->err,
		.json = batch->cli->json,
		.pretty = batch->cli->pretty,
		.direct = batch->cli->direct,
		.dry_run = batch->cli->dry_run,
		.hex = batch->cli->hex,
		.color = batch->cli->color,
		.in_batch = true,
		.ctx = batch->cli->ctx,
	};
	const char *reason;
	enum exit_code code;
	int n;

	n = split(text, argv + 1, &reason);
	if (n < 0)
		return cli_wrong(batch->cli, "%s", reason);
	if (!n)
		return EXIT_CODE_OK;
	progress_clear(batch->cli);
	code = cli_run(&line, n + 1, argv);
	batch->cli->ctx = line.ctx;
	return code;
}

/* Returns whether to go on. */
static bool take_line(struct batch *batch, char *text)
{
	enum exit_code code;

	batch->line++;
	code = run_line(batch, text);
	if (code == EXIT_CODE_OK)
		return true;
	cli_hint(batch->cli, "that is line %lu of %s", batch->line, batch->path);
	if (!batch->n_failed++)
		batch->code = code;
	return batch->go_on;
}

static enum exit_code read_lines(struct batch *batch, FILE *f)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;

	/* Where what the lines print is seen, that says how far it is. */
	if (!isatty(fileno(batch->cli->out)))
		progress_begin(batch->cli, "lines", 0);
	while (getline(&text, &size, f) >= 0) {
		if (!take_line(batch, text))
			break;
		progress_step(batch->cli);
	}
	progress_end(batch->cli);
	if (ferror(f))
		return cli_fail(batch->cli, errno, NULL, "cannot read %s", batch->path);
	if (batch->n_failed && batch->go_on)
		cli_hint(batch->cli, "%zu of %lu lines failed", batch->n_failed, batch->line);
	else if (batch->n_failed)
		cli_hint(batch->cli, "what is behind it was not tried; --keep-going tries it");
	return batch->code;
}

enum exit_code cmd_batch(struct cli *cli, const struct verb_args *args)
{
	struct batch batch = { .cli = cli,
			       .path = verb_value(args, "file"),
			       .go_on = verb_value(args, "keep-going") };
	_cleanup_fclose_ FILE *opened = NULL;

	if (cli->in_batch)
		return cli_wrong(cli, "batch: a batch cannot be in a batch");
	if (strcmp(batch.path, "-") == 0) {
		batch.path = "standard input";
		return read_lines(&batch, stdin);
	}
	opened = fopen(batch.path, "re");
	if (!opened)
		return cli_fail(cli, errno, NULL, "cannot open file \"%s\"", batch.path);
	return read_lines(&batch, opened);
}
