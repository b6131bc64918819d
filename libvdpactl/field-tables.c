// SPDX-License-Identifier: LGPL-2.1-or-later
/* THE tables: every attribute of every object, once. */
#include "field.h"
#include "objects.h"
#include "uapi/vdpactl-netlink.h"

#define N(rows)	  (sizeof(rows) / sizeof((rows)[0]))

#define M(member) offsetof(struct vdpactl_mgmtdev, member)
static const struct field mgmtdev_fields[] = {
	{ "name", "Name", FIELD_STRING, 0, M(name), FIELD_KEY },
	{ "supported_classes", "SupportedClasses", FIELD_CLASSES, VDPANL_A_MGMTDEV_CLASSES,
	  M(supported_classes) },
	{ "max_supported_vqs", "MaxSupportedVqs", FIELD_U32, VDPANL_A_MGMTDEV_MAX_VQS,
	  M(max_supported_vqs) },
	{ "dev_features", "DevFeatures", FIELD_FEATURES, VDPANL_A_MGMTDEV_FEATURES, M(dev_features),
	  FIELD_HEX },
};

#define D(member) offsetof(struct vdpactl_device, member)
static const struct field device_fields[] = {
	{ "name", "Name", FIELD_STRING, VDPANL_A_DEV_NAME, D(name), FIELD_KEY },
	{ "type", "Type", FIELD_CLASS, VDPANL_A_DEV_ID, D(type) },
	{ "device_id", "DeviceId", FIELD_U32, VDPANL_A_DEV_ID, D(device_id) },
	{ "mgmtdev", "ManagementDevice", FIELD_STRING, 0, D(mgmtdev) },
	{ "vendor_id", "VendorId", FIELD_U32, VDPANL_A_DEV_VENDOR_ID, D(vendor_id) },
	{ "max_vqs", "MaxVqs", FIELD_U32, VDPANL_A_DEV_MAX_VQS, D(max_vqs) },
	{ "max_vq_size", "MaxVqSize", FIELD_U16, VDPANL_A_DEV_MAX_VQ_SIZE, D(max_vq_size) },
	{ "min_vq_size", "MinVqSize", FIELD_U16, VDPANL_A_DEV_MIN_VQ_SIZE, D(min_vq_size) },
	{ "driver", "Driver", FIELD_STRING, 0, D(driver), FIELD_CHANGES | FIELD_ENDPOINT },
	{ "chardev", "CharDevice", FIELD_STRING, 0, D(chardev), FIELD_CHANGES | FIELD_ENDPOINT },
	{ "netdev", "NetDevice", FIELD_STRING, 0, D(netdev), FIELD_CHANGES | FIELD_ENDPOINT },
	{ "ifindex", "IfIndex", FIELD_U32, 0, D(ifindex), FIELD_CHANGES | FIELD_ENDPOINT },
	{ "disk", "Disk", FIELD_STRING, 0, D(disk), FIELD_CHANGES | FIELD_ENDPOINT },
	{ "in_use", "InUse", FIELD_FLAG, VDPACTL_NL_A_IN_USE, D(in_use),
	  FIELD_CHANGES | FIELD_EXT },
	{ "holder_pid", "HolderPid", FIELD_U32, VDPACTL_NL_A_HOLDER_PID, D(holder_pid),
	  FIELD_CHANGES | FIELD_EXT },
	{ "holder_comm", "HolderComm", FIELD_STRING, VDPACTL_NL_A_HOLDER_COMM, D(holder_comm),
	  FIELD_CHANGES | FIELD_EXT },
	{ "peer", "Peer", FIELD_STRING, VDPACTL_NL_A_NET_PEER, D(peer), FIELD_CHANGES | FIELD_EXT },
};

#define C(member) offsetof(struct vdpactl_config, member)
static const struct field config_fields[] = {
	{ "name", "Name", FIELD_STRING, VDPANL_A_DEV_NAME, C(name), FIELD_KEY },
	{ "device_id", "DeviceId", FIELD_U32, VDPANL_A_DEV_ID, C(device_id) },
	{ "mac", "Mac", FIELD_MAC, VDPANL_A_NET_MACADDR, C(mac),
	  FIELD_NET | FIELD_CHANGES | FIELD_SETTABLE },
	{ "link", "Link", FIELD_LINK, VDPANL_A_NET_STATUS, C(link), FIELD_NET | FIELD_CHANGES },
	{ "link_announce", "LinkAnnounce", FIELD_ANNOUNCE, VDPANL_A_NET_STATUS, C(link_announce),
	  FIELD_NET | FIELD_CHANGES },
	{ "max_vq_pairs", "MaxVqPairs", FIELD_U16, VDPANL_A_NET_MAX_VQP, C(max_vq_pairs),
	  FIELD_NET },
	{ "mtu", "Mtu", FIELD_U16, VDPANL_A_NET_MTU, C(mtu), FIELD_NET },
	{ "capacity", "Capacity", FIELD_U64, VDPANL_A_BLK_CAPACITY, C(capacity),
	  FIELD_BLK | FIELD_CHANGES },
	{ "size_max", "SizeMax", FIELD_U32, VDPANL_A_BLK_SIZE_MAX, C(size_max), FIELD_BLK },
	{ "block_size", "BlockSize", FIELD_U32, VDPANL_A_BLK_BLK_SIZE, C(block_size), FIELD_BLK },
	{ "seg_max", "SegMax", FIELD_U32, VDPANL_A_BLK_SEG_MAX, C(seg_max), FIELD_BLK },
	{ "num_queues", "NumQueues", FIELD_U16, VDPANL_A_BLK_NUM_QUEUES, C(num_queues), FIELD_BLK },
	{ "physical_block_exp", "PhysicalBlockExp", FIELD_U8, VDPANL_A_BLK_PHY_BLK_EXP,
	  C(physical_block_exp), FIELD_BLK },
	{ "alignment_offset", "AlignmentOffset", FIELD_U8, VDPANL_A_BLK_ALIGN_OFFSET,
	  C(alignment_offset), FIELD_BLK },
	{ "min_io_size", "MinIoSize", FIELD_U16, VDPANL_A_BLK_MIN_IO_SIZE, C(min_io_size),
	  FIELD_BLK },
	{ "opt_io_size", "OptIoSize", FIELD_U32, VDPANL_A_BLK_OPT_IO_SIZE, C(opt_io_size),
	  FIELD_BLK },
	{ "max_discard_sectors", "MaxDiscardSectors", FIELD_U32, VDPANL_A_BLK_MAX_DISCARD_SEC,
	  C(max_discard_sectors), FIELD_BLK },
	{ "max_discard_seg", "MaxDiscardSeg", FIELD_U32, VDPANL_A_BLK_MAX_DISCARD_SEG,
	  C(max_discard_seg), FIELD_BLK },
	{ "discard_sector_alignment", "DiscardSectorAlignment", FIELD_U32,
	  VDPANL_A_BLK_DISCARD_SEC_ALIGN, C(discard_sector_alignment), FIELD_BLK },
	{ "max_write_zeroes_sectors", "MaxWriteZeroesSectors", FIELD_U32,
	  VDPANL_A_BLK_MAX_WRITE_ZEROES_SEC, C(max_write_zeroes_sectors), FIELD_BLK },
	{ "max_write_zeroes_seg", "MaxWriteZeroesSeg", FIELD_U32, VDPANL_A_BLK_MAX_WRITE_ZEROES_SEG,
	  C(max_write_zeroes_seg), FIELD_BLK },
	{ "read_only", "ReadOnly", FIELD_BOOL, VDPANL_A_BLK_READ_ONLY, C(read_only), FIELD_BLK },
	{ "flush", "Flush", FIELD_BOOL, VDPANL_A_BLK_FLUSH, C(flush), FIELD_BLK },
	{ "features", "Features", FIELD_FEATURES, VDPANL_A_DEV_FEATURES, C(features), FIELD_HEX },
	{ "negotiated_features", "NegotiatedFeatures", FIELD_FEATURES, VDPANL_A_NEGOTIATED_FEATURES,
	  C(negotiated_features), FIELD_HEX | FIELD_CHANGES },
};

#define R(member) offsetof(struct vdpactl_device_request, member)
static const struct field request_fields[] = {
	{ "name", "Name", FIELD_STRING, VDPANL_A_DEV_NAME, R(name), FIELD_KEY },
	{ "mgmtdev", "ManagementDevice", FIELD_STRING, 0, R(mgmtdev), FIELD_KEY },
	{ "mac", "Mac", FIELD_MAC, VDPANL_A_NET_MACADDR, R(mac), FIELD_AT_CREATE },
	{ "mtu", "Mtu", FIELD_U16, VDPANL_A_NET_MTU, R(mtu), FIELD_AT_CREATE, 68, 65535 },
	{ "max_vqp", "MaxVqp", FIELD_U16, VDPANL_A_NET_MAX_VQP, R(max_vqp), FIELD_AT_CREATE, 1,
	  65535 },
	{ "features", "Features", FIELD_FEATURES, VDPANL_A_DEV_FEATURES, R(features),
	  FIELD_AT_CREATE | FIELD_HEX },
	{ "driver", "Driver", FIELD_DRIVER, 0, R(driver), FIELD_AT_CREATE },
	{ "peer", "Peer", FIELD_STRING, VDPACTL_NL_A_NET_PEER, R(peer),
	  FIELD_AT_CREATE | FIELD_EXT },
	{ "backpressure", "Backpressure", FIELD_BOOL, VDPACTL_NL_A_NET_BACKPRESSURE,
	  R(backpressure), FIELD_AT_CREATE | FIELD_EXT },
	{ "capacity", "Capacity", FIELD_U64, VDPANL_A_BLK_CAPACITY, R(capacity),
	  FIELD_AT_CREATE | FIELD_BLK, 1, 1ull << 54 },
	{ "block_size", "BlockSize", FIELD_U32, VDPANL_A_BLK_BLK_SIZE, R(block_size),
	  FIELD_AT_CREATE | FIELD_BLK, 512, 65536 },
	{ "num_queues", "NumQueues", FIELD_U16, VDPANL_A_BLK_NUM_QUEUES, R(num_queues),
	  FIELD_AT_CREATE | FIELD_BLK, 1, 65535 },
	{ "read_only", "ReadOnly", FIELD_BOOL, VDPANL_A_BLK_READ_ONLY, R(read_only),
	  FIELD_AT_CREATE | FIELD_BLK },
	{ "shared", "Shared", FIELD_BOOL, VDPACTL_NL_A_BLK_SHARED, R(shared),
	  FIELD_AT_CREATE | FIELD_BLK | FIELD_EXT },
	{ "backing", "Backing", FIELD_FILE, VDPACTL_NL_A_BLK_FD, R(backing),
	  FIELD_LIVE | FIELD_BLK | FIELD_EXT },
	{ "autostart", "Autostart", FIELD_BOOL, 0, R(autostart), FIELD_SAVED },
	{ "owner", "Owner", FIELD_ACCOUNT, 0, R(owner), FIELD_SAVED },
	{ "group", "Group", FIELD_ACCOUNT, 0, R(group), FIELD_SAVED },
	{ "mode", "Mode", FIELD_MODE, 0, R(mode), FIELD_SAVED },
};

const struct field_table field_table_mgmtdev = {
	.what = "management device",
	.fields = mgmtdev_fields,
	.n = N(mgmtdev_fields),
	.size = sizeof(struct vdpactl_mgmtdev),
	.id_offset = -1,
};

const struct field_table field_table_device = {
	.what = "device",
	.fields = device_fields,
	.n = N(device_fields),
	.size = sizeof(struct vdpactl_device),
	.id_offset = D(device_id),
};

const struct field_table field_table_config = {
	.what = "configuration",
	.fields = config_fields,
	.n = N(config_fields),
	.size = sizeof(struct vdpactl_config),
	.id_offset = C(device_id),
};

const struct field_table field_table_request = {
	.what = "device request",
	.fields = request_fields,
	.n = N(request_fields),
	.size = sizeof(struct vdpactl_device_request),
	.id_offset = -1,
};
