// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Intel's cards have beyond virtio: registers that say where a queue is, for live migration.
 *
 * There is no data sheet. Of a NIC's layout two drivers are at one, Linux 6.1 and DPDK's: a block of 64 bytes for each
 * pair of queues, the receive queue's state first, then the transmit queue's. Later kernels have them 4 bytes apart, all
 * of them, which is the same for the first pair. Of a disk's there is DPDK's driver alone: a block for each queue.
 * DPDK also writes the number of pairs in use to a register beside; that is not done here, as Linux does not either.
 */
#include <linux/virtio_config.h>

#include "ifcvf/hw.h"

#define LM_STATE 0x20u /* of the first queue */
#define LM_BLOCK 0x40u

const struct ifcvf_variant ifcvf_variants[IFCVF_VARIANTS] = {
	[IFCVF_GENERIC] = { .name = "virtio" },
	[IFCVF_INTEL_NET] = {
		.name = "Intel IFC NIC",
		.has_lm = true,
		.lm_bar = 4,
		.lm_per_block = 2,
		.from_used = true,
	},
	[IFCVF_INTEL_BLK] = {
		.name = "Intel IFC disk",
		.has_lm = true,
		.lm_bar = 4,
		.lm_per_block = 1,
	},
};

u32 ifcvf_lm_offset(const struct ifcvf_variant *v, u16 idx)
{
	return LM_STATE + idx / v->lm_per_block * LM_BLOCK + idx % v->lm_per_block * 4u;
}

/*
 * That they are there is known by the card's ids alone. Should capabilities say that something else is at their place,
 * writing a queue's state would do who knows what.
 */
void ifcvf_hw_check_lm(struct ifcvf_hw *hw)
{
	struct ifcvf_region *lm = &hw->region[IFCVF_LM];
	unsigned int i;

	if (!lm->length)
		return;
	lm->length = min_t(u32, lm->length, ifcvf_lm_offset(hw->variant, hw->nvqs - 1) + 4);
	for (i = 0; i < IFCVF_LM; i++) {
		if (!ifcvf_overlaps(&hw->region[i], lm->bar, lm->offset, lm->length))
			continue;
		ifcvf_complain(hw, "%s: other registers are where those for live migration would be",
			       hw->variant->name);
		lm->length = 0;
		return;
	}
}

/* Of packed rings nobody knows how their state would look. */
bool ifcvf_hw_has_state(const struct ifcvf_hw *hw, u16 idx)
{
	return hw->region[IFCVF_LM].length && !(hw->features & BIT_ULL(VIRTIO_F_RING_PACKED)) &&
	       ifcvf_lm_offset(hw->variant, idx) + 4 <= hw->region[IFCVF_LM].length;
}

/* Nothing is in flight, so requests taken and answers given are as many. */
void ifcvf_hw_write_state(struct ifcvf_hw *hw, u16 idx)
{
	u32 base = hw->queues[idx].base;

	ifcvf_write(hw, IFCVF_LM, ifcvf_lm_offset(hw->variant, idx), 4, base | base << 16);
}

u16 ifcvf_hw_read_state(struct ifcvf_hw *hw, u16 idx)
{
	u32 state = ifcvf_read(hw, IFCVF_LM, ifcvf_lm_offset(hw->variant, idx), 4);

	return hw->variant->from_used ? state >> 16 : state & 0xffff;
}
