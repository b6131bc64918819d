// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "manager-private.h"
#include "monitor-source.h"
#include "objects.h"

/* After a failed reading: again after this, doubled for each further failure up to the maximum. */
#define RETRY_FIRST 500000ULL
#define RETRY_MAX   30000000ULL

/* How long a change that the kernel is working on may take when the daemon stops. */
#define STOP_PATIENCE 10000000ULL

const struct field_table *manager_table(enum manager_kind kind)
{
	static const struct field_table *const tables[MANAGER_KINDS] = {
		[MANAGER_MGMTDEV] = &field_table_mgmtdev,
		[MANAGER_DEVICE] = &field_table_device,
		[MANAGER_DEFINITION] = &field_table_saved,
		[MANAGER_CONFIG] = &field_table_config,
	};

	return tables[kind];
}

const struct collection *manager_objects(const struct manager *manager, enum manager_kind kind)
{
	return manager->parts[kind].objects;
}

/* ---- telling the listener ------------------------------------------------------------------ */

static void log_object(const struct manager_part *part, const char *name, const char *what)
{
	const struct log_about about = {
		.device = part->kind == MANAGER_MGMTDEV ? NULL : name,
		.mgmtdev = part->kind == MANAGER_MGMTDEV ? name : NULL,
	};

	/* What is there at the start is no news, nor that a device has what it has. */
	if (part->manager->synced && part->kind != MANAGER_CONFIG)
		log_about(LOG_INFO, &about, "%s %s %s", manager_table(part->kind)->what, name,
			  what);
}

/* A device is new or another: its definition, if it has one, follows. */
static void follow(const struct manager_part *part, const char *name)
{
	const struct collection *devices = part->manager->parts[MANAGER_DEVICE].objects;

	if (part->kind == MANAGER_DEVICE || part->kind == MANAGER_CONFIG)
		manager_saved_follow(part->manager, name, collection_find(devices, name), NULL);
}

static void on_added(void *userdata, const char *name)
{
	const struct manager_part *part = userdata;
	struct manager *m = part->manager;

	log_object(part, name, "appeared");
	follow(part, name);
	if (m->listener)
		m->listener->added(m->listener_userdata, part->kind, name);
	if (part->kind == MANAGER_MGMTDEV && m->synced && m->appeared)
		m->appeared(m->appeared_userdata, name);
}

static void on_changed(void *userdata, const char *name, uint64_t fields)
{
	const struct manager_part *part = userdata;
	struct manager *m = part->manager;

	follow(part, name);
	if (m->listener)
		m->listener->changed(m->listener_userdata, part->kind, name, fields);
}

static void on_removed(void *userdata, const char *name)
{
	const struct manager_part *part = userdata;
	struct manager *m = part->manager;

	log_object(part, name, "has gone");
	if (part->kind == MANAGER_DEVICE)
		manager_saved_follow(m, name, NULL, NULL);
	if (m->listener)
		m->listener->removed(m->listener_userdata, part->kind, name);
}

static const struct collection_listener part_listener = {
	.added = on_added,
	.changed = on_changed,
	.removed = on_removed,
};

void manager_settle(struct manager *m)
{
	if (m->settled)
		m->settled(m->settled_userdata);
}

static void set_state(struct manager *m, bool ready, bool extension, const char *message)
{
	bool same = m->synced && m->kernel_ready == ready && m->extension == extension &&
		    strcmp(m->kernel_message ? m->kernel_message : "", message ? message : "") == 0;

	m->synced = true;
	m->kernel_ready = ready;
	m->extension = extension;
	free(m->kernel_message);
	m->kernel_message = message ? strdup(message) : NULL;
	if (same)
		return;
	if (!ready)
		log_warning("%s", message);
	if (m->listener)
		m->listener->state(m->listener_userdata);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void start_reading(struct manager *m);

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct manager *m = userdata;

	m->retry = sd_event_source_disable_unref(m->retry);
	start_reading(m);
	return 0;
}

/* Everything, later. */
static void read_later(struct manager *m)
{
	uint64_t delay = RETRY_FIRST << (m->failures < 6 ? m->failures : 6);

	m->dirty_all = true;
	m->failures++;
	if (m->retry)
		return;
	if (sd_event_add_time_relative(m->event, &m->retry, CLOCK_MONOTONIC,
				       delay < RETRY_MAX ? delay : RETRY_MAX, 0, on_retry, m) < 0)
		log_error("no timer to read the kernel's state again");
}

static void unref_device(void *object)
{
	vdpactl_device_unref(object);
}

static void unref_mgmtdev(void *object)
{
	vdpactl_mgmtdev_unref(object);
}

static int take_mgmtdevs(struct manager *m, const struct vdpactl_mgmtdev_list *list)
{
	size_t n = vdpactl_mgmtdev_list_size(list);
	void **objects;
	int r;

	objects = calloc(n + 1, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		objects[i] = vdpactl_mgmtdev_ref(vdpactl_mgmtdev_list_at(list, i));
	r = collection_replace(m->parts[MANAGER_MGMTDEV].objects, objects, n);
	free(objects);
	return r;
}

static void unref_config(void *object)
{
	vdpactl_config_unref(object);
}

static int take_configs(struct manager *m, const struct refresh *f)
{
	size_t n = f->configs ? vdpactl_config_list_size(f->configs) : 0;
	void **objects;
	int r;

	objects = calloc(n + f->n_more + 1, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		objects[i] = vdpactl_config_ref(vdpactl_config_list_at(f->configs, i));
	for (size_t i = 0; i < f->n_more; i++)
		objects[n + i] = vdpactl_config_ref(f->more[i]);
	r = collection_replace(m->parts[MANAGER_CONFIG].objects, objects, n + f->n_more);
	free(objects);
	return r;
}

static int take_devices(struct manager *m, const struct vdpactl_device_list *list)
{
	size_t n = vdpactl_device_list_size(list);
	void **objects;
	int r;

	objects = calloc(n + 1, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		objects[i] = vdpactl_device_ref(vdpactl_device_list_at(list, i));
	r = collection_replace(m->parts[MANAGER_DEVICE].objects, objects, n);
	free(objects);
	return r;
}

int manager_put_device(struct manager *m, struct vdpactl_device *device,
		       struct vdpactl_config *config)
{
	int r = 0;

	if (config)
		r = collection_put(m->parts[MANAGER_CONFIG].objects, vdpactl_config_ref(config));
	return r < 0 ? r
		     : collection_put(m->parts[MANAGER_DEVICE].objects, vdpactl_device_ref(device));
}

void manager_remove_device(struct manager *m, const char *name)
{
	collection_remove(m->parts[MANAGER_DEVICE].objects, name);
	collection_remove(m->parts[MANAGER_CONFIG].objects, name);
}

static int take_some(struct manager *m, struct refresh *f)
{
	int r = 0;

	for (size_t i = 0; i < f->n_names && r >= 0; i++) {
		if (f->found[i])
			r = manager_put_device(m, f->found[i], f->config[i]);
		else
			manager_remove_device(m, f->names[i]);
	}
	return r;
}

static int add_configs(struct manager *m, const struct refresh *f)
{
	struct collection *configs = m->parts[MANAGER_CONFIG].objects;
	size_t n = f->configs ? vdpactl_config_list_size(f->configs) : 0;
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++)
		r = collection_put(configs,
				   vdpactl_config_ref(vdpactl_config_list_at(f->configs, i)));
	for (size_t i = 0; i < f->n_more && r >= 0; i++)
		r = collection_put(configs, vdpactl_config_ref(f->more[i]));
	return r;
}

static int take_what_was_read(struct manager *m, struct refresh *f)
{
	int r;

	if (!f->all)
		return take_some(m, f);
	r = take_mgmtdevs(m, f->mgmtdevs);
	/* Twice: new ones are there before their device is, old ones are until it has gone. */
	if (r >= 0)
		r = add_configs(m, f);
	if (r >= 0)
		r = take_devices(m, f->devices);
	return r < 0 ? r : take_configs(m, f);
}

/* The kernel has no vDPA (any more): so there are no objects. */
static void take_absence(struct manager *m, const char *message)
{
	collection_replace(m->parts[MANAGER_DEVICE].objects, NULL, 0);
	collection_replace(m->parts[MANAGER_CONFIG].objects, NULL, 0);
	collection_replace(m->parts[MANAGER_MGMTDEV].objects, NULL, 0);
	set_state(m, false, false,
		  message ? message
			  : "the kernel has no vDPA: module vdpa is not loaded (modprobe vdpa)");
}

static void on_read(struct job *job)
{
	struct refresh *f = refresh_of(job);
	struct manager *m = f->userdata;
	int r = job->result;

	m->reading = false;
	if (r >= 0)
		r = take_what_was_read(m, f);
	if (r >= 0) {
		m->failures = 0;
		set_state(m, true, f->extension, NULL);
	} else if (r == -EPROTONOSUPPORT) {
		m->failures = 0;
		take_absence(m, job->message);
	} else if (r != -ECANCELED) {
		log_warning("reading the kernel's vDPA devices: %s%s%s",
			    job->message ? job->message : "", job->message ? ": " : "",
			    strerrordesc_np(-r));
		read_later(m);
	}
	refresh_free(f);
	if (m->stopping)
		return;
	if (m->synced)
		manager_settle(m);
	if (!m->retry)
		start_reading(m);
}

/* Read what is dirty, unless something is being read: then it comes after that. */
static void start_reading(struct manager *m)
{
	struct refresh *f;

	if (m->reading || m->stopping || m->applying || (!m->dirty_all && !m->n_dirty))
		return;
	f = refresh_new(on_read, m);
	if (!f) {
		read_later(m);
		return;
	}
	f->workplace = m->workplace;
	f->all = m->dirty_all;
	f->n_names = m->n_dirty;
	memcpy(f->names, m->dirty, sizeof(f->names));
	m->dirty_all = false;
	m->n_dirty = 0;
	m->reading = true;
	worker_submit(m->worker, &f->job);
}

/* ---- events -------------------------------------------------------------------------------- */

void manager_resync(struct manager *manager)
{
	manager->dirty_all = true;
	start_reading(manager);
}

void manager_dirty_device(struct manager *m, const char *name)
{
	char *copy;

	for (size_t i = 0; i < m->n_dirty; i++)
		if (strcmp(m->dirty[i], name) == 0)
			return;
	copy = m->n_dirty < REFRESH_MAX && *name ? strdup(name) : NULL;
	if (copy)
		m->dirty[m->n_dirty++] = copy;
	else
		m->dirty_all = true;
	start_reading(m);
}

static void on_event(void *userdata, const struct vdpactl_event *event)
{
	struct manager *m = userdata;

	/* Without a kernel to speak to, any sign of life is worth a look at everything. */
	if (m->kernel_ready && vdpactl_event_get_object(event) == VDPACTL_OBJECT_DEVICE)
		manager_dirty_device(m, vdpactl_event_get_name(event));
	else
		manager_resync(m);
}

/* ---- life ---------------------------------------------------------------------------------- */

static int new_parts(struct manager *m)
{
	static void (*const unref[MANAGER_KINDS])(void *object) = {
		[MANAGER_MGMTDEV] = unref_mgmtdev,
		[MANAGER_DEVICE] = unref_device,
		[MANAGER_DEFINITION] = saved_unref,
		[MANAGER_CONFIG] = unref_config,
	};
	int r = 0;

	for (int i = 0; i < MANAGER_KINDS && r >= 0; i++) {
		struct manager_part *part = &m->parts[i];

		part->manager = m;
		part->kind = i;
		r = collection_new(manager_table(i), unref[i], &part_listener, part,
				   &part->objects);
	}
	return r;
}

/* First in the worker's queue, so that they are there when the kernel has been read. */
static int load_definitions(struct manager *m)
{
	struct change *change = change_new(CHANGE_RELOAD, NULL, NULL, NULL);

	if (!change)
		return -ENOMEM;
	manager_submit(m, change, NULL, NULL);
	return 0;
}

int manager_new(sd_event *event, const struct manager_config *config, struct manager **ret_manager)
{
	struct manager *m;
	int r;

	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->event = sd_event_ref(event);
	m->config = *config;
	r = new_parts(m);
	if (r >= 0)
		r = workplace_new(&config->workplace, &m->workplace);
	if (r >= 0)
		r = worker_new(event, config->ctx_new, config->userdata, &m->worker);
	/* Events first, reading after: what happens in between is seen twice rather than never. */
	if (r >= 0)
		r = monitor_source_new(event, config, on_event, m, &m->monitor);
	if (r >= 0)
		r = load_definitions(m);
	if (r < 0) {
		manager_free(m);
		return r;
	}
	*ret_manager = m;
	return 0;
}

void manager_stop(struct manager *manager)
{
	struct change *next;

	manager->stopping = true;
	manager->monitor = monitor_source_free(manager->monitor);
	manager->retry = sd_event_source_disable_unref(manager->retry);
	manager->worker = worker_free(manager->worker, STOP_PATIENCE);
	/* What is left is stuck in the kernel, and so is the thread that holds it, and its workplace. */
	if (!manager->changes)
		manager->workplace = workplace_free(manager->workplace);
	for (struct change *c = manager->changes; c; c = next) {
		next = c->next;
		if (c->done)
			c->done(c->userdata, -ECANCELED,
				"vdpactld is stopping while the kernel works", c);
		c->done = NULL;
		c->deadline = sd_event_source_disable_unref(c->deadline);
	}
	manager->changes = NULL;
}

struct manager *manager_free(struct manager *manager)
{
	if (!manager)
		return NULL;
	manager_stop(manager);
	for (int i = 0; i < MANAGER_KINDS; i++)
		collection_free(manager->parts[i].objects);
	for (size_t i = 0; i < manager->n_dirty; i++)
		free(manager->dirty[i]);
	free(manager->kernel_message);
	sd_event_unref(manager->event);
	free(manager);
	return NULL;
}

void manager_set_listener(struct manager *manager, const struct manager_listener *listener,
			  void *userdata)
{
	manager->listener = listener;
	manager->listener_userdata = userdata;
}

void manager_set_settled(struct manager *manager, void (*settled)(void *userdata), void *userdata)
{
	manager->settled = settled;
	manager->settled_userdata = userdata;
}

void manager_set_appeared(struct manager *manager,
			  void (*appeared)(void *userdata, const char *mgmtdev), void *userdata)
{
	manager->appeared = appeared;
	manager->appeared_userdata = userdata;
}

void manager_get_state(const struct manager *manager, struct manager_state *ret_state)
{
	*ret_state = (struct manager_state){
		.synced = manager->synced,
		.kernel_ready = manager->kernel_ready,
		.extension = manager->extension,
		.message = manager->kernel_message ? manager->kernel_message : "",
	};
}
