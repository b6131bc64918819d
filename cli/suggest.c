// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "suggest.h"

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
	/* d[i][j]: edits between the first i letters of a and the first j of b. */
	size_t d[SUGGEST_MAX + 1][SUGGEST_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > SUGGEST_MAX || lb > SUGGEST_MAX)
		return SUGGEST_MAX;
	for (size_t i = 0; i <= la; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			size_t replaced = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			d[i][j] = min(replaced, min(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[la][lb];
}

const char *suggest(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	/* A third of the letters may be wrong, but one typing error always may. */
	size_t allowed = min(strlen(word), SUGGEST_MAX) / 3, nearest;

	nearest = (allowed ? allowed : 1) + 1;
	for (; *candidates; candidates++) {
		size_t distance = suggest_distance(word, *candidates);

		/* A beginning of the right word is a good guess, however short it is. */
		if (strlen(word) >= 2 && strncmp(word, *candidates, strlen(word)) == 0)
			distance = min(distance, 1);
		if (distance < nearest) {
			nearest = distance;
			best = *candidates;
		}
	}
	return best;
}
