/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR LGPL-2.1-or-later */
/*
 * Netlink numbers of vDPA: the kernel's family "vdpa" and our own family "vdpactl".
 *
 * One copy for both sides: kmod/ and libvdpactl/ include this file. The numbers of family "vdpa" are
 * those of <linux/vdpa.h>, repeated under our own prefix because kernels disagree: what 6.1 calls
 * attribute 21 (a device's own features) later kernels use for the capacity of a block device, and
 * the installed header knows only one of the two meanings.
 */
#ifndef VDPACTL_NETLINK_H
#define VDPACTL_NETLINK_H

/* ---- family "vdpa", version 1: mainline's, nothing of ours may be added -------------------- */

#define VDPANL_FAMILY  "vdpa"
#define VDPANL_VERSION 1

/* Longest device or management-device name our kernel side accepts, without the NUL. */
#define VDPANL_NAME_MAX 63

enum vdpanl_cmd {
	VDPANL_CMD_UNSPEC,
	VDPANL_CMD_MGMTDEV_NEW,	   /* only as the command of a reply */
	VDPANL_CMD_MGMTDEV_GET,	   /* do, dump; anybody */
	VDPANL_CMD_DEV_NEW,	   /* do; CAP_NET_ADMIN; also the command of DEV_GET's reply */
	VDPANL_CMD_DEV_DEL,	   /* do; CAP_NET_ADMIN */
	VDPANL_CMD_DEV_GET,	   /* do, dump; anybody */
	VDPANL_CMD_DEV_CONFIG_GET, /* do, dump; anybody */
	VDPANL_CMD_DEV_VSTATS_GET, /* do; CAP_NET_ADMIN */
	VDPANL_CMD_DEV_ATTR_SET,   /* do; CAP_NET_ADMIN; since Linux 6.12 */
	VDPANL_CMD_COUNT
};

enum vdpanl_attr {
	VDPANL_A_UNSPEC,
	VDPANL_A_MGMTDEV_BUS_NAME,	 /* string; absent when the device has no bus */
	VDPANL_A_MGMTDEV_DEV_NAME,	 /* string */
	VDPANL_A_MGMTDEV_CLASSES,	 /* u64, bit n = virtio device id n */
	VDPANL_A_DEV_NAME,		 /* string */
	VDPANL_A_DEV_ID,		 /* u32, virtio device id */
	VDPANL_A_DEV_VENDOR_ID,		 /* u32 */
	VDPANL_A_DEV_MAX_VQS,		 /* u32 */
	VDPANL_A_DEV_MAX_VQ_SIZE,	 /* u16, descriptors */
	VDPANL_A_DEV_MIN_VQ_SIZE,	 /* u16, descriptors */
	VDPANL_A_NET_MACADDR,		 /* 6 bytes */
	VDPANL_A_NET_STATUS,		 /* u16, VIRTIO_NET_S_* */
	VDPANL_A_NET_MAX_VQP,		 /* u16, queue pairs */
	VDPANL_A_NET_MTU,		 /* u16, bytes, at least 68 */
	VDPANL_A_NEGOTIATED_FEATURES,	 /* u64, only once the driver has set FEATURES_OK */
	VDPANL_A_MGMTDEV_MAX_VQS,	 /* u32 */
	VDPANL_A_MGMTDEV_FEATURES,	 /* u64, what the management device supports */
	VDPANL_A_QUEUE_INDEX,		 /* u32 */
	VDPANL_A_VENDOR_ATTR_NAME,	 /* string, followed by its value */
	VDPANL_A_VENDOR_ATTR_VALUE,	 /* u64 */
	VDPANL_A_DEV_FEATURES,		 /* u64, wanted at create, offered in a report */
	VDPANL_A_21,			 /* u64, see the two names below */
	VDPANL_A_BLK_SIZE_MAX,		 /* u32, bytes */
	VDPANL_A_BLK_BLK_SIZE,		 /* u32, bytes */
	VDPANL_A_BLK_SEG_MAX,		 /* u32 */
	VDPANL_A_BLK_NUM_QUEUES,	 /* u16 */
	VDPANL_A_BLK_PHY_BLK_EXP,	 /* u8, log2 of logical blocks per physical block */
	VDPANL_A_BLK_ALIGN_OFFSET,	 /* u8, logical blocks */
	VDPANL_A_BLK_MIN_IO_SIZE,	 /* u16, logical blocks */
	VDPANL_A_BLK_OPT_IO_SIZE,	 /* u32, logical blocks */
	VDPANL_A_BLK_MAX_DISCARD_SEC,	 /* u32, 512-byte sectors */
	VDPANL_A_BLK_MAX_DISCARD_SEG,	 /* u32 */
	VDPANL_A_BLK_DISCARD_SEC_ALIGN,	 /* u32, 512-byte sectors */
	VDPANL_A_BLK_MAX_WRITE_ZEROES_SEC, /* u32, 512-byte sectors */
	VDPANL_A_BLK_MAX_WRITE_ZEROES_SEG, /* u32 */
	VDPANL_A_BLK_READ_ONLY,		 /* u8, 0 or 1 */
	VDPANL_A_BLK_FLUSH,		 /* u8, 0 or 1 */
	VDPANL_A_COUNT
};

/* Attribute 21 by device class: on a net device Linux 6.1's meaning, on a block device the later. */
#define VDPANL_A_NET_SUPPORTED_FEATURES VDPANL_A_21 /* u64, features the device offers */
#define VDPANL_A_BLK_CAPACITY		VDPANL_A_21 /* u64, 512-byte sectors */

/* ---- family "vdpactl", version 1: ours; absent on kernels that run other modules ----------- */

#define VDPACTL_NL_FAMILY  "vdpactl"
#define VDPACTL_NL_VERSION 1
#define VDPACTL_NL_EVENTS  "events" /* the multicast group, anybody may join */

/* Longest bus-driver name and longest command name of a holder, without the NUL. */
#define VDPACTL_NL_DRIVER_MAX 31
#define VDPACTL_NL_COMM_MAX   15

enum vdpactl_nl_cmd {
	VDPACTL_NL_CMD_UNSPEC,
	/*
	 * Create a device; do; CAP_NET_ADMIN. Request: VDPA (what family "vdpa" takes in its DEV_NEW,
	 * and of a disk BLK_CAPACITY, BLK_BLK_SIZE, BLK_NUM_QUEUES, BLK_READ_ONLY) and optionally DRIVER,
	 * BLK_SHARED, BLK_FD, NET_PEER and with that NET_BACKPRESSURE. A DEV_NAME with one "%d" in it gets the lowest free number. Answered
	 * with one DEV message of the device, then the acknowledgement.
	 */
	VDPACTL_NL_CMD_DEV_NEW,
	/* Report devices; do (VDPA with DEV_NAME) and dump; anybody. Answered with DEV messages. */
	VDPACTL_NL_CMD_DEV_GET,
	/* Change a live device; do; CAP_NET_ADMIN. Request: VDPA (DEV_NAME, NET_MACADDR) and/or LINK. */
	VDPACTL_NL_CMD_DEV_SET,

	/* Multicast in group "events"; each is a hint to read the object again. */
	VDPACTL_NL_CMD_EVENT_DEV_NEW = 16, /* VDPA: DEV_NAME and management device */
	VDPACTL_NL_CMD_EVENT_DEV_CHANGED,  /* the same, and CHANGES */
	VDPACTL_NL_CMD_EVENT_DEV_DELETED,  /* as EVENT_DEV_NEW */
	VDPACTL_NL_CMD_EVENT_MGMTDEV_NEW,  /* VDPA: management device names */
	VDPACTL_NL_CMD_EVENT_MGMTDEV_DELETED,
	VDPACTL_NL_CMD_COUNT
};

enum vdpactl_nl_attr {
	VDPACTL_NL_A_UNSPEC,
	VDPACTL_NL_A_VDPA,	  /* nest of VDPANL_A_* */
	VDPACTL_NL_A_DRIVER,	  /* string: wanted at create ("none" = leave unbound), bound in a report */
	VDPACTL_NL_A_LINK,	  /* u8: 1 up, 0 down */
	VDPACTL_NL_A_IN_USE,	  /* flag: user space holds the device open */
	VDPACTL_NL_A_HOLDER_PID,  /* u32: process that opened or owns it, in the reader's pid namespace */
	VDPACTL_NL_A_HOLDER_COMM, /* string: its command name */
	VDPACTL_NL_A_CHANGES,	  /* u32: VDPACTL_NL_CHANGE_* */
	VDPACTL_NL_A_BLK_SHARED,  /* u8, at create: 1 a simulated disk that holds what all such hold, 0 one of its own */
	VDPACTL_NL_A_NET_PEER,	  /* string: the device at the other end of the cable, wanted at create, there in a report */
	VDPACTL_NL_A_NET_BACKPRESSURE, /* u8, at create: 1 what finds no receive buffer at the other end waits, 0 it is dropped */
	VDPACTL_NL_A_BLK_FD,	  /* u32, at create: a file or block device that the sender has open, which a simulated disk keeps */
	VDPACTL_NL_A_COUNT
};

enum vdpactl_nl_change {
	VDPACTL_NL_CHANGE_DRIVER = 1 << 0, /* a bus driver was bound or unbound */
	VDPACTL_NL_CHANGE_CONFIG = 1 << 1, /* MAC, link or other configuration space */
	VDPACTL_NL_CHANGE_STATUS = 1 << 2, /* the driver's status byte, so negotiated features too */
	VDPACTL_NL_CHANGE_HOLDER = 1 << 3, /* opened or closed by user space */
};

#endif
