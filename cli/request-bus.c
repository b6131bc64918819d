// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "field.h"
#include "objects.h"
#include "request-bus.h"

/* A value as its type has it on the bus. */
static int append_value(sd_bus_message *message, const char *signature, size_t row,
			const struct vdpactl_device_request *request)
{
	uint64_t number = field_get_number(&field_table_request.fields[row], request);
	_cleanup_free_ char *text = NULL;
	int r;

	switch (signature[0]) {
	case SD_BUS_TYPE_STRING:
		r = field_text(&field_table_request, row, request, &text);
		return r < 0 ? r : sd_bus_message_append_basic(message, SD_BUS_TYPE_STRING, text);
	case SD_BUS_TYPE_BYTE:
		return sd_bus_message_append_basic(message, signature[0], &(uint8_t){ number });
	case SD_BUS_TYPE_UINT16:
		return sd_bus_message_append_basic(message, signature[0], &(uint16_t){ number });
	case SD_BUS_TYPE_UINT32:
		return sd_bus_message_append_basic(message, signature[0], &(uint32_t){ number });
	case SD_BUS_TYPE_UINT64:
		return sd_bus_message_append_basic(message, signature[0], &number);
	case SD_BUS_TYPE_BOOLEAN:
	case SD_BUS_TYPE_UNIX_FD:
		return sd_bus_message_append_basic(message, signature[0], &(int){ number });
	}
	return -EINVAL;
}

static int append_option(sd_bus_message *message, size_t row,
			 const struct vdpactl_device_request *request)
{
	const struct field *field = &field_table_request.fields[row];
	const char *signature = field_types[field->type].signature;
	int r;

	r = sd_bus_message_open_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv");
	if (r >= 0)
		r = sd_bus_message_append_basic(message, SD_BUS_TYPE_STRING, field->name);
	if (r >= 0)
		r = sd_bus_message_open_container(message, SD_BUS_TYPE_VARIANT, signature);
	if (r >= 0)
		r = append_value(message, signature, row, request);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

int request_bus_append(sd_bus_message *message, const struct vdpactl_device_request *request,
		       int flags)
{
	int r;

	r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
	for (size_t i = 0; r >= 0 && i < field_table_request.n; i++)
		if (field_table_request.fields[i].flags & flags && field_has(request, i))
			r = append_option(message, i, request);
	return r < 0 ? r : sd_bus_message_close_container(message);
}
