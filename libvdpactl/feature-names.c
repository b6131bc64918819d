// SPDX-License-Identifier: LGPL-2.1-or-later
/* Spelt as iproute2 spells them, so that scripts can move over. */
#include <errno.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <vdpactl.h>

#include "feature-names.h"

#define N_BITS 64

static const char *const net[N_BITS] = {
	[0] = "CSUM",
	[1] = "GUEST_CSUM",
	[2] = "CTRL_GUEST_OFFLOADS",
	[3] = "MTU",
	[5] = "MAC",
	[7] = "GUEST_TSO4",
	[8] = "GUEST_TSO6",
	[9] = "GUEST_ECN",
	[10] = "GUEST_UFO",
	[11] = "HOST_TSO4",
	[12] = "HOST_TSO6",
	[13] = "HOST_ECN",
	[14] = "HOST_UFO",
	[15] = "MRG_RXBUF",
	[16] = "STATUS",
	[17] = "CTRL_VQ",
	[18] = "CTRL_RX",
	[19] = "CTRL_VLAN",
	[20] = "CTRL_RX_EXTRA",
	[21] = "GUEST_ANNOUNCE",
	[22] = "MQ",
	[23] = "CTRL_MAC_ADDR",
	[52] = "VQ_NOTF_COAL",
	[53] = "NOTF_COAL",
	[54] = "GUEST_USO4",
	[55] = "GUEST_USO6",
	[56] = "HOST_USO",
	[57] = "HASH_REPORT",
	[59] = "GUEST_HDRLEN",
	[60] = "RSS",
	[61] = "RSC_EXT",
	[62] = "STANDBY",
	[63] = "SPEED_DUPLEX",
};

static const char *const block[N_BITS] = {
	[0] = "BARRIER",       [1] = "SIZE_MAX",  [2] = "SEG_MAX",
	[4] = "GEOMETRY",      [5] = "RO",	  [6] = "BLK_SIZE",
	[7] = "SCSI",	       [9] = "FLUSH",	  [10] = "TOPOLOGY",
	[11] = "CONFIG_WCE",   [12] = "MQ",	  [13] = "DISCARD",
	[14] = "WRITE_ZEROES", [15] = "LIFETIME", [16] = "SECURE_ERASE",
	[17] = "ZONED",
};

/* Of the ring and the transport: every class has them. */
static const char *const common[N_BITS] = {
	[24] = "NOTIFY_ON_EMPTY", [27] = "ANY_LAYOUT",	      [28] = "RING_INDIRECT_DESC",
	[29] = "RING_EVENT_IDX",  [32] = "VERSION_1",	      [33] = "ACCESS_PLATFORM",
	[34] = "RING_PACKED",	  [35] = "IN_ORDER",	      [36] = "ORDER_PLATFORM",
	[37] = "SR_IOV",	  [38] = "NOTIFICATION_DATA", [39] = "NOTIF_CONFIG_DATA",
	[40] = "RING_RESET",	  [41] = "ADMIN_VQ",
};

static const char *const classes[] = {
	[VIRTIO_ID_NET] = "net",
	[VIRTIO_ID_BLOCK] = "block",
	[VIRTIO_ID_CONSOLE] = "console",
	[VIRTIO_ID_RNG] = "rng",
	[VIRTIO_ID_BALLOON] = "balloon",
	[VIRTIO_ID_IOMEM] = "iomem",
	[VIRTIO_ID_RPMSG] = "rpmsg",
	[VIRTIO_ID_SCSI] = "scsi",
	[VIRTIO_ID_9P] = "9p",
	[VIRTIO_ID_MAC80211_WLAN] = "mac80211_wlan",
	[VIRTIO_ID_RPROC_SERIAL] = "rproc_serial",
	[VIRTIO_ID_CAIF] = "caif",
	[VIRTIO_ID_MEMORY_BALLOON] = "memory_balloon",
	[VIRTIO_ID_GPU] = "gpu",
	[VIRTIO_ID_CLOCK] = "clock",
	[VIRTIO_ID_INPUT] = "input",
	[VIRTIO_ID_VSOCK] = "vsock",
	[VIRTIO_ID_CRYPTO] = "crypto",
	[VIRTIO_ID_SIGNAL_DIST] = "signal_dist",
	[VIRTIO_ID_PSTORE] = "pstore",
	[VIRTIO_ID_IOMMU] = "iommu",
	[VIRTIO_ID_MEM] = "mem",
	[VIRTIO_ID_SOUND] = "sound",
	[VIRTIO_ID_FS] = "fs",
	[VIRTIO_ID_PMEM] = "pmem",
	[VIRTIO_ID_BT] = "bt",
	[VIRTIO_ID_GPIO] = "gpio",
};

const char *vdpactl_class_name(uint32_t device_id)
{
	return device_id < sizeof(classes) / sizeof(classes[0]) ? classes[device_id] : NULL;
}

const char *class_type(uint32_t device_id)
{
	return device_id == VIRTIO_ID_NET ? "network" : vdpactl_class_name(device_id);
}

static const char *const *class_features(uint32_t device_id)
{
	switch (device_id) {
	case VIRTIO_ID_NET:
		return net;
	case VIRTIO_ID_BLOCK:
		return block;
	default:
		return common;
	}
}

const char *vdpactl_feature_name(uint32_t device_id, unsigned int bit)
{
	const char *name;

	if (bit >= N_BITS)
		return NULL;
	name = class_features(device_id)[bit];
	return name ? name : common[bit];
}

const char *feature_text(uint32_t device_id, unsigned int bit, char buf[FEATURE_NAME_SIZE])
{
	const char *name = vdpactl_feature_name(device_id, bit);

	if (name)
		return name;
	snprintf(buf, FEATURE_NAME_SIZE, "bit_%u", bit);
	return buf;
}

static int find(const char *const *table, const char *name)
{
	for (int i = 0; i < N_BITS; i++)
		if (table[i] && strcasecmp(table[i], name) == 0)
			return i;
	return -EINVAL;
}

int feature_parse(uint32_t device_id, const char *name)
{
	const char *const *const tables[] = { class_features(device_id), common, net, block };
	unsigned long bit;
	char *end;
	int r;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		r = find(tables[i], name);
		if (r >= 0)
			return r;
	}
	if (strncasecmp(name, "bit_", 4) != 0 || name[4] < '0' || name[4] > '9')
		return -EINVAL;
	bit = strtoul(name + 4, &end, 10);
	return *end || bit >= N_BITS ? -EINVAL : (int)bit;
}

static int parse_mask(const char *text, uint64_t *ret_features)
{
	unsigned long long mask;
	char *end;

	errno = 0;
	mask = strtoull(text + 2, &end, 16);
	if (errno || *end || !strchr("0123456789abcdefABCDEF", text[2]) || !text[2])
		return -EINVAL;
	*ret_features = mask;
	return 0;
}

int feature_parse_list(uint32_t device_id, const char *text, uint64_t *ret_features, char *bad,
		       size_t bad_size)
{
	uint64_t features = 0;

	snprintf(bad, bad_size, "%s", text);
	if (strncasecmp(text, "0x", 2) == 0)
		return parse_mask(text, ret_features);
	for (;;) {
		size_t n = strcspn(text, ",");
		int bit;

		snprintf(bad, bad_size, "%.*s", (int)n, text);
		bit = strlen(bad) == n ? feature_parse(device_id, bad) : -EINVAL;
		if (bit < 0)
			return -EINVAL;
		features |= 1ULL << bit;
		if (!text[n])
			break;
		text += n + 1;
	}
	*ret_features = features;
	return 0;
}

const char *class_text(uint32_t device_id, char buf[FEATURE_NAME_SIZE])
{
	const char *name = vdpactl_class_name(device_id);

	if (name)
		return name;
	snprintf(buf, FEATURE_NAME_SIZE, "id_%u", device_id);
	return buf;
}
