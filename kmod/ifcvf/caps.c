// SPDX-License-Identifier: GPL-2.0-only
/* Where a function keeps its registers: the walk through its capabilities. */
#include <linux/pci_regs.h>

#include "ifcvf/hw.h"

#define CONFIG_SIZE 256u
#define HEADER_SIZE 64u

/* Each capability begins on a word of its own, so a list with more of them goes in circles. */
#define CAPS_MAX ((CONFIG_SIZE - HEADER_SIZE) / 4)

#define BARS 6

/* What a window has to be like; no more than @most of it is used. */
static const struct rule {
	const char *name;
	u32 least;
	u32 most;
	u32 align;
	bool needed;
} rules[] = {
	[IFCVF_MSIX] = { "interrupts", 16, 2048 * 16, 8, false },
	[IFCVF_COMMON] = { "common", 56, 64, 4, true },
	[IFCVF_NOTIFY] = { "notify", 2, 64u << 20, 2, true },
	[IFCVF_ISR] = { "isr", 1, 1, 1, true },
	[IFCVF_DEVICE] = { "device", 1, 4096, 4, false },
};

static u32 config(struct ifcvf_hw *hw, unsigned int at, unsigned int width)
{
	return hw->regs->config(hw->ctx, at, width);
}

/* Offset and length are any 32 bits, so their sum needs more. */
static bool fits(struct ifcvf_hw *hw, enum ifcvf_window window, const struct ifcvf_region *r)
{
	const struct rule *rule = &rules[window];
	u64 bar = hw->regs->bar_length(hw->ctx, r->bar);

	if (!bar) {
		ifcvf_complain(hw, "%s: BAR %u is no memory", rule->name, r->bar);
		return false;
	}
	if ((u64)r->offset + r->length > bar) {
		ifcvf_complain(hw, "%s: 0x%x bytes at 0x%x are more than BAR %u of 0x%llx bytes has",
			       rule->name, r->length, r->offset, r->bar, (unsigned long long)bar);
		return false;
	}
	if (r->length < rule->least || r->offset % rule->align) {
		ifcvf_complain(hw, "%s: 0x%x bytes at 0x%x are too few or not aligned", rule->name,
			       r->length, r->offset);
		return false;
	}
	return true;
}

/* The first that can be used counts, as virtio has it. */
static void take_region(struct ifcvf_hw *hw, enum ifcvf_window window, struct ifcvf_region r)
{
	if (hw->region[window].length || !fits(hw, window, &r))
		return;
	r.length = min_t(u32, r.length, rules[window].most);
	hw->region[window] = r;
}

static void take_virtio(struct ifcvf_hw *hw, unsigned int at)
{
	u32 type = config(hw, at + VIRTIO_PCI_CAP_CFG_TYPE, 1);
	unsigned int needed = sizeof(struct virtio_pci_cap);
	struct ifcvf_region r;

	if (type < IFCVF_COMMON || type > IFCVF_DEVICE)
		return;
	if (type == IFCVF_NOTIFY)
		needed = sizeof(struct virtio_pci_notify_cap);
	if (at + needed > CONFIG_SIZE || config(hw, at + VIRTIO_PCI_CAP_LEN, 1) < needed) {
		ifcvf_complain(hw, "%s: the capability at 0x%x is cut short", rules[type].name, at);
		return;
	}
	r.bar = config(hw, at + VIRTIO_PCI_CAP_BAR, 1);
	r.offset = config(hw, at + VIRTIO_PCI_CAP_OFFSET, 4);
	r.length = config(hw, at + VIRTIO_PCI_CAP_LENGTH, 4);
	/* Reserved: to be passed over. */
	if (r.bar >= BARS)
		return;
	if (type == IFCVF_NOTIFY && !hw->region[type].length)
		hw->notify_multiplier = config(hw, at + VIRTIO_PCI_NOTIFY_CAP_MULT, 4);
	take_region(hw, type, r);
}

static void take_msix(struct ifcvf_hw *hw, unsigned int at)
{
	struct ifcvf_region r;
	u32 table;

	if (at + PCI_CAP_MSIX_SIZEOF > CONFIG_SIZE)
		return;
	table = config(hw, at + PCI_MSIX_TABLE, 4);
	r.bar = table & PCI_MSIX_TABLE_BIR;
	r.offset = table & PCI_MSIX_TABLE_OFFSET;
	r.length = ((config(hw, at + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_QSIZE) + 1) *
		   PCI_MSIX_ENTRY_SIZE;
	if (r.bar < BARS)
		take_region(hw, IFCVF_MSIX, r);
}

static int walk(struct ifcvf_hw *hw)
{
	unsigned int at, left = CAPS_MAX;

	if (!(config(hw, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST))
		return 0;
	/* The two bits below are reserved and to be masked off. */
	at = config(hw, PCI_CAPABILITY_LIST, 1) & ~3u;
	while (at) {
		if (at < HEADER_SIZE || !left--) {
			ifcvf_complain(hw, "the list of capabilities %s at 0x%x",
				       at < HEADER_SIZE ? "leads nowhere" : "goes in circles", at);
			return -EIO;
		}
		switch (config(hw, at + PCI_CAP_LIST_ID, 1)) {
		case PCI_CAP_ID_VNDR:
			take_virtio(hw, at);
			break;
		case PCI_CAP_ID_MSIX:
			take_msix(hw, at);
			break;
		}
		at = config(hw, at + PCI_CAP_LIST_NEXT, 1) & ~3u;
	}
	return 0;
}

int ifcvf_hw_find_windows(struct ifcvf_hw *hw)
{
	const struct ifcvf_variant *v = hw->variant;
	unsigned int i;
	int err;

	memset(hw->region, 0, sizeof(hw->region));
	err = walk(hw);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].needed || hw->region[i].length)
			continue;
		ifcvf_complain(hw, "no registers of virtio 1: \"%s\" is missing", rules[i].name);
		return -ENODEV;
	}
	if (v->has_lm) {
		hw->region[IFCVF_LM].bar = v->lm_bar;
		hw->region[IFCVF_LM].length =
			min_t(u64, hw->regs->bar_length(hw->ctx, v->lm_bar),
			      ifcvf_lm_offset(v, IFCVF_QUEUES_MAX));
	}
	return 0;
}

bool ifcvf_overlaps(const struct ifcvf_region *r, u8 bar, u64 first, u64 length)
{
	return r->length && r->bar == bar && r->offset < first + length &&
	       first < (u64)r->offset + r->length;
}

/*
 * User space writes to that page what it likes. Nothing else may be on it, whatever the capabilities say; the table of
 * interrupts least of all.
 */
bool ifcvf_hw_doorbell_page(const struct ifcvf_hw *hw, u16 idx, u32 page, u64 *ret_offset)
{
	const struct ifcvf_region *notify = &hw->region[IFCVF_NOTIFY];
	u64 at = (u64)notify->offset + hw->queues[idx].bell;
	unsigned int i;

	if (hw->notify_multiplier < page || hw->notify_multiplier % page || at % page)
		return false;
	if (at + page > (u64)notify->offset + notify->length)
		return false;
	for (i = 0; i < IFCVF_WINDOWS; i++)
		if (i != IFCVF_NOTIFY && ifcvf_overlaps(&hw->region[i], notify->bar, at, page))
			return false;
	*ret_offset = at;
	return true;
}
