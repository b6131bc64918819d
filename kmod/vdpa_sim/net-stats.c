// SPDX-License-Identifier: GPL-2.0-only
/* Vendor statistics of the simulated NIC, under mainline's names. */
#include <net/netlink.h>

#include "net.h"

static int put_rx(struct sk_buff *msg, const struct net_stats *s)
{
	const struct vdpasim_stat stats[] = {
		{ "rx packets", s->packets },	{ "rx bytes", s->bytes },
		{ "rx errors", s->errors },	{ "rx overruns", s->overruns },
		{ "rx drops", s->drops },
	};

	return vdpasim_put_stats(msg, stats, ARRAY_SIZE(stats));
}

static int put_tx(struct sk_buff *msg, const struct net_stats *s)
{
	const struct vdpasim_stat stats[] = {
		{ "tx packets", s->packets },
		{ "tx bytes", s->bytes },
		{ "tx errors", s->errors },
		{ "tx drops", s->drops },
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
		err = idx % 2 ? put_tx(msg, &net->tx[idx / 2]) : put_rx(msg, &net->rx[idx / 2]);
	}
	mutex_unlock(lock);
	return err;
}
