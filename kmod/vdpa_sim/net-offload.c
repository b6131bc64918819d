// SPDX-License-Identifier: GPL-2.0-only
/*
 * What senders leave to the device: checksums, and cutting large frames. A frame whose receiver agreed to the same goes there as it
 * is. For another one the checksum is done and TCP is cut here; UDP that is to be cut, which this kernel's driver never sends, is
 * dropped. Nothing of what a header says is believed: neither where things are in the frame nor how long they are.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/virtio_config.h>
#include <net/checksum.h>

#include "net.h"

/* Room for all that is in front of the data, of any protocol that is known here. */
#define HEAD_MAX 256

static const struct {
	u8 type;
	u8 host; /* what who sends such needs */
	u8 guest; /* ... who receives it */
} kinds[] = {
	{ VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_GUEST_TSO4 },
	{ VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_GUEST_TSO6 },
	{ VIRTIO_NET_HDR_GSO_UDP, VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_GUEST_UFO },
};

static u32 wire16(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

/* ---- what a header says -------------------------------------------------------------------- */

static int check_large(u64 features, struct virtio_net_hdr *hdr, u64 *needs)
{
	u8 type = hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	bool ecn = hdr->gso_type != type;
	size_t i = 0;

	while (i < ARRAY_SIZE(kinds) && kinds[i].type != type)
		i++;
	if (i == ARRAY_SIZE(kinds) || !(features & BIT_ULL(kinds[i].host)))
		return -EINVAL;
	if (ecn && (type == VIRTIO_NET_HDR_GSO_UDP ||
		    !(features & BIT_ULL(VIRTIO_NET_F_HOST_ECN))))
		return -EINVAL;
	if (!hdr->gso_size || !(hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return -EINVAL;
	*needs |= BIT_ULL(kinds[i].guest) | (ecn ? BIT_ULL(VIRTIO_NET_F_GUEST_ECN) : 0);
	return 0;
}

int net_offload_check(u64 features, struct virtio_net_hdr *hdr, u32 len, u64 *ret_needs)
{
	int err = 0;

	*ret_needs = 0;
	/* Drivers that have negotiated none of it may leave what they like in there. */
	if (!(features & BIT_ULL(VIRTIO_NET_F_CSUM))) {
		*hdr = (struct virtio_net_hdr){};
		return 0;
	}
	hdr->flags &= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (hdr->flags) {
		u32 start = wire16(hdr->csum_start);

		if (start < ETH_HLEN || start + wire16(hdr->csum_offset) + sizeof(__sum16) > len)
			return -EINVAL;
		*ret_needs = BIT_ULL(VIRTIO_NET_F_GUEST_CSUM);
	} else {
		hdr->csum_start = 0;
		hdr->csum_offset = 0;
	}
	if (hdr->gso_type == VIRTIO_NET_HDR_GSO_NONE) {
		hdr->gso_size = 0;
		hdr->hdr_len = 0;
		return 0;
	}
	err = check_large(features, hdr, ret_needs);
	/* A hint for who reads the frame in two parts. */
	if (wire16(hdr->hdr_len) > len)
		hdr->hdr_len = 0;
	return err;
}

/* ---- checksums ----------------------------------------------------------------------------- */

/* Add @len bytes. Portions are even, so each begins where a word does. */
static int sum_bytes(struct dvq_iter from, u32 len, __wsum *sum)
{
	u8 portion[256];

	while (len) {
		u32 n = min_t(u32, len, sizeof(portion));
		int r = dvq_read(&from, portion, n);

		if (r)
			return r;
		*sum = csum_partial(portion, n, *sum);
		len -= n;
	}
	return 0;
}

/* Never 0, which in UDP means that there is none. */
static __sum16 fold(__wsum sum)
{
	return csum_fold(sum) ?: CSUM_MANGLED_0;
}

/* The sender has put the sum of what is in no header into the place of the checksum. */
static int do_checksum(struct net_batch *b, struct net_frame *f)
{
	u32 start = wire16(f->hdr.csum_start), at = start + wire16(f->hdr.csum_offset);
	struct dvq_iter from = f->rest;
	__wsum sum = 0;
	u8 head[HEAD_MAX];
	__sum16 check;

	if (at + sizeof(check) > sizeof(head)) {
		b->tx_stats[NET_TX_BAD_HEADER]++;
		return -EINVAL;
	}
	if (dvq_skip(&from, start) || sum_bytes(from, f->len - start, &sum) ||
	    dvq_read(&f->rest, head, at + sizeof(check))) {
		b->tx_stats[NET_TX_BAD_BUFFER]++;
		return -EINVAL;
	}
	check = fold(sum);
	memcpy(head + at, &check, sizeof(check));
	f->head = head;
	f->head_len = at + sizeof(check);
	f->hdr = (struct virtio_net_hdr){};
	return net_receive(b, f, true);
}

/* ---- TCP that is too large ----------------------------------------------------------------- */

/* Its headers, which every segment has. */
struct tso {
	union {
		u32 aligned;
		u8 pad[NET_IP_ALIGN + HEAD_MAX];
	};
	u8 *head;
	u32 head_len;
	u32 l3; /* where IP begins */
	u32 l4; /* ... and TCP */
	u32 mss;
	u32 seq;
	__wsum rest; /* what the checksum is of besides TCP's header and data, less the length */
	u16 id;
	bool v6;
	u8 flags;
};

/* Byte 13 of TCP's header. */
#define TCP_FLAGS 13
#define FLAG_FIN  0x01
#define FLAG_PSH  0x08
#define FLAG_CWR  0x80

static struct tcphdr *tso_tcp(struct tso *t)
{
	return (struct tcphdr *)(t->head + t->l4);
}

static bool tso_ip_is_right(struct tso *t, u32 len)
{
	struct iphdr *ip = (struct iphdr *)(t->head + t->l3);
	struct ethhdr *eth = (struct ethhdr *)t->head;
	__be16 proto = eth->h_proto;

	if (eth_type_vlan(proto))
		proto = ((struct vlan_ethhdr *)t->head)->h_vlan_encapsulated_proto;
	if (t->v6)
		return proto == htons(ETH_P_IPV6) && ip->version == 6 &&
		       t->l4 >= t->l3 + sizeof(struct ipv6hdr);
	return proto == htons(ETH_P_IP) && ip->version == 4 && ip->protocol == IPPROTO_TCP &&
	       ip->ihl >= 5 && t->l4 == t->l3 + 4 * ip->ihl;
}

/* Read and check the headers; the data is what @f->rest is at then. */
static int tso_init(struct tso *t, struct net_frame *f)
{
	struct tcphdr *tcp;
	u32 want;

	t->head = t->pad + NET_IP_ALIGN;
	t->l4 = wire16(f->hdr.csum_start);
	t->mss = wire16(f->hdr.gso_size);
	t->v6 = (f->hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_TCPV6;
	want = t->l4 + sizeof(*tcp);
	if (want > HEAD_MAX || t->l4 < ETH_HLEN + sizeof(struct iphdr) ||
	    dvq_read(&f->rest, t->head, want))
		return -EINVAL;
	t->l3 = eth_type_vlan(((struct ethhdr *)t->head)->h_proto) ? VLAN_ETH_HLEN : ETH_HLEN;
	tcp = tso_tcp(t);
	t->head_len = t->l4 + 4 * tcp->doff;
	if (!tso_ip_is_right(t, f->len) || t->head_len < want || t->head_len > HEAD_MAX ||
	    wire16(f->hdr.csum_offset) != offsetof(struct tcphdr, check) ||
	    dvq_read(&f->rest, t->head + want, t->head_len - want))
		return -EINVAL;
	t->seq = ntohl(tcp->seq);
	t->flags = t->head[t->l4 + TCP_FLAGS];
	t->id = t->v6 ? 0 : ntohs(((struct iphdr *)(t->head + t->l3))->id);
	t->rest = csum_sub((__force __wsum)tcp->check, (__force __wsum)htonl(f->len - t->l4));
	tcp->check = 0;
	return 0;
}

static void tso_set_ip(struct tso *t, u32 index, u32 len)
{
	struct iphdr *ip = (struct iphdr *)(t->head + t->l3);

	if (t->v6) {
		((struct ipv6hdr *)ip)->payload_len = htons(len - t->l3 - sizeof(struct ipv6hdr));
		return;
	}
	ip->tot_len = htons(len - t->l3);
	ip->id = htons(t->id + index);
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

/* Make the headers those of @n bytes from @at on. */
static int tso_set(struct tso *t, const struct dvq_iter *data, u32 at, u32 n)
{
	struct tcphdr *tcp = tso_tcp(t);
	u32 len = t->head_len + n;
	__wsum sum;
	int r;

	tso_set_ip(t, at / t->mss, len);
	tcp->seq = htonl(t->seq + at);
	t->head[t->l4 + TCP_FLAGS] = t->flags & ~(at ? FLAG_CWR : 0) &
				     ~(data->left > n ? FLAG_FIN | FLAG_PSH : 0);
	tcp->check = 0;
	sum = csum_add(t->rest, (__force __wsum)htonl(len - t->l4));
	sum = csum_partial(tcp, t->head_len - t->l4, sum);
	r = sum_bytes(*data, n, &sum);
	tcp->check = csum_fold(sum);
	return r;
}

/* The receiver being out of buffers, or too small, for one segment, the others are lost as well. */
static int do_segments(struct net_batch *b, struct net_frame *f)
{
	struct net_frame segment = {};
	struct dvq_iter data;
	struct tso t;
	u32 at = 0;
	int r;

	if (tso_init(&t, f)) {
		b->tx_stats[NET_TX_BAD_HEADER]++;
		return -EINVAL;
	}
	data = f->rest;
	do {
		u32 n = min_t(u64, t.mss, data.left);

		if (tso_set(&t, &data, at, n)) {
			b->tx_stats[NET_TX_BAD_BUFFER]++;
			return -EINVAL;
		}
		segment.head = t.head;
		segment.head_len = t.head_len;
		segment.rest = data;
		segment.len = t.head_len + n;
		r = net_receive(b, &segment, !at);
		dvq_skip(&data, n);
		at += n;
	} while (!r && data.left);
	return r;
}

int net_offload_do(struct net_batch *b, struct net_frame *f, u64 missing)
{
	u64 tso = BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) | BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) |
		  BIT_ULL(VIRTIO_NET_F_GUEST_ECN);
	int r;

	if (missing & BIT_ULL(VIRTIO_NET_F_GUEST_UFO)) {
		b->tx_stats[NET_TX_NOT_AGREED]++;
		return -EOPNOTSUPP;
	}
	if (missing & tso) {
		r = do_segments(b, f);
		b->tx_stats[NET_TX_SEGMENTED] += !r;
	} else {
		r = do_checksum(b, f);
		b->tx_stats[NET_TX_CHECKSUMMED] += !r;
	}
	return r;
}
