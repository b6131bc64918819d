// SPDX-License-Identifier: GPL-2.0-only
/* Vendor statistics as attributes. */
#include <linux/module.h>
#include <net/netlink.h>
#include <uapi/linux/vdpa.h>

#include "sim.h"

int vdpasim_put_stats(struct sk_buff *msg, const struct vdpasim_stat *stats, size_t n)
{
	for (; n; n--, stats++) {
		if (nla_put_string(msg, VDPA_ATTR_DEV_VENDOR_ATTR_NAME, stats->name) ||
		    nla_put_u64_64bit(msg, VDPA_ATTR_DEV_VENDOR_ATTR_VALUE, stats->value,
				      VDPA_ATTR_PAD))
			return -EMSGSIZE;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vdpasim_put_stats);
