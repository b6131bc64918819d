/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths through the kernel of which every allocation is failed once: the paths here, the sweep in main.c. */
#ifndef VMTEST_FAULT_H
#define VMTEST_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <vdpactl.h>

#define FAULT_DEVICE "fault"

/* What a path needs, and which sweep it belongs to. */
enum set {
	SIMULATED, /* a simulated device that user space has, if anybody */
	VIRTIO,	   /* ... or virtio_net or virtio_blk */
	PCI,	   /* the function FAULT_FUNCTION, behind an IOMMU */
};

#define FAULT_FUNCTION "0000:00:10.0"

struct path {
	const char *name;
	int (*prepare)(void); /* without faults, once */
	int (*run)(void);     /* the same answer each time, 0 or more, or -errno */
	int (*undo)(void);    /* without faults, after a run that worked */
	int (*finish)(void);
	int error; /* what want of memory may come as besides ENOMEM and ENOBUFS */
	enum set set;
	bool (*works)(
		void); /* without faults, after a run that worked: what it made is of use; or NULL */
};

extern const struct path fault_paths[];
extern const size_t fault_n_paths;

extern struct vdpactl_ctx *fault_ctx;
/* The device that the path at hand is about. */
extern const char *fault_device;

#endif
