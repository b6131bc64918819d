/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Field tables on the bus: properties of an interface, options of a method. */
#ifndef VDPACTLD_CODEC_BUS_H
#define VDPACTLD_CODEC_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "field.h"

/*
 * The vtable of an interface: one property for each row in a mask, served from the object itself.
 * @rows: bit i for row i of the table
 * @methods: further entries, ended by SD_BUS_VTABLE_END; NULL for none
 * @ret_vtable: owned, free() after the slot that uses it has gone
 * Returns 0, -ENOMEM, or -EOPNOTSUPP when a row's type cannot be a property.
 */
int codec_bus_vtable(const struct field_table *table, uint64_t rows, const sd_bus_vtable *methods,
		     sd_bus_vtable **ret_vtable);

/* The property names of the fields in a mask, ended by NULL; borrowed from the table. */
void codec_bus_names(const struct field_table *table, uint64_t fields, const char *names[65]);

/*
 * Read the a{sv} of a method call into an object: keys are the names of the rows that have a flag. A
 * number may come in any integer type that holds it, and everything as text in a string.
 * @flag: of enum field_flags
 * @object: what @table describes; its presence bits tell which keys were there
 * Returns 0, or -errno with @error set: it names the key, the value and the reason.
 */
int codec_bus_read_options(sd_bus_message *message, const struct field_table *table, int flag,
			   void *object, sd_bus_error *error);

/* A key of an a{sv} that is no field. */
struct codec_option {
	const char *name; /* NULL ends an array of them */
	char type;	  /* 'b' or 't' */
	void *value;	  /* an int or a uint64_t; untouched when the key is not there */
};

/* Read an a{sv}. Returns 0, or -errno with @error set: it names the key and what its value has to be. */
int codec_bus_read_simple(sd_bus_message *message, const struct codec_option *options,
			  sd_bus_error *error);

/* Read an a{sv} whose only key is "force" (b). */
int codec_bus_read_force(sd_bus_message *message, bool *ret_force, sd_bus_error *error);

#endif
