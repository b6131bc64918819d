/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands, as data: what the user types, what it takes, who does it. Dispatch, help and the check
 * of the man pages read the same rows.
 */
#ifndef VDPACTL_CLI_VERBS_H
#define VDPACTL_CLI_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "exit-code.h"

#define VERB_PARAMS_MAX 24

struct cli;
struct field_table;
struct verb_args;

enum param_kind {
	PARAM_WORD,	  /* a word at its place */
	PARAM_WORD_MAYBE, /* the same, may be left out */
	PARAM_KEY,	  /* "key VALUE" in any order, may be left out */
	PARAM_KEY_NEEDED, /* the same, must be there */
	PARAM_OPTION, /* "--name VALUE", must be there: it tells this row from others of its words */
	PARAM_FLAG,   /* "--name", may be left out */
	PARAM_FLAG_NEEDED, /* the same, must be there: tells this row from others, too */
	PARAM_COMMAND,	   /* all that is behind "--", must be there: a program and its arguments */
};

/* What a value is one of, for completion; "a|b" in the metavar says so by itself. */
enum param_values {
	VALUES_ANY,
	VALUES_DEVICE,
	VALUES_MGMTDEV,
	VALUES_FEATURES,
	VALUES_FILE,
	VALUES_DEFINITION,
};

struct param {
	enum param_kind kind;
	const char *name; /* the key, the option without its dashes, or what the word is */
	const char
		*metavar; /* the value in help texts; for words, the word itself; NULL for flags */
	const char *help; /* one line */
	enum param_values values;
};

enum verb_flags {
	VERB_DEFAULT = 1 << 0, /* also runs when its last word is left out */
	VERB_CHANGES = 1 << 1, /* knows --dry-run */
	VERB_TELLS = 1 << 2,   /* prints by itself what --dry-run would change */
};

struct verb {
	const char *words;	    /* "dev add": what selects it, separated by single blanks */
	const char *help;	    /* one line */
	const struct param *params; /* VERB_PARAMS_MAX at most, ended by a NULL name */
	int flags;		    /* of enum verb_flags */
	enum exit_code (*run)(struct cli *cli, const struct verb_args *args);
	const struct field_table *output; /* what --output chooses from; NULL: nothing */
	const char *const *more;	  /* and besides, ended by NULL; may be NULL */
};

/* What the user typed, the global options taken out. */
struct words {
	const char **v; /* ended by NULL */
	size_t n;
	size_t n_options; /* words from this index on came after "--": they are never options */
};

struct verb_args {
	const struct verb *verb;
	const char *values
		[VERB_PARAMS_MAX]; /* by parameter; NULL when it was left out; flags: themselves */
	const char **command;	   /* of PARAM_COMMAND, ended by NULL */
};

static inline bool param_is_key(const struct param *p)
{
	return p->kind == PARAM_KEY || p->kind == PARAM_KEY_NEEDED;
}

static inline bool param_is_word(const struct param *p)
{
	return p->kind == PARAM_WORD || p->kind == PARAM_WORD_MAYBE;
}

static inline bool param_is_flag(const struct param *p)
{
	return p->kind == PARAM_FLAG || p->kind == PARAM_FLAG_NEEDED;
}

/* Whether help has it with two dashes. */
static inline bool param_has_dashes(const struct param *p)
{
	return p->kind == PARAM_OPTION || param_is_flag(p);
}

/* The rows, ended by NULL words. */
extern const struct verb verbs[];

/* The value of a parameter, borrowed; NULL when it was left out. */
const char *verb_value(const struct verb_args *args, const char *name);

#define VERB_FIELDS_MAX 64

/* What --output chooses from: names, ended by NULL. */
void verb_fields(const struct verb *verb, const char *ret_names[VERB_FIELDS_MAX + 1]);

/* The parameter of a row that takes what is behind "--", or NULL. */
const struct param *verb_command(const struct verb *verb);

/* Whether a word is one of the keys of a row. */
bool verb_has_key(const struct verb *verb, const char *word);

/*
 * Find the row and sort the words by its parameters.
 * @table: rows, ended by NULL words
 * @ret_args: borrows from @words and @table
 * @ret_error: set when -EINVAL is returned: what is wrong, owned, free()
 * Returns 0, -EINVAL or -ENOMEM.
 */
int verbs_resolve(const struct verb *table, const struct words *words, struct verb_args *ret_args,
		  char **ret_error);

/*
 * How many leading words name a command or a noun ("dev", "dev config"), for "--help" in any place.
 * @ret_prefix: these words joined by blanks, owned, free(); "" when none does
 * Returns their number or -ENOMEM.
 */
int verbs_prefix(const struct verb *table, const struct words *words, char **ret_prefix);

/* "dev add NAME mgmtdev MGMTDEV [mac MAC]": owned, free(); NULL without memory. */
char *verb_synopsis(const struct verb *verb);

#endif
