// SPDX-License-Identifier: GPL-2.0-only
/* The control queue of the simulated NIC (virtio 1.2, 5.1.6.5). */
#include <linux/etherdevice.h>
#include <linux/virtio_config.h>

#include "net.h"

/* Requests answered while the lock is held once. */
#define CTRL_BATCH 16

static u8 set_mac(struct vdpasim_net *net, struct dvq_iter *args)
{
	u8 mac[ETH_ALEN];

	if (args->left != sizeof(mac) || dvq_read(args, mac, sizeof(mac)) ||
	    is_multicast_ether_addr(mac))
		return VIRTIO_NET_ERR;
	spin_lock(&net->sim.state_lock);
	ether_addr_copy(net_config(net)->mac, mac);
	net->sim.generation++;
	spin_unlock(&net->sim.state_lock);
	vdpa_notify(&net->sim.vdpa, VDPACTL_NL_CHANGE_CONFIG);
	return VIRTIO_NET_OK;
}

static u8 set_pairs(struct vdpasim_net *net, struct dvq_iter *args)
{
	__virtio16 wire;
	u16 pairs;

	if (args->left != sizeof(wire) || dvq_read(args, &wire, sizeof(wire)))
		return VIRTIO_NET_ERR;
	pairs = __virtio16_to_cpu(true, wire);
	if (pairs < VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MIN || pairs > net->pairs)
		return VIRTIO_NET_ERR;
	WRITE_ONCE(net->active_pairs, pairs);
	return VIRTIO_NET_OK;
}

static u8 run(struct vdpasim_net *net, struct dvq *q, const struct dvq_chain *c)
{
	u64 features = net->sim.features;
	struct virtio_net_ctrl_hdr hdr;
	struct dvq_iter it;

	dvq_iter_out(&it, q, c);
	if (dvq_read(&it, &hdr, sizeof(hdr)))
		return VIRTIO_NET_ERR;
	if (hdr.class == VIRTIO_NET_CTRL_MAC && hdr.cmd == VIRTIO_NET_CTRL_MAC_ADDR_SET &&
	    (features & BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR)))
		return set_mac(net, &it);
	if (hdr.class == VIRTIO_NET_CTRL_MQ && hdr.cmd == VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET &&
	    (features & BIT_ULL(VIRTIO_NET_F_MQ)))
		return set_pairs(net, &it);
	return VIRTIO_NET_ERR;
}

/* Every request is completed, one without room for an answer with nothing written. */
static void answer(struct vdpasim_net *net, struct dvq *q, const struct dvq_chain *c)
{
	u8 status = VIRTIO_NET_ERR;
	struct dvq_iter it;
	u32 written = 0;

	net->ctrl.requests++;
	if (!c->error && c->in_len) {
		status = run(net, q, c);
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
