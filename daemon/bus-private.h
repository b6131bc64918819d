/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bus.c and the interfaces (manager-bus.c, device-bus.c) share. */
#ifndef VDPACTLD_BUS_PRIVATE_H
#define VDPACTLD_BUS_PRIVATE_H

#include "bus.h"
#include "call.h"

/* One class of objects: where they hang, what they look like. */
struct tree {
	struct bus *bus;
	enum manager_kind kind;
	const char *prefix;
	const char *interface;
	sd_bus_vtable *vtable; /* must outlive the slots */
	sd_bus_slot *objects;
	sd_bus_slot *nodes;
};

/* An interface that devices of one class have besides: properties of their configuration space. */
struct class_interface {
	struct bus *bus;
	uint32_t device_id;
	uint16_t flag; /* of the class's rows */
	const char *name;
	sd_bus_vtable *vtable;
	sd_bus_slot *slot;
};

#define CLASS_INTERFACES 2

struct bus {
	sd_bus *connection;
	struct manager *manager;
	struct call_list calls;
	sd_bus_slot *root;
	sd_bus_slot *object_manager;
	struct tree trees[MANAGER_KINDS]; /* that of MANAGER_CONFIG is not used */
	struct class_interface classes[CLASS_INTERFACES];
};

/* The bus in whose method or property handler we are. Borrowed. */
struct bus *bus_current(sd_bus *connection);

/* The object path of a device. Returns 0 and an owned string (free()), or -errno. */
int bus_device_path(const char *name, char **ret_path);

/* The same of a saved definition. */
int bus_definition_path(const char *name, char **ret_path);

/* config-bus.c: the interfaces of classes, and what they tell. */
int bus_config_init(struct bus *bus);
void bus_config_done(struct bus *bus);
void bus_config_added(struct bus *bus, const char *name);
void bus_config_removed(struct bus *bus, const char *name);
void bus_config_changed(struct bus *bus, const char *name, uint64_t fields);

/* Free an array of strings, ended by NULL, and them. NULL is accepted. */
void bus_strv_free(char **v);

/* Methods of the manager about saved definitions. */
int bus_method_define(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_undefine(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_start(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_stop(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_set_autostart(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_promote(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_apply(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_export(sd_bus_message *m, void *userdata, sd_bus_error *error);
int bus_method_reload(sd_bus_message *m, void *userdata, sd_bus_error *error);

/*
 * The RLIMIT_MEMLOCK that a client needs to map @memory bytes for one device, both in bytes; UINT64_MAX is no limit.
 */
uint64_t bus_memlock_for(uint64_t memory);

/* What an interface has besides the properties of its field table. */
extern const sd_bus_vtable bus_manager_vtable[];
extern const sd_bus_vtable bus_device_methods[];

/*
 * The object that a path below a prefix names.
 * @path: a valid object path
 * @ret_found: borrowed from the collection
 * Returns 1, 0 when there is none, or -errno.
 */
int bus_find_object(const struct collection *objects, const char *prefix, const char *path,
		    void **ret_found);

#endif
