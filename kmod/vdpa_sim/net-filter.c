// SPDX-License-Identifier: GPL-2.0-only
/* Which frames a driver of the simulated NIC wants, as it said through the control queue (virtio 1.2, 5.1.6.5.1 to .3). */
#include <linux/etherdevice.h>
#include <linux/virtio_config.h>

#include "net.h"

static bool has_mode(const struct net_filter *filter, unsigned int mode)
{
	return test_bit(mode, &filter->modes);
}

/* @multi: among the groups' addresses. */
static bool is_listed(const struct net_filter *filter, bool multi, const u8 *mac)
{
	unsigned int i, n = READ_ONCE(filter->n[multi]);
	u64 wanted = ether_addr_to_u64(mac);

	if (n > NET_MACS_MAX)
		return true;
	for (i = 0; i < n; i++)
		if (READ_ONCE(filter->mac[multi][i]) == wanted)
			return true;
	return false;
}

static bool wants_group(const struct net_filter *filter, const u8 *mac)
{
	if (is_broadcast_ether_addr(mac))
		return !has_mode(filter, VIRTIO_NET_CTRL_RX_NOBCAST);
	if (has_mode(filter, VIRTIO_NET_CTRL_RX_NOMULTI))
		return false;
	return has_mode(filter, VIRTIO_NET_CTRL_RX_ALLMULTI) || is_listed(filter, true, mac);
}

static bool wants_device(const struct net_batch *b, const u8 *mac)
{
	if (has_mode(b->filter, VIRTIO_NET_CTRL_RX_NOUNI))
		return false;
	return ether_addr_equal_unaligned(mac, b->mac) ||
	       has_mode(b->filter, VIRTIO_NET_CTRL_RX_ALLUNI) || is_listed(b->filter, false, mac);
}

/* What has no tag, or one that only gives a priority, is in no VLAN. */
static bool wants_vlan(const struct net_filter *filter, const u8 *head, u32 len)
{
	const struct vlan_ethhdr *eth = (const void *)head;
	u16 id;

	if (len < sizeof(*eth) || eth->h_vlan_proto != htons(ETH_P_8021Q))
		return true;
	id = ntohs(eth->h_vlan_TCI) & VLAN_VID_MASK;
	return !id || test_bit(id, filter->vlans);
}

bool net_filter_wants(const struct net_batch *b, const u8 *head, u32 len)
{
	const struct net_filter *filter = b->filter;

	if (has_mode(filter, VIRTIO_NET_CTRL_RX_PROMISC))
		return true;
	if ((b->rx_features & BIT_ULL(VIRTIO_NET_F_CTRL_VLAN)) && !wants_vlan(filter, head, len))
		return false;
	return is_multicast_ether_addr(head) ? wants_group(filter, head) : wants_device(b, head);
}

/* All groups until the driver has said which, as with a driver that cannot. */
void net_filter_reset(struct net_filter *filter)
{
	*filter = (struct net_filter){ .modes = BIT(VIRTIO_NET_CTRL_RX_ALLMULTI) };
}

/* ---- requests ------------------------------------------------------------------------------ */

bool net_filter_set_mode(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	u8 on;

	if (args->left != sizeof(on) || dvq_read(args, &on, sizeof(on)) || on > 1)
		return false;
	if (on)
		set_bit(cmd, &net->filter.modes);
	else
		clear_bit(cmd, &net->filter.modes);
	return true;
}

/* One of the two tables: a count and as many addresses. What is not kept is passed over. */
static bool read_macs(struct dvq_iter *args, u8 (*macs)[ETH_ALEN], u32 *ret_n)
{
	__virtio32 wire;
	u32 n, kept;

	if (dvq_read(args, &wire, sizeof(wire)))
		return false;
	n = __virtio32_to_cpu(true, wire);
	if (n > args->left / ETH_ALEN)
		return false;
	kept = n > NET_MACS_MAX ? 0 : n;
	if (dvq_read(args, macs, kept * ETH_ALEN) || dvq_skip(args, (u64)(n - kept) * ETH_ALEN))
		return false;
	*ret_n = n;
	return true;
}

bool net_filter_set_macs(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	struct net_filter *filter = &net->filter;
	u8 macs[2][NET_MACS_MAX][ETH_ALEN];
	u32 i, kind, n[2];

	/* All of it is read before any of it is used. */
	if (!read_macs(args, macs[0], &n[0]) || !read_macs(args, macs[1], &n[1]) || args->left)
		return false;
	for (kind = 0; kind < 2; kind++) {
		for (i = 0; n[kind] <= NET_MACS_MAX && i < n[kind]; i++)
			WRITE_ONCE(filter->mac[kind][i], ether_addr_to_u64(macs[kind][i]));
		WRITE_ONCE(filter->n[kind], n[kind]);
	}
	return true;
}

bool net_filter_set_vlan(struct vdpasim_net *net, u8 cmd, struct dvq_iter *args)
{
	__virtio16 wire;
	u16 id;

	if (args->left != sizeof(wire) || dvq_read(args, &wire, sizeof(wire)))
		return false;
	id = __virtio16_to_cpu(true, wire);
	if (id >= VLAN_N_VID)
		return false;
	if (cmd == VIRTIO_NET_CTRL_VLAN_ADD)
		set_bit(id, net->filter.vlans);
	else
		clear_bit(id, net->filter.vlans);
	return true;
}
