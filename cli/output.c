// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "cli.h"
#include "output.h"

struct cell {
	enum style style;
	char *text; /* safe to print; NULL when absent */
	int width;  /* on the screen */
};

struct table {
	size_t n_columns;
	size_t n_cells;
	struct cell *cells;
	bool failed;
};

/* ---- text ---------------------------------------------------------------------------------- */

void output_safe(FILE *out, const char *text, const char *before)
{
	fputs(before, out);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
}

static char *safe_copy(const char *text)
{
	_cleanup_free_ char *copy = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&copy, &size);
	if (!f)
		return NULL;
	output_safe(f, text, "");
	if (fclose(f) < 0)
		return NULL;
	return TAKE_PTR(copy);
}

/* Cells on the screen; bytes where the text is not of this locale. */
static int screen_width(const char *text)
{
	wchar_t wide[256];
	size_t n;
	int w;

	n = mbstowcs(wide, text, sizeof(wide) / sizeof(wide[0]));
	if (n == (size_t)-1 || n == sizeof(wide) / sizeof(wide[0]))
		return (int)strlen(text);
	w = wcswidth(wide, n);
	return w < 0 ? (int)strlen(text) : w;
}

/* ---- tables -------------------------------------------------------------------------------- */

int table_new(size_t n_columns, struct table **ret_table)
{
	struct table *table;

	table = calloc(1, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->n_columns = n_columns;
	*ret_table = table;
	return 0;
}

struct table *table_free(struct table *table)
{
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
	return NULL;
}

int table_add(struct table *table, enum style style, const char *text)
{
	struct cell cell = { .style = style, .width = 1 }, *cells;

	/* Room grows with the powers of two. */
	if (!(table->n_cells & (table->n_cells - 1)) && !table->failed) {
		cells = reallocarray(table->cells, table->n_cells ? table->n_cells * 2 : 1,
				     sizeof(*cells));
		table->failed = !cells;
		table->cells = cells ? cells : table->cells;
	}
	if (text && *text && !table->failed) {
		cell.text = safe_copy(text);
		table->failed = !cell.text;
	}
	if (table->failed)
		return -ENOMEM;
	if (cell.text)
		cell.width = screen_width(cell.text);
	table->cells[table->n_cells++] = cell;
	return 0;
}

/* The width of a column, 0 for one that is left out. */
static int column_width(const struct table *table, size_t column, bool heading)
{
	bool used = !heading;
	int width = 0;

	for (size_t i = column; i < table->n_cells; i += table->n_columns) {
		const struct cell *cell = &table->cells[i];

		used = used || (cell->text && i >= table->n_columns);
		width = cell->width > width ? cell->width : width;
	}
	return used ? width : 0;
}

static const char *style_code(enum style style)
{
	switch (style) {
	case STYLE_PLAIN:
		return "";
	case STYLE_HEAD:
		return "\033[1m";
	case STYLE_NAME:
		return "\033[1;36m";
	case STYLE_GOOD:
		return "\033[32m";
	case STYLE_BAD:
		return "\033[31m";
	case STYLE_DIM:
		return "\033[2m";
	}
	return "";
}

static void print_cell(const struct cell *cell, FILE *out, bool colour)
{
	bool styled = colour && cell->text && cell->style != STYLE_PLAIN;

	fprintf(out, "%s%s%s", styled ? style_code(cell->style) : "", cell->text ? cell->text : "-",
		styled ? "\033[0m" : "");
}

static void print_row(const struct cell *row, const int *widths, size_t n, FILE *out, bool colour)
{
	int gap = 0;

	for (size_t c = 0; c < n; c++) {
		if (!widths[c])
			continue;
		fprintf(out, "%*s", gap, "");
		print_cell(&row[c], out, colour);
		/* Paid when another cell follows, so that no line ends in blanks. */
		gap = widths[c] - row[c].width + 2;
	}
	fputc('\n', out);
}

int table_print(const struct table *table, FILE *out, bool heading, bool colour, int indent)
{
	_cleanup_free_ int *widths = NULL;

	if (table->failed)
		return -ENOMEM;
	widths = calloc(table->n_columns, sizeof(*widths));
	if (!widths)
		return -ENOMEM;
	for (size_t c = 0; c < table->n_columns; c++)
		widths[c] = column_width(table, c, heading);
	if (heading && table->n_cells <= table->n_columns)
		return 0;
	for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns) {
		fprintf(out, "%*s", indent, "");
		print_row(&table->cells[i], widths, table->n_columns, out, colour);
	}
	return 0;
}

void output_styled(struct cli *cli, enum style style, const char *text)
{
	bool styled = cli->colour && style != STYLE_PLAIN;

	fputs(styled ? style_code(style) : "", cli->out);
	output_safe(cli->out, text, "");
	fputs(styled ? "\033[0m" : "", cli->out);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

void output_json(struct cli *cli, json_object *value)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	flags |= cli->pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
			     : JSON_C_TO_STRING_PLAIN;
	fprintf(cli->out, "%s\n", json_object_to_json_string_ext(value, flags));
}
