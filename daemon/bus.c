// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "bus-private.h"
#include "codec-bus.h"
#include "field.h"
#include "log.h"
#include "util/cleanup.h"

struct bus *bus_current(sd_bus *connection)
{
	return sd_bus_slot_get_userdata(sd_bus_get_current_slot(connection));
}

/* ---- the object tree ----------------------------------------------------------------------- */

int bus_find_object(const struct collection *objects, const char *prefix, const char *path,
		    void **ret_found)
{
	_cleanup_free_ char *name = NULL, *canonical = NULL;
	void *object;
	int r;

	r = sd_bus_path_decode(path, prefix, &name);
	if (r <= 0)
		return r;
	r = sd_bus_path_encode(prefix, name, &canonical);
	if (r < 0)
		return r;
	/* Decoding is generous; an object has one path, the one that is listed and sends signals. */
	if (strcmp(path, canonical) != 0)
		return 0;
	object = collection_find(objects, name);
	if (!object)
		return 0;
	*ret_found = object;
	return 1;
}

static int find_object(struct bus *bus, enum manager_kind kind, const char *path, void **ret_found)
{
	return bus_find_object(manager_objects(bus->manager, kind), bus->trees[kind].prefix, path,
			       ret_found);
}

static int find_mgmtdev(sd_bus *connection, const char *path, const char *interface, void *userdata,
			void **ret_found, sd_bus_error *error)
{
	return find_object(userdata, MANAGER_MGMTDEV, path, ret_found);
}

static int find_device(sd_bus *connection, const char *path, const char *interface, void *userdata,
		       void **ret_found, sd_bus_error *error)
{
	return find_object(userdata, MANAGER_DEVICE, path, ret_found);
}

static int find_definition(sd_bus *connection, const char *path, const char *interface,
			   void *userdata, void **ret_found, sd_bus_error *error)
{
	return find_object(userdata, MANAGER_DEFINITION, path, ret_found);
}

void bus_strv_free(char **v)
{
	for (char **p = v; p && *p; p++)
		free(*p);
	free(v);
}

static int list_paths(sd_bus *connection, const char *prefix, void *userdata, char ***ret_nodes,
		      sd_bus_error *error)
{
	struct tree *tree = userdata;
	const struct collection *all = manager_objects(tree->bus->manager, tree->kind);
	char **nodes;
	int r;

	nodes = calloc(collection_size(all) + 1, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < collection_size(all); i++) {
		r = sd_bus_path_encode(tree->prefix, collection_name(all, i), &nodes[i]);
		if (r < 0) {
			bus_strv_free(nodes);
			return r;
		}
	}
	*ret_nodes = nodes;
	return 1;
}

int bus_device_path(const char *name, char **ret_path)
{
	return sd_bus_path_encode(BUS_ROOT "/device", name, ret_path);
}

int bus_definition_path(const char *name, char **ret_path)
{
	return sd_bus_path_encode(BUS_ROOT "/definition", name, ret_path);
}

/* ---- signals ------------------------------------------------------------------------------- */

static void on_added(void *userdata, enum manager_kind kind, const char *name)
{
	struct bus *bus = userdata;
	_cleanup_free_ char *path = NULL;
	int r;

	if (kind == MANAGER_CONFIG) {
		bus_config_added(bus, name);
		return;
	}
	r = sd_bus_path_encode(bus->trees[kind].prefix, name, &path);
	if (r >= 0)
		r = sd_bus_emit_object_added(bus->connection, path);
	if (r < 0)
		log_warning("telling the bus of new %s: %s", name, strerrordesc_np(-r));
}

static void on_removed(void *userdata, enum manager_kind kind, const char *name)
{
	struct bus *bus = userdata;
	_cleanup_free_ char *path = NULL;
	int r;

	if (kind == MANAGER_CONFIG) {
		bus_config_removed(bus, name);
		return;
	}
	r = sd_bus_path_encode(bus->trees[kind].prefix, name, &path);
	if (r >= 0)
		r = sd_bus_emit_object_removed(bus->connection, path);
	if (r < 0)
		log_warning("telling the bus that %s has gone: %s", name, strerrordesc_np(-r));
}

static void on_properties(void *userdata, enum manager_kind kind, const char *name, uint64_t fields)
{
	struct bus *bus = userdata;
	struct tree *tree = &bus->trees[kind];
	_cleanup_free_ char *path = NULL;
	const char *names[65];
	int r;

	if (kind == MANAGER_CONFIG) {
		bus_config_changed(bus, name, fields);
		return;
	}
	codec_bus_names(manager_table(kind), fields, names);
	r = sd_bus_path_encode(tree->prefix, name, &path);
	if (r >= 0)
		r = sd_bus_emit_properties_changed_strv(bus->connection, path, tree->interface,
							(char **)names);
	if (r < 0)
		log_warning("telling the bus of changes of %s: %s", name, strerrordesc_np(-r));
}

static void on_state(void *userdata)
{
	struct bus *bus = userdata;
	int r;

	r = sd_bus_emit_properties_changed(bus->connection, BUS_ROOT, BUS_IF_MANAGER, "KernelReady",
					   "KernelExtension", "KernelMessage", NULL);
	if (r < 0)
		log_warning("telling the bus of the kernel's state: %s", strerrordesc_np(-r));
}

static const struct manager_listener listener = {
	.added = on_added,
	.changed = on_properties,
	.removed = on_removed,
	.state = on_state,
};

/* ---- life ---------------------------------------------------------------------------------- */

static int tree_init(struct tree *tree, struct bus *bus, enum manager_kind kind,
		     const sd_bus_vtable *methods, sd_bus_object_find_t find)
{
	int r;

	tree->bus = bus;
	tree->kind = kind;
	r = codec_bus_vtable(manager_table(kind), UINT64_MAX, methods, &tree->vtable);
	if (r < 0)
		return r;
	r = sd_bus_add_fallback_vtable(bus->connection, &tree->objects, tree->prefix,
				       tree->interface, tree->vtable, find, bus);
	if (r < 0)
		return r;
	return sd_bus_add_node_enumerator(bus->connection, &tree->nodes, tree->prefix, list_paths,
					  tree);
}

static int build_tree(struct bus *bus)
{
	struct tree *mgmtdev = &bus->trees[MANAGER_MGMTDEV], *device = &bus->trees[MANAGER_DEVICE];
	struct tree *definition = &bus->trees[MANAGER_DEFINITION];
	int r;

	mgmtdev->prefix = BUS_ROOT "/mgmtdev";
	mgmtdev->interface = BUS_IF_MGMTDEV;
	device->prefix = BUS_ROOT "/device";
	device->interface = BUS_IF_DEVICE;
	definition->prefix = BUS_ROOT "/definition";
	definition->interface = BUS_IF_DEFINITION;
	r = sd_bus_add_object_manager(bus->connection, &bus->object_manager, BUS_ROOT);
	if (r >= 0)
		r = sd_bus_add_object_vtable(bus->connection, &bus->root, BUS_ROOT, BUS_IF_MANAGER,
					     bus_manager_vtable, bus);
	if (r >= 0)
		r = tree_init(mgmtdev, bus, MANAGER_MGMTDEV, NULL, find_mgmtdev);
	if (r >= 0)
		r = tree_init(device, bus, MANAGER_DEVICE, bus_device_methods, find_device);
	if (r >= 0)
		r = bus_config_init(bus);
	if (r >= 0)
		r = tree_init(definition, bus, MANAGER_DEFINITION, NULL, find_definition);
	return r;
}

static int connect_to(const char *address, sd_bus **ret_connection)
{
	_cleanup_(sd_bus_unrefp) sd_bus *connection = NULL;
	int r;

	r = sd_bus_new(&connection);
	if (r >= 0)
		r = sd_bus_set_address(connection, address);
	if (r >= 0)
		r = sd_bus_set_bus_client(connection, 1);
	if (r >= 0)
		r = sd_bus_start(connection);
	if (r < 0)
		return r;
	*ret_connection = TAKE_PTR(connection);
	return 0;
}

static int connect_bus(sd_event *event, const char *address, sd_bus **ret_connection)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *connection = NULL;
	int r;

	r = address ? connect_to(address, &connection) : sd_bus_open_system(&connection);
	if (r >= 0)
		r = sd_bus_set_exit_on_disconnect(connection, 1);
	if (r >= 0)
		r = sd_bus_attach_event(connection, event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		return r;
	*ret_connection = TAKE_PTR(connection);
	return 0;
}

int bus_new(sd_event *event, const char *address, struct manager *manager, struct bus **ret_bus)
{
	struct bus *bus;
	int r;

	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return -ENOMEM;
	bus->manager = manager;
	r = connect_bus(event, address, &bus->connection);
	if (r >= 0)
		r = build_tree(bus);
	if (r < 0) {
		bus_free(bus);
		return r;
	}
	manager_set_listener(manager, &listener, bus);
	*ret_bus = bus;
	return 0;
}

int bus_publish(struct bus *bus)
{
	return sd_bus_request_name(bus->connection, BUS_NAME, 0);
}

struct bus *bus_free(struct bus *bus)
{
	if (!bus)
		return NULL;
	manager_set_listener(bus->manager, NULL, NULL);
	call_list_clear(&bus->calls);
	for (int i = 0; i < MANAGER_KINDS; i++) {
		sd_bus_slot_unref(bus->trees[i].objects);
		sd_bus_slot_unref(bus->trees[i].nodes);
		free(bus->trees[i].vtable);
	}
	bus_config_done(bus);
	sd_bus_slot_unref(bus->root);
	sd_bus_slot_unref(bus->object_manager);
	sd_bus_flush_close_unref(bus->connection);
	free(bus);
	return NULL;
}
