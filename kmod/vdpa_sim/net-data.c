// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated NIC's data path: what is sent is received by the other end of the cable, or where there never was one by the
 * NIC itself, if its filter lets it in. A frame is copied once, from the transmit buffer straight into receive buffers.
 */
#include <linux/etherdevice.h>
#include <linux/virtio_config.h>

#include "net.h"

/* Frames served while the locks are held once. */
#define NET_BATCH 64

/* Without these two the header lacks num_buffers. */
static u32 header_size(u64 features)
{
	return features & (BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)) ?
		       sizeof(struct virtio_net_hdr_mrg_rxbuf) : sizeof(struct virtio_net_hdr);
}

/* Who does not take frames without a checksum takes none that have to be cut. */
static u64 agreed(const struct vdpasim_net *to, u64 features)
{
	u64 guest = features & ~READ_ONCE(to->guest_off);

	return guest & BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) ? guest : 0;
}

/* Both ends of a cable have the link, or none. */
static void batch_init(struct net_batch *b, struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	struct vdpasim_net *to = net_receiver(net);
	u16 pair = tx->idx / 2;

	*b = (struct net_batch){ .tx = tx, .tx_stats = net->pair[pair].tx };
	b->tx_features = READ_ONCE(net->sim.features);
	b->tx_hdr = header_size(b->tx_features);
	if (!to)
		return;
	pair %= READ_ONCE(to->active_pairs);
	b->rx = &to->sim.vqs[2 * pair];
	b->to = &to->pair[pair];
	b->filter = &to->filter;
	b->rx_features = READ_ONCE(to->sim.features);
	b->rx_hdr = header_size(b->rx_features);
	b->guest = agreed(to, b->rx_features);
	b->waits = READ_ONCE(to->waits);
	spin_lock(&to->sim.state_lock);
	ether_addr_copy(b->mac, net_config(to)->mac);
	b->link = net_config(to)->status & __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	spin_unlock(&to->sim.state_lock);
}

/* What is in front of the frame, and the frame, of which @ret_eth is the beginning: 0, or what to count. */
static int look(const struct net_batch *b, const struct dvq_chain *c, struct net_frame *f,
		struct vlan_ethhdr *ret_eth, u64 *ret_needs)
{
	struct virtio_net_hdr_mrg_rxbuf hdr;
	struct dvq_iter it;

	dvq_iter_out(&it, &b->tx->q, c);
	if (c->error || c->out_len > b->tx_hdr + NET_FRAME_MAX || dvq_read(&it, &hdr, b->tx_hdr))
		return NET_TX_BAD_BUFFER;
	*f = (struct net_frame){ .hdr = hdr.hdr, .rest = it, .len = it.left };
	if (f->len < ETH_HLEN || dvq_read(&it, ret_eth, min_t(u32, f->len, sizeof(*ret_eth))))
		return NET_TX_BAD_BUFFER;
	if (net_offload_check(b->tx_features, &f->hdr, f->len, ret_needs))
		return NET_TX_BAD_HEADER;
	return 0;
}

/* 0, -EINVAL when that is the sender's fault, -EAGAIN, or else why it was dropped; all but the first are counted. */
static int deliver(struct net_batch *b, struct net_frame *f, const struct vlan_ethhdr *eth,
		   u64 needs)
{
	if (!b->link) {
		b->tx_stats[NET_TX_NO_LINK]++;
		return 0;
	}
	if (!net_filter_wants(b, (const u8 *)eth, f->len)) {
		b->tx_stats[NET_TX_NOT_WANTED]++;
		return 0;
	}
	if (needs & ~b->guest)
		return net_offload_do(b, f, needs & ~b->guest);
	return net_receive(b, f, true);
}

/* 0, or -EAGAIN when it has to wait. */
static int transmit(struct net_batch *b, const struct dvq_chain *c)
{
	struct vlan_ethhdr eth;
	struct net_frame f;
	u64 needs;
	int r;

	r = look(b, c, &f, &eth, &needs);
	if (r) {
		b->tx_stats[r]++;
		return 0;
	}
	r = deliver(b, &f, &eth, needs);
	if (r == -EAGAIN) {
		b->tx_stats[NET_TX_WAITS]++;
		return r;
	}
	if (r != -EINVAL) {
		b->tx_stats[NET_TX_PACKETS]++;
		b->tx_stats[NET_TX_BYTES] += f.len;
	}
	return 0;
}

/* As dvq_pop(), or -EAGAIN when the next one has to wait. */
static int run_batch(struct net_batch *b)
{
	struct dvq_chain c;
	int n, r = 0;

	for (n = 0; n < NET_BATCH; n++) {
		r = dvq_pop(&b->tx->q, &c);
		if (r <= 0)
			break;
		if (transmit(b, &c)) {
			dvq_unpop(&b->tx->q, &c);
			return -EAGAIN;
		}
		dvq_push(&b->tx->q, &c, 0);
	}
	return r;
}

static void receiver_begin(struct net_batch *b)
{
	mutex_lock_nested(&b->rx->lock, SINGLE_DEPTH_NESTING);
	b->rx_usable = vdpasim_usable(b->rx);
	/* Drivers need not tell of receive buffers unless somebody waits for them. */
	if (b->rx_usable && !b->to->rx_awaited)
		dvq_kick_disable(&b->rx->q);
}

static void receiver_end(struct net_batch *b)
{
	if (b->rx_usable)
		vdpasim_publish(b->rx);
	mutex_unlock(&b->rx->lock);
}

bool net_serve_tx(struct vdpasim_net *net, struct vdpasim_vq *tx)
{
	struct net_batch b;
	int r;

	batch_init(&b, net, tx);
	dvq_kick_disable(&tx->q);
	if (b.rx)
		receiver_begin(&b);
	r = run_batch(&b);
	if (b.rx)
		receiver_end(&b);

	vdpasim_publish(tx);
	/* Whose receive buffers are waited for wakes us. */
	if (r == -EAGAIN)
		return false;
	if (r < 0)
		vdpasim_break(tx);
	return r > 0 || (!r && dvq_kick_enable(&tx->q));
}
