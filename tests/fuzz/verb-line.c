// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command lines: words, one on each line. They are resolved, then run as a whole up to the point where the
 * kernel is needed, which is not there.
 */
#include <errno.h>

#include "cli.h"
#include "fuzz.h"
#include "help.h"
#include "util/cleanup.h"

#define WORDS_MAX 64

static int no_kernel(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	return -EPROTONOSUPPORT;
}

/* Each value that was found is one of the words or the end of one. */
static void check_args(const struct verb_args *args, const struct words *words)
{
	for (size_t i = 0; args->verb->params[i].name; i++) {
		const char *value = args->values[i];
		bool found = !value;

		PROMISE(i < VERB_PARAMS_MAX);
		for (size_t w = 0; !found && w < words->n; w++)
			found = value >= words->v[w] && value <= words->v[w] + strlen(words->v[w]);
		PROMISE(found);
		PROMISE(value || args->verb->params[i].kind == PARAM_WORD_MAYBE ||
			args->verb->params[i].kind == PARAM_KEY ||
			args->verb->params[i].kind == PARAM_FLAG);
	}
}

/* Every word is part of something: none was dropped. @n_words: those of the command itself */
static void check_all_taken(const struct verb_args *args, const struct words *words, size_t n_words)
{
	for (size_t i = 0; args->verb->params[i].name; i++) {
		enum param_kind kind = args->verb->params[i].kind;
		bool own_word = false;

		if (!args->values[i])
			continue;
		for (size_t w = 0; w < words->n; w++)
			own_word |= args->values[i] == words->v[w];
		n_words++;
		/* A key and its value are two words, but for "--name=VALUE". */
		if (kind != PARAM_WORD && kind != PARAM_WORD_MAYBE && kind != PARAM_FLAG &&
		    kind != PARAM_FLAG_NEEDED && own_word)
			n_words++;
	}
	PROMISE(n_words == words->n);
}

static void resolve(const struct words *words)
{
	_cleanup_free_ char *error = NULL, *prefix = NULL, *text = NULL, *synopsis = NULL;
	struct verb_args args = { .verb = NULL };
	size_t size;
	FILE *out;
	int r;

	r = verbs_resolve(verbs, words, &args, &error);
	PROMISE(r == 0 || r == -EINVAL);
	PROMISE(!r == !error);
	PROMISE(r || args.verb);
	if (!r) {
		check_args(&args, words);
		synopsis = verb_synopsis(args.verb);
		PROMISE(synopsis);
	}
	r = verbs_prefix(verbs, words, &prefix);
	PROMISE(r >= 0 && (size_t)r <= words->n);
	if (args.verb)
		check_all_taken(&args, words, r);
	out = open_memstream(&text, &size);
	PROMISE(out && help_print(out, verbs, prefix) >= 0);
	fclose(out);
	PROMISE(size);
}

/* No success without a kernel, but for help; no failure without a word. */
static void run(int argc, char **argv)
{
	_cleanup_free_ char *out_text = NULL, *err_text = NULL;
	size_t out_size, err_size;
	struct cli_env env = {
		.ctx_new = no_kernel,
		.root = "/nonexistent",
		.out = open_memstream(&out_text, &out_size),
		.err = open_memstream(&err_text, &err_size),
	};
	int code;

	PROMISE(env.out && env.err);
	code = cli_main(&env, argc, argv);
	fclose(env.out);
	fclose(env.err);
	PROMISE(code ? err_size : out_size);
	/* What a terminal obeys never comes out. */
	PROMISE(!memchr(err_text, '\033', err_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	char *argv[WORDS_MAX + 2] = { (char *)"vdpactl" };
	struct words words = { .v = (const char **)argv + 1, .n_options = SIZE_MAX };
	bool reads_file = false;
	int argc = 1;

	while (in.n && argc <= WORDS_MAX) {
		argv[argc] = take_line(&in);
		/* It would open whatever file an input names. */
		reads_file |=
			strncmp(argv[argc], "--file", 6) == 0 || strcmp(argv[argc], "batch") == 0;
		argc++;
	}
	words.n = argc - 1;
	resolve(&words);
	if (!reads_file)
		run(argc, argv);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return 0;
}
