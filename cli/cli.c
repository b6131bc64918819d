// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vdpactl.h>

#include "change.h"
#include "cli.h"
#include "complete.h"
#include "field.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "suggest.h"
#include "util/cleanup.h"

enum exit_code cli_open(struct cli *cli, struct vdpactl_ctx **ret_ctx)
{
	int r;

	if (!cli->ctx) {
		r = cli->env->ctx_new(cli->env->userdata, &cli->ctx);
		if (r < 0)
			return cli_fail(cli, r, NULL, "cannot talk to the kernel");
	}
	*ret_ctx = cli->ctx;
	return EXIT_CODE_OK;
}

/* ---- what the output may look like --------------------------------------------------------- */

static enum exit_code choose_colour(struct cli *cli, bool terminal)
{
	const char *term = getenv("TERM");

	cli->colour = terminal && !getenv("NO_COLOR") && !(term && strcmp(term, "dumb") == 0);
	if (!cli->color || strcmp(cli->color, "auto") == 0)
		return EXIT_CODE_OK;
	cli->colour = strcmp(cli->color, "always") == 0;
	if (cli->colour || strcmp(cli->color, "never") == 0)
		return EXIT_CODE_OK;
	return cli_wrong(cli, "--color: \"%s\": not one of auto, always, never", cli->color);
}

static enum exit_code look_at_output(struct cli *cli)
{
	bool terminal = isatty(fileno(cli->out));
	struct winsize size;

	cli->width = cli->env->width;
	cli->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (terminal && ioctl(fileno(cli->out), TIOCGWINSZ, &size) == 0)
		cli->width = size.ws_col;
	return choose_colour(cli, terminal);
}

/* ---- fields of --output -------------------------------------------------------------------- */

static enum exit_code no_such_field(struct cli *cli, const struct verb *verb, const char *name,
				    const char *const *names)
{
	const char *near = suggest(name, names);
	_cleanup_free_ char *list = NULL;
	size_t size;
	FILE *f;

	if (near)
		return cli_wrong(cli, "%s: --output: \"%s\" is no field, did you mean \"%s\"?",
				 verb->words, name, near);
	f = open_memstream(&list, &size);
	if (!f)
		return cli_no_memory(cli);
	for (size_t i = 0; names[i]; i++)
		fprintf(f, "%s%s", i ? ", " : "", names[i]);
	if (fclose(f) < 0)
		return cli_no_memory(cli);
	return cli_wrong(cli, "%s: --output: \"%s\" is no field (there are: %s)", verb->words, name,
			 list);
}

static enum exit_code choose_columns(struct cli *cli, const struct verb *verb)
{
	const char *names[VERB_FIELDS_MAX + 1], *text = cli->fields;

	if (!text)
		return EXIT_CODE_OK;
	if (!verb->output)
		return cli_wrong(cli, "%s: it has no fields to choose with --output", verb->words);
	verb_fields(verb, names);
	for (size_t n = 0;; text++) {
		size_t length = strcspn(text, ","), i = 0;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)length, text);
		while (names[i] && strcmp(names[i], name) != 0)
			i++;
		if (!names[i])
			return no_such_field(cli, verb, name, names);
		if (n == CLI_COLUMNS_MAX)
			return cli_wrong(cli, "--output: more than %d fields", CLI_COLUMNS_MAX);
		cli->columns[n++] = names[i];
		text += length;
		if (!*text)
			return EXIT_CODE_OK;
	}
}

/* ---- one run ------------------------------------------------------------------------------- */

static enum exit_code print_help(struct cli *cli, FILE *out, const struct words *words)
{
	_cleanup_free_ char *prefix = NULL;
	int r;

	r = verbs_prefix(verbs, words, &prefix);
	if (r >= 0)
		r = help_print(out, verbs, prefix);
	return r < 0 ? cli_no_memory(cli) : EXIT_CODE_OK;
}

static enum exit_code run_resolved(struct cli *cli, const struct verb_args *args)
{
	enum exit_code code;

	/* In a batch some lines may only look. */
	if (cli->dry_run && !cli->in_batch && !(args->verb->flags & VERB_CHANGES))
		return cli_wrong(cli, "%s: it changes nothing, --dry-run is for what does",
				 args->verb->words);
	code = choose_columns(cli, args->verb);
	if (code == EXIT_CODE_OK)
		code = args->verb->run(cli, args);
	if (code != EXIT_CODE_OK || !cli->dry_run || args->verb->flags & VERB_TELLS ||
	    !(args->verb->flags & VERB_CHANGES))
		return code;
	return change_dry_print(cli);
}

static enum exit_code run_verb(struct cli *cli, const struct words *words)
{
	_cleanup_free_ char *error = NULL, *prefix = NULL;
	struct verb_args args;
	int r;

	r = verbs_resolve(verbs, words, &args, &error);
	if (r >= 0)
		return run_resolved(cli, &args);
	if (r != -EINVAL || verbs_prefix(verbs, words, &prefix) < 0)
		return cli_no_memory(cli);
	cli_wrong(cli, "%s", error);
	cli_hint(cli, "vdpactl%s%s --help", *prefix ? " " : "", prefix);
	return EXIT_CODE_USAGE;
}

static enum exit_code run(struct cli *cli, const struct words *words)
{
	enum exit_code code = look_at_output(cli);

	if (code != EXIT_CODE_OK)
		return code;
	if (cli->version) {
		fputs("vdpactl " VDPACTL_VERSION "\n", cli->out);
		return EXIT_CODE_OK;
	}
	if (cli->help)
		return print_help(cli, cli->out, words);
	if (!words->n) {
		print_help(cli, cli->err, words);
		return EXIT_CODE_USAGE;
	}
	return run_verb(cli, words);
}

enum exit_code cli_run(struct cli *cli, int argc, char **argv)
{
	_cleanup_free_ char *error = NULL;
	struct words words = { .n = 0 };
	enum exit_code code;
	int r;

	r = options_take(cli, argc, argv, &words, &error);
	if (r < 0)
		return r == -EINVAL ? cli_wrong(cli, "%s", error) : cli_no_memory(cli);
	code = run(cli, &words);
	free(words.v);
	json_object_put(cli->would);
	return code;
}

int cli_main(const struct cli_env *env, int argc, char **argv)
{
	struct cli cli = { .env = env, .out = env->out, .err = env->err };
	enum exit_code code;

	if (argc > 1 && strcmp(argv[1], COMPLETE_WORD) == 0)
		code = complete_print(&cli, argc - 2, argv + 2);
	else
		code = cli_run(&cli, argc, argv);
	/* Output that nobody could receive is no success. */
	if ((fflush(cli.out) != 0 || ferror(cli.out)) && code == EXIT_CODE_OK)
		code = cli_fail(&cli, errno, NULL, "cannot write the output");
	vdpactl_unref(cli.ctx);
	return code;
}
