// SPDX-License-Identifier: GPL-2.0-only
/* Vendor statistics of the simulated disk; mainline's has none. */
#include <net/netlink.h>

#include "blk.h"

int blk_stats(struct vdpasim *sim, u16 idx, struct sk_buff *msg, struct netlink_ext_ack *extack)
{
	const struct blk_stats *s = &to_blk(sim)->stats[idx];
	struct mutex *lock = &sim->vqs[idx].lock;
	struct vdpasim_stat stats[8];

	mutex_lock(lock);
	stats[0] = (struct vdpasim_stat){ "reads", s->reads };
	stats[1] = (struct vdpasim_stat){ "read bytes", s->read_bytes };
	stats[2] = (struct vdpasim_stat){ "writes", s->writes };
	stats[3] = (struct vdpasim_stat){ "written bytes", s->written_bytes };
	stats[4] = (struct vdpasim_stat){ "flushes", s->flushes };
	stats[5] = (struct vdpasim_stat){ "discards", s->discards };
	stats[6] = (struct vdpasim_stat){ "write zeroes", s->zeroes };
	stats[7] = (struct vdpasim_stat){ "errors", s->errors };
	mutex_unlock(lock);
	return vdpasim_put_stats(msg, stats, ARRAY_SIZE(stats));
}
