// SPDX-License-Identifier: GPL-2.0-or-later
/* The introspection data is written by sd-bus, one element a line: a scan by line is enough. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"
#include "util/cleanup.h"

/* The value of @attribute in @line, or the empty string. */
static void attribute_of(const char *line, const char *attribute, char value[TEXT])
{
	char start[TEXT];
	const char *at;
	size_t length;

	value[0] = '\0';
	snprintf(start, sizeof(start), " %s=\"", attribute);
	at = strstr(line, start);
	if (!at)
		return;
	at += strlen(start);
	length = strcspn(at, "\"");
	if (length < TEXT) {
		memcpy(value, at, length);
		value[length] = '\0';
	}
}

static int is_element(const char *line, const char *element)
{
	size_t n = strlen(element);

	line += strspn(line, " \t");
	return line[0] == '<' && strncmp(line + 1, element, n) == 0 && line[n + 1] == ' ';
}

static struct member *add_member(struct tree *tree, const char *path, const char *interface,
				 const char *line)
{
	struct member *all = realloc(tree->members, (tree->n + 1) * sizeof(*all)), *m;

	if (!all)
		return NULL;
	tree->members = all;
	m = &all[tree->n++];
	*m = (struct member){ .n_args = 0 };
	snprintf(m->path, sizeof(m->path), "%s", path);
	snprintf(m->interface, sizeof(m->interface), "%s", interface);
	attribute_of(line, "name", m->name);
	return m;
}

static int scan_member(struct tree *tree, const char *path, const char *interface, const char *line)
{
	char direction[TEXT], access[TEXT];
	struct member *m;

	if (is_element(line, "method") || is_element(line, "property")) {
		m = add_member(tree, path, interface, line);
		if (!m)
			return -ENOMEM;
		m->property = is_element(line, "property");
		attribute_of(line, "type", m->args[0].type);
		attribute_of(line, "access", access);
		m->writable = m->property && strcmp(access, "read") != 0;
		return 0;
	}
	attribute_of(line, "direction", direction);
	if (!is_element(line, "arg") || strcmp(direction, "in") != 0)
		return 0;
	m = &tree->members[tree->n - 1];
	if (m->n_args == MAX_ARGS)
		return -E2BIG;
	attribute_of(line, "type", m->args[m->n_args].type);
	attribute_of(line, "name", m->args[m->n_args++].name);
	return 0;
}

static int scan_line(sd_bus *bus, struct tree *tree, const char *path, char interface[TEXT],
		     const char *line)
{
	char child[TEXT], below[512];

	if (is_element(line, "interface"))
		attribute_of(line, "name", interface);
	if (is_element(line, "node")) {
		attribute_of(line, "name", child);
		if (!*child || snprintf(below, sizeof(below), "%s/%s", path, child) >= 512)
			return 0;
		return tree_walk(bus, tree, below);
	}
	if (strncmp(interface, SERVICE ".", strlen(SERVICE) + 1) != 0)
		return 0;
	return scan_member(tree, path, interface, line);
}

int tree_walk(sd_bus *bus, struct tree *tree, const char *path)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *copy = NULL;
	char interface[TEXT] = "", *rest, *line;
	const char *xml;
	int r;

	r = sd_bus_call_method(bus, SERVICE, path, "org.freedesktop.DBus.Introspectable",
			       "Introspect", NULL, &reply, NULL);
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &xml);
	if (r < 0)
		return r;
	copy = strdup(xml);
	if (!copy)
		return -ENOMEM;
	tree->objects++;
	for (line = strtok_r(copy, "\n", &rest); line && r >= 0; line = strtok_r(NULL, "\n", &rest))
		r = scan_line(bus, tree, path, interface, line);
	return r < 0 ? r : 0;
}
