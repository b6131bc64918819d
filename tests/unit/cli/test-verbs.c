// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "util/cleanup.h"
#include "verbs.h"
#include "run-suite.h"

static enum exit_code nothing(struct cli *cli, const struct verb_args *args)
{
	return EXIT_CODE_OK;
}

static const struct param no_params[] = { { 0 } };
static const struct param show_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "which" },
	{ 0 },
};
static const struct param add_params[] = {
	{ PARAM_WORD, "name", "NAME", "its name" },
	{ PARAM_KEY_NEEDED, "parent", "PARENT", "where" },
	{ PARAM_KEY, "mtu", "BYTES", "how much" },
	{ 0 },
};
static const struct param show_all_params[] = {
	{ PARAM_WORD, "name", "NAME", "which" },
	{ PARAM_FLAG_NEEDED, "all", NULL, "all of it" },
	{ PARAM_FLAG, "more", NULL, "and more" },
	{ 0 },
};
static const struct param look_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "which" },
	{ PARAM_KEY, "mtu", "BYTES", "how much" },
	{ 0 },
};
static const struct param file_params[] = {
	{ PARAM_OPTION, "file", "FILE", "from there" },
	{ 0 },
};

static const struct param run_params[] = {
	{ PARAM_WORD, "name", "NAME", "which" },
	{ PARAM_KEY, "mtu", "BYTES", "how much" },
	{ PARAM_COMMAND, "command", "-- COMMAND [ARGUMENT...]", "what to run" },
	{ 0 },
};

static const struct verb table[] = {
	{ "dev add", "make one", add_params, 0, nothing },
	{ "dev add", "make some", file_params, 0, nothing },
	{ "dev show", "look", show_params, VERB_DEFAULT, nothing },
	{ "dev show", "look well", show_all_params, 0, nothing },
	{ "dev config show", "look closer", show_params, VERB_DEFAULT, nothing },
	{ "watch", "wait", no_params, 0, nothing },
	{ "look", "look around", look_params, 0, nothing },
	{ "run", "run it", run_params, 0, nothing },
	{ 0 },
};

/* Split by blanks; a lone "--" ends the options. */
static int resolve(const char *line, struct verb_args *args, char **error, char buf[256])
{
	static const char *v[32];
	struct words words = { .v = v, .n_options = SIZE_MAX };

	snprintf(buf, 256, "%s", line);
	for (char *w = strtok(buf, " "); w; w = strtok(NULL, " ")) {
		if (strcmp(w, "--") == 0)
			words.n_options = words.n;
		else
			v[words.n++] = w;
	}
	v[words.n] = NULL;
	return verbs_resolve(table, &words, args, error);
}

static const struct {
	const char *line;
	const char *words; /* of the row found */
	const char *name, *parent, *mtu, *file;
} good[] = {
	{ "dev show", "dev show" },
	{ "dev", "dev show" },
	{ "dev list", "dev show" },
	{ "dev show web0", "dev show", "web0" },
	{ "dev config", "dev config show" },
	{ "dev config show a", "dev config show", "a" },
	{ "watch", "watch" },
	{ "look mtu 9", "look", .mtu = "9" },
	{ "look a mtu 9", "look", "a", .mtu = "9" },
	{ "look mtu 9 a", "look", "a", .mtu = "9" },
	{ "look -- mtu", "look", "mtu" },
	{ "dev show a --all", "dev show", "a" },
	{ "dev show --more a --all", "dev show", "a" },
	{ "dev add a parent p", "dev add", "a", "p" },
	{ "dev add a mtu 9 parent p", "dev add", "a", "p", "9" },
	{ "dev add mtu parent p", "dev add", "mtu", "p" },
	{ "dev add a parent -1", "dev add", "a", "-1" },
	{ "dev add parent p -- -a", NULL },
	{ "dev add -- -a parent p", "dev add", "-a", "p" },
	{ "dev add --file f", "dev add", .file = "f" },
	{ "dev add --file=f", "dev add", .file = "f" },
};

START_TEST(finds)
{
	_cleanup_free_ char *error = NULL;
	struct verb_args args;
	char buf[256];
	int r;

	r = resolve(good[_i].line, &args, &error, buf);
	if (!good[_i].words) {
		ck_assert_int_eq(r, -EINVAL);
		return;
	}
	ck_assert_msg(r == 0, "%s: %s", good[_i].line, error);
	ck_assert_str_eq(args.verb->words, good[_i].words);
	if (good[_i].file) {
		ck_assert_str_eq(verb_value(&args, "file"), good[_i].file);
		return;
	}
	ck_assert_pstr_eq(verb_value(&args, "name"), good[_i].name);
	ck_assert_pstr_eq(verb_value(&args, "parent"), good[_i].parent);
	ck_assert_pstr_eq(verb_value(&args, "mtu"), good[_i].mtu);
}
END_TEST

START_TEST(command)
{
	_cleanup_free_ char *error = NULL;
	struct verb_args args;
	char buf[256];

	ck_assert_int_eq(resolve("run a mtu 9 -- dev --help mtu", &args, &error, buf), 0);
	ck_assert_str_eq(verb_value(&args, "name"), "a");
	ck_assert_str_eq(verb_value(&args, "mtu"), "9");
	ck_assert_str_eq(verb_value(&args, "command"), "dev");
	ck_assert_str_eq(args.command[0], "dev");
	ck_assert_str_eq(args.command[1], "--help");
	ck_assert_str_eq(args.command[2], "mtu");
	ck_assert_ptr_null(args.command[3]);
}
END_TEST

static const struct {
	const char *line;
	const char *error;
} bad[] = {
	{ "", "a command is missing (there are: dev, watch, look, run)" },
	{ "dve", "command \"dve\" is not known, did you mean \"dev\"?" },
	{ "quux", "command \"quux\" is not known (there are: dev, watch, look, run)" },
	{ "dev shwo", "dev: command \"shwo\" is not known, did you mean \"show\"?" },
	{ "dev conf", "dev: command \"conf\" is not known, did you mean \"config\"?" },
	{ "dev web0", "dev: command \"web0\" is not known (there are: add, show, config)" },
	{ "watch me", "watch: \"me\" is one word too many" },
	{ "dev show a b", "dev show: \"b\" is one word too many" },
	{ "dev add", "dev add: NAME is missing" },
	{ "dev add a", "dev add: parent is missing" },
	{ "dev add a parent", "dev add: parent: its value PARENT is missing" },
	{ "dev add a parnet p", "dev add: key \"parnet\" is not known, did you mean \"parent\"?" },
	{ "dev add a colour p", "dev add: key \"colour\" is not known (there are: parent, mtu)" },
	{ "dev add a parent p parent q", "dev add: parent is given twice, as \"p\" and as \"q\"" },
	{ "dev add --file", "dev add: --file: its value FILE is missing" },
	{ "dev add --file f g", "dev add: \"g\" is one word too many" },
	{ "dev add a parent p --fil f", "dev add: option \"--fil\" is not known (there are: "
					"--json, --pretty, --output, --hex, --color, "
					"--direct, --dry-run, --help, --version)" },
	{ "run a", "run: the command is missing, it comes behind \"--\"" },
	{ "run a --", "run: the command is missing, it comes behind \"--\"" },
	{ "run a dev", "run: key \"dev\" is not known (there are: mtu)" },
	{ "run -- dev", "run: NAME is missing" },
	{ "run a --command dev",
	  "run: option \"--command\" is not known (there are: --json, --pretty, --output, "
	  "--hex, --color, --direct, --dry-run, --help, --version)" },
	{ "dev show --all", "dev show: NAME is missing" },
	{ "dev show a --all=b", "dev show: --all takes no value" },
	{ "dev show a --all --all", "dev show: --all is given twice" },
	{ "dev show --jsno", "dev show: option \"--jsno\" is not known, did you mean \"--json\"?" },
	{ "dev show -x",
	  "dev show: option \"-x\" is not known (there are: --json, "
	  "--pretty, --output, --hex, --color, --direct, --dry-run, --help, --version)" },
};

START_TEST(refuses)
{
	_cleanup_free_ char *error = NULL;
	struct verb_args args = { 0 };
	char buf[256];

	ck_assert_int_eq(resolve(bad[_i].line, &args, &error, buf), -EINVAL);
	ck_assert_str_eq(error, bad[_i].error);
	ck_assert_ptr_null(args.verb);
}
END_TEST

START_TEST(synopsis)
{
	_cleanup_free_ char *add = verb_synopsis(&table[0]), *file = verb_synopsis(&table[1]),
			    *show = verb_synopsis(&table[2]), *all = verb_synopsis(&table[3]),
			    *run = verb_synopsis(&table[7]);

	ck_assert_str_eq(add, "dev add NAME parent PARENT [mtu BYTES]");
	ck_assert_str_eq(file, "dev add --file FILE");
	ck_assert_str_eq(show, "dev show [NAME]");
	ck_assert_str_eq(all, "dev show NAME --all [--more]");
	ck_assert_str_eq(run, "run NAME [mtu BYTES] -- COMMAND [ARGUMENT...]");
}
END_TEST

START_TEST(distance)
{
	char longer[SUGGEST_MAX + 2];

	ck_assert_uint_eq(suggest_distance("show", "show"), 0);
	ck_assert_uint_eq(suggest_distance("shwo", "show"), 1);
	ck_assert_uint_eq(suggest_distance("sho", "show"), 1);
	ck_assert_uint_eq(suggest_distance("", "show"), 4);
	ck_assert_uint_eq(suggest_distance("del", "add"), 3);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_uint_eq(suggest_distance(longer, "a"), SUGGEST_MAX);
	longer[SUGGEST_MAX] = '\0';
	ck_assert_uint_eq(suggest_distance(longer, longer), 0);
}
END_TEST

/* Whether something tells a row from others of its words. */
static bool has_own_option(const struct verb *verb)
{
	for (const struct param *p = verb->params; p->name; p++)
		if (p->kind == PARAM_OPTION || p->kind == PARAM_FLAG_NEEDED)
			return true;
	return false;
}

/* Every row of the real table is whole and can be told from the others. */
START_TEST(real_table)
{
	for (const struct verb *v = verbs; v->words; v++) {
		size_t n = 0;

		ck_assert_ptr_nonnull(v->help);
		ck_assert_ptr_nonnull(v->run);
		ck_assert_ptr_nonnull(v->params);
		for (; v->params[n].name; n++) {
			ck_assert(!v->params[n].metavar == param_is_flag(&v->params[n]));
			ck_assert_ptr_nonnull(v->params[n].help);
		}
		ck_assert_uint_le(n, VERB_PARAMS_MAX);
		for (const struct verb *w = v + 1; w->words; w++)
			ck_assert(strcmp(v->words, w->words) != 0 || has_own_option(w));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli-verbs");
	TCase *tc = tcase_create("verbs");

	tcase_add_loop_test(tc, finds, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tc, refuses, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, command);
	tcase_add_test(tc, synopsis);
	tcase_add_test(tc, distance);
	tcase_add_test(tc, real_table);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
