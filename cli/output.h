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
	STYLE_WARN,
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

/* The same with something before it that has no style. @lead: a constant */
int table_add_led(struct table *table, const char *lead, enum style style, const char *text);

struct table_format {
	/* The first row names the columns; without another row nothing is printed. */
	bool heading;
	/* With a heading: also columns with nothing below it, which are left out otherwise. */
	bool keep_empty;
	/* What is absent is left blank, not shown as "-". */
	bool blank;
	bool colour;
	int indent; /* blanks before each line */
	/*
	 * Of the screen; 0: lines may be as long as they need. Where a line with a heading does not fit, each row
	 * becomes a paragraph; else the last column goes on in the next line, at a blank. Nothing is cut.
	 */
	int width;
	/* Where the width is not enough: lines stay lines, with the first column cut, or without the last ones. */
	bool cut;
	size_t numbers_from; /* this column and those behind it end at the same place; 0: none */
};

/* Print the table, columns aligned and two blanks apart. Returns 0 or -ENOMEM when a cell could not be added. */
int table_print(const struct table *table, FILE *out, const struct table_format *format);

/* How many screen cells the longest line needs, without an indent. */
int table_width(const struct table *table);

/* How this run prints key-value pairs and tables. */
struct table_format output_format(const struct cli *cli);

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
