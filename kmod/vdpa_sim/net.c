// SPDX-License-Identifier: GPL-2.0-only
/* The simulated NIC: management device "vdpasim_net", creation, configuration. */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/virtio_config.h>
#include <uapi/linux/vdpa.h>
#include <uapi/linux/virtio_ids.h>

#include "net.h"

#define BIT_OF(name) BIT_ULL(VIRTIO_NET_F_##name)

/* What a device offers in any case unless it was asked for less; more than one pair adds MQ. */
#define NET_FEATURES (VDPASIM_FEATURES | BIT_OF(MTU) | BIT_OF(MAC) | BIT_OF(STATUS) | \
		      BIT_OF(CTRL_VQ) | BIT_OF(CTRL_MAC_ADDR))

/*
 * What it offers besides when it is made through family "vdpactl". Through family "vdpa" it has to be asked for: whoever knows
 * only that expects mainline's device, which has none of this, and tests what comes back from it.
 *
 * RSS and HASH_REPORT are in neither. Which queue receives is the sender's choice here, as the peer's queue of the same
 * number does; a hash of each frame, worked out by the CPU that copies it, would cost more than a short frame's copy and
 * tell a driver nothing that it can use. 6.1's driver knows nothing of USO.
 */
#define NET_FEATURES_OURS (BIT_OF(CSUM) | BIT_OF(GUEST_CSUM) | BIT_OF(CTRL_GUEST_OFFLOADS) | \
			   BIT_OF(GUEST_TSO4) | BIT_OF(GUEST_TSO6) | BIT_OF(GUEST_ECN) | \
			   BIT_OF(GUEST_UFO) | BIT_OF(HOST_TSO4) | BIT_OF(HOST_TSO6) | \
			   BIT_OF(HOST_ECN) | BIT_OF(HOST_UFO) | BIT_OF(MRG_RXBUF) | \
			   BIT_OF(CTRL_RX) | BIT_OF(CTRL_RX_EXTRA) | BIT_OF(CTRL_VLAN) | \
			   BIT_OF(GUEST_ANNOUNCE))

/* What is there for those who ask. */
#define NET_FEATURES_ASKED (NET_FEATURES_OURS | BIT_OF(MQ) | VDPASIM_FEATURES_ASKED)

/* ---- the class ----------------------------------------------------------------------------- */

static u32 net_vq_group(struct vdpasim *sim, u16 idx)
{
	return idx == net_ctrl_index(to_net(sim)) ? NET_GROUP_CTRL : NET_GROUP_DATA;
}

/* Receive queues are served when something is sent; kicks of theirs concern who waits for their buffers. */
static bool net_serves(struct vdpasim *sim, u16 idx)
{
	if (idx == net_ctrl_index(to_net(sim)))
		return READ_ONCE(sim->features) & BIT_ULL(VIRTIO_NET_F_CTRL_VQ);
	return idx < 2 * to_net(sim)->pairs && (idx % 2 || READ_ONCE(to_net(sim)->waits));
}

static bool net_prompt(struct vdpasim *sim, u16 idx)
{
	return idx == net_ctrl_index(to_net(sim));
}

static bool net_serve(struct vdpasim *sim, struct vdpasim_vq *vq)
{
	struct vdpasim_net *net = to_net(sim);

	if (!net_serves(sim, vq->idx))
		return false;
	if (vq->idx == net_ctrl_index(net))
		return net_serve_ctrl(net, vq);
	return vq->idx % 2 ? net_serve_tx(net, vq) : net_serve_rx(net, vq);
}

/* What a driver set through the control queue ends with it. */
static void net_reset(struct vdpasim *sim)
{
	struct vdpasim_net *net = to_net(sim);

	WRITE_ONCE(net->active_pairs, 1);
	WRITE_ONCE(net->guest_off, 0);
	net_filter_reset(&net->filter);
	spin_lock(&sim->state_lock);
	ether_addr_copy(net_config(net)->mac, net->home_mac);
	net_config(net)->status &= ~__cpu_to_virtio16(true, VIRTIO_NET_S_ANNOUNCE);
	spin_unlock(&sim->state_lock);
	net_release_senders(net);
}

/*
 * The MAC is all that can be written: by drivers of before VERSION_1, byte by byte, and by VMMs, QEMU
 * for one, which give the device their guest's address before they reset it. So it outlasts a reset.
 */
static void net_write_config(struct vdpasim *sim, unsigned int offset, const void *buf,
			     unsigned int len)
{
	struct vdpasim_net *net = to_net(sim);

	if (offset >= ETH_ALEN)
		return;
	len = min_t(unsigned int, len, ETH_ALEN - offset);
	spin_lock(&sim->state_lock);
	memcpy(net_config(net)->mac + offset, buf, len);
	memcpy(net->home_mac + offset, buf, len);
	sim->generation++;
	spin_unlock(&sim->state_lock);
	vdpa_notify(&sim->vdpa, VDPACTL_NL_CHANGE_CONFIG);
}

static const struct vdpasim_class net_class = {
	.device_id = VIRTIO_ID_NET,
	.config_size = sizeof(struct virtio_net_config),
	.ngroups = NET_GROUPS,
	.nas = NET_SPACES,
	.vq_group = net_vq_group,
	.ring_group = NET_GROUP_RINGS,
	.serve = net_serve,
	.serves = net_serves,
	.prompt = net_prompt,
	.reset = net_reset,
	.write_config = net_write_config,
	.stats = net_stats,
};

/* ---- live changes -------------------------------------------------------------------------- */

static int net_set_mac(struct vdpa_device *vdpa, const u8 mac[ETH_ALEN])
{
	struct vdpasim *sim = to_sim(vdpa);
	struct vdpasim_net *net = to_net(sim);

	if (!(sim->offered & BIT_ULL(VIRTIO_NET_F_MAC)))
		return -EOPNOTSUPP;
	if (is_multicast_ether_addr(mac))
		return -EINVAL;
	spin_lock(&sim->state_lock);
	ether_addr_copy(net_config(net)->mac, mac);
	ether_addr_copy(net->home_mac, mac);
	spin_unlock(&sim->state_lock);
	vdpasim_config_changed(sim);
	net_announce_soon(net);
	return 0;
}

static int net_set_link(struct vdpa_device *vdpa, bool up)
{
	struct vdpasim *sim = to_sim(vdpa);

	if (!(sim->offered & BIT_ULL(VIRTIO_NET_F_STATUS)))
		return -EOPNOTSUPP;
	net_want_link(to_net(sim), up);
	return 0;
}

static int net_get_peer(struct vdpa_device *vdpa, char *name, size_t size)
{
	return net_peer_name(to_net(to_sim(vdpa)), name, size);
}

static const struct vdpa_ext_ops net_ext_ops = {
	.size = sizeof(struct vdpa_ext_ops),
	.set_mac = net_set_mac,
	.set_link = net_set_link,
	.get_peer = net_get_peer,
	.resume = vdpasim_resume,
	.get_vq_size = vdpasim_get_vq_size,
	.get_backend_features = vdpasim_get_backend_features,
	.set_spans = vdpasim_set_spans,
	.get_vq_desc_group = vdpasim_get_vq_desc_group,
};

/* ---- creation ------------------------------------------------------------------------------ */

/* What every device needs: its addresses are translated, its rings and configuration little-endian. */
#define NET_FEATURES_NEEDED (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM))

/* What must not be offered without one of others. */
static const struct {
	u64 features;
	u64 others;
	const char *text;
} net_needs[] = {
	{ BIT_OF(MQ) | BIT_OF(CTRL_MAC_ADDR) | BIT_OF(CTRL_RX) | BIT_OF(CTRL_RX_EXTRA) |
		  BIT_OF(CTRL_VLAN) | BIT_OF(CTRL_GUEST_OFFLOADS) | BIT_OF(GUEST_ANNOUNCE),
	  BIT_OF(CTRL_VQ), "without CTRL_VQ" },
	{ BIT_OF(GUEST_ANNOUNCE), BIT_OF(STATUS), "without STATUS" },
	{ BIT_OF(HOST_TSO4) | BIT_OF(HOST_TSO6) | BIT_OF(HOST_UFO), BIT_OF(CSUM), "without CSUM" },
	{ BIT_OF(GUEST_TSO4) | BIT_OF(GUEST_TSO6) | BIT_OF(GUEST_UFO), BIT_OF(GUEST_CSUM),
	  "without GUEST_CSUM" },
	{ BIT_OF(HOST_ECN), BIT_OF(HOST_TSO4) | BIT_OF(HOST_TSO6), "without HOST_TSO4 or HOST_TSO6" },
	{ BIT_OF(GUEST_ECN), BIT_OF(GUEST_TSO4) | BIT_OF(GUEST_TSO6),
	  "without GUEST_TSO4 or GUEST_TSO6" },
};

static int check_features(struct vdpa_mgmt_dev *mdev, u64 features)
{
	size_t i;

	if (features & ~mdev->supported_features) {
		vdpa_refuse(mdev, "device_features 0x%llx: the bits 0x%llx are not supported",
			    features, features & ~mdev->supported_features);
		return -EINVAL;
	}
	if (~features & NET_FEATURES_NEEDED) {
		vdpa_refuse(mdev, "device_features 0x%llx: VERSION_1 or ACCESS_PLATFORM is missing",
			    features);
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(net_needs); i++) {
		u64 lost = features & net_needs[i].features;

		if (!lost || (features & net_needs[i].others))
			continue;
		vdpa_refuse(mdev, "device_features 0x%llx: the bits 0x%llx %s", features, lost,
			    net_needs[i].text);
		return -EINVAL;
	}
	return 0;
}

static int check_config(struct vdpa_mgmt_dev *mdev, const struct vdpa_dev_set_config *config)
{
	if ((config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP)) &&
	    (!config->net.max_vq_pairs || config->net.max_vq_pairs > NET_PAIRS_MAX)) {
		vdpa_refuse(mdev, "max_vqp %u is not between 1 and %u", config->net.max_vq_pairs,
			    NET_PAIRS_MAX);
		return -EINVAL;
	}
	if ((config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR)) &&
	    is_multicast_ether_addr(config->net.mac)) {
		vdpa_refuse(mdev, "mac %pM is a group's, not a device's", config->net.mac);
		return -EINVAL;
	}
	if ((config->mask & VDPA_CREATE_NET_BACKPRESSURE) &&
	    !(config->mask & VDPA_CREATE_NET_PEER)) {
		vdpa_refuse(mdev, "backpressure without a peer");
		return -EINVAL;
	}
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES))
		return check_features(mdev, config->device_features);
	return 0;
}

static void init_config(struct vdpasim_net *net, const struct vdpa_dev_set_config *config)
{
	struct virtio_net_config *space = net_config(net);
	u16 mtu = ETH_DATA_LEN;

	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU))
		mtu = config->net.mtu;
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR))
		ether_addr_copy(net->home_mac, config->net.mac);
	ether_addr_copy(space->mac, net->home_mac);
	space->mtu = __cpu_to_virtio16(true, mtu);
	space->status = __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	net->link_wanted = true;
	space->max_virtqueue_pairs = __cpu_to_virtio16(true, net->pairs);
}

/* Run the cable that was asked for, if one was. */
static int connect_peer(struct vdpa_mgmt_dev *mdev, const struct vdpa_dev_set_config *config,
			struct vdpasim_net *net)
{
	const struct vdpa_create_options *options = vdpa_create_options(mdev);
	const char *peer = options->net_peer;
	int err;

	if (!(config->mask & VDPA_CREATE_NET_PEER))
		return 0;
	err = net_connect(net, peer, (config->mask & VDPA_CREATE_NET_BACKPRESSURE) &&
					     options->net_backpressure);
	if (err == -ENODEV)
		vdpa_refuse(mdev, "peer %s is no other device of vdpasim_net", peer);
	else if (err)
		vdpa_refuse(mdev, "peer %s is connected already", peer);
	return err ? -EINVAL : 0;
}

static int net_dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
		       const struct vdpa_dev_set_config *config)
{
	struct vdpasim_create c = {
		.mdev = mdev,
		.name = name,
		.class = &net_class,
		.size = sizeof(struct vdpasim_net),
		.features = NET_FEATURES,
	};
	struct vdpasim_net *net;
	struct vdpasim *sim;
	u16 pairs = 1;
	int err;

	err = check_config(mdev, config);
	if (err)
		return err;
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP))
		pairs = config->net.max_vq_pairs;
	if (vdpa_create_options(mdev)->ours)
		c.features |= NET_FEATURES_OURS;
	if (pairs > 1)
		c.features |= BIT_ULL(VIRTIO_NET_F_MQ);
	if (config->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES))
		c.features = config->device_features;
	c.nvqs = 2 * pairs + 1;

	sim = vdpasim_create(&c);
	if (IS_ERR(sim))
		return PTR_ERR(sim);
	net = to_net(sim);
	net->pairs = pairs;
	net->active_pairs = 1;
	net_filter_reset(&net->filter);
	init_config(net, config);
	vdpa_ext_register(&sim->vdpa, &net_ext_ops);
	net_list_add(net);
	err = connect_peer(mdev, config, net);
	if (err)
		goto err_list_del;
	err = _vdpa_register_device(&sim->vdpa, c.nvqs);
	if (err)
		goto err_list_del;
	return 0;

err_list_del:
	net_list_del(net);
	cancel_delayed_work_sync(&net->announce);
	put_device(&sim->vdpa.dev);
	return err;
}

static void net_dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	struct vdpasim_net *net = to_net(to_sim(vdpa));

	get_device(&vdpa->dev);
	net_list_del(net);
	vdpasim_delete(&net->sim);
	cancel_delayed_work_sync(&net->announce);
	put_device(&vdpa->dev);
}

static const struct vdpa_mgmtdev_ops net_mgmtdev_ops = {
	.dev_add = net_dev_add,
	.dev_del = net_dev_del,
};

static struct virtio_device_id net_ids[] = {
	{ VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static struct vdpa_mgmt_dev net_mgmtdev = {
	.ops = &net_mgmtdev_ops,
	.id_table = net_ids,
	.config_attr_mask = BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MACADDR) |
			    BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MTU) |
			    BIT_ULL(VDPA_ATTR_DEV_NET_CFG_MAX_VQP) |
			    BIT_ULL(VDPA_ATTR_DEV_FEATURES) | VDPA_CREATE_NET_PEER |
			    VDPA_CREATE_NET_BACKPRESSURE,
	.supported_features = NET_FEATURES | NET_FEATURES_ASKED,
	.max_supported_vqs = 2 * NET_PAIRS_MAX + 1,
};

static int __init vdpasim_net_init(void)
{
	int err;

	net_mgmtdev.device = root_device_register("vdpasim_net");
	if (IS_ERR(net_mgmtdev.device))
		return PTR_ERR(net_mgmtdev.device);
	err = vdpa_mgmtdev_register(&net_mgmtdev);
	if (err)
		root_device_unregister(net_mgmtdev.device);
	return err;
}

static void __exit vdpasim_net_exit(void)
{
	vdpa_mgmtdev_unregister(&net_mgmtdev);
	root_device_unregister(net_mgmtdev.device);
}

module_init(vdpasim_net_init);
module_exit(vdpasim_net_exit);

MODULE_DESCRIPTION("Simulated vDPA NIC");
MODULE_LICENSE("GPL");
