// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vendor statistics of the simulated NIC: mainline's names, and behind them the causes of which the numbers of errors and drops are
 * made up, and what else there is to know.
 */
#include <net/netlink.h>

#include "net.h"

static int put_rx(struct sk_buff *msg, const u64 *s)
{
	const struct vdpasim_stat stats[] = {
		{ "rx packets", s[NET_RX_PACKETS] },
		{ "rx bytes", s[NET_RX_BYTES] },
		{ "rx errors", s[NET_RX_ERRORS] },
		{ "rx overruns", s[NET_RX_NO_BUFFER] + s[NET_RX_NO_QUEUE] },
		{ "rx drops", s[NET_RX_TOO_LONG] },
		{ "rx overruns no buffer", s[NET_RX_NO_BUFFER] },
		{ "rx overruns no queue", s[NET_RX_NO_QUEUE] },
		{ "rx drops too long", s[NET_RX_TOO_LONG] },
		{ "rx merged", s[NET_RX_MERGED] },
	};

	return vdpasim_put_stats(msg, stats, ARRAY_SIZE(stats));
}

static int put_tx(struct sk_buff *msg, const u64 *s)
{
	const struct vdpasim_stat stats[] = {
		{ "tx packets", s[NET_TX_PACKETS] },
		{ "tx bytes", s[NET_TX_BYTES] },
		{ "tx errors", s[NET_TX_BAD_BUFFER] + s[NET_TX_BAD_HEADER] },
		{ "tx drops", s[NET_TX_NO_LINK] + s[NET_TX_NOT_WANTED] + s[NET_TX_NOT_AGREED] },
		{ "tx errors bad buffer", s[NET_TX_BAD_BUFFER] },
		{ "tx errors bad header", s[NET_TX_BAD_HEADER] },
		{ "tx drops no link", s[NET_TX_NO_LINK] },
		{ "tx drops not wanted", s[NET_TX_NOT_WANTED] },
		{ "tx drops not agreed", s[NET_TX_NOT_AGREED] },
		{ "tx checksummed", s[NET_TX_CHECKSUMMED] },
		{ "tx segmented", s[NET_TX_SEGMENTED] },
		{ "tx waits", s[NET_TX_WAITS] },
	};

	return vdpasim_put_stats(msg, stats, ARRAY_SIZE(stats));
}

static int put_ctrl(struct sk_buff *msg, const struct net_ctrl_stats *s)
{
	const struct vdpasim_stat stats[] = {
		{ "cvq requests", s->requests },
		{ "cvq successes", s->successes },
		{ "cvq errors", s->errors },
	};

	return vdpasim_put_stats(msg, stats, ARRAY_SIZE(stats));
}

int net_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack)
{
	struct vdpasim_net *net = to_net(sim);
	struct mutex *lock = &sim->vqs[idx].lock;
	int err;

	mutex_lock(lock);
	if (idx == net_ctrl_index(net)) {
		err = put_ctrl(msg, &net->ctrl);
	} else if (idx >= 2 * net->pairs) {
		NL_SET_ERR_MSG_MOD(extack, "The queue has no use with the negotiated features");
		err = -EINVAL;
	} else {
		const struct net_pair *pair = &net->pair[idx / 2];

		err = idx % 2 ? put_tx(msg, pair->tx) : put_rx(msg, pair->rx);
	}
	mutex_unlock(lock);
	return err;
}
