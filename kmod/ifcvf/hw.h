/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio 1.x function on PCI: where its registers are, and what is done with them.
 *
 * Nothing that the function says is believed. Numbers are bounded where they are read, nothing outside of what its
 * capabilities name is touched, and every wait ends. Registers are reached through struct ifcvf_regs, so that this
 * layer also runs in user space, where the tests are the function.
 *
 * Whoever calls keeps calls apart, as a queue is selected and then asked; ifcvf_hw_ring(), ifcvf_hw_status(), the
 * configuration space and ifcvf_hw_isr() need no queue selected and may be used at any time.
 */
#ifndef IFCVF_HW_H
#define IFCVF_HW_H

#include <linux/virtio_pci.h>

#include "ifcvf/platform.h"

/* What a function has more of is no function that this driver was made for. QEMU's have 1024 at most. */
#define IFCVF_QUEUES_MAX 1024u

/* The pieces of a function; of virtio's, those that the capabilities' cfg_type names. */
enum ifcvf_window {
	IFCVF_MSIX, /* the table of interrupts: not ours to touch, only known */
	IFCVF_COMMON = VIRTIO_PCI_CAP_COMMON_CFG,
	IFCVF_NOTIFY = VIRTIO_PCI_CAP_NOTIFY_CFG,
	IFCVF_ISR = VIRTIO_PCI_CAP_ISR_CFG,
	IFCVF_DEVICE = VIRTIO_PCI_CAP_DEVICE_CFG,
	IFCVF_LM, /* Intel's registers for live migration; no capability tells of them */
	IFCVF_WINDOWS,
};

struct ifcvf_region {
	u8 bar;
	u32 offset;
	u32 length; /* 0: there is none */
};

/**
 * struct ifcvf_regs - how to reach a function; @ctx is the one of struct ifcvf_hw
 * @config: read @width (1, 2, 4) bytes of PCI's configuration space
 * @bar_length: of a memory BAR, 0 to 5; 0 when there is none
 * @read: @width bytes at @offset, a multiple of @width, of a window; all ones from a function that is gone
 * @write: likewise
 * @pause: let a millisecond or so pass; may sleep
 * @complain: tell the administrator, in a line without its end
 */
struct ifcvf_regs {
	u32 (*config)(void *ctx, unsigned int at, unsigned int width);
	u64 (*bar_length)(void *ctx, unsigned int bar);
	u32 (*read)(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width);
	void (*write)(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width, u32 value);
	void (*pause)(void *ctx);
	void (*complain)(void *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
};

/* Which of Intel's cards; what any virtio function has is all that there is to the generic one. */
enum ifcvf_variant_id {
	IFCVF_GENERIC, /* 0 is also what PCI ids that are added at run time say */
	IFCVF_INTEL_NET,
	IFCVF_INTEL_BLK,
	IFCVF_VARIANTS,
};

/**
 * struct ifcvf_variant - what a card has beyond virtio
 * @has_lm: registers for live migration, and queue_enable 0 stops a queue, which virtio has no word for
 * @lm_bar: the BAR that begins with them
 * @lm_per_block: queues whose state is in one block of 64 bytes
 * @from_used: a queue goes on where the driver got answers, not where requests were taken: what was taken and not
 *	answered is done again
 */
struct ifcvf_variant {
	const char *name;
	bool has_lm;
	u8 lm_bar;
	u8 lm_per_block;
	bool from_used;
};

extern const struct ifcvf_variant ifcvf_variants[IFCVF_VARIANTS];

struct ifcvf_queue {
	u16 size; /* the device takes no more entries; 0: there is no such queue. Constant, as @bell */
	u32 bell; /* where its doorbell is in the window */
	u64 desc, driver, device; /* this and what follows is what the driver said */
	u16 num;
	u16 base; /* of a split ring: where to begin; after a stop, where it stopped */
	u16 vector;
	bool ready;
	bool enabled; /* the device was told all that and uses the ring */
};

struct ifcvf_hw {
	const struct ifcvf_regs *regs;
	void *ctx;
	const struct ifcvf_variant *variant;
	u16 class; /* virtio device id */
	struct ifcvf_region region[IFCVF_WINDOWS];
	u32 notify_multiplier;
	u32 config_size;
	u64 offered;  /* features that the device and this driver have; constant */
	u64 features; /* that the driver took */
	u16 config_vector;
	u16 largest; /* entries of the largest queue */
	u16 nvqs;
	struct ifcvf_queue *queues; /* nvqs of them, owned */
};

/*
 * caps.c. Fill in @hw->region and @notify_multiplier; regs, ctx and variant are set. 0, -ENODEV when the function has
 * not all that virtio asks for, -EIO when its list of capabilities makes no sense.
 */
int ifcvf_hw_find_windows(struct ifcvf_hw *hw);
/* Whether @length bytes from @first of a BAR and the region have any in common. */
bool ifcvf_overlaps(const struct ifcvf_region *r, u8 bar, u64 first, u64 length);
/* Whether the doorbell of queue @idx has a page of @page bytes for itself, and where in its BAR. */
bool ifcvf_hw_doorbell_page(const struct ifcvf_hw *hw, u16 idx, u32 page, u64 *ret_offset);

/*
 * hw.c. Reset the function and learn what it has; class is set and its windows can be reached. 0 or -errno; ends with
 * ifcvf_hw_fini(), which may also be called without.
 */
int ifcvf_hw_init(struct ifcvf_hw *hw);
void ifcvf_hw_fini(struct ifcvf_hw *hw);
/*
 * Forget what the driver said, and bring the function to rest: 0, -ENODEV when it is gone, -ETIMEDOUT when it does not
 * come to rest and may still use memory.
 */
int ifcvf_hw_reset(struct ifcvf_hw *hw);
u8 ifcvf_hw_status(struct ifcvf_hw *hw);
void ifcvf_hw_set_status(struct ifcvf_hw *hw, u8 status);
/* Tell the function what @hw->features says. */
void ifcvf_hw_write_features(struct ifcvf_hw *hw);
/* Tell the function its vectors and of all queues that are ready, before DRIVER_OK. 0 or -errno. */
int ifcvf_hw_start(struct ifcvf_hw *hw);
/* Whether the size that the driver chose is one that the queue can have. */
bool ifcvf_hw_queue_fits(const struct ifcvf_hw *hw, u16 idx);
/* 0; -EINVAL when it is not, -ENOSPC when the function has no interrupt for it. */
int ifcvf_hw_start_queue(struct ifcvf_hw *hw, u16 idx);
/* 0: the function uses the ring no more. -EOPNOTSUPP, -ETIMEDOUT: only resetting all of it can stop it. */
int ifcvf_hw_stop_queue(struct ifcvf_hw *hw, u16 idx);
void ifcvf_hw_ring(struct ifcvf_hw *hw, u16 idx);
/* Any offset and length; what lies outside reads as zero and is not written. */
void ifcvf_hw_read_config(struct ifcvf_hw *hw, u32 offset, void *buf, u32 len);
void ifcvf_hw_write_config(struct ifcvf_hw *hw, u32 offset, const void *buf, u32 len);
u8 ifcvf_hw_generation(struct ifcvf_hw *hw);
/* Why there was an interrupt: VIRTIO_PCI_ISR_CONFIG, or 0. Reading it takes it away. */
u8 ifcvf_hw_isr(struct ifcvf_hw *hw);

/* lm.c. Do without the registers for live migration where they would be something else; the queues are known. */
void ifcvf_hw_check_lm(struct ifcvf_hw *hw);
/* Where the state of queue @idx is in the window; it may lie beyond the window's end. */
u32 ifcvf_lm_offset(const struct ifcvf_variant *variant, u16 idx);
/* Whether a split ring can begin elsewhere than at 0, and tells where it stopped. */
bool ifcvf_hw_has_state(const struct ifcvf_hw *hw, u16 idx);
void ifcvf_hw_write_state(struct ifcvf_hw *hw, u16 idx);
u16 ifcvf_hw_read_state(struct ifcvf_hw *hw, u16 idx);

static inline u32 ifcvf_read(struct ifcvf_hw *hw, enum ifcvf_window window, u32 offset,
			     unsigned int width)
{
	return hw->regs->read(hw->ctx, window, offset, width);
}

static inline void ifcvf_write(struct ifcvf_hw *hw, enum ifcvf_window window, u32 offset,
			       unsigned int width, u32 value)
{
	hw->regs->write(hw->ctx, window, offset, width, value);
}

#define ifcvf_complain(hw, ...) ((hw)->regs->complain((hw)->ctx, __VA_ARGS__))

#endif
