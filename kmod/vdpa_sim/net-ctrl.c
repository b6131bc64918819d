// SPDX-License-Identifier: GPL-2.0-only
/* The control queue of the simulated NIC (virtio 1.2, 5.1.6.5). */
#include <linux/etherdevice.h>
#include <linux/virtio_config.h>

#include "net.h"

/* Requests answered while the lock is held once. */
#define CTRL_BATCH 16

/* What a receiver may be asked to do without, and the driver may switch off and on. */
#define GUEST_OFFLOADS (BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) | BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) | \
			BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) | BIT_ULL(VIRTIO_NET_F_GUEST_ECN) | \
			BIT_ULL(VIRTIO_NET_F_GUEST_UFO))

static bool set_mac(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	u8 mac[ETH_ALEN];

	if (args->left != sizeof(mac) || dvq_read(args, mac, sizeof(mac)) ||
	    is_multicast_ether_addr(mac))
		return false;
	spin_lock(&net->sim.state_lock);
	ether_addr_copy(net_config(net)->mac, mac);
	net->sim.generation++;
	spin_unlock(&net->sim.state_lock);
	vdpa_notify(&net->sim.vdpa, VDPACTL_NL_CHANGE_CONFIG);
	return true;
}

static bool set_pairs(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	__virtio16 wire;
	u16 pairs;

	if (args->left != sizeof(wire) || dvq_read(args, &wire, sizeof(wire)))
		return false;
	pairs = __virtio16_to_cpu(true, wire);
	if (pairs < VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MIN || pairs > net->pairs)
		return false;
	WRITE_ONCE(net->active_pairs, pairs);
	return true;
}

/* Only what was negotiated; and large frames come with a checksum that is not done yet. */
static bool set_offloads(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	u64 can = net->sim.features & GUEST_OFFLOADS, on;
	__virtio64 wire;

	if (args->left != sizeof(wire) || dvq_read(args, &wire, sizeof(wire)))
		return false;
	on = __virtio64_to_cpu(true, wire);
	if ((on & ~can) || (on && !(on & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM))))
		return false;
	WRITE_ONCE(net->guest_off, can & ~on);
	return true;
}

static bool ack_announce(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	if (args->left)
		return false;
	spin_lock(&net->sim.state_lock);
	net_config(net)->status &= ~__cpu_to_virtio16(true, VIRTIO_NET_S_ANNOUNCE);
	net->sim.generation++;
	spin_unlock(&net->sim.state_lock);
	vdpa_notify(&net->sim.vdpa, VDPACTL_NL_CHANGE_CONFIG);
	return true;
}

/* Requests, and the feature without which there is no such. */
static const struct {
	u8 class;
	u8 cmd;
	u8 feature;
	bool (*run)(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args);
} requests[] = {
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, VIRTIO_NET_F_CTRL_RX,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, VIRTIO_NET_F_CTRL_RX,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_F_CTRL_RX_EXTRA,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_NOMULTI, VIRTIO_NET_F_CTRL_RX_EXTRA,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_NOUNI, VIRTIO_NET_F_CTRL_RX_EXTRA,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_NOBCAST, VIRTIO_NET_F_CTRL_RX_EXTRA,
	  net_filter_set_mode },
	{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, VIRTIO_NET_F_CTRL_RX,
	  net_filter_set_macs },
	{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, VIRTIO_NET_F_CTRL_MAC_ADDR, set_mac },
	{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, VIRTIO_NET_F_CTRL_VLAN,
	  net_filter_set_vlan },
	{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_DEL, VIRTIO_NET_F_CTRL_VLAN,
	  net_filter_set_vlan },
	{ VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, VIRTIO_NET_F_GUEST_ANNOUNCE,
	  ack_announce },
	{ VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, VIRTIO_NET_F_MQ, set_pairs },
	{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET,
	  VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, set_offloads },
};

static bool run(struct vdpasim_net *net, struct dvq *q, const struct dvq_chain *c)
{
	struct virtio_net_ctrl_hdr hdr;
	struct dvq_iter it;
	size_t i;

	dvq_iter_out(&it, q, c);
	if (dvq_read(&it, &hdr, sizeof(hdr)))
		return false;
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].class == hdr.class && requests[i].cmd == hdr.cmd)
			return (net->sim.features & BIT_ULL(requests[i].feature)) &&
			       requests[i].run(net, hdr.cmd, &it);
	return false;
}

/* Every request is completed, one without room for an answer with nothing written. */
static void answer(struct vdpasim_net *net, struct dvq *q, const struct dvq_chain *c)
{
	u8 status = VIRTIO_NET_ERR;
	struct dvq_iter it;
	u32 written = 0;

	net->ctrl.requests++;
	if (!c->error && c->in_len) {
		if (run(net, q, c))
			status = VIRTIO_NET_OK;
		dvq_iter_in(&it, q, c);
		if (!dvq_write(&it, &status, sizeof(status)))
			written = sizeof(status);
	}
	if (status == VIRTIO_NET_OK)
		net->ctrl.successes++;
	else
		net->ctrl.errors++;
	dvq_push(q, c, written);
}

bool net_serve_ctrl(struct vdpasim_net *net, struct vdpasim_vq *vq)
{
	struct dvq_chain c;
	int n, r = 0;

	dvq_kick_disable(&vq->q);
	for (n = 0; n < CTRL_BATCH; n++) {
		r = dvq_pop(&vq->q, &c);
		if (r <= 0)
			break;
		answer(net, &vq->q, &c);
	}
	vdpasim_publish(vq);
	if (r < 0)
		vdpasim_break(vq);
	return r > 0 || (!r && dvq_kick_enable(&vq->q));
}
