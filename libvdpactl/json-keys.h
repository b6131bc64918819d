/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VDPACTL_JSON_KEYS_H
#define VDPACTL_JSON_KEYS_H

#include <stddef.h>

/* Longest key that is told of; a longer one is cut. */
#define JSON_KEY_SIZE 64

/*
 * A key that one object of a JSON text has twice, or that is written with an escape, so that it could be any
 * other. The parser keeps only the last of two and does not tell.
 * @text: valid JSON
 * @ret_offset: where in the text it is
 * Returns 1 and the key as it is written, or 0 when there is none.
 */
int json_key_twice(const char *text, char ret_key[JSON_KEY_SIZE], size_t *ret_offset);

/*
 * Where a key is: @key of the object that is the @index-th (from 0) of those @depth deep, the outermost being 1
 * deep; where that object begins when it has no such key.
 * @text: valid JSON
 * Returns an offset; the text's length when there is no such object.
 */
size_t json_key_offset(const char *text, size_t depth, size_t index, const char *key);

#endif
