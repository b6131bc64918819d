// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "options.h"

#define O(member) offsetof(struct cli, member)
const struct option_row option_rows[] = {
	{ "json", 'j', NULL, "print JSON", O(json) },
	{ "pretty", 'p', NULL, "print JSON, indented", O(pretty) },
	{ "output", 'o', "FIELDS", "print only these fields, \"name,driver\"", O(fields) },
	{ "hex", 'x', NULL, "print feature bits as a mask, which \"features\" takes, too", O(hex) },
	{ "color", 0, "auto|always|never", "colour on a terminal, everywhere, nowhere", O(color) },
	{ "direct", 0, NULL, "change the kernel's state without the daemon (as root)", O(direct) },
	{ "dry-run", 'n', NULL, "check, and tell what would be changed", O(dry_run) },
	{ "help", 'h', NULL, "show this help, or that of a command", O(help) },
	{ "version", 'V', NULL, "show the version", O(version) },
	{ 0 },
};

static void set(struct cli *cli, const struct option_row *row, const char *value)
{
	void *member = (char *)cli + row->offset;

	if (row->metavar)
		*(const char **)member = value;
	else
		*(bool *)member = true;
}

static int no_value(const struct option_row *row, char **ret_error)
{
	if (asprintf(ret_error, "--%s: its value %s is missing", row->name, row->metavar) >= 0)
		return -EINVAL;
	*ret_error = NULL;
	return -ENOMEM;
}

/* Each returns how many words it took, 0 when it is no option of ours, or -errno. */

static int take_long(struct cli *cli, char **argv, char **ret_error)
{
	const char *name = argv[0] + 2;
	size_t n = strcspn(name, "=");

	for (const struct option_row *row = option_rows; row->name; row++) {
		if (strncmp(row->name, name, n) != 0 || row->name[n])
			continue;
		if (!row->metavar && name[n])
			return 0;
		if (row->metavar && !name[n] && !argv[1])
			return no_value(row, ret_error);
		set(cli, row, name[n] ? name + n + 1 : argv[1]);
		return row->metavar && !name[n] ? 2 : 1;
	}
	return 0;
}

static const struct option_row *find_letter(char letter)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->letter && row->letter == letter)
			return row;
	return NULL;
}

/* Letters may stand together: "-jp". Any that is not known makes the word no option of ours. */
static int take_short(struct cli *cli, char **argv, char **ret_error)
{
	const char *letters = argv[0] + 1;
	const struct option_row *row = NULL;

	/* All of them first: what is no option is left alone as a whole. */
	for (const char *c = letters; *c && !(row && row->metavar); c++) {
		row = find_letter(*c);
		if (!row)
			return 0;
	}
	for (const char *c = letters; *c; c++) {
		row = find_letter(*c);
		if (!row)
			return 0;
		if (!row->metavar) {
			set(cli, row, NULL);
			continue;
		}
		if (!c[1] && !argv[1])
			return no_value(row, ret_error);
		set(cli, row, c[1] ? c + 1 : argv[1]);
		return c[1] ? 1 : 2;
	}
	return *letters ? 1 : 0;
}

int options_take(struct cli *cli, int argc, char **argv, struct words *ret_words, char **ret_error)
{
	struct words words = { .n_options = SIZE_MAX };
	int r;

	*ret_error = NULL;
	words.v = calloc(argc + 1, sizeof(*words.v));
	if (!words.v)
		return -ENOMEM;
	for (int i = 1; i < argc; i += r ? r : 1) {
		bool open = words.n_options == SIZE_MAX;

		r = 0;
		if (open && strcmp(argv[i], "--") == 0) {
			words.n_options = words.n;
			continue;
		}
		if (open && strncmp(argv[i], "--", 2) == 0)
			r = take_long(cli, argv + i, ret_error);
		else if (open && argv[i][0] == '-')
			r = take_short(cli, argv + i, ret_error);
		if (r < 0) {
			free(words.v);
			return r;
		}
		if (!r)
			words.v[words.n++] = argv[i];
	}
	cli->json = cli->json || cli->pretty;
	*ret_words = words;
	return 0;
}
