// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receive buffers of the simulated NIC. A driver that negotiated MRG_RXBUF gets a frame in as many of them as it takes. They
 * are all in hand before the first is written, so a frame comes whole or costs no buffer.
 */
#include "net.h"

/* Buffers merged into one at most; of those that drivers make, for a frame of no more than 1500 bytes, 44 hold the largest. */
#define PARTS_MAX 64

/* Buffers in hand. */
struct parts {
	struct dvq_chain all; /* as one; of several, only with nothing to be read in it */
	unsigned int n;
	struct {
		u32 len;
		u16 head;
		u16 slots;
	} part[PARTS_MAX];
};

static struct dvq_chain part_chain(const struct parts *p, unsigned int i)
{
	return (struct dvq_chain){ .head = p->part[i].head, .slots = p->part[i].slots };
}

static void put_back(struct dvq *q, struct parts *p)
{
	while (p->n) {
		struct dvq_chain c = part_chain(p, --p->n);

		dvq_unpop(q, &c);
	}
}

/* @len bytes are in them. */
static void hand_back(struct dvq *q, const struct parts *p, u32 len)
{
	unsigned int i;

	for (i = 0; i < p->n; i++) {
		struct dvq_chain c = part_chain(p, i);
		u32 n = min(len, p->part[i].len);

		dvq_push(q, &c, n);
		len -= n;
	}
}

static void add(struct parts *p, const struct dvq_chain *c)
{
	p->part[p->n].head = c->head;
	p->part[p->n].slots = c->slots;
	p->part[p->n].len = min_t(u64, c->in_len, U32_MAX);
	if (!p->n++) {
		p->all = *c;
		return;
	}
	p->all.nin += c->nin;
	p->all.in_len += c->in_len;
}

/*
 * There are too few. Those in hand stay counted as taken while kicks are asked for, so that one comes for the next. A
 * frame for which half of the ring does not do is not waited for: the driver may have given all that it can.
 */
static int await(struct net_batch *b, const struct parts *p)
{
	if (p->all.nin >= b->rx->q.cfg.num / 2)
		return -ENOBUFS;
	b->to->rx_awaited = true;
	return dvq_kick_enable(&b->rx->q) ? 0 : -EAGAIN;
}

/* The next one: 0, or the reason to have none of them. */
static int gather_one(struct net_batch *b, struct parts *p, bool may)
{
	struct dvq *q = &b->rx->q;
	struct dvq_chain c;
	int r;

	r = dvq_pop_behind(q, &c, p->all.nout + p->all.nin);
	if (!r)
		return may ? await(b, p) : -ENOBUFS;
	if (r < 0)
		return r;
	if (c.error == -ENOSPC) {
		dvq_unpop(q, &c);
		return -EMSGSIZE;
	}
	add(p, &c);
	/* What is to be read in one of several would lie in the middle. */
	return c.error || (p->n > 1 && p->all.nout + c.nout) ? -EFAULT : 0;
}

static int gather(struct net_batch *b, struct parts *p, u64 len, bool may)
{
	unsigned int max = b->rx_features & BIT_ULL(VIRTIO_NET_F_MRG_RXBUF) ? PARTS_MAX : 1;
	int r = 0;

	while (!r && p->all.in_len < len)
		r = p->n < max ? gather_one(b, p, may) : -EMSGSIZE;
	return r;
}

static int fill(struct net_batch *b, const struct net_frame *f, const struct parts *p)
{
	struct virtio_net_hdr_mrg_rxbuf hdr = {
		.hdr = f->hdr,
		.num_buffers = __cpu_to_virtio16(true, p->n),
	};
	struct dvq_iter to, rest = f->rest;
	int r;

	dvq_iter_in(&to, &b->rx->q, &p->all);
	r = dvq_write(&to, &hdr, b->rx_hdr);
	if (!r)
		r = dvq_write(&to, f->head, f->head_len);
	return r ? r : dvq_copy(&to, &rest, f->len - f->head_len);
}

/* Without buffers for it, or when it has to wait. */
static int drop(struct net_batch *b, struct parts *p, int why)
{
	u64 *stats = b->to->rx;

	if (why == -EFAULT) {
		stats[NET_RX_ERRORS]++;
		hand_back(&b->rx->q, p, 0);
		return why;
	}
	put_back(&b->rx->q, p);
	if (why == -EMSGSIZE) {
		stats[NET_RX_TOO_LONG]++;
	} else if (why == -ENOBUFS) {
		stats[NET_RX_NO_BUFFER]++;
	} else if (why != -EAGAIN) {
		stats[NET_RX_NO_QUEUE]++;
		b->rx_usable = false;
		vdpasim_break(b->rx);
		why = -ENOBUFS;
	}
	return why;
}

int net_receive(struct net_batch *b, const struct net_frame *f, bool may)
{
	u32 len = b->rx_hdr + f->len;
	struct parts p;
	int r;

	if (!b->rx_usable) {
		b->to->rx[NET_RX_NO_QUEUE]++;
		return -ENOBUFS;
	}
	p.all = (struct dvq_chain){};
	p.n = 0;
	r = gather(b, &p, len, may && b->waits);
	if (!r && fill(b, f, &p))
		r = -EFAULT;
	if (r)
		return drop(b, &p, r);
	b->to->rx[NET_RX_PACKETS]++;
	b->to->rx[NET_RX_BYTES] += f->len;
	b->to->rx[NET_RX_MERGED] += p.n > 1;
	hand_back(&b->rx->q, &p, len);
	return 0;
}

/* ---- who waits ----------------------------------------------------------------------------- */

/* The receive queue's lock is held, which keeps the cable where it is. */
static void wake_senders(struct vdpasim_net *net, struct net_pair *pair)
{
	struct vdpasim_net *from = net_receiver(net);
	u16 i;

	if (!pair->rx_awaited)
		return;
	pair->rx_awaited = false;
	for (i = 0; from && i < from->pairs; i++)
		vdpasim_kick(&from->sim.vqs[2 * i + 1]);
}

bool net_serve_rx(struct vdpasim_net *net, struct vdpasim_vq *rx)
{
	wake_senders(net, &net->pair[rx->idx / 2]);
	return false;
}

void net_release_senders(struct vdpasim_net *net)
{
	u16 i;

	for (i = 0; i < net->pairs; i++) {
		struct vdpasim_vq *rx = &net->sim.vqs[2 * i];

		mutex_lock(&rx->lock);
		wake_senders(net, &net->pair[i]);
		mutex_unlock(&rx->lock);
	}
}
