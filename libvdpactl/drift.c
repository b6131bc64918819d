// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drift.h"
#include "field.h"
#include "util/cleanup.h"

/* Does a live object show another value of a field? What it does not show is no difference. */
static bool differs(const struct field *field, const struct vdpactl_device_request *request,
		    const struct field_table *table, const void *live, const char *live_name)
{
	int row = field_find(table, live_name);
	const struct field *other = row < 0 ? NULL : &table->fields[row];

	if (!other || !live || !field_has(live, (size_t)row))
		return false;
	if (field_types[field->type].string)
		return strcmp(*(char **)field_at(field, request), *(char **)field_at(other, live));
	if (field->type == FIELD_MAC)
		return memcmp(field_at(field, request), field_at(other, live), 6);
	return field_get_number(field, request) != field_get_number(other, live);
}

int drift_find(const struct vdpactl_device_request *request, const struct vdpactl_device *device,
	       const struct vdpactl_config *config, char **ret_drift)
{
	const struct field_table *table = &field_table_request;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	for (size_t i = 0; device && i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const char *name = field->name;

		if (!field_has(request, i))
			continue;
		/* The one field that has another name where it is shown. */
		if (strcmp(name, "max_vqp") == 0)
			name = "max_vq_pairs";
		if (differs(field, request, &field_table_device, device, name) ||
		    differs(field, request, &field_table_config, config, name))
			fprintf(f, "%s%s", ftell(f) ? "," : "", field->name);
	}
	if (fclose(f) < 0)
		return -ENOMEM;
	*ret_drift = TAKE_PTR(text);
	return 0;
}

int drift_sort(const char *drift, struct drift *ret)
{
	_cleanup_free_ char *others = NULL;
	struct drift sorted = { .driver = false };
	size_t n, used = 0;

	others = strdup(drift);
	if (!others)
		return -ENOMEM;
	for (; *drift; drift += n + (drift[n] == ',')) {
		n = strcspn(drift, ",");
		if (n == strlen("driver") && strncmp(drift, "driver", n) == 0) {
			sorted.driver = true;
		} else if (n == strlen("mac") && strncmp(drift, "mac", n) == 0) {
			sorted.mac = true;
		} else {
			if (used)
				others[used++] = ',';
			memcpy(others + used, drift, n);
			used += n;
		}
	}
	others[used] = '\0';
	sorted.others = TAKE_PTR(others);
	*ret = sorted;
	return 0;
}
