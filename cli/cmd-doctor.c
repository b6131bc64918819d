// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "doctor.h"
#include "output.h"

static const struct {
	const char *name;
	void (*run)(struct doctor *d);
} checks[] = {
	{ "kernel", doctor_check_kernel },	     { "modules", doctor_check_modules },
	{ "secure_boot", doctor_check_secure_boot }, { "iommu", doctor_check_iommu },
	{ "autoprobe", doctor_check_autoprobe },     { "memlock", doctor_check_memlock },
	{ "permissions", doctor_check_permissions }, { "daemon", doctor_check_daemon },
	{ "definitions", doctor_check_definitions },
};

static const struct {
	const char *word;
	enum style style;
} severities[SEVERITY_COUNT] = {
	[SEVERITY_OK] = { "ok", STYLE_GOOD },
	[SEVERITY_NOTE] = { "note", STYLE_DIM },
	[SEVERITY_WARNING] = { "warning", STYLE_WARN },
	[SEVERITY_PROBLEM] = { "problem", STYLE_BAD },
};

/* ---- for the checks --------------------------------------------------------------------------- */

static bool add_text(json_object *object, const char *key, const char *value)
{
	json_object *string = json_object_new_string(value);

	if (string && json_object_object_add(object, key, string) == 0)
		return true;
	json_object_put(string);
	return false;
}

void doctor_add(struct doctor *d, enum severity severity, const char *remedy, const char *format,
		...)
{
	json_object *finding = json_object_new_object();
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int r;

	va_start(ap, format);
	r = vasprintf(&text, format, ap);
	va_end(ap);
	if (r < 0)
		text = NULL;
	d->n[severity]++;
	if (text && finding && add_text(finding, "check", d->check) &&
	    add_text(finding, "status", severities[severity].word) &&
	    add_text(finding, "text", text) && (!remedy || add_text(finding, "remedy", remedy)) &&
	    json_object_array_add(d->findings, finding) == 0)
		return;
	json_object_put(finding);
	d->no_memory = true;
}

int doctor_read(const struct doctor *d, const char *path, char *buf, size_t size)
{
	_cleanup_fclose_ FILE *f = NULL;
	char full[PATH_MAX];
	size_t n;

	snprintf(full, sizeof(full), "%s%s", d->cli->env->root, path);
	f = fopen(full, "re");
	if (!f)
		return -errno;
	n = fread(buf, 1, size - 1, f);
	if (ferror(f))
		return -EIO;
	buf[n] = '\0';
	return (int)n;
}

size_t doctor_count(const struct doctor *d, const char *path)
{
	char full[PATH_MAX];
	size_t n = 0;
	DIR *dir;

	snprintf(full, sizeof(full), "%s%s", d->cli->env->root, path);
	dir = opendir(full);
	if (!dir)
		return 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* ---- the command ------------------------------------------------------------------------------ */

static enum style style_of(const char *word)
{
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		if (strcmp(severities[i].word, word) == 0)
			return severities[i].style;
	return STYLE_PLAIN;
}

static int print_text(struct doctor *d)
{
	struct table_format format = output_format(d->cli);
	_cleanup_(cleanup_table_free) struct table *table = NULL;
	int r;

	r = table_new(3, &table);
	if (r < 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(d->findings); i++) {
		json_object *finding = json_object_array_get_idx(d->findings, i), *remedy;
		const char *status =
			json_object_get_string(json_object_object_get(finding, "status"));

		table_add(table, style_of(status), status);
		table_add(table, STYLE_PLAIN,
			  json_object_get_string(json_object_object_get(finding, "check")));
		table_add(table, STYLE_PLAIN,
			  json_object_get_string(json_object_object_get(finding, "text")));
		if (!json_object_object_get_ex(finding, "remedy", &remedy))
			continue;
		table_add(table, STYLE_PLAIN, NULL);
		table_add(table, STYLE_PLAIN, NULL);
		table_add_led(table, "-> ", STYLE_PLAIN, json_object_get_string(remedy));
	}
	format.blank = true;
	return table_print(table, d->cli->out, &format);
}

static int print_json(struct doctor *d)
{
	_cleanup_json_ json_object *root = json_object_new_object();

	if (!root || json_object_object_add(root, "doctor", json_object_get(d->findings)) < 0)
		return -ENOMEM;
	output_json(d->cli, root);
	return 0;
}

enum exit_code cmd_doctor(struct cli *cli, const struct verb_args *args)
{
	_cleanup_json_ json_object *findings = json_object_new_array();
	struct doctor d = { .cli = cli, .findings = findings };
	struct vdpactl_ctx *ctx;
	enum exit_code code;

	if (!findings)
		return cli_no_memory(cli);
	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		d.check = checks[i].name;
		checks[i].run(&d);
	}
	if (d.no_memory || (cli->json ? print_json(&d) : print_text(&d)) < 0)
		return cli_no_memory(cli);
	if (!d.n[SEVERITY_PROBLEM])
		return EXIT_CODE_OK;
	cli_wrong(cli, "doctor: found %zu problem%s", d.n[SEVERITY_PROBLEM],
		  d.n[SEVERITY_PROBLEM] == 1 ? "" : "s");
	return EXIT_CODE_PROBLEMS;
}
