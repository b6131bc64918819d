/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields of objects, described once: every attribute of every object is one row of a table. What a type
 * of field can do is in field_types[]; nothing else in the project knows single fields of these objects
 * by type.
 */
#ifndef VDPACTL_FIELD_H
#define VDPACTL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the struct: */
enum field_type {
	FIELD_U8,	/* uint8_t */
	FIELD_U16,	/* uint16_t */
	FIELD_U32,	/* uint32_t */
	FIELD_U64,	/* uint64_t */
	FIELD_BOOL,	/* int; on the wire u8, 0 or 1 */
	FIELD_FLAG,	/* int; on the wire present or not */
	FIELD_STRING,	/* char *, owned */
	FIELD_MAC,	/* uint8_t[6] */
	FIELD_FEATURES, /* uint64_t, bits with names */
	FIELD_CLASSES,	/* uint64_t, bit n = virtio device id n */
	FIELD_CLASS,	/* char *, owned: name of a device id; on the wire u32 */
	FIELD_LINK,	/* int, 1 = up; on the wire bit 0 of u16 */
	FIELD_ANNOUNCE, /* int; on the wire bit 1 of u16 */
	FIELD_DRIVER,	/* char *, owned: "vhost", "virtio", "none" */
	FIELD_ACCOUNT,	/* char *, owned: name of a user or group */
	FIELD_MODE,	/* uint32_t, permission bits; as text in octal */
	FIELD_FILE,	/* int, an open file, owned while present; on the wire u32 */
	FIELD_TYPES
};

enum field_flags {
	FIELD_KEY = 1 << 0,	  /* says which object it is */
	FIELD_CHANGES = 1 << 1,	  /* may change while the object lives */
	FIELD_AT_CREATE = 1 << 2, /* may be chosen when the object is made */
	FIELD_SETTABLE = 1 << 3,  /* may be changed later */
	FIELD_HEX = 1 << 4,	  /* people read it in hexadecimal */
	FIELD_NET = 1 << 5,	  /* only of virtio device id 1 */
	FIELD_BLK = 1 << 6,	  /* only of virtio device id 2 */
	FIELD_EXT = 1 << 7,	  /* attr is one of family "vdpactl" */
	FIELD_SAVED = 1 << 8,	  /* only of saved definitions: no matter of the kernel's */
	FIELD_LIVE = 1 << 9,	  /* as AT_CREATE, but not in saved definitions */
	FIELD_ENDPOINT = 1 << 10, /* of what stands behind the device: not in the kernel's answer */
};

struct field {
	const char *name;     /* JSON key, CLI column, struct member */
	const char *bus_name; /* D-Bus property */
	enum field_type type;
	uint16_t attr;	 /* netlink attribute; 0 when it comes from elsewhere */
	uint16_t offset; /* of the member */
	uint16_t flags;
	uint64_t min, max; /* of numbers that are taken from people; max 0: what the type holds */
};

struct field_table {
	const char *what; /* "device" */
	const struct field *fields;
	size_t n;      /* at most 64 */
	size_t size;   /* of the object */
	int id_offset; /* of a uint32_t device id that gives feature bits their names; -1: net's */
};

extern const struct field_table field_table_mgmtdev;
extern const struct field_table field_table_device;
extern const struct field_table field_table_config;
extern const struct field_table field_table_request;

struct field_type_info {
	const char *name;      /* for error messages: "a number" */
	const char *signature; /* of its D-Bus property */
	uint16_t size;	       /* of the member */
	uint16_t wire;	       /* bytes on the wire; UINT16_MAX: a string */
	bool direct;	       /* sd-bus can read the member by itself, without a getter */
	bool string;	       /* the member is an owned char * */
	uint64_t max;	       /* of a number, else 0 */
};

extern const struct field_type_info field_types[FIELD_TYPES];

#define FIELD_ERROR_SIZE 256

/* All objects of tables begin with their presence mask. */
static inline uint64_t *field_present(const void *object)
{
	return (uint64_t *)object;
}

static inline bool field_has(const void *object, size_t row)
{
	return *field_present(object) >> row & 1;
}

/* The row of a name, or -1. */
int field_find(const struct field_table *table, const char *name);

/* Presence bit of a struct member: FIELD_BIT(&field_table_device, "driver"). */
uint64_t field_bit(const struct field_table *table, const char *name);

static inline void *field_at(const struct field *field, const void *object)
{
	return (char *)object + field->offset;
}

/* A number, class, flag or feature member widened; 0 for strings and addresses. */
uint64_t field_get_number(const struct field *field, const void *object);

/* The virtio device id whose feature names an object uses. */
uint32_t field_device_id(const struct field_table *table, const void *object);

/*
 * Store a value of the member's own type and mark it present. A string is copied; NULL clears the field.
 * Returns 0 or -ENOMEM.
 */
int field_set_string(const struct field_table *table, size_t row, void *object, const char *value);

/* Store a duplicate of an open file in a file field. Returns 0 or -errno. */
int field_set_file(const struct field_table *table, size_t row, void *object, int fd);

/*
 * Open a file, to be read and written where that is allowed, and store it in a file field. A block device that is in use
 * is refused. Only for who acts for nobody else: field_from_text() opens nothing.
 * Returns 0, or -EINVAL with @error filled.
 */
int field_open_file(const struct field_table *table, size_t row, void *object, const char *path,
		    char *error);

/*
 * Store a number in a number, feature or boolean field.
 * @error: FIELD_ERROR_SIZE bytes: the key, the value and the reason
 * Returns 0 or -EINVAL when it is out of range.
 */
int field_set_number(const struct field_table *table, size_t row, void *object, uint64_t value,
		     char *error);

/*
 * Store a value from its text form: what people type and D-Bus strings carry. Feature lists are names
 * with commas between, or a 0x mask.
 * Returns 0, -EINVAL with @error filled, or -ENOMEM.
 */
int field_from_text(const struct field_table *table, size_t row, void *object, const char *text,
		    char *error);

/* The value as text for people: owned, free(). Returns 0, -ENODATA when not present, -ENOMEM. */
int field_text(const struct field_table *table, size_t row, const void *object, char **ret_text);

/* Bit i set: row i has another value, or is there in only one of the two. */
uint64_t field_diff(const struct field_table *table, const void *a, const void *b);

/* Copy all present fields of one object into a zeroed other. Returns 0, -ENOMEM or what dup() says. */
int field_copy(const struct field_table *table, void *to, const void *from);

/* Free the strings and close the files of an object and mark everything absent. */
void field_clear(const struct field_table *table, void *object);

#endif
