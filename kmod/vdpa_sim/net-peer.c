// SPDX-License-Identifier: GPL-2.0-only
/* The simulated NICs that there are, and the cables between them. */
#include <linux/list.h>
#include <linux/virtio_config.h>

#include "net.h"

static LIST_HEAD(nets);
/* Protects nets and the members of struct vdpasim_net that say so. Inside of cf_lock, outside of all others. */
static DEFINE_MUTEX(nets_lock);

/* A batch that began before the cable was run or pulled is over. */
static void settle(struct vdpasim_net *net)
{
	u16 i;

	for (i = 0; i < net->sim.nvqs; i++) {
		mutex_lock(&net->sim.vqs[i].lock);
		mutex_unlock(&net->sim.vqs[i].lock);
	}
}

static bool is_up(const struct vdpasim_net *net)
{
	return net->link_wanted && (!net->wired || (net->peer && net->peer->link_wanted));
}

/* Bring what the driver sees up to date; who was not to be reached makes himself known. */
static void update_link(struct vdpasim_net *net)
{
	__virtio16 status = __cpu_to_virtio16(true, is_up(net) ? VIRTIO_NET_S_LINK_UP : 0);
	bool changed;

	spin_lock(&net->sim.state_lock);
	changed = (net_config(net)->status ^ status) & __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	if (changed)
		net_config(net)->status = status;
	spin_unlock(&net->sim.state_lock);
	if (!changed)
		return;
	vdpasim_config_changed(&net->sim);
	vdpa_notify(&net->sim.vdpa, VDPACTL_NL_CHANGE_CONFIG);
	if (status)
		net_announce_soon(net);
}

/* It answers through the control queue, which takes the request away. */
static void announce(struct work_struct *work)
{
	struct vdpasim_net *net =
		container_of(to_delayed_work(work), struct vdpasim_net, announce);
	__virtio16 up = __cpu_to_virtio16(true, VIRTIO_NET_S_LINK_UP);
	bool ask;

	spin_lock(&net->sim.state_lock);
	ask = (net_config(net)->status & up) &&
	      (READ_ONCE(net->sim.features) & BIT_ULL(VIRTIO_NET_F_GUEST_ANNOUNCE));
	if (ask)
		net_config(net)->status |= __cpu_to_virtio16(true, VIRTIO_NET_S_ANNOUNCE);
	spin_unlock(&net->sim.state_lock);
	if (ask)
		vdpasim_config_changed(&net->sim);
}

/* Drivers announce themselves before they look at the link, so both in one change would be in vain. */
void net_announce_soon(struct vdpasim_net *net)
{
	schedule_delayed_work(&net->announce, HZ);
}

static void set_peer(struct vdpasim_net *net, struct vdpasim_net *peer, bool waits)
{
	WRITE_ONCE(net->peer, peer);
	WRITE_ONCE(net->wired, true);
	WRITE_ONCE(net->waits, waits);
	settle(net);
	update_link(net);
}

/* What waits goes on, or is dropped. */
static void retry(struct vdpasim_net *net)
{
	u16 i;

	for (i = 0; i < net->pairs; i++)
		vdpasim_kick(&net->sim.vqs[2 * i + 1]);
}

void net_list_add(struct vdpasim_net *net)
{
	INIT_DELAYED_WORK(&net->announce, announce);
	mutex_lock(&nets_lock);
	list_add(&net->all, &nets);
	mutex_unlock(&nets_lock);
}

void net_list_del(struct vdpasim_net *net)
{
	struct vdpasim_net *peer;

	mutex_lock(&nets_lock);
	list_del(&net->all);
	peer = net->peer;
	if (peer) {
		/* The link of who stays goes down when both are apart. */
		WRITE_ONCE(net->peer, NULL);
		set_peer(peer, NULL, false);
		settle(net);
		retry(peer);
	}
	mutex_unlock(&nets_lock);
}

static struct vdpasim_net *find(const char *name)
{
	struct vdpasim_net *net;

	list_for_each_entry(net, &nets, all)
		if (!strcmp(dev_name(&net->sim.vdpa.dev), name))
			return net;
	return NULL;
}

int net_connect(struct vdpasim_net *net, const char *name, bool waits)
{
	struct vdpasim_net *peer;
	int err = 0;

	mutex_lock(&nets_lock);
	peer = find(name);
	if (!peer || peer == net) {
		err = -ENODEV;
	} else if (peer->peer) {
		err = -EBUSY;
	} else {
		WRITE_ONCE(net->peer, peer);
		set_peer(peer, net, waits);
		set_peer(net, peer, waits);
	}
	mutex_unlock(&nets_lock);
	return err;
}

void net_want_link(struct vdpasim_net *net, bool up)
{
	mutex_lock(&nets_lock);
	net->link_wanted = up;
	update_link(net);
	if (net->peer) {
		update_link(net->peer);
		retry(net->peer);
		retry(net);
	}
	mutex_unlock(&nets_lock);
}

int net_peer_name(struct vdpasim_net *net, char *name, size_t size)
{
	int err = -ENODATA;

	mutex_lock(&nets_lock);
	if (net->peer)
		err = strscpy(name, dev_name(&net->peer->sim.vdpa.dev), size) < 0 ? -ENODATA : 0;
	mutex_unlock(&nets_lock);
	return err;
}

struct vdpasim_net *net_receiver(struct vdpasim_net *net)
{
	return READ_ONCE(net->wired) ? READ_ONCE(net->peer) : net;
}
