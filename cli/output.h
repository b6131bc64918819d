/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to standard output: aligned tables for people, JSON for programs. */
#ifndef VDPACTL_CLI_OUTPUT_H
#define VDPACTL_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <json-c/json.h>

#include "util/cleanup.h"

struct cli;
struct table;

/* Meaning, not colour; shown only where colour is on. */
enum style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_NAME,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_DIM,
};

/* Text with what a terminal would obey made visible (\xNN), behind @before. */
void output_safe(FILE *out, const char *text, const char *before);

/* Returns 0 and a table without rows, owned, or -ENOMEM. */
int table_new(size_t n_columns, struct table **ret_table);

/* Returns NULL. NULL is accepted. */
struct table *table_free(struct table *table);
DEFINE_CLEANUP(struct table *, table_free);

/*
 * The next cell, row by row.
 * @text: copied; NULL or "" for an absent value, shown as "-"
 * Returns 0 or -ENOMEM, after which the table remembers the failure.
 */
int table_add(struct table *table, enum style style, const char *text);

/*
 * Print the table, columns aligned and two blanks apart.
 * @heading: the first row names the columns; those with nothing below it are left out, and without
 *  another row nothing is printed
 * @indent: blanks before each line
 * Returns 0 or -ENOMEM when an earlier cell could not be added.
 */
int table_print(const struct table *table, FILE *out, bool heading, bool colour, int indent);

/* Text in a style, if colour is on. */
void output_styled(struct cli *cli, enum style style, const char *text);

/* One JSON value and a newline; several lines when cli->pretty is set. */
void output_json(struct cli *cli, json_object *value);

static inline void cleanup_json(json_object **object)
{
	json_object_put(*object);
}
#define _cleanup_json_ _cleanup_(cleanup_json)

#endif
