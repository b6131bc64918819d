// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "fake-message.h"

static void pad(struct message *m)
{
	while (m->size % NLMSG_ALIGNTO)
		m->data[m->size++] = '\0';
}

void message_put(struct message *m, const void *data, size_t size)
{
	if (m->size + size + NLMSG_ALIGNTO > sizeof(m->data))
		abort();
	if (size)
		memcpy(m->data + m->size, data, size);
	m->size += size;
	pad(m);
}

size_t message_begin(struct message *m, int type, uint32_t sequence, int flags)
{
	struct nlmsghdr header = { .nlmsg_type = type,
				   .nlmsg_seq = sequence,
				   .nlmsg_flags = flags };
	size_t start = m->size;

	message_put(m, &header, sizeof(header));
	return start;
}

/* Behind one that was cut a message may begin anywhere. */
static struct nlmsghdr header_of(const struct message *m, size_t start)
{
	struct nlmsghdr header;

	memcpy(&header, m->data + start, sizeof(header));
	return header;
}

void message_end(struct message *m, size_t start)
{
	struct nlmsghdr header = header_of(m, start);

	header.nlmsg_len = m->size - start;
	memcpy(m->data + start, &header, sizeof(header));
}

void message_flags(struct message *m, size_t start, int flags)
{
	struct nlmsghdr header = header_of(m, start);

	header.nlmsg_flags |= flags;
	memcpy(m->data + start, &header, sizeof(header));
}

void message_cut(struct message *m, size_t start, size_t bytes)
{
	m->size -= bytes;
	message_end(m, start);
}

void message_attr(struct message *m, int type, const void *data, size_t size)
{
	struct nlattr a = { .nla_type = type, .nla_len = NLA_HDRLEN + size };

	message_put(m, &a, sizeof(a));
	message_put(m, data, size);
}

void message_string(struct message *m, int type, const char *text)
{
	message_attr(m, type, text, strlen(text) + 1);
}

void message_u16(struct message *m, int type, uint16_t value)
{
	message_attr(m, type, &value, sizeof(value));
}

void message_u32(struct message *m, int type, uint32_t value)
{
	message_attr(m, type, &value, sizeof(value));
}

void message_u64(struct message *m, int type, uint64_t value)
{
	message_attr(m, type, &value, sizeof(value));
}

size_t message_nest(struct message *m, int type)
{
	size_t start = m->size;

	message_attr(m, type | NLA_F_NESTED, NULL, 0);
	return start;
}

void message_nest_end(struct message *m, size_t start)
{
	((struct nlattr *)(m->data + start))->nla_len = m->size - start;
}

bool fake_parse(const struct nlattr *attrs[FAKE_ATTRS], const void *data, size_t size)
{
	const char *p = data;

	memset(attrs, 0, FAKE_ATTRS * sizeof(*attrs));
	while (size) {
		const struct nlattr *a = (const struct nlattr *)p;
		size_t step;

		if (size < NLA_HDRLEN || a->nla_len < NLA_HDRLEN || a->nla_len > size)
			return false;
		step = NLA_ALIGN(a->nla_len);
		if ((a->nla_type & NLA_TYPE_MASK) >= FAKE_ATTRS)
			return false;
		attrs[a->nla_type & NLA_TYPE_MASK] = a;
		step = step > size ? size : step;
		p += step;
		size -= step;
	}
	return true;
}
