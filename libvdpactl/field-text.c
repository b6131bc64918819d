// SPDX-License-Identifier: LGPL-2.1-or-later
/* Fields as text, both ways. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <vdpactl.h>

#include "driver-names.h"
#include "feature-names.h"
#include "field.h"
#include "mac.h"
#include "name.h"
#include "util/cleanup.h"

static int refuse(char *error, const struct field *field, const char *text, const char *reason)
{
	snprintf(error, FIELD_ERROR_SIZE, "%s: \"%.80s\": %s", field->name, text, reason);
	return -EINVAL;
}

static int number_from_text(const struct field_table *table, size_t row, void *object,
			    const char *text, char *error)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, strncasecmp(text, "0x", 2) == 0 ? 16 : 10);
	if (errno || *end || *text < '0' || *text > '9')
		return refuse(error, &table->fields[row], text, "not a number");
	return field_set_number(table, row, object, value, error);
}

static int word_from_text(const struct field_table *table, size_t row, void *object,
			  const char *text, const char *yes, const char *no, char *error)
{
	char reason[64];

	if (strcmp(text, yes) != 0 && strcmp(text, no) != 0) {
		snprintf(reason, sizeof(reason), "neither \"%s\" nor \"%s\"", yes, no);
		return refuse(error, &table->fields[row], text, reason);
	}
	return field_set_number(table, row, object, strcmp(text, yes) == 0, error);
}

static int features_from_text(const struct field_table *table, size_t row, void *object,
			      const char *text, char *error)
{
	char bad[FEATURE_NAME_SIZE * 2];
	uint64_t features;
	int r;

	r = feature_parse_list(field_device_id(table, object), text, &features, bad, sizeof(bad));
	if (r < 0)
		return refuse(error, &table->fields[row], bad, "no such feature");
	return field_set_number(table, row, object, features, error);
}

static int class_bit(const char *name, size_t n)
{
	for (uint32_t id = 0; id < 64; id++) {
		const char *known = vdpactl_class_name(id);

		if (known && strlen(known) == n && strncmp(known, name, n) == 0)
			return id;
	}
	if (n > 3 && n < 6 && strncmp(name, "id_", 3) == 0 && atoi(name + 3) < 64)
		return atoi(name + 3);
	return -EINVAL;
}

static int classes_from_text(const struct field_table *table, size_t row, void *object,
			     const char *text, char *error)
{
	uint64_t classes = 0;

	for (const char *p = text;; p++) {
		size_t n = strcspn(p, ",");
		int bit = class_bit(p, n);

		if (bit < 0)
			return refuse(error, &table->fields[row], text, "no such class");
		classes |= 1ULL << bit;
		p += n;
		if (!*p)
			break;
	}
	return field_set_number(table, row, object, classes, error);
}

static int mac_from_text(const struct field_table *table, size_t row, void *object,
			 const char *text, char *error)
{
	const struct field *field = &table->fields[row];
	int r;

	r = mac_parse(text, field_at(field, object));
	if (r < 0)
		return refuse(error, field, text, mac_error(r));
	*field_present(object) |= 1ULL << row;
	return 0;
}

static int mode_from_text(const struct field_table *table, size_t row, void *object,
			  const char *text, char *error)
{
	size_t n = strspn(text, "01234567");

	if (n < 3 || n > 4 || text[n] || (n == 4 && *text != '0'))
		return refuse(error, &table->fields[row], text,
			      "not permissions in octal, as 0660 is");
	return field_set_number(table, row, object, strtoul(text, NULL, 8), error);
}

/* Why no user or group can have that name, or NULL; whether there is one is seen where it is used. */
static const char *account_error(const char *text)
{
	if (!*text)
		return "the name is empty";
	if (strlen(text) > 32)
		return "the name is longer than 32 bytes";
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || strchr(":,/\"\177", *text))
			return "no user or group has such a name";
	return NULL;
}

static int string_from_text(const struct field_table *table, size_t row, void *object,
			    const char *text, char *error)
{
	const struct field *field = &table->fields[row];
	const char *reason = NULL;

	if (field->type == FIELD_DRIVER && !driver_to_kernel(text))
		reason = "not one of vhost, virtio, none";
	else if (field->type == FIELD_ACCOUNT)
		reason = account_error(text);
	else if (field->flags & FIELD_KEY && strcmp(field->name, "name") == 0)
		reason = name_check_device(text);
	else if (field->flags & FIELD_KEY)
		reason = name_check_mgmtdev(text);
	if (reason)
		return refuse(error, field, text, reason);
	return field_set_string(table, row, object, text);
}

int field_from_text(const struct field_table *table, size_t row, void *object, const char *text,
		    char *error)
{
	const struct field *field = &table->fields[row];

	switch (field->type) {
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		return number_from_text(table, row, object, text, error);
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_ANNOUNCE:
		return word_from_text(table, row, object, text, "yes", "no", error);
	case FIELD_LINK:
		return word_from_text(table, row, object, text, "up", "down", error);
	case FIELD_STRING:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
		return string_from_text(table, row, object, text, error);
	case FIELD_MODE:
		return mode_from_text(table, row, object, text, error);
	case FIELD_MAC:
		return mac_from_text(table, row, object, text, error);
	case FIELD_FEATURES:
		return features_from_text(table, row, object, text, error);
	case FIELD_CLASSES:
		return classes_from_text(table, row, object, text, error);
	case FIELD_FILE:
		return refuse(error, field, text,
			      "files are opened by whoever asks for the device, not by their name");
	case FIELD_TYPES:
		break;
	}
	return refuse(error, field, text, "cannot be given as text");
}

int field_open_file(const struct field_table *table, size_t row, void *object, const char *path,
		    char *error)
{
	_cleanup_close_ int fd = -1;
	int r;

	/* Without O_CREAT that is for block devices: nobody else has it mounted. */
	fd = open(path, O_RDWR | O_CLOEXEC | O_EXCL);
	if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_EXCL);
	r = fd < 0 ? -errno : field_set_file(table, row, object, fd);
	return r < 0 ? refuse(error, &table->fields[row], path, strerrordesc_np(-r)) : 0;
}

/* ---- the other way -------------------------------------------------------------------------- */

static int bits_text(const struct field *field, uint64_t bits, uint32_t device_id, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	char buf[FEATURE_NAME_SIZE];
	const char *separator = "";
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	for (unsigned int i = 0; i < 64; i++) {
		if (!(bits >> i & 1))
			continue;
		fprintf(f, "%s%s", separator,
			field->type == FIELD_FEATURES ? feature_text(device_id, i, buf)
						      : class_text(i, buf));
		separator = ",";
	}
	if (fclose(f) < 0)
		return -ENOMEM;
	*ret_text = TAKE_PTR(text);
	return 0;
}

static int copy_text(const char *text, char **ret_text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}

/* The name under which it was opened, as far as there still is one. */
static int file_text(int fd, char **ret_text)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -ENODATA;
	path[n] = '\0';
	return copy_text(path, ret_text);
}

int field_text(const struct field_table *table, size_t row, const void *object, char **ret_text)
{
	const struct field *field = &table->fields[row];
	uint64_t number = field_get_number(field, object);
	char buf[32];

	if (!field_has(object, row))
		return -ENODATA;
	switch (field->type) {
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
		snprintf(buf, sizeof(buf), "%" PRIu64, number);
		return copy_text(buf, ret_text);
	case FIELD_BOOL:
	case FIELD_FLAG:
	case FIELD_ANNOUNCE:
		return copy_text(number ? "yes" : "no", ret_text);
	case FIELD_LINK:
		return copy_text(number ? "up" : "down", ret_text);
	case FIELD_STRING:
	case FIELD_CLASS:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
		return copy_text(*(char **)field_at(field, object), ret_text);
	case FIELD_MODE:
		snprintf(buf, sizeof(buf), "%04" PRIo64, number);
		return copy_text(buf, ret_text);
	case FIELD_FILE:
		return file_text(number, ret_text);
	case FIELD_MAC:
		mac_format(field_at(field, object), buf);
		return copy_text(buf, ret_text);
	case FIELD_FEATURES:
	case FIELD_CLASSES:
		return bits_text(field, number, field_device_id(table, object), ret_text);
	case FIELD_TYPES:
		break;
	}
	return -ENODATA;
}
