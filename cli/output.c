// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "cli.h"
#include "output.h"

/* Blanks between columns. */
#define GAP 2
/* A column this narrow is not worth wrapping into. */
#define WRAP_MIN 16
/* The first column is not cut to less. */
#define CUT_MIN 8

struct cell {
	enum style style;
	const char *lead; /* a constant */
	char *text;	  /* safe to print; NULL when absent */
	int width;	  /* of both on the screen */
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
	return table_add_led(table, "", style, text);
}

int table_add_led(struct table *table, const char *lead, enum style style, const char *text)
{
	struct cell cell = { .style = style, .lead = lead, .width = 1 }, *cells;

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
		cell.width = screen_width(lead) + screen_width(cell.text);
	table->cells[table->n_cells++] = cell;
	return 0;
}

/* The width of a column, 0 for one that is left out. */
static int column_width(const struct table *table, size_t column, const struct table_format *format)
{
	bool used = !format->heading || format->keep_empty;
	int width = 0;

	for (size_t i = column; i < table->n_cells; i += table->n_columns) {
		const struct cell *cell = &table->cells[i];

		used = used || (cell->text && i >= table->n_columns);
		width = cell->width > width ? cell->width : width;
	}
	return used ? width : 0;
}

static int line_width(const int *widths, size_t n)
{
	int width = 0;

	for (size_t c = 0; c < n; c++)
		width += widths[c] ? widths[c] + (width ? GAP : 0) : 0;
	return width;
}

/* Less of the first column, and none of the last, until a line fits. */
static void cut(int *widths, size_t n, int width)
{
	int over = line_width(widths, n) - width;

	if (!width || over <= 0)
		return;
	if (widths[0] > CUT_MIN)
		widths[0] = widths[0] - over > CUT_MIN ? widths[0] - over : CUT_MIN;
	while (n > 1 && line_width(widths, n) > width)
		widths[--n] = 0;
}

/* How many bytes of a text have room. */
static int fitting(const char *text, int width)
{
	char part[256];
	int n = 0;

	for (int i = 1; i < (int)sizeof(part); i++) {
		/* Not in the middle of a character. */
		if ((text[i] & 0xc0) != 0x80) {
			snprintf(part, sizeof(part), "%.*s", i, text);
			if (screen_width(part) > width)
				break;
			n = i;
		}
		if (!text[i])
			break;
	}
	return n;
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
	case STYLE_WARN:
		return "\033[33m";
	case STYLE_BAD:
		return "\033[31m";
	case STYLE_DIM:
		return "\033[2m";
	}
	return "";
}

/* @width: 0: all of it is printed */
static void print_cell(const struct cell *cell, FILE *out, const struct table_format *format,
		       int width)
{
	bool styled = format->colour && cell->text && cell->style != STYLE_PLAIN;

	if (width && cell->width > width) {
		fprintf(out, "%s%.*s~%s", styled ? style_code(cell->style) : "",
			fitting(cell->text, width - 1), cell->text, styled ? "\033[0m" : "");
		return;
	}

	fprintf(out, "%s%s%s%s", cell->lead, styled ? style_code(cell->style) : "",
		cell->text	? cell->text
		: format->blank ? ""
				: "-",
		styled ? "\033[0m" : "");
}

/* The end of a line, in as many lines as its words need. @at: where it begins */
static void print_wrapped(const struct cell *cell, FILE *out, const struct table_format *format,
			  int at)
{
	const char *word = cell->text;
	int used;

	at += screen_width(cell->lead);
	fputs(cell->lead, out);
	used = at;
	while (*word) {
		int n = (int)strcspn(word, " ");

		if (used > at && used + 1 + n > format->width) {
			fprintf(out, "\n%*s", at, "");
			used = at;
		}
		used += fprintf(out, "%s%.*s", used > at ? " " : "", n, word);
		word += n + strspn(word + n, " ");
	}
}

static void print_row(const struct cell *row, const int *widths, size_t n, FILE *out,
		      const struct table_format *format)
{
	int gap = 0, at = format->indent, before, width;

	fprintf(out, "%*s", format->indent, "");
	for (size_t c = 0; c < n; c++) {
		bool absent = !row[c].text && format->blank;

		if (!widths[c])
			continue;
		width = row[c].width < widths[c] ? row[c].width : widths[c];
		before = format->numbers_from && c >= format->numbers_from ? widths[c] - width : 0;
		/* Paid when another cell follows, so that no line ends in blanks. */
		if (!absent)
			fprintf(out, "%*s", gap + before, "");
		if (c == n - 1 && row[c].text && row[c].style == STYLE_PLAIN && format->width &&
		    at + row[c].width > format->width && at + WRAP_MIN <= format->width)
			print_wrapped(&row[c], out, format, at);
		else if (!absent)
			print_cell(&row[c], out, format, format->cut ? widths[c] : 0);
		gap = widths[c] - (absent ? 0 : width + before) + GAP + (absent ? gap : 0);
		at += widths[c] + GAP;
	}
	fputc('\n', out);
}

/* A row with its heading: what a line of it does not have room for. */
static int print_paragraph(const struct table *table, const struct cell *row, const int *widths,
			   FILE *out, const struct table_format *format)
{
	struct table_format pairs = { .colour = format->colour,
				      .indent = format->indent + GAP,
				      .width = format->width };
	_cleanup_(cleanup_table_free) struct table *lines = NULL;
	int r;

	r = table_new(2, &lines);
	if (r < 0)
		return r;
	fprintf(out, "%*s", format->indent, "");
	print_cell(&row[0], out, format, 0);
	fputs(":\n", out);
	for (size_t c = 1; c < table->n_columns; c++) {
		if (!widths[c] || (!row[c].text && !format->keep_empty))
			continue;
		table_add(lines, STYLE_PLAIN, table->cells[c].text);
		table_add(lines, row[c].style, row[c].text);
	}
	return table_print(lines, out, &pairs);
}

int table_print(const struct table *table, FILE *out, const struct table_format *format)
{
	_cleanup_free_ int *widths = NULL;
	size_t n = table->n_columns;
	bool narrow;
	int r = 0;

	if (table->failed)
		return -ENOMEM;
	widths = calloc(n, sizeof(*widths));
	if (!widths)
		return -ENOMEM;
	for (size_t c = 0; c < n; c++)
		widths[c] = column_width(table, c, format);
	if (format->heading && table->n_cells <= n)
		return 0;
	if (format->cut)
		cut(widths, n, format->width);
	narrow = format->heading && !format->cut && format->width &&
		 format->indent + line_width(widths, n) > format->width;
	for (size_t i = narrow ? n : 0; r >= 0 && i + n <= table->n_cells; i += n) {
		if (narrow)
			r = print_paragraph(table, &table->cells[i], widths, out, format);
		else
			print_row(&table->cells[i], widths, n, out, format);
	}
	return r;
}

int table_width(const struct table *table)
{
	const struct table_format all = { .width = 0 };
	int width = 0;

	for (size_t c = 0; c < table->n_columns; c++)
		width += column_width(table, c, &all) + (c ? GAP : 0);
	return width;
}

struct table_format output_format(const struct cli *cli)
{
	return (struct table_format){ .colour = cli->colour, .width = cli->width };
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
