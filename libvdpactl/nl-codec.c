// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <string.h>

#include "feature-names.h"
#include "nl-codec.h"
#include "uapi/vdpactl-netlink.h"
#include "util/cleanup.h"

int nl_attrs_parse(struct nl_attrs *attrs, const void *data, size_t size)
{
	const char *p = data;

	memset(attrs, 0, sizeof(*attrs));
	while (size >= NLA_HDRLEN) {
		const struct nlattr *a = (const struct nlattr *)p;
		size_t step = NLA_ALIGN(a->nla_len);
		unsigned int type = a->nla_type & NLA_TYPE_MASK;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > size)
			return -EBADMSG;
		if (type < NL_CODEC_MAX)
			attrs->at[type] = a;
		/* The last one's padding may be missing. */
		step = step > size ? size : step;
		p += step;
		size -= step;
	}
	return size ? -EBADMSG : 0;
}

int nl_attrs_parse_message(struct nl_attrs *attrs, const struct nlmsghdr *message)
{
	size_t header = NLMSG_HDRLEN + GENL_HDRLEN;

	if (message->nlmsg_len < header)
		return -EBADMSG;
	return nl_attrs_parse(attrs, (const char *)message + header, message->nlmsg_len - header);
}

int nl_attrs_parse_nested(struct nl_attrs *attrs, const struct nlattr *nest)
{
	if (!nest)
		return -EBADMSG;
	return nl_attrs_parse(attrs, nla_data(nest), nla_len(nest));
}

/* ---- values --------------------------------------------------------------------------------- */

static int get(const struct nlattr *a, void *ret, size_t size)
{
	if (!a || (size_t)nla_len(a) != size)
		return -EBADMSG;
	memcpy(ret, nla_data(a), size);
	return 0;
}

int nl_get_u16(const struct nlattr *a, uint16_t *ret)
{
	return get(a, ret, sizeof(*ret));
}

int nl_get_u32(const struct nlattr *a, uint32_t *ret)
{
	return get(a, ret, sizeof(*ret));
}

int nl_get_u64(const struct nlattr *a, uint64_t *ret)
{
	return get(a, ret, sizeof(*ret));
}

int nl_get_string(const struct nlattr *a, const char **ret)
{
	if (!a || nla_len(a) < 1 || strnlen(nla_data(a), nla_len(a)) != (size_t)nla_len(a) - 1)
		return -EBADMSG;
	*ret = nla_data(a);
	return 0;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int decode_string(const struct field_table *table, size_t row, const struct nlattr *a,
			 void *object)
{
	const char *text;
	int r;

	r = nl_get_string(a, &text);
	return r < 0 ? r : field_set_string(table, row, object, text);
}

static int decode_class(const struct field_table *table, size_t row, const struct nlattr *a,
			void *object)
{
	char buf[FEATURE_NAME_SIZE];
	const char *name;
	uint32_t id;
	int r;

	r = nl_get_u32(a, &id);
	if (r < 0)
		return r;
	name = class_type(id);
	return field_set_string(table, row, object, name ? name : class_text(id, buf));
}

/* The number in an attribute of the size that its row says. */
static int wire_number(const struct field *field, const struct nlattr *a, uint64_t *ret_number)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	int r;

	switch (field_types[field->type].wire) {
	case 1:
		r = get(a, &u8, 1);
		*ret_number = r < 0 ? 0 : u8;
		return r;
	case 2:
		r = get(a, &u16, 2);
		*ret_number = r < 0 ? 0 : u16;
		return r;
	case 4:
		r = get(a, &u32, 4);
		*ret_number = r < 0 ? 0 : u32;
		return r;
	case 8:
		return get(a, ret_number, 8);
	default:
		return -EBADMSG;
	}
}

static int decode_number(const struct field_table *table, size_t row, const struct nlattr *a,
			 void *object)
{
	const struct field *field = &table->fields[row];
	char error[FIELD_ERROR_SIZE];
	uint64_t number;
	int r;

	r = wire_number(field, a, &number);
	if (r < 0)
		return r;
	if (field->type == FIELD_LINK)
		number &= 1;
	else if (field->type == FIELD_ANNOUNCE)
		number = number >> 1 & 1;
	return field_set_number(table, row, object, number, error) < 0 ? -EBADMSG : 0;
}

static int decode_row(const struct field_table *table, size_t row, const struct nlattr *a,
		      void *object)
{
	const struct field *field = &table->fields[row];
	int r;

	switch (field->type) {
	case FIELD_STRING:
	case FIELD_DRIVER:
	case FIELD_ACCOUNT:
		return decode_string(table, row, a, object);
	case FIELD_CLASS:
		return decode_class(table, row, a, object);
	case FIELD_MAC:
		r = get(a, field_at(field, object), 6);
		if (r >= 0)
			*field_present(object) |= 1ULL << row;
		return r;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_BOOL:
	case FIELD_FEATURES:
	case FIELD_CLASSES:
	case FIELD_LINK:
	case FIELD_ANNOUNCE:
		return decode_number(table, row, a, object);
	case FIELD_MODE: /* of no message */
	case FIELD_FLAG:
	case FIELD_FILE:
	case FIELD_TYPES:
		break;
	}
	return -EBADMSG;
}

/* Attribute numbers of one class mean something else on another. */
static bool is_for_class(const struct field *field, uint32_t device_id)
{
	if (field->flags & FIELD_NET)
		return device_id == VIRTIO_ID_NET;
	return !(field->flags & FIELD_BLK) || device_id == VIRTIO_ID_BLOCK;
}

int nl_decode(const struct field_table *table, bool ext, const struct nl_attrs *attrs, void *object)
{
	char error[FIELD_ERROR_SIZE];
	int r;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const struct nlattr *a = attrs->at[field->attr];

		if (!field->attr || !!(field->flags & FIELD_EXT) != ext)
			continue;
		if (field->type == FIELD_FLAG) {
			field_set_number(table, i, object, !!a, error);
			continue;
		}
		if (!a || !is_for_class(field, field_device_id(table, object)))
			continue;
		r = decode_row(table, i, a, object);
		if (r < 0)
			return r;
	}
	return 0;
}

static int encode_row(const struct field *field, const void *object, struct nl_msg *msg)
{
	const struct field_type_info *type = &field_types[field->type];
	const void *p = field_at(field, object);

	if (type->string)
		return nla_put_string(msg, field->attr, *(char *const *)p);
	if (field->type == FIELD_BOOL)
		return nla_put_u8(msg, field->attr, *(const int *)p != 0);
	/* Of the others only types whose member is what goes on the wire can be sent. */
	if (type->wire != type->size)
		return -EINVAL;
	return nla_put(msg, field->attr, type->wire, p);
}

int nl_encode(const struct field_table *table, uint64_t rows, const void *object,
	      struct nl_msg *msg)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (!(rows >> i & 1) || !field_has(object, i) || !field->attr)
			continue;
		if (encode_row(field, object, msg) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- management devices --------------------------------------------------------------------- */

int nl_decode_mgmtdev(const struct nl_attrs *attrs, char **ret_name)
{
	const char *bus = NULL, *dev;
	char *name;
	int r;

	r = nl_get_string(attrs->at[VDPANL_A_MGMTDEV_DEV_NAME], &dev);
	if (r >= 0 && attrs->at[VDPANL_A_MGMTDEV_BUS_NAME])
		r = nl_get_string(attrs->at[VDPANL_A_MGMTDEV_BUS_NAME], &bus);
	if (r < 0)
		return r;
	if (asprintf(&name, "%s%s%s", bus ? bus : "", bus ? "/" : "", dev) < 0)
		return -ENOMEM;
	*ret_name = name;
	return 0;
}

int nl_encode_mgmtdev(const char *name, struct nl_msg *msg)
{
	const char *slash = strchr(name, '/');
	_cleanup_free_ char *bus = NULL;

	if (slash) {
		bus = strndup(name, slash - name);
		if (!bus || nla_put_string(msg, VDPANL_A_MGMTDEV_BUS_NAME, bus) < 0)
			return -ENOMEM;
		name = slash + 1;
	}
	return nla_put_string(msg, VDPANL_A_MGMTDEV_DEV_NAME, name) < 0 ? -ENOMEM : 0;
}
