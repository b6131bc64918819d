/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the vhost-vdpa ABI that kernels after 6.1 defined; its headers do not have them. */
#ifndef VHOST_VDPA_UAPI_LATER_H
#define VHOST_VDPA_UAPI_LATER_H

#include <uapi/linux/vhost.h>

/* Bits of VHOST_GET_BACKEND_FEATURES: bit, kernel that brought it */
#ifndef VHOST_BACKEND_F_RESUME
#define VHOST_BACKEND_F_RESUME 0x5			/* 6.3 */
#endif
#ifndef VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK
#define VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK 0x6	/* 6.6 */
#endif
#ifndef VHOST_BACKEND_F_DESC_ASID
#define VHOST_BACKEND_F_DESC_ASID 0x7			/* 6.7 */
#endif
#ifndef VHOST_BACKEND_F_IOTLB_PERSIST
#define VHOST_BACKEND_F_IOTLB_PERSIST 0x8		/* 6.7 */
#endif

#ifndef VHOST_VDPA_RESUME
#define VHOST_VDPA_RESUME _IO(VHOST_VIRTIO, 0x7E)	/* 6.3 */
#endif
#ifndef VHOST_VDPA_GET_VRING_DESC_GROUP
/* 6.7 */
#define VHOST_VDPA_GET_VRING_DESC_GROUP _IOWR(VHOST_VIRTIO, 0x7F, struct vhost_vring_state)
#endif
#ifndef VHOST_VDPA_GET_VRING_SIZE
#define VHOST_VDPA_GET_VRING_SIZE _IOWR(VHOST_VIRTIO, 0x82, struct vhost_vring_state) /* 6.9 */
#endif

#endif
