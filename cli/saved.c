// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus-call.h"
#include "field.h"
#include "objects.h"
#include "output.h"
#include "request-bus.h"
#include "saved.h"

#define IF_DEFINITION "org.vdpactl1.Definition"

const char *const saved_fields[] = { "file", "live", "drift", "last_error", NULL };

/* ---- changes ------------------------------------------------------------------------------------ */

/* A method of the manager, ready for its arguments. */
static int begin(const char *method, sd_bus **ret_bus, sd_bus_message **ret_message,
		 char **ret_reason)
{
	int r;

	r = bus_connect(ret_bus, ret_reason);
	return r < 0 ? r
		     : sd_bus_message_new_method_call(*ret_bus, ret_message, SERVICE, ROOT,
						      IF_MANAGER, method);
}

int saved_define(const struct vdpactl_device_request *request, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = begin("Define", &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "ss", request->mgmtdev, request->name);
	if (r >= 0)
		r = request_bus_append(message, request, FIELD_AT_CREATE | FIELD_SAVED);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

int saved_promote(const char *name, const struct vdpactl_device_request *request, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = begin("Promote", &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", name);
	if (r >= 0)
		r = request_bus_append(message, request, FIELD_SAVED);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

/* A method that takes a name and no more, or with it what has no options yet. */
static int call_by_name(const char *method, const char *name, bool options, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = begin(method, &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "s", name);
	if (r >= 0 && options)
		r = sd_bus_message_append(message, "a{sv}", 0);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

int saved_undefine(const char *name, char **ret_reason)
{
	return call_by_name("Undefine", name, false, ret_reason);
}

int saved_start(const char *name, char **ret_reason)
{
	return call_by_name("Start", name, false, ret_reason);
}

int saved_stop(const char *name, char **ret_reason)
{
	return call_by_name("Stop", name, true, ret_reason);
}

int saved_set_autostart(const char *name, bool autostart, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int r;

	r = begin("SetAutostart", &bus, &message, ret_reason);
	if (r >= 0)
		r = sd_bus_message_append(message, "sb", name, (int)autostart);
	return r < 0 ? r : bus_call(bus, message, NULL, ret_reason);
}

/* ---- as files ------------------------------------------------------------------------------------- */

/* @peek: only of a daemon that runs, and answers soon */
static int export(const char *name, bool peek, char **ret_text, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const char *text;
	int r;

	r = begin("Export", &bus, &message, ret_reason);
	if (r >= 0)
		r = name ? sd_bus_message_append(message, "as", 1, name)
			 : sd_bus_message_append(message, "as", 0);
	if (r >= 0)
		r = peek ? bus_peek(bus, message, &reply, ret_reason)
			 : bus_call(bus, message, &reply, ret_reason);
	if (r >= 0)
		r = sd_bus_message_read(reply, "s", &text);
	if (r < 0)
		return r;
	*ret_text = strdup(text);
	return *ret_text ? 0 : -ENOMEM;
}

int saved_export(const char *name, char **ret_text, char **ret_reason)
{
	return export(name, false, ret_text, ret_reason);
}

int saved_peek(const char *name, char **ret_text)
{
	_cleanup_free_ char *reason = NULL;
	int r;

	r = export(name, true, ret_text, &reason);
	if (r != -ENOENT)
		return r;
	*ret_text = strdup("{\"version\":1,\"devices\":[]}");
	return *ret_text ? 0 : -ENOMEM;
}

int saved_reload(json_object **ret_problems, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_json_ json_object *problems = json_object_new_array();
	const char *line;
	int r;

	r = begin("Reload", &bus, &message, ret_reason);
	if (r >= 0)
		r = bus_call(bus, message, &reply, ret_reason);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "s");
	while (r >= 0 && (r = sd_bus_message_read(reply, "s", &line)) > 0)
		if (!problems || json_object_array_add(problems, json_object_new_string(line)) < 0)
			return -ENOMEM;
	if (r < 0)
		return r;
	*ret_problems = TAKE_PTR(problems);
	return 0;
}

/* ---- reading -------------------------------------------------------------------------------------- */

static int add(json_object *object, const char *key, json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* The keys of a definition, from the text of a file that has it alone. */
static int add_text(json_object *definition, const char *text)
{
	_cleanup_json_ json_object *file = json_tokener_parse(text);
	json_object *devices = NULL, *device;

	if (file)
		json_object_object_get_ex(file, "devices", &devices);
	if (!json_object_is_type(devices, json_type_array))
		return -EBADMSG;
	device = json_object_array_get_idx(devices, 0);
	if (!json_object_is_type(device, json_type_object))
		return -EBADMSG;
	json_object_object_foreach(device, key, value) {
		int r = add(definition, key, json_object_get(value));

		if (r < 0)
			return r;
	}
	return 0;
}

json_object *saved_keys(const char *text)
{
	json_object *keys = json_object_new_array(), *key;
	size_t n;

	for (; keys && *text; text += n + (text[n] == ',')) {
		n = strcspn(text, ",");
		key = json_object_new_string_len(text, (int)n);
		if (key && json_object_array_add(keys, key) == 0)
			continue;
		json_object_put(key);
		json_object_put(keys);
		return NULL;
	}
	return keys;
}

static int add_property(json_object *definition, const char *name, sd_bus_message *m)
{
	const char *type, *text = NULL;
	int r, flag = 0;

	r = sd_bus_message_peek_type(m, NULL, &type);
	if (r < 0)
		return r;
	if (strcmp(type, "s") != 0 && strcmp(type, "b") != 0)
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_read(m, "v", type, *type == 's' ? (void *)&text : (void *)&flag);
	if (r < 0)
		return r;
	if (strcmp(name, "Text") == 0 && text)
		return add_text(definition, text);
	if (strcmp(name, "Drift") == 0 && text)
		return add(definition, "drift", saved_keys(text));
	if (strcmp(name, "File") == 0 && text)
		return add(definition, "file", json_object_new_string(text));
	if (strcmp(name, "LastError") == 0 && text && *text)
		return add(definition, "last_error", json_object_new_string(text));
	if (strcmp(name, "Live") == 0)
		return add(definition, "live", json_object_new_boolean(flag));
	if (strcmp(name, "Autostart") == 0)
		return add(definition, "autostart", json_object_new_boolean(flag));
	return 0;
}

/* a{sv} of a definition into @objects. */
static int read_properties(sd_bus_message *m, json_object *objects)
{
	_cleanup_json_ json_object *definition = json_object_new_object();
	const char *property;
	json_object *name;
	int r;

	r = definition ? sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{sv}") : -ENOMEM;
	while (r >= 0 &&
	       (r = sd_bus_message_enter_container(m, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &property);
		if (r >= 0)
			r = add_property(definition, property, m);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;
	if (!json_object_object_get_ex(definition, "name", &name))
		return -EBADMSG;
	return add(objects, json_object_get_string(name), json_object_get(definition));
}

/* a{sa{sv}}: the interfaces of one object. */
static int read_interfaces(sd_bus_message *m, json_object *objects)
{
	const char *interface;
	int r;

	r = sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{sa{sv}}");
	while (r >= 0 &&
	       (r = sd_bus_message_enter_container(m, SD_BUS_TYPE_DICT_ENTRY, "sa{sv}")) > 0) {
		r = sd_bus_message_read(m, "s", &interface);
		if (r >= 0)
			r = strcmp(interface, IF_DEFINITION) == 0 ? read_properties(m, objects)
								  : sd_bus_message_skip(m, "a{sv}");
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_objects(sd_bus_message *m, json_object *objects)
{
	const char *path;
	int r;

	r = sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{oa{sa{sv}}}");
	while (r >= 0 &&
	       (r = sd_bus_message_enter_container(m, SD_BUS_TYPE_DICT_ENTRY, "oa{sa{sv}}")) > 0) {
		r = sd_bus_message_read(m, "o", &path);
		if (r >= 0)
			r = read_interfaces(m, objects);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

static int list_all(sd_bus *bus, json_object *objects, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &message, SERVICE, ROOT,
					   "org.freedesktop.DBus.ObjectManager",
					   "GetManagedObjects");
	if (r >= 0)
		r = bus_call(bus, message, &reply, ret_reason);
	return r < 0 ? r : read_objects(reply, objects);
}

static int list_one(sd_bus *bus, const char *name, json_object *objects, char **ret_reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	_cleanup_free_ char *path = NULL;
	int r;

	r = sd_bus_path_encode(ROOT "/definition", name, &path);
	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &message, SERVICE, path,
						   "org.freedesktop.DBus.Properties", "GetAll");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", IF_DEFINITION);
	if (r >= 0)
		r = bus_call(bus, message, &reply, ret_reason);
	/* The daemon has no object of that name. */
	if (r == -ENODEV) {
		free(*ret_reason);
		*ret_reason = strdup("it is not saved");
		return -ENOENT;
	}
	return r < 0 ? r : read_properties(reply, objects);
}

int saved_list(const char *name, json_object **ret_objects, char **ret_reason)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_json_ json_object *objects = json_object_new_object();
	int r;

	if (!objects)
		return -ENOMEM;
	r = bus_connect(&bus, ret_reason);
	if (r >= 0)
		r = name ? list_one(bus, name, objects, ret_reason)
			 : list_all(bus, objects, ret_reason);
	if (r < 0)
		return r;
	*ret_objects = TAKE_PTR(objects);
	return 0;
}
