// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "codec-json.h"
#include "definition.h"
#include "json-keys.h"

#define DEPTH 8

static void unref_json(json_object **json)
{
	json_object_put(*json);
}

static void free_tokener(json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

#define _cleanup_json_	  _cleanup_(unref_json)
#define _cleanup_tokener_ _cleanup_(free_tokener)

struct reader {
	const char *file;
	const char *text;
	int flags;
	char *error;
	struct definition *definition;
};

static int refuse(const struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct reader *reader, const char *format, ...)
{
	va_list ap;
	int n;

	n = snprintf(reader->error, DEFINITION_ERROR_MAX, "%.128s: ", reader->file);
	va_start(ap, format);
	vsnprintf(reader->error + n, DEFINITION_ERROR_MAX - n, format, ap);
	va_end(ap);
	return -EINVAL;
}

struct definition *definition_free(struct definition *definition)
{
	if (!definition)
		return NULL;
	for (size_t i = 0; i < definition->n; i++)
		vdpactl_device_request_free(definition->requests[i]);
	free(definition->requests);
	free(definition);
	return NULL;
}

/* ---- devices --------------------------------------------------------------------------------- */

/* What a message calls a device: its name where it has one, else its place. */
static void describe(json_object *device, size_t index, char *text, size_t size)
{
	json_object *name;

	if (json_object_object_get_ex(device, "name", &name) &&
	    json_object_is_type(name, json_type_string))
		snprintf(text, size, "device \"%.80s\"", json_object_get_string(name));
	else
		snprintf(text, size, "device number %zu", index + 1);
}

static int check_complete(const struct reader *reader, const char *which,
			  const struct vdpactl_device_request *request)
{
	const struct field_table *table = &field_table_request;

	for (size_t i = 0; i < table->n; i++)
		if (table->fields[i].flags & FIELD_KEY && !field_has(request, i))
			return refuse(reader, "%s: key \"%s\" is missing", which,
				      table->fields[i].name);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct vdpactl_device_request *const *pa = a, *const *pb = b;

	return strcmp((*pa)->name, (*pb)->name);
}

static int check_unique(const struct reader *reader)
{
	const struct definition *d = reader->definition;
	_cleanup_free_ struct vdpactl_device_request **sorted = NULL;
	const char *name;

	sorted = calloc(d->n + 1, sizeof(struct vdpactl_device_request *));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, d->requests, d->n * sizeof(*sorted));
	qsort(sorted, d->n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < d->n; i++) {
		name = sorted[i]->name;
		/* A pattern makes another name each time. */
		if (!strchr(name, '%') && strcmp(name, sorted[i - 1]->name) == 0)
			return refuse(reader,
				      "device \"%s\": name: another device of the file has it",
				      name);
	}
	return 0;
}

static size_t line_of(const char *text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

/* Devices are the objects two deep: the file itself is one, and its other keys have none in them. */
static int read_keys(struct reader *reader, json_object *json, size_t index, const char *which,
		     struct vdpactl_device_request *request)
{
	char error[FIELD_ERROR_SIZE];
	int r;

	json_object_object_foreach(json, key, value) {
		r = field_from_json(&field_table_request, reader->flags, key, value, request,
				    error);
		if (r == -EINVAL)
			return refuse(
				reader, "line %zu: %s: %s",
				line_of(reader->text, json_key_offset(reader->text, 2, index, key)),
				which, error);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_device(struct reader *reader, json_object *json, size_t index)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	char which[128];
	int r;

	if (!json_object_is_type(json, json_type_object))
		return refuse(reader, "device number %zu: not a JSON object", index + 1);
	describe(json, index, which, sizeof(which));
	request = calloc(1, sizeof(*request));
	if (!request)
		return -ENOMEM;
	r = read_keys(reader, json, index, which, request);
	if (r >= 0)
		r = check_complete(reader, which, request);
	if (r < 0)
		return r;
	reader->definition->requests[reader->definition->n++] = TAKE_PTR(request);
	return 0;
}

static int read_devices(struct reader *reader, json_object *devices)
{
	size_t n;
	int r = 0;

	if (!json_object_is_type(devices, json_type_array))
		return refuse(reader, "devices: not an array");
	n = json_object_array_length(devices);
	reader->definition->requests = calloc(n + 1, sizeof(*reader->definition->requests));
	if (!reader->definition->requests)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = read_device(reader, json_object_array_get_idx(devices, i), i);
	return r < 0 ? r : check_unique(reader);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int check_version(const struct reader *reader, json_object *version)
{
	if (!version)
		return refuse(reader, "key \"version\" is missing (this is version %d)",
			      DEFINITION_VERSION);
	if (!json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != DEFINITION_VERSION)
		return refuse(reader, "version: %.40s: not known, only %d is",
			      json_object_to_json_string(version), DEFINITION_VERSION);
	return 0;
}

static int read_root(struct reader *reader, json_object *root)
{
	json_object *version = NULL, *devices = NULL;
	int r;

	if (!json_object_is_type(root, json_type_object))
		return refuse(reader, "not a JSON object");
	json_object_object_foreach(root, key, value) {
		if (strcmp(key, "version") == 0)
			version = value;
		else if (strcmp(key, "devices") == 0)
			devices = value;
	}
	/* Another version may have other keys: so that is said first. */
	r = check_version(reader, version);
	if (r < 0)
		return r;
	json_object_object_foreach(root, other, unused) {
		(void)unused;
		if (strcmp(other, "version") != 0 && strcmp(other, "devices") != 0)
			return refuse(
				reader, "line %zu: %.80s: there is no such key",
				line_of(reader->text, json_key_offset(reader->text, 1, 0, other)),
				other);
	}
	if (!devices)
		return refuse(reader, "key \"devices\" is missing");
	return read_devices(reader, devices);
}

static int parse_text(const struct reader *reader, const char *text, size_t size,
		      json_object **ret_root)
{
	_cleanup_tokener_ json_tokener *tokener = NULL;
	_cleanup_json_ json_object *root = NULL;
	char key[JSON_KEY_SIZE];
	size_t end;

	if (size > DEFINITION_SIZE_MAX)
		return refuse(reader, "larger than %d bytes", DEFINITION_SIZE_MAX);
	tokener = json_tokener_new_ex(DEPTH);
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, size);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		return refuse(reader, "line %zu: the JSON text is not complete",
			      line_of(text, size));
	if (!root)
		return refuse(reader, "line %zu: not JSON: %s", line_of(text, end),
			      json_tokener_error_desc(json_tokener_get_error(tokener)));
	if (json_key_twice(text, key, &end))
		return refuse(reader, "line %zu: %s: %s", line_of(text, end), key,
			      strchr(key, '\\') ? "a key written with an escape"
						: "the key is there twice");
	*ret_root = TAKE_PTR(root);
	return 0;
}

int definition_parse(const char *text, size_t size, const char *name, int flags,
		     struct definition **ret_definition, char *error)
{
	_cleanup_(cleanup_definition_free) struct definition *definition = NULL;
	struct reader reader = { .file = name, .flags = flags, .error = error };
	_cleanup_json_ json_object *root = NULL;
	_cleanup_free_ char *copy = NULL;
	int r;

	*error = '\0';
	definition = calloc(1, sizeof(*definition));
	copy = strndup(text, size);
	if (!definition || !copy)
		return -ENOMEM;
	if (strlen(copy) != size)
		return refuse(&reader, "line %zu: a NUL byte", line_of(copy, strlen(copy)));
	reader.definition = definition;
	reader.text = copy;
	r = parse_text(&reader, copy, size, &root);
	if (r >= 0)
		r = read_root(&reader, root);
	if (r < 0)
		return r;
	*ret_definition = TAKE_PTR(definition);
	return 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* An object's parts go into it one after the other; false, and the part let go, when one is missing. */
static bool add_part(json_object *object, const char *key, json_object *part)
{
	if (part && json_object_object_add(object, key, part) >= 0)
		return true;
	json_object_put(part);
	return false;
}

static json_object *devices_to_json(struct vdpactl_device_request *const *requests, size_t n)
{
	json_object *devices = json_object_new_array();

	for (size_t i = 0; devices && i < n; i++) {
		json_object *device = object_to_json(&field_table_request, requests[i]);

		if (device && json_object_array_add(devices, device) >= 0)
			continue;
		json_object_put(device);
		json_object_put(devices);
		return NULL;
	}
	return devices;
}

int definition_format(struct vdpactl_device_request *const *requests, size_t n, char **ret_text)
{
	_cleanup_json_ json_object *root = json_object_new_object();
	const char *text;
	char *copy;

	if (!root || !add_part(root, "version", json_object_new_int(DEFINITION_VERSION)) ||
	    !add_part(root, "devices", devices_to_json(requests, n)))
		return -ENOMEM;
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_SPACED |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text || asprintf(&copy, "%s\n", text) < 0)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}

/* ---- files ----------------------------------------------------------------------------------- */

int definition_read(FILE *file, const char *name, int flags, struct definition **ret_definition,
		    char *error)
{
	const struct reader reader = { .file = name, .error = error };
	_cleanup_free_ char *text = NULL;
	size_t n = 0, room = 0, got;
	int r;

	*error = '\0';
	do {
		if (room - n < 2) {
			char *longer = realloc(text, room + 65536);

			if (!longer)
				return -ENOMEM;
			text = longer;
			room += 65536;
		}
		got = fread(text + n, 1, room - n, file);
		n += got;
	} while (got && n <= DEFINITION_SIZE_MAX);
	if (ferror(file)) {
		r = errno ? -errno : -EIO;
		refuse(&reader, "cannot be read: %s", strerrordesc_np(-r));
		return r;
	}
	return definition_parse(text, n, name, flags, ret_definition, error);
}
