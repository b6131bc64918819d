// SPDX-License-Identifier: GPL-2.0-only
/* The PCI driver: which functions, and reaching their registers. */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/virtio_ids.h>

#include "ifcvf/ifcvf.h"

#define VENDOR_VIRTIO 0x1af4

/* ---- registers ----------------------------------------------------------------------------- */

static u32 card_config(void *ctx, unsigned int at, unsigned int width)
{
	struct ifcvf_card *card = ctx;
	u32 value = ~0u;
	u16 word;
	u8 byte;

	switch (width) {
	case 1:
		pci_read_config_byte(card->pdev, at, &byte);
		return byte;
	case 2:
		pci_read_config_word(card->pdev, at, &word);
		return word;
	case 4:
		pci_read_config_dword(card->pdev, at, &value);
		break;
	}
	return value;
}

static u64 card_bar_length(void *ctx, unsigned int bar)
{
	struct ifcvf_card *card = ctx;

	return pci_resource_flags(card->pdev, bar) & IORESOURCE_MEM ?
		       pci_resource_len(card->pdev, bar) : 0;
}

static u32 card_read(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width)
{
	struct ifcvf_card *card = ctx;
	void __iomem *p = card->base[window] + offset;

	switch (width) {
	case 1:
		return ioread8(p);
	case 2:
		return ioread16(p);
	}
	return ioread32(p);
}

static void card_write(void *ctx, enum ifcvf_window window, u32 offset, unsigned int width, u32 value)
{
	struct ifcvf_card *card = ctx;
	void __iomem *p = card->base[window] + offset;

	switch (width) {
	case 1:
		iowrite8(value, p);
		break;
	case 2:
		iowrite16(value, p);
		break;
	case 4:
		iowrite32(value, p);
		break;
	}
}

static void card_pause(void *ctx)
{
	usleep_range(500, 1000);
}

static void card_complain(void *ctx, const char *format, ...)
{
	struct ifcvf_card *card = ctx;
	struct va_format text = { .fmt = format };
	va_list args;

	va_start(args, format);
	text.va = &args;
	dev_err_ratelimited(&card->pdev->dev, "%pV\n", &text);
	va_end(args);
}

static const struct ifcvf_regs card_regs = {
	.config = card_config,
	.bar_length = card_bar_length,
	.read = card_read,
	.write = card_write,
	.pause = card_pause,
	.complain = card_complain,
};

/* ---- probe --------------------------------------------------------------------------------- */

/* Modern functions have the class in their device id, transitional ones in that of the subsystem. */
static u16 class_of(const struct pci_dev *pdev)
{
	if (pdev->device >= 0x1040 && pdev->device <= 0x107f)
		return pdev->device - 0x1040;
	return pdev->device >= 0x1000 && pdev->device < 0x1040 ? pdev->subsystem_device : 0;
}

static void unmap_windows(void *data)
{
	struct ifcvf_card *card = data;
	unsigned int i;

	for (i = 0; i < IFCVF_WINDOWS; i++)
		if (card->base[i])
			pci_iounmap(card->pdev, card->base[i]);
}

/* Exactly the BARs that the windows are in, and of those exactly the windows. */
static int map_windows(struct ifcvf_card *card)
{
	int bars = 0, err;
	unsigned int i;

	for (i = IFCVF_COMMON; i < IFCVF_WINDOWS; i++)
		if (card->hw.region[i].length)
			bars |= BIT(card->hw.region[i].bar);
	err = pci_request_selected_regions(card->pdev, bars, KBUILD_MODNAME);
	if (err)
		return err;
	err = devm_add_action(&card->pdev->dev, unmap_windows, card);
	if (err)
		return err;
	for (i = IFCVF_COMMON; i < IFCVF_WINDOWS; i++) {
		struct ifcvf_region *r = &card->hw.region[i];

		if (!r->length)
			continue;
		card->base[i] = pci_iomap_range(card->pdev, r->bar, r->offset, r->length);
		if (!card->base[i])
			return -ENOMEM;
	}
	return 0;
}

static int enable(struct ifcvf_card *card)
{
	struct pci_dev *pdev = card->pdev;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	err = ifcvf_hw_find_windows(&card->hw);
	if (err)
		return err;
	err = map_windows(card);
	if (err)
		return err;
	err = ifcvf_hw_init(&card->hw);
	if (!err)
		pci_set_master(pdev);
	return err;
}

static int ifcvf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct ifcvf_card *card;
	int err;

	card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	if (!card)
		return -ENOMEM;
	card->pdev = pdev;
	mutex_init(&card->lock);
	card->hw.regs = &card_regs;
	card->hw.ctx = card;
	/* Whoever adds an id at run time may say any number with it. */
	card->hw.variant = &ifcvf_variants[id->driver_data < IFCVF_VARIANTS ? id->driver_data :
									      IFCVF_GENERIC];
	card->hw.class = class_of(pdev);
	if (!card->hw.class) {
		dev_err(&pdev->dev, "device id 0x%x is none of virtio's\n", pdev->device);
		return -ENODEV;
	}
	err = enable(card);
	if (err)
		goto err_hw;
	/* A request may come as soon as there is the management device. */
	pci_set_drvdata(pdev, card);
	err = ifcvf_mgmt_register(card);
	if (err)
		goto err_hw;
	return 0;

err_hw:
	ifcvf_hw_fini(&card->hw);
	return err;
}

static void ifcvf_remove(struct pci_dev *pdev)
{
	struct ifcvf_card *card = pci_get_drvdata(pdev);

	ifcvf_mgmt_unregister(card);
	ifcvf_hw_fini(&card->hw);
}

/* What else is to be driven is said by new_id or driver_override, and is IFCVF_GENERIC then. */
static const struct pci_device_id ifcvf_ids[] = {
	{ PCI_DEVICE_SUB(VENDOR_VIRTIO, 0x1041, PCI_VENDOR_ID_INTEL, 0x001a),
	  .driver_data = IFCVF_INTEL_NET },
	{ PCI_DEVICE_SUB(VENDOR_VIRTIO, 0x1000, PCI_VENDOR_ID_INTEL, VIRTIO_ID_NET),
	  .driver_data = IFCVF_INTEL_NET },
	{ PCI_DEVICE_SUB(VENDOR_VIRTIO, 0x1001, PCI_VENDOR_ID_INTEL, VIRTIO_ID_BLOCK),
	  .driver_data = IFCVF_INTEL_BLK },
	{ }
};
MODULE_DEVICE_TABLE(pci, ifcvf_ids);

static struct pci_driver ifcvf_driver = {
	.name = KBUILD_MODNAME,
	.id_table = ifcvf_ids,
	.probe = ifcvf_probe,
	.remove = ifcvf_remove,
};

module_pci_driver(ifcvf_driver);

MODULE_DESCRIPTION("Intel IFC virtual functions, and other virtio functions, as vDPA devices");
MODULE_LICENSE("GPL");
