// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * org.vdpactl1.Net and org.vdpactl1.Block: the configuration space of a device, at the device's path. Each is there for
 * devices of its class only, and where the kernel shows the configuration.
 */
#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>

#include "bus-private.h"
#include "codec-bus.h"
#include "log.h"
#include "objects.h"
#include "util/cleanup.h"

static const struct collection *configs(const struct bus *bus)
{
	return manager_objects(bus->manager, MANAGER_CONFIG);
}

static int find(sd_bus *connection, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	const struct class_interface *class = userdata;
	void *found;
	int r;

	r = bus_find_object(configs(class->bus), BUS_ROOT "/device", path, &found);
	if (r <= 0 || ((struct vdpactl_config *)found)->device_id != class->device_id)
		return r < 0 ? r : 0;
	*ret_found = found;
	return 1;
}

/* The rows of the class, and those of every class but for what the device's own interface has. */
static uint64_t rows_of(const struct class_interface *class)
{
	const struct field_table *table = &field_table_config;
	uint64_t rows = 0;

	for (size_t i = 0; i < table->n; i++) {
		uint16_t flags = table->fields[i].flags;

		if (flags & class->flag || !(flags & (FIELD_NET | FIELD_BLK | FIELD_KEY)))
			rows |= 1ull << i;
	}
	return rows & ~field_bit(table, "device_id");
}

static int init(struct class_interface *class)
{
	int r;

	r = codec_bus_vtable(&field_table_config, rows_of(class), NULL, &class->vtable);
	if (r < 0)
		return r;
	return sd_bus_add_fallback_vtable(class->bus->connection, &class->slot, BUS_ROOT "/device",
					  class->name, class->vtable, find, class);
}

int bus_config_init(struct bus *bus)
{
	const struct class_interface classes[CLASS_INTERFACES] = {
		{ bus, VIRTIO_ID_NET, FIELD_NET, BUS_IF_NET },
		{ bus, VIRTIO_ID_BLOCK, FIELD_BLK, BUS_IF_BLOCK },
	};
	int r = 0;

	memcpy(bus->classes, classes, sizeof(classes));
	for (int i = 0; i < CLASS_INTERFACES && r >= 0; i++)
		r = init(&bus->classes[i]);
	return r;
}

void bus_config_done(struct bus *bus)
{
	for (int i = 0; i < CLASS_INTERFACES; i++) {
		sd_bus_slot_unref(bus->classes[i].slot);
		free(bus->classes[i].vtable);
	}
}

/* ---- signals ------------------------------------------------------------------------------- */

/* The interface of a device's class; NULL when there is none. */
static const struct class_interface *class_of(const struct bus *bus, const char *name)
{
	const struct vdpactl_config *config = collection_find(configs(bus), name);

	for (int i = 0; config && i < CLASS_INTERFACES; i++)
		if (bus->classes[i].device_id == config->device_id)
			return &bus->classes[i];
	return NULL;
}

/* A device that comes or goes is told of with all its interfaces. */
static bool has_device(const struct bus *bus, const char *name)
{
	return collection_find(manager_objects(bus->manager, MANAGER_DEVICE), name);
}

static void tell(int r, const char *name)
{
	if (r < 0)
		log_warning("telling the bus of the configuration of %s: %s", name,
			    strerrordesc_np(-r));
}

static void tell_interface(struct bus *bus, const char *name,
			   int (*emit)(sd_bus *connection, const char *path, const char *interface,
				       ...))
{
	const struct class_interface *class = class_of(bus, name);
	_cleanup_free_ char *path = NULL;
	int r;

	if (!class || !has_device(bus, name))
		return;
	r = bus_device_path(name, &path);
	if (r >= 0)
		r = emit(bus->connection, path, class->name, NULL);
	tell(r, name);
}

void bus_config_added(struct bus *bus, const char *name)
{
	tell_interface(bus, name, sd_bus_emit_interfaces_added);
}

void bus_config_removed(struct bus *bus, const char *name)
{
	tell_interface(bus, name, sd_bus_emit_interfaces_removed);
}

void bus_config_changed(struct bus *bus, const char *name, uint64_t fields)
{
	const struct class_interface *class = class_of(bus, name);
	_cleanup_free_ char *path = NULL;
	const char *names[65];
	int r;

	if (!class || !has_device(bus, name))
		return;
	codec_bus_names(&field_table_config, fields & rows_of(class), names);
	r = bus_device_path(name, &path);
	if (r >= 0)
		r = sd_bus_emit_properties_changed_strv(bus->connection, path, class->name,
							(char **)names);
	tell(r, name);
}
