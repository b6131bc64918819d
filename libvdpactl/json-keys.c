// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json-keys.h"

/* More levels than the parser takes; more keys than any object of ours may have. */
#define DEPTH_MAX 16
#define KEYS_MAX  64

struct span {
	const char *at;
	size_t size;
};

/* The keys of one object, as they are written. */
struct object {
	struct span keys[KEYS_MAX];
	size_t n;
};

/* @at is behind a quote; returns the one that ends the string. */
static const char *end_of_string(const char *at)
{
	for (; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return at;
}

static bool is_key(const char *after)
{
	return after[strspn(after, " \t\r\n")] == ':';
}

static bool has(const struct object *object, const struct span *key)
{
	for (size_t i = 0; i < object->n; i++)
		if (object->keys[i].size == key->size &&
		    memcmp(object->keys[i].at, key->at, key->size) == 0)
			return true;
	return false;
}

/* An object with more keys than there is room for has some that are unknown, and is refused for that. */
static bool add(struct object *object, const struct span *key)
{
	if (memchr(key->at, '\\', key->size) || has(object, key))
		return false;
	if (object->n < KEYS_MAX)
		object->keys[object->n++] = *key;
	return true;
}

int json_key_twice(const char *text, char ret_key[JSON_KEY_SIZE], size_t *ret_offset)
{
	struct object objects[DEPTH_MAX];
	size_t depth = 0;

	for (const char *at = text; *at; at++) {
		struct span string;

		if (*at == '{' && depth < DEPTH_MAX)
			objects[depth++].n = 0;
		else if (*at == '}' && depth)
			depth--;
		if (*at != '"')
			continue;
		string.at = at + 1;
		at = end_of_string(string.at);
		if (!*at)
			return 0;
		string.size = (size_t)(at - string.at);
		if (!depth || !is_key(at + 1) || add(&objects[depth - 1], &string))
			continue;
		snprintf(ret_key, JSON_KEY_SIZE, "%.*s", (int)string.size, string.at);
		*ret_offset = (size_t)(string.at - text);
		return 1;
	}
	return 0;
}

size_t json_key_offset(const char *text, size_t depth, size_t index, const char *key)
{
	size_t level = 0, n = 0, begin = strlen(text), length = strlen(key);
	bool inside = false;

	for (const char *at = text; *at; at++) {
		const char *string = at + 1;

		if (*at == '{' && ++level == depth && n++ == index) {
			inside = true;
			begin = (size_t)(at - text);
		} else if (*at == '}' && level-- == depth && inside) {
			break;
		}
		if (*at != '"')
			continue;
		at = end_of_string(string);
		if (!*at)
			break;
		if (inside && level == depth && (size_t)(at - string) == length &&
		    memcmp(string, key, length) == 0 && is_key(at + 1))
			return (size_t)(string - text);
	}
	return begin;
}
