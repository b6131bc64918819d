// SPDX-License-Identifier: GPL-2.0-only
/* Configuration of a net device as attributes. */
#include <linux/if_ether.h>
#include <linux/virtio_config.h>
#include <uapi/linux/virtio_net.h>

#include "core.h"

/* vDPA devices are modern: their configuration space is little-endian. */
static u16 le16(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

/* One pair unless the device offers more. */
static u16 max_vqp(const struct virtio_net_config *config, u64 features)
{
	if (!(features & (BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS))))
		return 1;
	return le16(config->max_virtqueue_pairs);
}

u16 nl_net_max_vqp(struct vdpa_device *vdev, u64 features)
{
	struct virtio_net_config config;

	nl_read_config(vdev, &config, sizeof(config));
	return max_vqp(&config, features);
}

int nl_fill_net_config(struct sk_buff *msg, struct vdpa_device *vdev, u64 features)
{
	struct virtio_net_config config;

	nl_read_config(vdev, &config, sizeof(config));
	/* 6.1 reports the status offered or not, and its tools print the link from it. */
	if (nla_put_u16(msg, VDPANL_A_NET_STATUS, le16(config.status)) ||
	    nl_put_u64(msg, VDPANL_A_NET_SUPPORTED_FEATURES, features))
		return -EMSGSIZE;
	if ((features & BIT_ULL(VIRTIO_NET_F_MTU)) &&
	    nla_put_u16(msg, VDPANL_A_NET_MTU, le16(config.mtu)))
		return -EMSGSIZE;
	if ((features & BIT_ULL(VIRTIO_NET_F_MAC)) &&
	    nla_put(msg, VDPANL_A_NET_MACADDR, ETH_ALEN, config.mac))
		return -EMSGSIZE;
	if ((features & (BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS))) &&
	    nla_put_u16(msg, VDPANL_A_NET_MAX_VQP, max_vqp(&config, features)))
		return -EMSGSIZE;
	return 0;
}
