// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exit-code.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "util/cleanup.h"

static bool selected(const struct verb *verb, const char *prefix)
{
	size_t n = strlen(prefix);

	return !n ||
	       (strncmp(verb->words, prefix, n) == 0 && (verb->words[n] == ' ' || !verb->words[n]));
}

static int print_commands(FILE *out, const struct verb *table)
{
	_cleanup_(cleanup_table_free) struct table *commands = NULL;
	int r;

	r = table_new(2, &commands);
	if (r < 0)
		return r;
	for (const struct verb *v = table; v->words; v++) {
		_cleanup_free_ char *synopsis = verb_synopsis(v);

		/* Long ones are shown in full by the command's own help. */
		if (!synopsis)
			return -ENOMEM;
		if (strlen(synopsis) > 44)
			strcpy(synopsis + 41, "...");
		table_add(commands, STYLE_PLAIN, synopsis);
		table_add(commands, STYLE_PLAIN, v->help);
	}
	return table_print(commands, out, &(struct table_format){ .indent = 2 });
}

static int print_params(FILE *out, const struct param *params)
{
	_cleanup_(cleanup_table_free) struct table *rows = NULL;
	int r;

	r = table_new(2, &rows);
	if (r < 0)
		return r;
	for (const struct param *p = params; p->name; p++) {
		bool dashes = param_has_dashes(p), named = dashes || param_is_key(p);
		char left[64];

		snprintf(left, sizeof(left), "%s%s%s%s", dashes ? "--" : "", named ? p->name : "",
			 named && p->metavar ? " " : "", p->metavar ? p->metavar : "");
		table_add(rows, STYLE_PLAIN, left);
		table_add(rows, STYLE_PLAIN, p->help);
	}
	return table_print(rows, out, &(struct table_format){ .indent = 4 });
}

static int print_options(FILE *out)
{
	_cleanup_(cleanup_table_free) struct table *rows = NULL;
	int r;

	r = table_new(2, &rows);
	if (r < 0)
		return r;
	for (const struct option_row *o = option_rows; o->name; o++) {
		char left[64], letter[8] = "    ";

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->metavar ? " " : "",
			 o->metavar ? o->metavar : "");
		table_add(rows, STYLE_PLAIN, left);
		table_add(rows, STYLE_PLAIN, o->help);
	}
	return table_print(rows, out, &(struct table_format){ .indent = 2 });
}

static void print_exit_codes(FILE *out)
{
	for (int code = 0; code < EXIT_CODE_COUNT; code++)
		fprintf(out, "  %2d  %s\n", code, exit_code_text(code));
}

static int print_all(FILE *out, const struct verb *table)
{
	int r;

	fputs("Usage: vdpactl [OPTION...] COMMAND [ARGUMENT...]\n"
	      "Manage vDPA devices: create, bind, inspect, watch, delete.\n\n"
	      "Commands:\n",
	      out);
	r = print_commands(out, table);
	if (r < 0)
		return r;
	fputs("\nOptions, anywhere on the line:\n", out);
	r = print_options(out);
	if (r < 0)
		return r;
	fputs("\nExit status:\n", out);
	print_exit_codes(out);
	fputs("\n\"vdpactl COMMAND --help\" explains a command's arguments, vdpactl(1) "
	      "everything.\n",
	      out);
	return 0;
}

int help_print(FILE *out, const struct verb *table, const char *prefix)
{
	const char *gap = "";
	int r;

	if (!*prefix)
		return print_all(out, table);
	for (const struct verb *v = table; v->words; v++) {
		_cleanup_free_ char *synopsis = NULL;

		if (!selected(v, prefix))
			continue;
		synopsis = verb_synopsis(v);
		if (!synopsis)
			return -ENOMEM;
		fprintf(out, "%svdpactl %s\n  %s\n", gap, synopsis, v->help);
		r = print_params(out, v->params);
		if (r < 0)
			return r;
		gap = "\n";
	}
	return 0;
}
