// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated NIC's data path: what is sent is received by the other end of the cable, or where there never was
 * one by the NIC itself, if it is for the receiver's address, a group or everybody. A frame is copied once, from the transmit buffer straight into the receive buffer.
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
	struct vdpasim_vq *tx;
	struct vdpasim_vq *rx; /* NULL: there is nobody at the other end */
	struct net_stats *tx_stats;
	struct net_stats *rx_stats;
	u32 tx_hdr; /* bytes in front of each frame that is sent */
	u32 rx_hdr; /* ... and received */
	bool link;
	bool rx_usable;
	u8 mac[ETH_ALEN]; /* the receiver's */
};

/* Without VERSION_1 the header lacks num_buffers. */
static u32 header_size(const struct vdpasim_net *net)
{
	return READ_ONCE(net->sim.features) & BIT_ULL(VIRTIO_F_VERSION_1) ?
		       sizeof(struct virtio_net_hdr_mrg_rxbuf) : sizeof(struct virtio_net_hdr);
}

/* Both ends of a cable have the link, or none. */
static void batch_init(struct batch *b, struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	struct vdpasim_net *to = net_receiver(net);
	u16 pair = tx->idx / 2;

	*b = (struct batch){ .tx = tx, .tx_stats = &net->tx[pair], .tx_hdr = header_size(net) };
	if (!to)
		return;
	pair %= READ_ONCE(to->active_pairs);
	b->rx = &to->sim.vqs[2 * pair];
	b->rx_stats = &to->rx[pair];
	b->rx_hdr = header_size(to);
	spin_lock(&to->sim.state_lock);
	ether_addr_copy(b->mac, net_config(to)->mac);
	b->link = net_config(to)->status & __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	spin_unlock(&to->sim.state_lock);
}

static int fill(struct batch *b, const struct dvq_chain *c, struct dvq_iter *frame, u32 len)
{
	struct virtio_net_hdr_mrg_rxbuf hdr = { .num_buffers = __cpu_to_virtio16(true, 1) };
	struct dvq_iter to;
	int r;

	dvq_iter_in(&to, &b->rx->q, c);
	r = dvq_write(&to, &hdr, b->rx_hdr);
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
	if (!c.error && c.in_len < (u64)b->rx_hdr + len) {
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
	dvq_push(&b->rx->q, &c, b->rx_hdr + len);
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
	if (c->error || c->out_len > b->tx_hdr + NET_FRAME_MAX ||
	    dvq_read(&it, &hdr, b->tx_hdr)) {
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

static void receiver_begin(struct batch *b)
{
	mutex_lock_nested(&b->rx->lock, SINGLE_DEPTH_NESTING);
	b->rx_usable = vdpasim_usable(b->rx);
	/* Nothing waits for receive buffers, so drivers need not tell of them. */
	if (b->rx_usable)
		dvq_kick_disable(&b->rx->q);
}

static void receiver_end(struct batch *b)
{
	if (b->rx_usable)
		vdpasim_publish(b->rx);
	mutex_unlock(&b->rx->lock);
}

bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	struct batch b;
	int r;

	batch_init(&b, net, tx);
	dvq_kick_disable(&tx->q);
	if (b.rx)
		receiver_begin(&b);
	r = run_batch(&b);
	if (b.rx)
		receiver_end(&b);

	vdpasim_publish(tx);
	if (r < 0)
		vdpasim_break(tx);
	return r > 0 || (!r && dvq_kick_enable(&tx->q));
}
