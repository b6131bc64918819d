// SPDX-License-Identifier: GPL-2.0-only
/* Which devices and management devices there are: by name, and in the order they came. */
#include <linux/hashtable.h>
#include <linux/stringhash.h>
#include <linux/xarray.h>

#include "core.h"

static DEFINE_MUTEX(registry_lock);		/* protects: all below */
static DEFINE_HASHTABLE(devices_by_name, 10);
static DEFINE_XARRAY(devices_by_id);
static unsigned long last_id;
static LIST_HEAD(mgmtdevs);

/* Counts changes, so that a dump can tell that it missed one; 0 would mean "unknown" to netlink. */
static atomic_t generation = ATOMIC_INIT(1);

unsigned int registry_generation(void)
{
	return atomic_read(&generation) ?: 1;
}

void registry_changed(void)
{
	atomic_inc(&generation);
}

static u32 name_key(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

static struct vdpa_priv *find_locked(const char *name)
{
	struct vdpa_priv *priv;

	hash_for_each_possible(devices_by_name, priv, by_name, name_key(name))
		if (!strcmp(dev_name(&priv->vdev->dev), name))
			return priv;
	return NULL;
}

int registry_add(struct vdpa_priv *priv)
{
	const char *name = dev_name(&priv->vdev->dev);
	int err;

	mutex_lock(&registry_lock);
	if (find_locked(name)) {
		err = -EEXIST;
		goto out;
	}
	err = xa_insert(&devices_by_id, last_id + 1, priv, GFP_KERNEL);
	if (err)
		goto out;
	priv->id = ++last_id;
	hash_add(devices_by_name, &priv->by_name, name_key(name));
out:
	mutex_unlock(&registry_lock);
	return err;
}

void registry_del(struct vdpa_priv *priv)
{
	mutex_lock(&registry_lock);
	hash_del(&priv->by_name);
	xa_erase(&devices_by_id, priv->id);
	mutex_unlock(&registry_lock);
	registry_changed();
}

bool registry_has(const char *name)
{
	bool has;

	mutex_lock(&registry_lock);
	has = find_locked(name);
	mutex_unlock(&registry_lock);
	return has;
}

struct vdpa_device *registry_find(const char *name)
{
	struct vdpa_priv *priv;

	mutex_lock(&registry_lock);
	priv = find_locked(name);
	if (priv)
		get_device(&priv->vdev->dev);
	mutex_unlock(&registry_lock);
	return priv ? priv->vdev : NULL;
}

struct vdpa_device *registry_next(unsigned long *id)
{
	struct vdpa_priv *priv;

	mutex_lock(&registry_lock);
	priv = xa_find_after(&devices_by_id, id, ULONG_MAX, XA_PRESENT);
	if (priv)
		get_device(&priv->vdev->dev);
	mutex_unlock(&registry_lock);
	return priv ? priv->vdev : NULL;
}

void registry_add_mgmtdev(struct mgmtdev *m)
{
	mutex_lock(&registry_lock);
	list_add_tail(&m->node, &mgmtdevs);
	mutex_unlock(&registry_lock);
	registry_changed();
}

void registry_del_mgmtdev(struct mgmtdev *m)
{
	mutex_lock(&registry_lock);
	list_del(&m->node);
	mutex_unlock(&registry_lock);
	registry_changed();
}

/* A listed management device is registered, so its mdev and the names behind it are there. */
static bool mgmtdev_is(const struct mgmtdev *m, const char *bus, const char *name)
{
	const char *own_bus = mgmtdev_bus(m->mdev);

	if (!bus != !own_bus)
		return false;
	return !strcmp(dev_name(m->mdev->device), name) && (!bus || !strcmp(own_bus, bus));
}

struct mgmtdev *registry_find_mgmtdev(const char *bus, const char *name)
{
	struct mgmtdev *m, *found = NULL;

	mutex_lock(&registry_lock);
	list_for_each_entry(m, &mgmtdevs, node) {
		if (!mgmtdev_is(m, bus, name))
			continue;
		kref_get(&m->ref);
		found = m;
		break;
	}
	mutex_unlock(&registry_lock);
	return found;
}

struct mgmtdev *registry_mgmtdev_of(const struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m, *found = NULL;

	mutex_lock(&registry_lock);
	list_for_each_entry(m, &mgmtdevs, node) {
		if (m->mdev != mdev)
			continue;
		kref_get(&m->ref);
		found = m;
		break;
	}
	mutex_unlock(&registry_lock);
	return found;
}

struct mgmtdev *registry_mgmtdev_at(long index)
{
	struct mgmtdev *m, *found = NULL;

	mutex_lock(&registry_lock);
	list_for_each_entry(m, &mgmtdevs, node) {
		if (index--)
			continue;
		kref_get(&m->ref);
		found = m;
		break;
	}
	mutex_unlock(&registry_lock);
	return found;
}
