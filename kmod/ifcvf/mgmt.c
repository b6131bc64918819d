// SPDX-License-Identifier: GPL-2.0-only
/* A function as a management device "pci/<address>", and the one device that can be made on it. */
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <uapi/linux/vdpa.h>

#include "ifcvf/ifcvf.h"

#define FEATURES_NEEDED (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

static struct ifcvf_card *to_card(struct vdpa_mgmt_dev *mdev)
{
	return container_of(mdev, struct ifcvf_card, mdev);
}

static int check_features(struct vdpa_mgmt_dev *mdev, u64 features)
{
	if (features & ~mdev->supported_features) {
		vdpa_refuse(mdev, "device_features 0x%llx: the function does not have the bits 0x%llx",
			    features, features & ~mdev->supported_features);
		return -EINVAL;
	}
	if (~features & FEATURES_NEEDED) {
		vdpa_refuse(mdev, "device_features 0x%llx: VERSION_1 or ACCESS_PLATFORM is missing",
			    features);
		return -EINVAL;
	}
	return 0;
}

static int ifcvf_dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
			 const struct vdpa_dev_set_config *config)
{
	struct ifcvf_card *card = to_card(mdev);
	const struct vdpa_config_ops *ops = &ifcvf_ops;
	u64 features = card->hw.offered;
	struct ifcvf *v;
	int err;

	if (card->v) {
		vdpa_refuse(mdev, "name %s: pci/%s is used by %s, and is one device only", name,
			    pci_name(card->pdev), dev_name(&card->v->vdpa.dev));
		return -ENOSPC;
	}
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES)) {
		features = config->device_features;
		err = check_features(mdev, features);
		if (err)
			return err;
	}
	if (card->hw.region[IFCVF_LM].length)
		ops = &ifcvf_lm_ops;

	v = vdpa_alloc_device(struct ifcvf, vdpa, &card->pdev->dev, ops, 1, 1, name, false);
	if (IS_ERR(v))
		return PTR_ERR(v);
	v->card = card;
	refcount_inc(&card->users);
	v->offered = features;
	v->vdpa.mdev = mdev;
	v->vdpa.dma_dev = &card->pdev->dev;
	v->vqs = kcalloc(card->hw.nvqs, sizeof(*v->vqs), GFP_KERNEL);
	err = -ENOMEM;
	if (!v->vqs)
		goto err_put;
	err = ifcvf_irqs_get(v);
	if (err) {
		vdpa_refuse(mdev, "name %s: pci/%s gets no MSI-X interrupts", name,
			    pci_name(card->pdev));
		goto err_put;
	}
	vdpa_ext_register(&v->vdpa, &ifcvf_ext_ops);
	card->v = v;
	err = _vdpa_register_device(&v->vdpa, card->hw.nvqs);
	if (err)
		goto err_irqs;
	return 0;

err_irqs:
	card->v = NULL;
	ifcvf_irqs_put(v);
err_put:
	put_device(&v->vdpa.dev);
	return err;
}

static void ifcvf_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	struct ifcvf_card *card = to_card(mdev);

	get_device(&vdpa->dev);
	_vdpa_unregister_device(vdpa);
	ifcvf_stop_all(card);
	ifcvf_irqs_put(to_ifcvf(vdpa));
	card->v = NULL;
	put_device(&vdpa->dev);
}

static const struct vdpa_mgmtdev_ops ifcvf_mgmtdev_ops = {
	.dev_add = ifcvf_dev_add,
	.dev_del = ifcvf_dev_del,
};

int ifcvf_mgmt_register(struct ifcvf_card *card)
{
	card->ids[0] = (struct virtio_device_id){ card->hw.class, VIRTIO_DEV_ANY_ID };
	card->mdev = (struct vdpa_mgmt_dev){
		.device = &card->pdev->dev,
		.ops = &ifcvf_mgmtdev_ops,
		.id_table = card->ids,
		.config_attr_mask = BIT_ULL(VDPA_ATTR_DEV_FEATURES),
		.supported_features = card->hw.offered,
		.max_supported_vqs = card->hw.nvqs,
	};
	refcount_set(&card->users, 1);
	init_completion(&card->gone);
	return vdpa_mgmtdev_register(&card->mdev);
}

void ifcvf_card_put(struct ifcvf_card *card)
{
	if (refcount_dec_and_test(&card->users))
		complete(&card->gone);
}

/* When this returns nothing uses the card any more. */
void ifcvf_mgmt_unregister(struct ifcvf_card *card)
{
	vdpa_mgmtdev_unregister(&card->mdev);
	ifcvf_card_put(card);
	wait_for_completion(&card->gone);
}
