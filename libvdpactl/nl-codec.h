/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Netlink attributes <-> objects of field tables. */
#ifndef VDPACTL_NL_CODEC_H
#define VDPACTL_NL_CODEC_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "field.h"

#define NL_CODEC_MAX 64

/* Attributes by number, borrowed from the message; those we do not know are not in here. */
struct nl_attrs {
	const struct nlattr *at[NL_CODEC_MAX];
};

/* Take a stream of attributes apart. Returns 0, or -EBADMSG when it does not end where it says. */
int nl_attrs_parse(struct nl_attrs *attrs, const void *data, size_t size);
/* The same of a message's, behind its generic netlink header. */
int nl_attrs_parse_message(struct nl_attrs *attrs, const struct nlmsghdr *message);
/* The same of a nest's. */
int nl_attrs_parse_nested(struct nl_attrs *attrs, const struct nlattr *nest);

/* Single values. @ret is written only on success; -EBADMSG when absent or of another size. */
int nl_get_u16(const struct nlattr *a, uint16_t *ret);
int nl_get_u32(const struct nlattr *a, uint32_t *ret);
int nl_get_u64(const struct nlattr *a, uint64_t *ret);
/* Borrowed; -EBADMSG also when it does not end with its only NUL. */
int nl_get_string(const struct nlattr *a, const char **ret);

/*
 * Attributes into an object.
 * @ext: false: rows of family "vdpa"; true: those of family "vdpactl", FIELD_EXT
 * Returns 0, -EBADMSG for a value of another size than its row's, -ENOMEM.
 */
int nl_decode(const struct field_table *table, bool ext, const struct nl_attrs *attrs,
	      void *object);

/* The rows of @rows that are present in an object, into a message. Returns 0 or -ENOMEM. */
int nl_encode(const struct field_table *table, uint64_t rows, const void *object,
	      struct nl_msg *msg);

/* The names of a management device: "bus/dev" or "dev" <-> two attributes. @ret_name: owned. */
int nl_decode_mgmtdev(const struct nl_attrs *attrs, char **ret_name);
int nl_encode_mgmtdev(const char *name, struct nl_msg *msg);

#endif
