// SPDX-License-Identifier: GPL-2.0-only
/* What is done with a function's registers. */
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "ifcvf/hw.h"

/* Not in every <linux/virtio_pci.h> that this is built with. */
#define COMMON_QUEUE_RESET 58u
#define F_RING_RESET	   40
#define NO_VECTOR	   0xffffu /* VIRTIO_MSI_NO_VECTOR */

/* Looks at a register until it says what it should, about a millisecond apart. */
#define PATIENCE 2000u

/* Looks at the configuration until it does not change meanwhile. */
#define CONFIG_TRIES 16u

/*
 * The bits from 24 to 49 are about rings and transport, so they need a driver that knows of them; the others are the
 * class's.
 */
#define TRANSPORT_BITS (BIT_ULL(50) - BIT_ULL(24))
#define TRANSPORT_KNOWN                                                                            \
	(BIT_ULL(VIRTIO_F_NOTIFY_ON_EMPTY) | BIT_ULL(VIRTIO_F_ANY_LAYOUT) |                        \
	 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |                 \
	 BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |                         \
	 BIT_ULL(VIRTIO_F_RING_PACKED) | BIT_ULL(VIRTIO_F_IN_ORDER) |                              \
	 BIT_ULL(VIRTIO_F_ORDER_PLATFORM) | BIT_ULL(F_RING_RESET))

static u32 common_read(struct ifcvf_hw *hw, u32 offset, unsigned int width)
{
	return ifcvf_read(hw, IFCVF_COMMON, offset, width);
}

static void common_write(struct ifcvf_hw *hw, u32 offset, unsigned int width, u32 value)
{
	ifcvf_write(hw, IFCVF_COMMON, offset, width, value);
}

/* Halves one after the other, the low one first. */
static void common_write64(struct ifcvf_hw *hw, u32 offset, u64 value)
{
	common_write(hw, offset, 4, (u32)value);
	common_write(hw, offset + 4, 4, (u32)(value >> 32));
}

static void select_queue(struct ifcvf_hw *hw, u16 idx)
{
	common_write(hw, VIRTIO_PCI_COMMON_Q_SELECT, 2, idx);
}

/* ---- what it has --------------------------------------------------------------------------- */

static u64 read_features(struct ifcvf_hw *hw)
{
	u64 features;

	common_write(hw, VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	features = common_read(hw, VIRTIO_PCI_COMMON_DF, 4);
	common_write(hw, VIRTIO_PCI_COMMON_DFSELECT, 4, 1);
	return features | (u64)common_read(hw, VIRTIO_PCI_COMMON_DF, 4) << 32;
}

static int learn_features(struct ifcvf_hw *hw)
{
	u64 features = read_features(hw);

	/* Without the second it would go around the IOMMU, with whatever addresses a guest gives it. */
	if (~features & (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))) {
		ifcvf_complain(hw, "features 0x%llx: VERSION_1 or ACCESS_PLATFORM is missing",
			       (unsigned long long)features);
		return -ENODEV;
	}
	hw->offered = features & (~TRANSPORT_BITS | TRANSPORT_KNOWN);
	if (hw->region[IFCVF_COMMON].length < COMMON_QUEUE_RESET + 2)
		hw->offered &= ~BIT_ULL(F_RING_RESET);
	return 0;
}

/* A split ring has a power of two entries. */
static u16 usable_size(u32 size)
{
	while (size & (size - 1))
		size &= size - 1;
	return (u16)size;
}

static int learn_queue(struct ifcvf_hw *hw, u16 idx)
{
	struct ifcvf_queue *q = &hw->queues[idx];
	u64 bell;

	select_queue(hw, idx);
	q->size = usable_size(common_read(hw, VIRTIO_PCI_COMMON_Q_SIZE, 2));
	bell = (u64)common_read(hw, VIRTIO_PCI_COMMON_Q_NOFF, 2) * hw->notify_multiplier;
	if (!q->size)
		return 0;
	if (bell + 2 > hw->region[IFCVF_NOTIFY].length || bell % 2) {
		ifcvf_complain(hw, "queue %u: its doorbell at 0x%llx is not in a window of 0x%x bytes",
			       idx, (unsigned long long)bell, hw->region[IFCVF_NOTIFY].length);
		return -EIO;
	}
	q->bell = (u32)bell;
	return 0;
}

static int learn_queues(struct ifcvf_hw *hw)
{
	u32 n = common_read(hw, VIRTIO_PCI_COMMON_NUMQ, 2), i;
	int err;

	if (!n || n > IFCVF_QUEUES_MAX) {
		ifcvf_complain(hw, "%u queues are not between 1 and %u", n, IFCVF_QUEUES_MAX);
		return -EIO;
	}
	hw->queues = dvq_alloc(n, sizeof(*hw->queues));
	if (!hw->queues)
		return -ENOMEM;
	hw->nvqs = (u16)n;
	for (i = 0; i < n; i++) {
		err = learn_queue(hw, (u16)i);
		if (err)
			return err;
		if (hw->queues[i].size > hw->largest)
			hw->largest = hw->queues[i].size;
	}
	if (hw->queues[0].size)
		return 0;
	ifcvf_complain(hw, "queue 0 has no entries");
	return -EIO;
}

/* A window may well be larger than what the class has in it. */
static u32 config_size(const struct ifcvf_hw *hw)
{
	u32 length = hw->region[IFCVF_DEVICE].length;

	switch (hw->class) {
	case VIRTIO_ID_NET:
		return min_t(u32, length, sizeof(struct virtio_net_config));
	case VIRTIO_ID_BLOCK:
		return min_t(u32, length, sizeof(struct virtio_blk_config));
	}
	return length;
}

int ifcvf_hw_init(struct ifcvf_hw *hw)
{
	int err;

	hw->config_vector = NO_VECTOR;
	hw->config_size = config_size(hw);
	err = ifcvf_hw_reset(hw);
	if (!err)
		err = learn_features(hw);
	if (!err)
		err = learn_queues(hw);
	if (!err)
		ifcvf_hw_check_lm(hw);
	return err;
}

void ifcvf_hw_fini(struct ifcvf_hw *hw)
{
	dvq_release(hw->queues);
	hw->queues = NULL;
	hw->nvqs = 0;
}

/* ---- status, features ---------------------------------------------------------------------- */

u8 ifcvf_hw_status(struct ifcvf_hw *hw)
{
	return (u8)common_read(hw, VIRTIO_PCI_COMMON_STATUS, 1);
}

void ifcvf_hw_set_status(struct ifcvf_hw *hw, u8 status)
{
	common_write(hw, VIRTIO_PCI_COMMON_STATUS, 1, status);
}

/* The driver's words go, what the device told stays. */
static void forget(struct ifcvf_hw *hw)
{
	u16 i;

	hw->features = 0;
	for (i = 0; i < hw->nvqs; i++) {
		struct ifcvf_queue *q = &hw->queues[i];

		*q = (struct ifcvf_queue){ .size = q->size, .bell = q->bell, .vector = q->vector };
	}
}

int ifcvf_hw_reset(struct ifcvf_hw *hw)
{
	unsigned int left = PATIENCE;
	u8 status;

	forget(hw);
	ifcvf_hw_set_status(hw, 0);
	while ((status = ifcvf_hw_status(hw))) {
		if (status == 0xff)
			return -ENODEV;
		if (!left--) {
			ifcvf_complain(hw, "reset: status is still 0x%x", status);
			return -ETIMEDOUT;
		}
		hw->regs->pause(hw->ctx);
	}
	return 0;
}

void ifcvf_hw_write_features(struct ifcvf_hw *hw)
{
	common_write(hw, VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	common_write(hw, VIRTIO_PCI_COMMON_GF, 4, (u32)hw->features);
	common_write(hw, VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	common_write(hw, VIRTIO_PCI_COMMON_GF, 4, (u32)(hw->features >> 32));
}

/* ---- queues -------------------------------------------------------------------------------- */

/* The function says whether it could do with the vector. */
static int write_vector(struct ifcvf_hw *hw, u32 offset, u16 vector)
{
	common_write(hw, offset, 2, vector);
	return common_read(hw, offset, 2) == vector ? 0 : -ENOSPC;
}

bool ifcvf_hw_queue_fits(const struct ifcvf_hw *hw, u16 idx)
{
	u32 num = hw->queues[idx].num;

	return num && num <= hw->queues[idx].size &&
	       (is_power_of_2(num) || hw->features & BIT_ULL(VIRTIO_F_RING_PACKED));
}

int ifcvf_hw_start_queue(struct ifcvf_hw *hw, u16 idx)
{
	struct ifcvf_queue *q = &hw->queues[idx];

	if (!ifcvf_hw_queue_fits(hw, idx))
		return -EINVAL;
	select_queue(hw, idx);
	if (write_vector(hw, VIRTIO_PCI_COMMON_Q_MSIX, q->vector)) {
		ifcvf_complain(hw, "queue %u: vector %u is refused", idx, q->vector);
		return -ENOSPC;
	}
	common_write(hw, VIRTIO_PCI_COMMON_Q_SIZE, 2, q->num);
	common_write64(hw, VIRTIO_PCI_COMMON_Q_DESCLO, q->desc);
	common_write64(hw, VIRTIO_PCI_COMMON_Q_AVAILLO, q->driver);
	common_write64(hw, VIRTIO_PCI_COMMON_Q_USEDLO, q->device);
	if (ifcvf_hw_has_state(hw, idx))
		ifcvf_hw_write_state(hw, idx);
	common_write(hw, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
	WRITE_ONCE(q->enabled, true);
	return 0;
}

int ifcvf_hw_start(struct ifcvf_hw *hw)
{
	int err;
	u16 i;

	if (write_vector(hw, VIRTIO_PCI_COMMON_MSIX, hw->config_vector)) {
		ifcvf_complain(hw, "configuration: vector %u is refused", hw->config_vector);
		return -ENOSPC;
	}
	for (i = 0; i < hw->nvqs; i++) {
		if (!hw->queues[i].ready || hw->queues[i].enabled)
			continue;
		err = ifcvf_hw_start_queue(hw, i);
		if (err)
			return err;
	}
	return 0;
}

/* Both registers read as zero when it is done. */
static int reset_queue(struct ifcvf_hw *hw, u16 idx)
{
	unsigned int left = PATIENCE;

	select_queue(hw, idx);
	common_write(hw, COMMON_QUEUE_RESET, 2, 1);
	while (common_read(hw, COMMON_QUEUE_RESET, 2) ||
	       common_read(hw, VIRTIO_PCI_COMMON_Q_ENABLE, 2)) {
		if (ifcvf_hw_status(hw) == 0xff)
			return -ENODEV;
		if (!left--) {
			ifcvf_complain(hw, "queue %u: its reset does not end", idx);
			return -ETIMEDOUT;
		}
		hw->regs->pause(hw->ctx);
	}
	return 0;
}

int ifcvf_hw_stop_queue(struct ifcvf_hw *hw, u16 idx)
{
	struct ifcvf_queue *q = &hw->queues[idx];
	int err = 0;

	if (!q->enabled)
		return 0;
	if (hw->region[IFCVF_LM].length) {
		select_queue(hw, idx);
		common_write(hw, VIRTIO_PCI_COMMON_Q_ENABLE, 2, 0);
		if (common_read(hw, VIRTIO_PCI_COMMON_Q_ENABLE, 2))
			return -EOPNOTSUPP;
		if (ifcvf_hw_has_state(hw, idx))
			q->base = ifcvf_hw_read_state(hw, idx);
	} else if (hw->features & BIT_ULL(F_RING_RESET)) {
		err = reset_queue(hw, idx);
	} else {
		err = -EOPNOTSUPP;
	}
	if (!err)
		WRITE_ONCE(q->enabled, false);
	return err;
}

/* In any context, for any queue: what is not in use has no bell to ring. */
void ifcvf_hw_ring(struct ifcvf_hw *hw, u16 idx)
{
	const struct ifcvf_queue *q = &hw->queues[idx];

	if (READ_ONCE(q->enabled))
		ifcvf_write(hw, IFCVF_NOTIFY, q->bell, 2, idx);
}

u8 ifcvf_hw_isr(struct ifcvf_hw *hw)
{
	u8 isr = (u8)ifcvf_read(hw, IFCVF_ISR, 0, 1);

	/* All ones come from a function that is gone. */
	return isr == 0xff ? 0 : isr & VIRTIO_PCI_ISR_CONFIG;
}

/* ---- configuration space ------------------------------------------------------------------- */

u8 ifcvf_hw_generation(struct ifcvf_hw *hw)
{
	return (u8)common_read(hw, VIRTIO_PCI_COMMON_CFGGENERATION, 1);
}

/* Fields are to be read and written as wide as they are; those of 8 bytes in halves. */
static unsigned int width_at(u32 offset, u32 len)
{
	unsigned int width = 4;

	while (offset % width || len < width)
		width /= 2;
	return width;
}

static u32 clamp_config(const struct ifcvf_hw *hw, u32 offset, u32 len)
{
	return offset < hw->config_size ? min_t(u32, len, hw->config_size - offset) : 0;
}

static void read_config_once(struct ifcvf_hw *hw, u32 offset, u8 *buf, u32 len)
{
	unsigned int width, i;
	u32 value;

	for (; len; offset += width, buf += width, len -= width) {
		width = width_at(offset, len);
		value = ifcvf_read(hw, IFCVF_DEVICE, offset, width);
		for (i = 0; i < width; i++)
			buf[i] = (u8)(value >> 8 * i);
	}
}

void ifcvf_hw_read_config(struct ifcvf_hw *hw, u32 offset, void *buf, u32 len)
{
	unsigned int left = CONFIG_TRIES;
	u8 before;

	memset(buf, 0, len);
	len = clamp_config(hw, offset, len);
	if (!len)
		return;
	do {
		before = ifcvf_hw_generation(hw);
		read_config_once(hw, offset, buf, len);
		if (before == ifcvf_hw_generation(hw))
			return;
	} while (--left);
	ifcvf_complain(hw, "configuration: it changes faster than it can be read");
}

void ifcvf_hw_write_config(struct ifcvf_hw *hw, u32 offset, const void *buf, u32 len)
{
	const u8 *from = buf;
	unsigned int width, i;
	u32 value;

	for (len = clamp_config(hw, offset, len); len; offset += width, from += width, len -= width) {
		width = width_at(offset, len);
		for (value = 0, i = 0; i < width; i++)
			value |= (u32)from[i] << 8 * i;
		ifcvf_write(hw, IFCVF_DEVICE, offset, width, value);
	}
}
