// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vdpactl.h>

#include "cli.h"
#include "help.h"
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

/* ---- the options that go with every command ------------------------------------------------ */

static bool set_long(struct cli *cli, const char *name)
{
	if (strcmp(name, "json") == 0)
		cli->json = true;
	else if (strcmp(name, "pretty") == 0)
		cli->json = cli->pretty = true;
	else if (strcmp(name, "direct") == 0)
		cli->direct = true;
	else if (strcmp(name, "help") == 0)
		cli->help = true;
	else if (strcmp(name, "version") == 0)
		cli->version = true;
	else
		return false;
	return true;
}

/* Letters may stand together: "-jp". Any that is not known makes the word no option of ours. */
static bool set_short(struct cli *cli, const char *letters)
{
	if (!*letters || strspn(letters, "jphV") != strlen(letters))
		return false;
	for (; *letters; letters++)
		set_long(cli, *letters == 'j'	? "json"
			      : *letters == 'p' ? "pretty"
			      : *letters == 'h' ? "help"
						: "version");
	return true;
}

static int take_options(struct cli *cli, int argc, char **argv, struct words *ret_words)
{
	struct words words = { .n_options = SIZE_MAX };

	words.v = calloc(argc + 1, sizeof(*words.v));
	if (!words.v)
		return -ENOMEM;
	for (int i = 1; i < argc; i++) {
		bool open = words.n_options == SIZE_MAX;

		if (open && strcmp(argv[i], "--") == 0)
			words.n_options = words.n;
		else if (open && strncmp(argv[i], "--", 2) == 0 && set_long(cli, argv[i] + 2))
			continue;
		else if (open && argv[i][0] == '-' && set_short(cli, argv[i] + 1))
			continue;
		else
			words.v[words.n++] = argv[i];
	}
	*ret_words = words;
	return 0;
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

static enum exit_code run_verb(struct cli *cli, const struct words *words)
{
	_cleanup_free_ char *error = NULL, *prefix = NULL;
	struct verb_args args;
	int r;

	r = verbs_resolve(verbs, words, &args, &error);
	if (r >= 0)
		return args.verb->run(cli, &args);
	if (r != -EINVAL || verbs_prefix(verbs, words, &prefix) < 0)
		return cli_no_memory(cli);
	cli_wrong(cli, "%s", error);
	cli_hint(cli, "vdpactl%s%s --help", *prefix ? " " : "", prefix);
	return EXIT_CODE_USAGE;
}

static enum exit_code run(struct cli *cli, const struct words *words)
{
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

int cli_main(const struct cli_env *env, int argc, char **argv)
{
	struct cli cli = { .env = env, .out = env->out, .err = env->err };
	struct words words = { .n = 0 };
	enum exit_code code;
	int r;

	cli.colour = isatty(fileno(cli.out)) && !getenv("NO_COLOR");
	r = take_options(&cli, argc, argv, &words);
	code = r < 0 ? cli_no_memory(&cli) : run(&cli, &words);
	/* Output that nobody could receive is no success. */
	if ((fflush(cli.out) != 0 || ferror(cli.out)) && code == EXIT_CODE_OK)
		code = cli_fail(&cli, errno, NULL, "cannot write the output");
	free(words.v);
	vdpactl_unref(cli.ctx);
	return code;
}
