/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of virtio device ids and feature bits. Those of <vdpactl.h>, and the way back. */
#ifndef VDPACTL_FEATURE_NAMES_H
#define VDPACTL_FEATURE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define FEATURE_NAME_SIZE 32

/* A name in any case: "bit_N" for a bit without one. @buf is used for those. */
const char *feature_text(uint32_t device_id, unsigned int bit, char buf[FEATURE_NAME_SIZE]);

/*
 * The bit of a name or of "bit_N", in upper or lower case; also of the names of other classes of device
 * as long as @device_id has no such name.
 * Returns 0..63 or -EINVAL.
 */
int feature_parse(uint32_t device_id, const char *name);

/* Names with commas, or a mask "0x...". @bad: the part that is wrong, copied. Returns 0 or -EINVAL. */
int feature_parse_list(uint32_t device_id, const char *text, uint64_t *ret_features, char *bad,
		       size_t bad_size);

/* Name of a class, "id_N" when it has none. @buf is used for those. */
const char *class_text(uint32_t device_id, char buf[FEATURE_NAME_SIZE]);

/* As iproute2 calls the type of a device: "network" for id 1, else as vdpactl_class_name(). */
const char *class_type(uint32_t device_id);

#endif
