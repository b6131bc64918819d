/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages made and taken apart by hand, without the code under test and without libnl. */
#ifndef VDPACTL_FAKE_MESSAGE_H
#define VDPACTL_FAKE_MESSAGE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_ATTRS 64

struct message {
	char data[16384];
	size_t size;
};

size_t message_begin(struct message *m, int type, uint32_t sequence, int flags);
void message_end(struct message *m, size_t start);
void message_flags(struct message *m, size_t start, int flags);
/* Take bytes off the end of the last message, which begins at @start. */
void message_cut(struct message *m, size_t start, size_t bytes);
void message_put(struct message *m, const void *data, size_t size);
void message_attr(struct message *m, int type, const void *data, size_t size);
void message_string(struct message *m, int type, const char *text);
void message_u16(struct message *m, int type, uint16_t value);
void message_u32(struct message *m, int type, uint32_t value);
void message_u64(struct message *m, int type, uint64_t value);
size_t message_nest(struct message *m, int type);
void message_nest_end(struct message *m, size_t start);

/* False when the stream of attributes is malformed. */
bool fake_parse(const struct nlattr *attrs[FAKE_ATTRS], const void *data, size_t size);

#endif
