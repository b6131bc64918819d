// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pci_regs.h>
#include <linux/virtio_ids.h>
#include <stdarg.h>
#include <stdio.h>

#include "card.h"

/* ---- registers ----------------------------------------------------------------------------- */

static u32 ones(unsigned int width)
{
	return width == 4 ? 0xffffffff : (1u << 8 * width) - 1;
}

static u32 load(const u8 *p, unsigned int width)
{
	u32 value = 0;

	for (unsigned int i = 0; i < width; i++)
		value |= (u32)p[i] << 8 * i;
	return value;
}

static void store(u8 *p, unsigned int width, u32 value)
{
	for (unsigned int i = 0; i < width; i++)
		p[i] = (u8)(value >> 8 * i);
}

/* What was selected may be no queue at all. */
static struct card_queue *selected(struct card *c)
{
	static struct card_queue none;

	none = (struct card_queue){ 0 };
	return c->selected < CARD_QUEUES ? &c->queue[c->selected] : &none;
}

/* Whatever takes a while is over when it was looked at often enough. */
static bool still(u32 *left)
{
	if (*left && *left != NEVER)
		--*left;
	return *left;
}

static u32 read_queue(struct card *c, u32 offset)
{
	struct card_queue *q = selected(c);

	switch (offset) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		return q->size;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		return q->vector;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return q->enable;
	case VIRTIO_PCI_COMMON_Q_NOFF:
		return q->notify_off;
	case 58:
		if (q->reset && !still(&c->queue_left))
			q->reset = q->enable = 0;
		return q->reset;
	}
	ck_abort_msg("nobody should read common register %u", offset);
}

static u32 read_common(struct card *c, u32 offset)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DF:
		return (u32)(c->features >> 32 * (c->device_select & 1));
	case VIRTIO_PCI_COMMON_MSIX:
		return c->config_vector;
	case VIRTIO_PCI_COMMON_NUMQ:
		return c->nvqs;
	case VIRTIO_PCI_COMMON_STATUS:
		if (c->left && !still(&c->left))
			c->status = 0;
		return c->status;
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		return c->generation;
	}
	return read_queue(c, offset);
}

static void reset(struct card *c)
{
	for (unsigned int i = 0; i < CARD_QUEUES; i++) {
		struct card_queue *q = &c->queue[i];

		*q = (struct card_queue){ .size = c->sizes[i],
					  .notify_off = q->notify_off,
					  .vector = 0xffff };
	}
	c->config_vector = 0xffff;
	c->driver_features = 0;
	c->left = c->reset_takes;
	if (!c->left)
		c->status = 0;
}

static void half(u64 *value, bool high, u32 bits)
{
	*value = high ? (*value & 0xffffffff) | (u64)bits << 32 : (*value >> 32 << 32) | bits;
}

static void write_queue(struct card *c, u32 offset, u32 value)
{
	struct card_queue *q = selected(c);

	switch (offset) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		q->size = (u16)value;
		break;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		q->vector = value < c->vectors ? (u16)value : 0xffff;
		break;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		q->enable = value || c->stays_enabled;
		break;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		half(&q->desc, offset == VIRTIO_PCI_COMMON_Q_DESCHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		half(&q->avail, offset == VIRTIO_PCI_COMMON_Q_AVAILHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		half(&q->used, offset == VIRTIO_PCI_COMMON_Q_USEDHI, value);
		break;
	case 58:
		q->reset = 1;
		c->queue_left = c->queue_reset_takes;
		break;
	default:
		ck_abort_msg("nobody should write common register %u", offset);
	}
}

static void write_common(struct card *c, u32 offset, u32 value)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		c->device_select = value;
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		c->driver_select = value;
		break;
	case VIRTIO_PCI_COMMON_GF:
		half(&c->driver_features, c->driver_select & 1, value);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		c->config_vector = value < c->vectors ? (u16)value : 0xffff;
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		c->selected = (u16)value;
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		if (value)
			c->status = (u8)value;
		else
			reset(c);
		break;
	default:
		write_queue(c, offset, value);
	}
}

/* A configuration that changes when its second half is read: what was read before is stale. */
static u32 read_config(struct card *c, u32 offset, unsigned int width)
{
	if (offset >= 4 && c->changes) {
		if (c->changes != NEVER)
			c->changes--;
		c->generation++;
		for (unsigned int i = 0; i < 8; i++)
			c->config[i]++;
	}
	return load(c->config + offset, width);
}

static void check_place(struct card *c, enum ifcvf_window window, u32 offset, unsigned int width)
{
	const struct ifcvf_region *r = &c->hw.region[window];

	ck_assert_msg(window > IFCVF_MSIX && window < IFCVF_WINDOWS, "window %d", window);
	ck_assert_msg(width == 1 || width == 2 || width == 4, "width %u", width);
	ck_assert_msg(offset % width == 0, "%u bytes at 0x%x", width, offset);
	ck_assert_msg((u64)offset + width <= r->length, "%u bytes at 0x%x of 0x%x in window %d",
		      width, offset, r->length, window);
	ck_assert_msg((u64)r->offset + r->length <= c->bar[r->bar], "window %d", window);
}

static u32 card_read(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width)
{
	struct card *c = ctx;

	check_place(c, window, offset, width);
	c->reads++;
	if (c->gone)
		return ones(width);
	switch (window) {
	case IFCVF_COMMON:
		return read_common(c, offset);
	case IFCVF_ISR:
		return c->isr;
	case IFCVF_DEVICE:
		return read_config(c, offset, width);
	case IFCVF_LM:
		return load(c->lm + offset, width);
	case IFCVF_MSIX:
	case IFCVF_NOTIFY:
	case IFCVF_WINDOWS:
		break;
	}
	ck_abort_msg("nobody should read window %d", window);
}

static void card_write(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width,
		       u32 value)
{
	struct card *c = ctx;

	check_place(c, window, offset, width);
	if (c->n_writes < ARRAY_SIZE(c->writes))
		c->writes[c->n_writes++] = (struct card_write){ window, offset, value, width };
	if (c->gone)
		return;
	if (window == IFCVF_COMMON)
		write_common(c, offset, value);
	else if (window == IFCVF_DEVICE)
		store(c->config + offset, width, value);
	else if (window == IFCVF_LM)
		store(c->lm + offset, width, value);
	else
		ck_assert_msg(window == IFCVF_NOTIFY, "nobody should write window %d", window);
}

static u32 card_config(void *ctx, unsigned int at, unsigned int width)
{
	struct card *c = ctx;

	ck_assert_msg(at + width <= sizeof(c->pci) && at % width == 0, "%u bytes at %u", width, at);
	c->reads++;
	return c->gone ? ones(width) : load(c->pci + at, width);
}

static u64 card_bar_length(void *ctx, unsigned int bar)
{
	struct card *c = ctx;

	ck_assert_uint_lt(bar, ARRAY_SIZE(c->bar));
	return c->bar[bar];
}

static void card_pause(void *ctx)
{
	((struct card *)ctx)->pauses++;
}

__attribute__((format(printf, 2, 3))) static void card_complain(void *ctx, const char *format, ...)
{
	struct card *c = ctx;
	va_list args;

	va_start(args, format);
	vsnprintf(c->said, sizeof(c->said), format, args);
	va_end(args);
	c->complaints++;
}

static const struct ifcvf_regs card_regs = {
	.config = card_config,
	.bar_length = card_bar_length,
	.read = card_read,
	.write = card_write,
	.pause = card_pause,
	.complain = card_complain,
};

/* ---- for tests ----------------------------------------------------------------------------- */

void card_put32(struct card *c, unsigned int at, u32 value)
{
	store(c->pci + at, 4, value);
}

void card_put_cap(struct card *c, unsigned int at, unsigned int next, u8 type, u8 bar, u32 offset,
		  u32 length)
{
	c->pci[at] = PCI_CAP_ID_VNDR;
	c->pci[at + 1] = (u8)next;
	c->pci[at + 2] = type == VIRTIO_PCI_CAP_NOTIFY_CFG ? 20 : 16;
	c->pci[at + 3] = type;
	c->pci[at + 4] = bar;
	card_put32(c, at + 8, offset);
	card_put32(c, at + 12, length);
}

void card_init(struct card *c)
{
	*c = (struct card){ .features = FEATURES, .nvqs = 3, .vectors = CARD_QUEUES + 1 };
	c->bar[1] = 0x1000;
	c->bar[4] = 0x4000;
	store(c->pci + PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	c->pci[PCI_CAPABILITY_LIST] = 0x98;
	c->pci[0x98] = PCI_CAP_ID_MSIX;
	c->pci[0x99] = 0x40;
	store(c->pci + 0x9a, 2, 3);
	card_put32(c, 0x9c, 1);
	card_put_cap(c, 0x40, 0x50, VIRTIO_PCI_CAP_COMMON_CFG, 4, 0, 0x1000);
	card_put_cap(c, 0x50, 0x60, VIRTIO_PCI_CAP_ISR_CFG, 4, 0x1000, 0x1000);
	card_put_cap(c, 0x60, 0x70, VIRTIO_PCI_CAP_DEVICE_CFG, 4, 0x2000, 0x1000);
	card_put_cap(c, 0x70, 0x88, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, 0x3000, 0x1000);
	card_put32(c, 0x80, CARD_MULT);
	/* A window on BARs through configuration space, which has no place in one. */
	card_put_cap(c, 0x88, 0, VIRTIO_PCI_CAP_PCI_CFG, 0, 0, 0);
	for (u16 i = 0; i < CARD_QUEUES; i++) {
		c->sizes[i] = i == 2 ? 64 : 256;
		c->queue[i].notify_off = i;
	}
	c->hw.regs = &card_regs;
	c->hw.ctx = c;
	c->hw.variant = &ifcvf_variants[IFCVF_GENERIC];
	c->hw.class = VIRTIO_ID_NET;
}

int card_probe(struct card *c)
{
	int err = ifcvf_hw_find_windows(&c->hw);

	return err ? err : ifcvf_hw_init(&c->hw);
}

struct ifcvf_hw *card_open(struct card *c, u16 variant)
{
	c->hw.variant = &ifcvf_variants[variant];
	ck_assert_msg(card_probe(c) == 0, "said \"%s\"", c->said);
	return &c->hw;
}

void card_close(struct card *c)
{
	ifcvf_hw_fini(&c->hw);
}

unsigned int card_wrote(const struct card *c, enum ifcvf_window window, u32 offset, u32 *ret_last)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n_writes; i++) {
		if (c->writes[i].window != window || c->writes[i].offset != offset)
			continue;
		if (ret_last)
			*ret_last = c->writes[i].value;
		n++;
	}
	return n;
}

unsigned int card_when(const struct card *c, enum ifcvf_window window, u32 offset, u32 value)
{
	for (unsigned int i = 0; i < c->n_writes; i++)
		if (c->writes[i].window == window && c->writes[i].offset == offset &&
		    c->writes[i].value == value)
			return i;
	ck_abort_msg("0x%x was never written to 0x%x of window %d", value, offset, window);
}

struct ifcvf_queue *card_ready(struct card *c, u16 idx, u16 num)
{
	struct ifcvf_queue *q = &c->hw.queues[idx];

	q->num = num;
	q->desc = 0x1122334455667000 + idx;
	q->driver = 0x2233445566778000 + idx;
	q->device = 0x3344556677889000 + idx;
	q->vector = idx;
	q->ready = true;
	return q;
}
