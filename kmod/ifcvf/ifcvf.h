/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver of Intel's IFC virtual functions and other virtio functions: a PCI function is a management device, on
 * which one vDPA device can be made.
 */
#ifndef IFCVF_H
#define IFCVF_H

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/refcount.h>
#include <linux/vdpa.h>
#include <linux/virtio.h>

#include <vdpactl-netlink.h>
#include "vdpa_ext.h"
#include "ifcvf/hw.h"

struct ifcvf;

/* A PCI function; from probe to remove. */
struct ifcvf_card {
	struct pci_dev *pdev;
	void __iomem *base[IFCVF_WINDOWS];
	struct mutex lock; /* keeps apart what needs a queue selected, and starts from stops */
	struct ifcvf_hw hw;
	struct vdpa_mgmt_dev mdev;
	struct virtio_device_id ids[2];
	struct ifcvf *v; /* what was made of it, or NULL; the management device's lock */
	refcount_t users; /* devices that have not been released; one count is the driver's */
	struct completion gone;
};

struct ifcvf_vq {
	struct vdpa_callback cb; /* changed while its interrupt is off */
	int irq; /* which may be that of others too */
};

struct ifcvf_vector {
	int irq;
	char name[32];
	void *data; /* of the handler */
};

/* A vDPA device. */
struct ifcvf {
	struct vdpa_device vdpa; /* first: the bus allocates and frees the whole */
	struct ifcvf_card *card;
	u64 offered;
	struct ifcvf_vq *vqs; /* owned */
	struct vdpa_callback config_cb; /* as the queues' */
	int config_irq;
	bool queue_irqs; /* each queue has one for itself */
	struct ifcvf_vector *vectors; /* owned */
	unsigned int nvectors; /* whose interrupt is requested */
};

static inline struct ifcvf *to_ifcvf(struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct ifcvf, vdpa);
}

static inline struct ifcvf_hw *to_hw(struct vdpa_device *vdpa)
{
	return &to_ifcvf(vdpa)->card->hw;
}

/* ops.c */
extern const struct vdpa_config_ops ifcvf_ops;
extern const struct vdpa_config_ops ifcvf_lm_ops; /* for cards that tell where a queue stopped */
extern const struct vdpa_ext_ops ifcvf_ext_ops;
/* Bring the function to rest; one that will not is kept from memory. */
int ifcvf_stop_all(struct ifcvf_card *card);

/* irq.c: interrupts of a device, from its creation to its end. 0 or -errno. */
int ifcvf_irqs_get(struct ifcvf *v);
void ifcvf_irqs_put(struct ifcvf *v);
/* Replace a callback; when this returns the old one runs no more. */
void ifcvf_set_callback(int irq, struct vdpa_callback *cb, const struct vdpa_callback *value);

/* mgmt.c */
int ifcvf_mgmt_register(struct ifcvf_card *card);
void ifcvf_mgmt_unregister(struct ifcvf_card *card);
void ifcvf_card_put(struct ifcvf_card *card);

#endif
