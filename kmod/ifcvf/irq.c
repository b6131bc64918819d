// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts: one for each queue and one for the configuration if the function has that many, else one for all queues
 * and one for the configuration, else one for everything, which has to ask the function what it means.
 *
 * A device has them from its creation, so that starting it cannot fail for want of them, and so that a queue's
 * interrupt is the same for as long as there is the device.
 */
#include <linux/slab.h>

#include "ifcvf/ifcvf.h"

static void call(const struct vdpa_callback *cb)
{
	if (cb->callback)
		cb->callback(cb->private);
}

static irqreturn_t on_queue(int irq, void *data)
{
	struct ifcvf_vq *vq = data;

	call(&vq->cb);
	return IRQ_HANDLED;
}

static irqreturn_t on_queues(int irq, void *data)
{
	struct ifcvf *v = data;
	u16 i;

	for (i = 0; i < v->card->hw.nvqs; i++)
		call(&v->vqs[i].cb);
	return IRQ_HANDLED;
}

static irqreturn_t on_config(int irq, void *data)
{
	struct ifcvf *v = data;

	call(&v->config_cb);
	vdpa_notify(&v->vdpa, VDPACTL_NL_CHANGE_CONFIG);
	return IRQ_HANDLED;
}

static irqreturn_t on_anything(int irq, void *data)
{
	struct ifcvf *v = data;

	if (ifcvf_hw_isr(&v->card->hw))
		on_config(irq, v);
	return on_queues(irq, v);
}

/* An interrupt that comes while it is off is not lost but comes when it is on again. */
void ifcvf_set_callback(int irq, struct vdpa_callback *cb, const struct vdpa_callback *value)
{
	disable_irq(irq);
	*cb = *value;
	enable_irq(irq);
}

/* ---- getting them -------------------------------------------------------------------------- */

/* How many vectors: for each queue and the configuration, two, one; -ENOSPC when there is none. */
static int alloc_vectors(struct pci_dev *pdev, u16 nvqs)
{
	const int wanted[] = { nvqs + 1, 2, 1 };
	unsigned int i;
	int n = -ENOSPC;

	for (i = 0; i < ARRAY_SIZE(wanted) && n < 0; i++)
		n = pci_alloc_irq_vectors(pdev, wanted[i], wanted[i], PCI_IRQ_MSIX);
	return n;
}

static int request_vector(struct ifcvf *v, irq_handler_t handler, void *data, const char *what)
{
	struct pci_dev *pdev = v->card->pdev;
	struct ifcvf_vector *vector = &v->vectors[v->nvectors];
	int err;

	vector->irq = pci_irq_vector(pdev, v->nvectors);
	vector->data = data;
	snprintf(vector->name, sizeof(vector->name), "ifcvf-%s-%s", pci_name(pdev), what);
	err = request_irq(vector->irq, handler, 0, vector->name, data);
	if (err)
		return err;
	/* A beginning, which whoever administers interrupts may change. */
	irq_set_affinity_and_hint(vector->irq,
				  cpumask_of(cpumask_local_spread(v->nvectors, dev_to_node(&pdev->dev))));
	v->nvectors++;
	return 0;
}

static int request_each(struct ifcvf *v)
{
	struct ifcvf_hw *hw = &v->card->hw;
	char name[8];
	int err;
	u16 i;

	for (i = 0; i < hw->nvqs; i++) {
		snprintf(name, sizeof(name), "%u", i);
		hw->queues[i].vector = v->nvectors;
		err = request_vector(v, on_queue, &v->vqs[i], name);
		if (err)
			return err;
		v->vqs[i].irq = v->vectors[i].irq;
	}
	v->queue_irqs = true;
	return 0;
}

/* All queues have the one that is requested last. */
static void share_vector(struct ifcvf *v)
{
	struct ifcvf_hw *hw = &v->card->hw;
	u16 i;

	for (i = 0; i < hw->nvqs; i++) {
		hw->queues[i].vector = v->nvectors - 1;
		v->vqs[i].irq = v->vectors[v->nvectors - 1].irq;
	}
}

static int request_shared(struct ifcvf *v)
{
	int err = request_vector(v, on_queues, v, "queues");

	if (!err)
		share_vector(v);
	return err;
}

static int request_config(struct ifcvf *v)
{
	int err = request_vector(v, on_config, v, "config");

	if (!err)
		v->config_irq = v->vectors[v->nvectors - 1].irq;
	return err;
}

static int request_one(struct ifcvf *v)
{
	int err = request_vector(v, on_anything, v, "all");

	if (err)
		return err;
	share_vector(v);
	v->config_irq = v->vectors[0].irq;
	return 0;
}

int ifcvf_irqs_get(struct ifcvf *v)
{
	struct ifcvf_hw *hw = &v->card->hw;
	int n = alloc_vectors(v->card->pdev, hw->nvqs), err;

	if (n < 0)
		return n;
	err = -ENOMEM;
	v->vectors = kcalloc(n, sizeof(*v->vectors), GFP_KERNEL);
	if (!v->vectors)
		goto err_put;
	if (n == 1) {
		err = request_one(v);
	} else {
		err = n == hw->nvqs + 1 ? request_each(v) : request_shared(v);
		if (!err)
			err = request_config(v);
	}
	if (err)
		goto err_put;
	hw->config_vector = v->nvectors - 1;
	return 0;

err_put:
	ifcvf_irqs_put(v);
	return err;
}

void ifcvf_irqs_put(struct ifcvf *v)
{
	while (v->nvectors) {
		struct ifcvf_vector *vector = &v->vectors[--v->nvectors];

		irq_set_affinity_and_hint(vector->irq, NULL);
		free_irq(vector->irq, vector->data);
	}
	kfree(v->vectors);
	v->vectors = NULL;
	pci_free_irq_vectors(v->card->pdev);
}
