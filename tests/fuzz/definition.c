// SPDX-License-Identifier: GPL-2.0-or-later
/* A definition file as text. What is read can be written and read again, and is the same. */
#include <errno.h>

#include "definition.h"
#include "fuzz.h"

static void read_again(const struct definition *first)
{
	_cleanup_(cleanup_definition_free) struct definition *second = NULL;
	_cleanup_free_ char *text = NULL, *again = NULL;
	char error[DEFINITION_ERROR_MAX];

	PROMISE(!definition_format(first->requests, first->n, &text));
	if (definition_parse(text, strlen(text), "again", DEFINITION_SAVED, &second, error) < 0) {
		fprintf(stderr, "%s\n%s\n", text, error);
		PROMISE(!"what was read can be read again");
	}
	PROMISE(second->n == first->n);
	for (size_t i = 0; i < first->n; i++)
		PROMISE(!field_diff(&field_table_request, first->requests[i], second->requests[i]));
	PROMISE(!definition_format(second->requests, second->n, &again));
	PROMISE(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cleanup_definition_free) struct definition *definition = NULL;
	char error[DEFINITION_ERROR_MAX];
	int r;

	memset(error, 'x', sizeof(error));
	r = definition_parse((const char *)data, size, "input", DEFINITION_SAVED, &definition,
			     error);
	PROMISE(r == 0 || r == -EINVAL);
	PROMISE(!r == !!definition);
	PROMISE(!r == !*error);
	PROMISE(memchr(error, '\0', sizeof(error)));
	/* A text that ends early would hide what stands behind. */
	PROMISE(r || !size || !memchr(data, '\0', size));
	if (!r)
		read_again(definition);
	return 0;
}
