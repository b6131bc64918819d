// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "complete-values.h"
#include "field.h"
#include "options.h"
#include "util/cleanup.h"

/* ---- the line as far as it was typed ----------------------------------------------------------- */

struct line {
	struct words words; /* without options of every command; the current one is not in it */
	const struct option_row *option; /* whose value the current word is */
};

static const struct option_row *find_option(const char *word)
{
	size_t n = strlen(word);

	for (const struct option_row *row = option_rows; row->name; row++)
		if (n > 1 && word[0] == '-' &&
		    (word[1] == '-' ? strcmp(row->name, word + 2) == 0
				    : row->letter && row->letter == word[n - 1]))
			return row;
	return NULL;
}

static int read_line(int n, char **typed, struct line *ret_line)
{
	struct line line = { .words.n_options = SIZE_MAX };

	line.words.v = calloc(n + 1, sizeof(*line.words.v));
	if (!line.words.v)
		return -ENOMEM;
	for (int i = 0; i < n - 1; i++) {
		bool open = line.words.n_options == SIZE_MAX;
		const struct option_row *row = open ? find_option(typed[i]) : NULL;

		if (open && strcmp(typed[i], "--") == 0)
			line.words.n_options = line.words.n;
		else if (row && row->metavar && i == n - 2)
			line.option = row;
		else if (row && row->metavar)
			i++;
		else if (!row)
			line.words.v[line.words.n++] = typed[i];
	}
	*ret_line = line;
	return 0;
}

/* ---- one row of the verb table ------------------------------------------------------------------ */

struct row_state {
	const struct verb *verb;
	const char *values[VERB_PARAMS_MAX];
	const struct param *pending; /* whose value the current word is */
};

static const struct param *next_place(const struct row_state *row)
{
	for (size_t i = 0; row->verb->params[i].name; i++)
		if (param_is_word(&row->verb->params[i]) && !row->values[i])
			return &row->verb->params[i];
	return NULL;
}

/* The parameter that a word names: a key, or with two dashes an option or flag. */
static const struct param *named(const struct row_state *row, const char *word)
{
	bool dashes = strncmp(word, "--", 2) == 0;

	for (const struct param *p = row->verb->params; p->name; p++)
		if ((dashes ? param_has_dashes(p) : param_is_key(p)) &&
		    strcmp(p->name, dashes ? word + 2 : word) == 0)
			return p;
	return NULL;
}

/* Put the words into their places. Returns whether they fit. */
static bool fill(struct row_state *row, const struct words *words, size_t from)
{
	for (size_t i = from; i < words->n; i++) {
		const char *word = words->v[i];
		const struct param *p = *word == '-' ? NULL : next_place(row);

		if (p && p->kind == PARAM_WORD_MAYBE && verb_has_key(row->verb, word))
			p = NULL;

		if (!p) {
			p = named(row, word);
			if (!p)
				return false;
			if (!param_is_flag(p) && ++i == words->n) {
				row->pending = p;
				return true;
			}
		}
		row->values[p - row->verb->params] = words->v[i];
	}
	return true;
}

static void offer_value(struct completion *c, const struct row_state *row, const struct param *p)
{
	const char *mgmtdev = NULL;

	for (size_t i = 0; row->verb->params[i].name; i++)
		if (strcmp(row->verb->params[i].name, "mgmtdev") == 0)
			mgmtdev = row->values[i];
	complete_values(c, p, mgmtdev);
}

static void offer_params(struct completion *c, const struct row_state *row, bool options)
{
	const struct param *params = row->verb->params;
	char option[64];

	for (size_t i = 0; params[i].name; i++) {
		if (params[i].kind == PARAM_COMMAND)
			complete_offer(c, "--", params[i].help);
		if (row->values[i] ||
		    !(options ? param_has_dashes(&params[i]) : param_is_key(&params[i])))
			continue;
		snprintf(option, sizeof(option), "%s%s", options ? "--" : "", params[i].name);
		complete_offer(c, option, params[i].help);
	}
}

/* What may come next in this row. */
static void offer_row(struct completion *c, const struct verb *verb, const struct words *words,
		      size_t from)
{
	struct row_state row = { .verb = verb };
	const struct param *place;

	if (words->n_options <= words->n && verb_command(verb)) {
		complete_program(c, words->n == words->n_options);
		return;
	}
	if (!fill(&row, words, from))
		return;
	place = next_place(&row);
	if (row.pending)
		offer_value(c, &row, row.pending);
	else if (*c->current == '-')
		offer_params(c, &row, true);
	else if (place)
		offer_value(c, &row, place);
	if (!row.pending && *c->current != '-' && (!place || place->kind == PARAM_WORD_MAYBE))
		offer_params(c, &row, false);
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static void offer_options(struct completion *c)
{
	char option[64];

	for (const struct option_row *row = option_rows; row->name; row++) {
		snprintf(option, sizeof(option), "--%s", row->name);
		complete_offer(c, option, row->help);
	}
}

/* Words that make @prefix longer, each once. */
static void offer_words(struct completion *c, const char *prefix)
{
	size_t n = strlen(prefix);

	for (const struct verb *v = verbs; v->words; v++) {
		const char *rest = v->words + n;
		char word[32], longer[96];
		bool first = true;

		if (strncmp(v->words, prefix, n) != 0 || !*rest || (n && *rest != ' '))
			continue;
		rest += n > 0;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(rest, " "), rest);
		snprintf(longer, sizeof(longer), "%s%s%s", prefix, n ? " " : "", word);
		for (const struct verb *w = verbs; w < v; w++)
			first = first &&
				(strncmp(w->words, longer, strlen(longer)) != 0 ||
				 (w->words[strlen(longer)] && w->words[strlen(longer)] != ' '));
		/* What a word says that has others behind it is told by those. */
		if (first)
			complete_offer(c, word, strcmp(v->words, longer) == 0 ? v->help : "");
	}
}

static void offer_option_value(struct completion *c, const struct option_row *option,
			       const char *prefix)
{
	const struct param param = { .metavar = option->metavar };
	const char *names[VERB_FIELDS_MAX + 1];

	if (strcmp(option->name, "output") != 0) {
		complete_values(c, &param, NULL);
		return;
	}
	for (const struct verb *v = verbs; v->words; v++) {
		if (!v->output || strcmp(v->words, prefix) != 0)
			continue;
		verb_fields(v, names);
		complete_fields(c, names);
		return;
	}
	verb_fields(&(struct verb){ .output = &field_table_device }, names);
	complete_fields(c, names);
}

enum exit_code complete_print(struct cli *cli, int n, char **typed)
{
	struct completion c = { .cli = cli, .current = n ? typed[n - 1] : "" };
	_cleanup_free_ char *prefix = NULL;
	struct line line;
	int used;

	if (read_line(n, typed, &line) < 0)
		return EXIT_CODE_REFUSED;
	used = verbs_prefix(verbs, &line.words, &prefix);
	if (used < 0) {
		free(line.words.v);
		return EXIT_CODE_REFUSED;
	}
	if (line.option) {
		offer_option_value(&c, line.option, prefix);
	} else {
		if (*c.current != '-' && (size_t)used == line.words.n)
			offer_words(&c, prefix);
		for (const struct verb *v = verbs; v->words; v++)
			if (strcmp(v->words, prefix) == 0)
				offer_row(&c, v, &line.words, used);
		if (*c.current == '-')
			offer_options(&c);
	}
	free(line.words.v);
	return EXIT_CODE_OK;
}
