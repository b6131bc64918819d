// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the parent was told of an address space, and when memory goes back.
 *
 * What leaves an address space is given back only after the parent cannot know of it any more. A
 * parent with set_map() is told of the whole space each time; so that many single messages do not
 * cost the square of their number, it is told when a batch ends, when the driver becomes ready, at
 * each message while the driver is ready, and otherwise not: before, it has no reason to look. One
 * that has set_spans() besides is told then of the range that has changed alone.
 *
 * Giving a page back may wait for its lock, and so for whoever serves its file, which may be the
 * holder. So it is done without v->lock: by who called, and when the device is taken away by a work
 * item, which only the holder's close() waits for.
 */
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "vhost_vdpa.h"

struct vhost_vdpa_as *vhost_vdpa_as(struct vhost_vdpa *v, u32 asid)
{
	return asid < v->nas ? &v->as[asid] : NULL;
}

static bool is_running(struct vhost_vdpa *v)
{
	return v->vdpa->config->get_status(v->vdpa) & VIRTIO_CONFIG_S_DRIVER_OK;
}

/* ---- telling the parent ---------------------------------------------------------------------- */

void vhost_vdpa_map_stale(struct vhost_vdpa_as *as, u64 first, u64 last)
{
	as->stale_first = as->stale ? min(as->stale_first, first) : first;
	as->stale_last = as->stale ? max(as->stale_last, last) : last;
	as->stale = true;
}

int vhost_vdpa_map_sync(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	int err = 0;

	if (v->way == MAP_WHOLE && as->stale) {
		/* Whatever comes of it. */
		as->told = true;
		err = vhost_vdpa_tell_stale(v, as);
		if (err)
			return err;
		as->stale = false;
		as->told = as->iotlb.nmaps;
	}
	as->gone = true;
	return 0;
}

int vhost_vdpa_map_sync_all(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++) {
		int err = vhost_vdpa_map_sync(v, &v->as[i]);

		if (err)
			return err;
	}
	return 0;
}

/*
 * What is unmapped at rest goes back at once, in a batch too: clients unmap all and map it again in one,
 * and are charged for it once.
 */
int vhost_vdpa_map_changed(struct vhost_vdpa *v, struct vhost_vdpa_as *as, u64 first, u64 last)
{
	int err = 0;

	vhost_vdpa_map_stale(as, first, last);
	if (v->way == MAP_WHOLE && is_running(v))
		return v->in_batch ? 0 : vhost_vdpa_map_sync(v, as);
	if (as->leaving.n && as->told) {
		err = vhost_vdpa_tell_nothing(v, as);
		if (!err)
			vhost_vdpa_map_stale(as, 0, U64_MAX);
	}
	if (!err)
		as->gone = true;
	return err;
}

/* Its copy may be gone or not: tell it again before it runs, and trust neither until then. */
void vhost_vdpa_map_forgotten(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++) {
		v->as[i].stale = false;
		if (v->as[i].made)
			vhost_vdpa_map_stale(&v->as[i], 0, U64_MAX);
	}
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* What has left one of the spaces for good; false: nothing has. */
static bool take_gone(struct vhost_vdpa *v, struct windows *ret)
{
	u32 i;

	for (i = 0; i < v->nas; i++) {
		struct vhost_vdpa_as *as = &v->as[i];
		/* Who hears of each piece has heard of all. */
		bool gone = as->gone || v->way != MAP_WHOLE;

		as->gone = false;
		if (!gone || !as->leaving.n)
			continue;
		*ret = as->leaving;
		as->leaving = (struct windows){};
		return true;
	}
	return false;
}

void vhost_vdpa_unlock(struct vhost_vdpa *v)
{
	struct windows gone;

	/* Without a device the spaces are not ours any more. */
	while (v->vdpa && take_gone(v, &gone)) {
		struct mm_struct *mm = v->mm;

		mmgrab(mm);
		mutex_unlock(&v->lock);
		windows_release(&gone, mm);
		mmdrop(mm);
		mutex_lock(&v->lock);
	}
	mutex_unlock(&v->lock);
}

static void release_space(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb_map *m;

	while ((m = vhost_iotlb_itree_first(&as->iotlb, 0, U64_MAX))) {
		struct window w = entry_window(m);

		vhost_iotlb_map_free(&as->iotlb, m);
		window_release(&w, v->mm);
	}
	windows_release(&as->leaving, v->mm);
	as->made = false;
	as->stale = false;
	as->gone = false;
}

void vhost_vdpa_map_release(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		release_space(v, &v->as[i]);
}

/* ---- open, close --------------------------------------------------------------------------- */

int vhost_vdpa_map_open(struct vhost_vdpa *v)
{
	const struct vdpa_config_ops *ops = v->vdpa->config;
	u32 i;

	/* What it did not forget when the last user closed, which does not have that memory any more. */
	for (i = 0; i < v->nas; i++) {
		int err = v->as[i].told ? vhost_vdpa_tell_nothing(v, &v->as[i]) : 0;

		if (err)
			return err;
	}
	v->range = (struct vdpa_iova_range){ .first = 0, .last = U64_MAX };
	if (v->way == MAP_DOMAIN)
		return vhost_vdpa_domain_open(v);
	if (ops->get_iova_range)
		v->range = ops->get_iova_range(v->vdpa);
	return 0;
}

/*
 * The device is at rest; should the parent refuse to forget, its memory is taken all the same, and nobody
 * may open it until it has.
 */
static void close_space(struct vhost_vdpa *v, struct vhost_vdpa_as *as)
{
	struct vhost_iotlb_map *m;

	if (as->told)
		vhost_vdpa_tell_nothing(v, as);
	if (v->way == MAP_WHOLE)
		return;
	list_for_each_entry(m, &as->iotlb.list, link) {
		struct window w = entry_window(m);

		vhost_vdpa_tell_gone(v, as, &w);
		cond_resched();
	}
}

void vhost_vdpa_map_close(struct vhost_vdpa *v)
{
	u32 i;

	for (i = 0; i < v->nas; i++)
		close_space(v, &v->as[i]);
	if (v->domain)
		vhost_vdpa_domain_close(v);
}
