// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated NIC's data path: what is sent comes back if it is for the NIC's own address, a group or
 * everybody. A frame is copied once, from the transmit buffer straight into the receive buffer.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/virtio_config.h>

#include "net.h"

/* Frames served while the locks are held once. */
#define NET_BATCH 64

/* The largest MTU there is, and what is in front of it. Bounds the work on one buffer. */
#define NET_FRAME_MAX (ETH_MAX_MTU + VLAN_ETH_HLEN)

/* What does not change within a batch. */
struct batch {
	struct vdpasim_net *net;
	struct vdpasim_vq *tx;
	struct vdpasim_vq *rx;
	struct net_stats *tx_stats;
	struct net_stats *rx_stats;
	u32 hdr_len; /* the header in front of each frame; without VERSION_1 it lacks num_buffers */
	bool link;
	bool rx_usable;
	u8 mac[ETH_ALEN];
};

static void batch_init(struct batch *b, struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	bool modern = net->sim.features & BIT_ULL(VIRTIO_F_VERSION_1);
	u16 pair = tx->idx / 2;
	u16 to = pair % READ_ONCE(net->active_pairs);

	b->net = net;
	b->tx = tx;
	b->rx = &net->sim.vqs[2 * to];
	b->tx_stats = &net->tx[pair];
	b->rx_stats = &net->rx[to];
	b->hdr_len = modern ? sizeof(struct virtio_net_hdr_mrg_rxbuf) :
			      sizeof(struct virtio_net_hdr);
	spin_lock(&net->sim.state_lock);
	ether_addr_copy(b->mac, net_config(net)->mac);
	b->link = net_config(net)->status & __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	spin_unlock(&net->sim.state_lock);
}

static int fill(struct batch *b, const struct dvq_chain *c, struct dvq_iter *frame, u32 len)
{
	struct virtio_net_hdr_mrg_rxbuf hdr = { .num_buffers = __cpu_to_virtio16(true, 1) };
	struct dvq_iter to;
	int r;

	dvq_iter_in(&to, &b->rx->q, c);
	r = dvq_write(&to, &hdr, b->hdr_len);
	return r ? r : dvq_copy(&to, frame, len);
}

/* Never holds up the sender: without a buffer that fits, the frame is dropped and counted. */
static void receive(struct batch *b, struct dvq_iter *frame, u32 len)
{
	struct dvq_chain c;
	int r;

	r = b->rx_usable ? dvq_pop(&b->rx->q, &c) : 0;
	if (r <= 0) {
		b->rx_stats->overruns++;
		if (r) {
			b->rx_usable = false;
			vdpasim_break(b->rx);
		}
		return;
	}
	if (!c.error && c.in_len < (u64)b->hdr_len + len) {
		/* The buffer is good for a smaller frame. */
		dvq_unpop(&b->rx->q, &c);
		b->rx_stats->drops++;
		return;
	}
	if (c.error || fill(b, &c, frame, len)) {
		b->rx_stats->errors++;
		dvq_push(&b->rx->q, &c, 0);
		return;
	}
	b->rx_stats->packets++;
	b->rx_stats->bytes += len;
	dvq_push(&b->rx->q, &c, b->hdr_len + len);
}

static bool is_for_us(const struct batch *b, const struct ethhdr *eth)
{
	return is_multicast_ether_addr(eth->h_dest) || ether_addr_equal_unaligned(eth->h_dest, b->mac);
}

static void transmit(struct batch *b, const struct dvq_chain *c)
{
	struct virtio_net_hdr_mrg_rxbuf hdr;
	struct dvq_iter it, frame;
	struct ethhdr eth;
	u32 len;

	dvq_iter_out(&it, &b->tx->q, c);
	if (c->error || c->out_len > b->hdr_len + NET_FRAME_MAX ||
	    dvq_read(&it, &hdr, b->hdr_len)) {
		b->tx_stats->errors++;
		return;
	}
	frame = it;
	len = it.left;
	if (dvq_read(&it, &eth, sizeof(eth))) {
		b->tx_stats->errors++;
		return;
	}
	b->tx_stats->packets++;
	b->tx_stats->bytes += len;
	if (b->link && is_for_us(b, &eth))
		receive(b, &frame, len);
	else
		b->tx_stats->drops++;
}

static int run_batch(struct batch *b)
{
	struct dvq_chain c;
	int n, r = 0;

	for (n = 0; n < NET_BATCH; n++) {
		r = dvq_pop(&b->tx->q, &c);
		if (r <= 0)
			break;
		transmit(b, &c);
		dvq_push(&b->tx->q, &c, 0);
	}
	return r;
}

bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	struct batch b;
	int r;

	batch_init(&b, net, tx);
	dvq_kick_disable(&tx->q);
	mutex_lock_nested(&b.rx->lock, SINGLE_DEPTH_NESTING);
	b.rx_usable = vdpasim_usable(b.rx);
	/* Nothing waits for receive buffers, so drivers need not tell of them. */
	if (b.rx_usable)
		dvq_kick_disable(&b.rx->q);
	r = run_batch(&b);
	if (b.rx_usable)
		vdpasim_publish(b.rx);
	mutex_unlock(&b.rx->lock);

	vdpasim_publish(tx);
	if (r < 0)
		vdpasim_break(tx);
	return r > 0 || (!r && dvq_kick_enable(&tx->q));
}
