// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "options.h"
#include "suggest.h"
#include "util/cleanup.h"
#include "verbs.h"

/* The spelling that iproute2 has besides "show". */
#define SHOW_ALIAS "list"

static int wrong(char **ret_error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(char **ret_error, const char *format, ...)
{
	va_list ap;
	int r;

	va_start(ap, format);
	r = vasprintf(ret_error, format, ap);
	va_end(ap);
	if (r < 0) {
		*ret_error = NULL;
		return -ENOMEM;
	}
	return -EINVAL;
}

/* ---- which row ----------------------------------------------------------------------------- */

/* Whether a row's words begin with @prefix as whole words. */
static bool begins_with(const char *words, const char *prefix)
{
	size_t n = strlen(prefix);

	return !n || (strncmp(words, prefix, n) == 0 && (words[n] == ' ' || !words[n]));
}

/* The next word of a row behind a prefix: copied to @buf, NULL when there is none. */
static const char *next_word(const char *words, const char *prefix, char *buf, size_t size)
{
	const char *rest = words + strlen(prefix);

	if (!begins_with(words, prefix) || !*rest)
		return NULL;
	rest += *rest == ' ';
	snprintf(buf, size, "%.*s", (int)strcspn(rest, " "), rest);
	return buf;
}

static bool extends(const struct verb *table, const char *prefix)
{
	for (const struct verb *v = table; v->words; v++)
		if (begins_with(v->words, prefix))
			return true;
	return false;
}

static char *join(const char *prefix, const char *word)
{
	char *joined;

	if (strcmp(word, SHOW_ALIAS) == 0)
		word = "show";
	if (asprintf(&joined, "%s%s%s", prefix, *prefix ? " " : "", word) < 0)
		return NULL;
	return joined;
}

int verbs_prefix(const struct verb *table, const struct words *words, char **ret_prefix)
{
	_cleanup_free_ char *prefix = NULL;
	size_t n;

	prefix = strdup("");
	if (!prefix)
		return -ENOMEM;
	for (n = 0; n < words->n; n++) {
		char *longer = join(prefix, words->v[n]);

		if (!longer)
			return -ENOMEM;
		if (!extends(table, longer)) {
			free(longer);
			break;
		}
		free(prefix);
		prefix = longer;
	}
	*ret_prefix = TAKE_PTR(prefix);
	return n;
}

/* Whether the option that tells this row from its siblings is among the words. */
static bool has_its_option(const struct verb *verb, const struct words *words)
{
	for (const struct param *p = verb->params; p->name; p++) {
		size_t n = strlen(p->name);

		if (p->kind != PARAM_OPTION && p->kind != PARAM_FLAG_NEEDED)
			continue;
		for (size_t i = 0; i < words->n && i < words->n_options; i++) {
			const char *w = words->v[i];

			if (strncmp(w, "--", 2) == 0 && strncmp(w + 2, p->name, n) == 0 &&
			    (w[2 + n] == '=' || !w[2 + n]))
				return true;
		}
	}
	return false;
}

static const struct verb *find_row(const struct verb *table, const char *prefix,
				   const struct words *words)
{
	const struct verb *found = NULL;

	for (const struct verb *v = table; v->words; v++) {
		if (strcmp(v->words, prefix) != 0)
			continue;
		if (has_its_option(v, words))
			return v;
		if (!found)
			found = v;
	}
	return found;
}

static const struct verb *find_default(const struct verb *table, const char *prefix)
{
	for (const struct verb *v = table; v->words; v++) {
		const char *last = strrchr(v->words, ' ');

		if (v->flags & VERB_DEFAULT && last &&
		    (size_t)(last - v->words) == strlen(prefix) && begins_with(v->words, prefix))
			return v;
	}
	return NULL;
}

#define CHOICES_MAX 32
#define WORD_MAX    32

/* What may come behind a prefix, each once, as names to suggest and as a list to show. */
struct choices {
	char words[CHOICES_MAX][WORD_MAX];
	const char *names[CHOICES_MAX + 1];
	size_t n;
	char list[512];
};

static void choices_add(struct choices *c, const char *word)
{
	size_t used = strlen(c->list);

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->words[i], word) == 0)
			return;
	if (c->n == CHOICES_MAX)
		return;
	snprintf(c->words[c->n], WORD_MAX, "%s", word);
	c->names[c->n] = c->words[c->n];
	c->n++;
	snprintf(c->list + used, sizeof(c->list) - used, "%s%s", used ? ", " : "", word);
}

/* @where: the words so far */
static int unknown_word(const char *where, const char *what, const char *word,
			const struct choices *choices, char **ret_error)
{
	const char *near = suggest(word, choices->names), *colon = *where ? ": " : "";

	if (near)
		return wrong(ret_error, "%s%s%s \"%s\" is not known, did you mean \"%s\"?", where,
			     colon, what, word, near);
	return wrong(ret_error, "%s%s%s \"%s\" is not known (there are: %s)", where, colon, what,
		     word, choices->n ? choices->list : "none");
}

static int no_such_verb(const struct verb *table, const char *prefix, const char *word,
			char **ret_error)
{
	struct choices choices = { .n = 0 };
	char buf[WORD_MAX];

	for (const struct verb *v = table; v->words; v++)
		if (next_word(v->words, prefix, buf, sizeof(buf)))
			choices_add(&choices, buf);
	if (word && *word == '-')
		return wrong(ret_error, "%s%soption \"%s\" is not known (commands are: %s)", prefix,
			     *prefix ? ": " : "", word, choices.list);
	if (word)
		return unknown_word(prefix, "command", word, &choices, ret_error);
	return wrong(ret_error, "%s%sa command is missing (there are: %s)", prefix,
		     *prefix ? ": " : "", choices.list);
}

/* ---- its parameters ------------------------------------------------------------------------ */

static bool may_be_missing(const struct param *p)
{
	return p->kind == PARAM_WORD_MAYBE || p->kind == PARAM_KEY || p->kind == PARAM_FLAG;
}

static int set_value(struct verb_args *args, size_t i, const char *value, char **ret_error)
{
	const struct param *p = &args->verb->params[i];
	const char *dashes = p->kind == PARAM_OPTION ? "--" : "";

	if (param_is_flag(p) && args->values[i])
		return wrong(ret_error, "%s: %s is given twice", args->verb->words, value);
	if (!value)
		return wrong(ret_error, "%s: %s%s: its value %s is missing", args->verb->words,
			     dashes, p->name, p->metavar);
	if (args->values[i])
		return wrong(ret_error, "%s: %s%s is given twice, as \"%s\" and as \"%s\"",
			     args->verb->words, dashes, p->name, args->values[i], value);
	args->values[i] = value;
	return 0;
}

/* "--name VALUE", "--name=VALUE" or a flag. Returns how many words it took, or -errno. */
static int take_option(struct verb_args *args, const char **v, char **ret_error)
{
	struct choices choices = { .n = 0 };
	const char *equals = strchr(v[0], '=');
	char name[WORD_MAX];
	int r;

	snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - v[0]) : WORD_MAX, v[0]);
	for (size_t i = 0; args->verb->params[i].name; i++) {
		const struct param *p = &args->verb->params[i];
		char option[WORD_MAX];

		if (!param_has_dashes(p))
			continue;
		snprintf(option, sizeof(option), "--%s", p->name);
		if (strcmp(name, option) != 0) {
			choices_add(&choices, option);
			continue;
		}
		if (param_is_flag(p) && equals)
			return wrong(ret_error, "%s: %s takes no value", args->verb->words, option);
		if (param_is_flag(p))
			return set_value(args, i, v[0], ret_error) ?: 1;
		r = set_value(args, i, equals ? equals + 1 : v[1], ret_error);
		return r < 0 ? r : equals ? 1 : 2;
	}
	for (const struct option_row *row = option_rows; row->name; row++) {
		char option[WORD_MAX];

		snprintf(option, sizeof(option), "--%s", row->name);
		choices_add(&choices, option);
	}
	return unknown_word(args->verb->words, "option", name, &choices, ret_error);
}

/* "key VALUE". Returns how many words it took, or -errno. */
static int take_key(struct verb_args *args, const char **v, char **ret_error)
{
	struct choices choices = { .n = 0 };
	int r;

	for (size_t i = 0; args->verb->params[i].name; i++) {
		const struct param *p = &args->verb->params[i];

		if (!param_is_key(p))
			continue;
		if (strcmp(v[0], p->name) == 0) {
			r = set_value(args, i, v[1], ret_error);
			return r < 0 ? r : 2;
		}
		choices_add(&choices, p->name);
	}
	if (!choices.n)
		return wrong(ret_error, "%s: \"%s\" is one word too many", args->verb->words, v[0]);
	return unknown_word(args->verb->words, "key", v[0], &choices, ret_error);
}

bool verb_has_key(const struct verb *verb, const char *word)
{
	for (const struct param *p = verb->params; p->name; p++)
		if (param_is_key(p) && strcmp(p->name, word) == 0)
			return true;
	return false;
}

/*
 * The next place that a word may take, or NULL. One that may stay empty does so when the word is a key.
 * @plain: the word came after "--": it is nothing but itself
 */
static const struct param *next_place(const struct verb_args *args, const char *word, bool plain)
{
	for (size_t i = 0; args->verb->params[i].name; i++) {
		const struct param *p = &args->verb->params[i];

		if (!param_is_word(p) || args->values[i])
			continue;
		if (p->kind == PARAM_WORD_MAYBE && !plain && verb_has_key(args->verb, word))
			continue;
		return p;
	}
	return NULL;
}

void verb_fields(const struct verb *verb, const char *ret_names[VERB_FIELDS_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; verb->output && i < verb->output->n && n < VERB_FIELDS_MAX; i++)
		ret_names[n++] = verb->output->fields[i].name;
	for (size_t i = 0; verb->more && verb->more[i] && n < VERB_FIELDS_MAX; i++)
		ret_names[n++] = verb->more[i];
	ret_names[n] = NULL;
}

const struct param *verb_command(const struct verb *verb)
{
	for (const struct param *p = verb->params; p->name; p++)
		if (p->kind == PARAM_COMMAND)
			return p;
	return NULL;
}

static int take_params(struct verb_args *args, const struct words *words, size_t from,
		       char **ret_error)
{
	const struct param *command = verb_command(args->verb), *place;
	size_t end = command && words->n_options < words->n ? words->n_options : words->n;
	int r;

	if (end < words->n) {
		args->command = words->v + end;
		args->values[command - args->verb->params] = words->v[end];
	}
	for (size_t i = from; i < end; i += r) {
		const char *w = words->v[i];

		place = next_place(args, w, i >= words->n_options);
		if (i < words->n_options && w[0] == '-' && w[1])
			r = take_option(args, words->v + i, ret_error);
		else if (place)
			r = set_value(args, place - args->verb->params, w, ret_error) ?: 1;
		else
			r = take_key(args, words->v + i, ret_error);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; args->verb->params[i].name; i++) {
		const struct param *p = &args->verb->params[i];

		if (args->values[i] || may_be_missing(p))
			continue;
		if (p == command)
			return wrong(ret_error, "%s: the %s is missing, it comes behind \"--\"",
				     args->verb->words, p->name);
		return wrong(ret_error, "%s: %s is missing", args->verb->words,
			     param_is_word(p) ? p->metavar : p->name);
	}
	return 0;
}

int verbs_resolve(const struct verb *table, const struct words *words, struct verb_args *ret_args,
		  char **ret_error)
{
	_cleanup_free_ char *prefix = NULL;
	struct verb_args args = { .verb = NULL };
	int n, r;

	*ret_error = NULL;
	n = verbs_prefix(table, words, &prefix);
	if (n < 0)
		return n;
	args.verb = find_row(table, prefix, words);
	if (!args.verb && (size_t)n == words->n)
		args.verb = find_default(table, prefix);
	if (!args.verb)
		return no_such_verb(table, prefix, words->v[n], ret_error);
	r = take_params(&args, words, n, ret_error);
	if (r < 0)
		return r;
	*ret_args = args;
	return 0;
}

const char *verb_value(const struct verb_args *args, const char *name)
{
	for (size_t i = 0; args->verb->params[i].name; i++)
		if (strcmp(args->verb->params[i].name, name) == 0)
			return args->values[i];
	return NULL;
}

char *verb_synopsis(const struct verb *verb)
{
	_cleanup_free_ char *text = NULL;

	text = strdup(verb->words);
	for (const struct param *p = verb->params; text && p->name; p++) {
		bool maybe = may_be_missing(p), dashes = param_has_dashes(p);
		bool named = dashes || param_is_key(p);
		char *longer;
		int r;

		r = asprintf(&longer, "%s %s%s%s%s%s%s", text, maybe ? "[" : "", dashes ? "--" : "",
			     named ? p->name : "", named && !param_is_flag(p) ? " " : "",
			     param_is_flag(p) ? "" : p->metavar, maybe ? "]" : "");
		free(text);
		text = r < 0 ? NULL : longer;
	}
	return TAKE_PTR(text);
}
