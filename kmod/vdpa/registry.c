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

static void users_init(struct users *users)
{
	refcount_set(&users->count, 1);
	init_completion(&users->gone);
}

static void users_put(struct users *users)
{
	if (refcount_dec_and_test(&users->count))
		complete(&users->gone);
}

/* Give up the registry's count and wait for the others, when nobody can find the object. */
static void users_drain(struct users *users)
{
	users_put(users);
	wait_for_completion(&users->gone);
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

static struct vdpa_priv *find_shown(const char *name)
{
	struct vdpa_priv *priv = find_locked(name);

	return priv && priv->shown ? priv : NULL;
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
	/* Room now, because showing the device must not fail. */
	err = xa_reserve(&devices_by_id, last_id + 1, GFP_KERNEL);
	if (err)
		goto out;
	priv->id = ++last_id;
	users_init(&priv->users);
	hash_add(devices_by_name, &priv->by_name, name_key(name));
out:
	mutex_unlock(&registry_lock);
	return err;
}

void registry_del(struct vdpa_priv *priv)
{
	mutex_lock(&registry_lock);
	hash_del(&priv->by_name);
	xa_release(&devices_by_id, priv->id);
	mutex_unlock(&registry_lock);
}

void registry_show(struct vdpa_priv *priv)
{
	mutex_lock(&registry_lock);
	priv->shown = true;
	xa_store(&devices_by_id, priv->id, priv, GFP_KERNEL);
	atomic_inc(&generation);
	mutex_unlock(&registry_lock);
}

void registry_hide(struct vdpa_priv *priv)
{
	mutex_lock(&registry_lock);
	priv->shown = false;
	xa_erase(&devices_by_id, priv->id);
	atomic_inc(&generation);
	mutex_unlock(&registry_lock);
	users_drain(&priv->users);
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
	priv = find_shown(name);
	if (priv)
		refcount_inc(&priv->users.count);
	mutex_unlock(&registry_lock);
	return priv ? priv->vdev : NULL;
}

struct vdpa_device *registry_next(unsigned long *id)
{
	struct vdpa_priv *priv;

	mutex_lock(&registry_lock);
	priv = xa_find_after(&devices_by_id, id, ULONG_MAX, XA_PRESENT);
	if (priv)
		refcount_inc(&priv->users.count);
	mutex_unlock(&registry_lock);
	return priv ? priv->vdev : NULL;
}

void registry_put(struct vdpa_device *vdev)
{
	users_put(&vdpa_priv(vdev)->users);
}

void registry_add_mgmtdev(struct mgmtdev *m)
{
	users_init(&m->users);
	mutex_lock(&registry_lock);
	list_add_tail(&m->node, &mgmtdevs);
	atomic_inc(&generation);
	mutex_unlock(&registry_lock);
}

static struct mgmtdev *find_mgmtdev_locked(const struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m;

	list_for_each_entry(m, &mgmtdevs, node)
		if (m->mdev == mdev)
			return m;
	return NULL;
}

struct mgmtdev *registry_del_mgmtdev(const struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m;

	mutex_lock(&registry_lock);
	m = find_mgmtdev_locked(mdev);
	if (m) {
		m->leaving = true;
		/* Those behind it move up in dumps. */
		atomic_inc(&generation);
	}
	mutex_unlock(&registry_lock);
	if (!m)
		return NULL;
	/* A dev_add() that runs still finds it, so that the device is known as one to delete. */
	users_drain(&m->users);
	mutex_lock(&registry_lock);
	list_del(&m->node);
	mutex_unlock(&registry_lock);
	return m;
}

void mgmtdev_put(struct mgmtdev *m)
{
	users_put(&m->users);
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
		if (m->leaving || !mgmtdev_is(m, bus, name))
			continue;
		refcount_inc(&m->users.count);
		found = m;
		break;
	}
	mutex_unlock(&registry_lock);
	return found;
}

struct mgmtdev *registry_mgmtdev_of(const struct vdpa_mgmt_dev *mdev)
{
	struct mgmtdev *m;

	mutex_lock(&registry_lock);
	m = find_mgmtdev_locked(mdev);
	mutex_unlock(&registry_lock);
	return m;
}

struct mgmtdev *registry_mgmtdev_of_device(const char *name, struct vdpa_device **ret_vdev)
{
	struct mgmtdev *m = ERR_PTR(-ENODEV);
	struct vdpa_priv *priv;

	mutex_lock(&registry_lock);
	priv = find_shown(name);
	if (priv)
		m = priv->mgmtdev ?: ERR_PTR(-EINVAL);
	/* One that is being unregistered deletes its devices itself. */
	if (!IS_ERR(m) && m->leaving)
		m = ERR_PTR(-ENODEV);
	if (!IS_ERR(m)) {
		refcount_inc(&m->users.count);
		get_device(&priv->vdev->dev);
		*ret_vdev = priv->vdev;
	}
	mutex_unlock(&registry_lock);
	return m;
}

struct mgmtdev *registry_mgmtdev_at(long index)
{
	struct mgmtdev *m, *found = NULL;

	mutex_lock(&registry_lock);
	list_for_each_entry(m, &mgmtdevs, node) {
		if (m->leaving || index--)
			continue;
		refcount_inc(&m->users.count);
		found = m;
		break;
	}
	mutex_unlock(&registry_lock);
	return found;
}
