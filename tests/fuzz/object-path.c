// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Object paths to names and back. Input: a line that is taken for a path, a line that is taken for a name
 * as the kernel may give one.
 */
#include "bus-private.h"
#include "collection.h"
#include "fuzz.h"
#include "object.h"
#include "objects.h"
#include "util/cleanup.h"

static void ignore(void *userdata, const char *name)
{
}

static void ignore_changes(void *userdata, const char *name, uint64_t fields)
{
}

static const struct collection_listener listener = { ignore, ignore_changes, ignore };

static void unref(void *object)
{
	object_unref(&field_table_device, object);
}

/* A collection with one device. */
static struct collection *with_device(const char *name)
{
	struct vdpactl_device *device = object_new(&field_table_device);
	struct collection *c = NULL;

	PROMISE(device && collection_new(&field_table_device, unref, &listener, NULL, &c) == 0);
	PROMISE(field_set_string(&field_table_device, 0, device, name) == 0);
	PROMISE(collection_put(c, device) == 0);
	return c;
}

/* The path of a name is one that the bus takes, and leads back to it and to nothing else. */
static void from_name(const char *name)
{
	struct collection *objects = with_device(name);
	_cleanup_free_ char *path = NULL;
	struct vdpactl_device *device = NULL;

	PROMISE(bus_device_path(name, &path) >= 0);
	PROMISE(sd_bus_object_path_is_valid(path) > 0);
	PROMISE(bus_find_object(objects, BUS_ROOT "/device", path, (void **)&device) == 1);
	PROMISE(strcmp(device->name, name) == 0);
	device = NULL;
	PROMISE(bus_find_object(objects, BUS_ROOT "/mgmtdev", path, (void **)&device) == 0);
	PROMISE(!device);
	collection_free(objects);
}

/* Whatever path comes, it is found only where its name is there. */
static void from_path(const char *path, const char *name)
{
	struct collection *objects = with_device(name);
	_cleanup_free_ char *right = NULL;
	struct vdpactl_device *device = NULL;
	int r;

	PROMISE(bus_device_path(name, &right) >= 0);
	r = bus_find_object(objects, BUS_ROOT "/device", path, (void **)&device);
	PROMISE(r == 0 || r == 1);
	PROMISE(r == !!device);
	/* Two paths for one object would let a caller past a rule about the path. */
	PROMISE(!device || strcmp(path, right) == 0);
	collection_free(objects);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	_cleanup_free_ char *path = take_line(&in), *name = take_line(&in), *decoded = NULL;

	from_name(name);
	/* The bus lets no others through. */
	if (sd_bus_object_path_is_valid(path) <= 0)
		return 0;
	from_path(path, name);
	if (sd_bus_path_decode(path, BUS_ROOT "/device", &decoded) > 0)
		from_path(path, decoded);
	return 0;
}
