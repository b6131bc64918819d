/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean ...?" */
#ifndef VDPACTL_CLI_SUGGEST_H
#define VDPACTL_CLI_SUGGEST_H

#include <stddef.h>

/* Words longer than this are not compared. */
#define SUGGEST_MAX 32

/*
 * How many edits (insert, delete, replace, swap of neighbours) lie between two words.
 * Returns SUGGEST_MAX when one of them is too long to compare.
 */
size_t suggest_distance(const char *a, const char *b);

/*
 * The candidate that @word may have been meant to be.
 * @candidates: ended by NULL
 * Returns one of the candidates, or NULL when none is near.
 */
const char *suggest(const char *word, const char *const *candidates);

#endif
