// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drift.h"
#include "object.h"
#include "saved.h"
#include "util/cleanup.h"

#define S(member) offsetof(struct saved, member)
static const struct field saved_fields[] = {
	{ "name", "Name", FIELD_STRING, 0, S(name), FIELD_KEY },
	{ "mgmtdev", "ManagementDevice", FIELD_STRING, 0, S(mgmtdev), FIELD_CHANGES },
	{ "autostart", "Autostart", FIELD_BOOL, 0, S(autostart), FIELD_CHANGES },
	{ "file", "File", FIELD_STRING, 0, S(file), FIELD_CHANGES },
	{ "text", "Text", FIELD_STRING, 0, S(text), FIELD_CHANGES },
	{ "live", "Live", FIELD_BOOL, 0, S(live), FIELD_CHANGES },
	{ "drift", "Drift", FIELD_STRING, 0, S(drift), FIELD_CHANGES },
	{ "error", "LastError", FIELD_STRING, 0, S(error), FIELD_CHANGES },
};

const struct field_table field_table_saved = {
	.what = "definition",
	.fields = saved_fields,
	.n = sizeof(saved_fields) / sizeof(saved_fields[0]),
	.size = sizeof(struct saved),
	.id_offset = -1,
};

static int set_string(struct saved *saved, const char *field, const char *value)
{
	return field_set_string(&field_table_saved, field_find(&field_table_saved, field), saved,
				value);
}

static void set_bool(struct saved *saved, const char *field, int value)
{
	char error[FIELD_ERROR_SIZE];

	field_set_number(&field_table_saved, field_find(&field_table_saved, field), saved, !!value,
			 error);
}

struct saved *saved_new(const struct store_entry *entry)
{
	struct saved *saved = object_new(&field_table_saved);
	_cleanup_free_ char *text = NULL;
	int r = -1;

	if (!saved)
		return NULL;
	saved->request = calloc(1, sizeof(*saved->request));
	if (saved->request)
		r = field_copy(&field_table_request, saved->request, entry->request);
	if (r >= 0)
		r = definition_format(&saved->request, 1, &text);
	if (r >= 0)
		r = set_string(saved, "text", text);
	if (r >= 0)
		r = set_string(saved, "name", entry->request->name);
	if (r >= 0)
		r = set_string(saved, "mgmtdev", entry->request->mgmtdev);
	if (r >= 0)
		r = set_string(saved, "file", entry->path);
	if (r >= 0)
		r = set_string(saved, "drift", "");
	if (r >= 0)
		r = set_string(saved, "error", "");
	if (r < 0) {
		saved_unref(saved);
		return NULL;
	}
	set_bool(saved, "autostart", entry->request->autostart);
	set_bool(saved, "live", 0);
	return saved;
}

void saved_unref(void *object)
{
	struct saved *saved = object;

	if (!saved)
		return;
	if (saved->n_refs == 1)
		vdpactl_device_request_free(saved->request);
	object_unref(&field_table_saved, saved);
}

/* ---- comparing ----------------------------------------------------------------------------- */

int saved_compare(const struct saved *saved, const struct vdpactl_device *device,
		  const struct vdpactl_config *config, const char *error, struct saved **ret_saved)
{
	const struct store_entry entry = { .request = saved->request, .path = saved->file };
	_cleanup_free_ char *drift = NULL;
	struct saved *copy;
	int r;

	if (!error)
		error = saved->error;
	r = drift_find(saved->request, device, config, &drift);
	if (r < 0)
		return r;
	if (saved->live == !!device && strcmp(saved->drift, drift) == 0 &&
	    strcmp(saved->error, error) == 0)
		return 0;
	copy = saved_new(&entry);
	if (!copy)
		return -ENOMEM;
	set_bool(copy, "live", device != NULL);
	r = set_string(copy, "drift", drift);
	if (r >= 0)
		r = set_string(copy, "error", error);
	if (r < 0) {
		saved_unref(copy);
		return r;
	}
	*ret_saved = copy;
	return 1;
}
