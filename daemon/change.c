// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "node.h"
#include "refresh.h"
#include "util/cleanup.h"

/* A copy of a string that may be NULL; false without memory. */
static bool copy(char **ret, const char *from)
{
	if (!from)
		return true;
	*ret = strdup(from);
	return *ret;
}

struct change *change_new(enum change_kind kind, const char *device, const char *mgmtdev,
			  const char *driver)
{
	struct change *c;

	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->kind = kind;
	c->fd = -1;
	if (!copy(&c->device, device) || !copy(&c->mgmtdev, mgmtdev) || !copy(&c->driver, driver))
		return change_free(c);
	return c;
}

struct change *change_free(struct change *change)
{
	if (!change)
		return NULL;
	sd_event_source_disable_unref(change->deadline);
	vdpactl_device_request_free(change->request);
	apply_free(change->apply);
	vdpactl_device_unref(change->result);
	vdpactl_config_unref(change->config);
	for (size_t i = 0; i < change->n_saved; i++)
		saved_unref(change->saved[i]);
	free(change->saved);
	for (size_t i = 0; i < change->n_problems; i++)
		free(change->problems[i]);
	free(change->problems);
	for (size_t i = 0; i < change->n_stats; i++)
		vdpactl_stats_unref(change->stats[i]);
	free(change->stats);
	if (change->fd >= 0)
		close(change->fd);
	job_clear(&change->job);
	free(change->device);
	free(change->mgmtdev);
	free(change->driver);
	free(change);
	return NULL;
}

bool change_is_saved(enum change_kind kind)
{
	return kind >= CHANGE_DEFINE;
}

char *change_describe(const struct change *change)
{
	char *text = NULL;
	int r = -1;

	switch (change->kind) {
	case CHANGE_ADD:
		r = asprintf(&text, "adding device %s on %s", change->device, change->mgmtdev);
		break;
	case CHANGE_DELETE:
		r = asprintf(&text, "deleting device %s", change->device);
		break;
	case CHANGE_BIND:
		r = asprintf(&text, "binding device %s to %s", change->device, change->driver);
		break;
	case CHANGE_SET_MAC:
		r = asprintf(&text, "setting the MAC address of device %s", change->device);
		break;
	case CHANGE_SET_LINK:
		r = asprintf(&text, "setting the link of device %s %s", change->device,
			     change->up ? "up" : "down");
		break;
	case CHANGE_OPEN:
		r = asprintf(&text, "opening device %s", change->device);
		break;
	case CHANGE_STATISTICS:
		r = asprintf(&text, "reading the statistics of device %s", change->device);
		break;
	case CHANGE_DEFINE:
		r = asprintf(&text, "defining device %s on %s", change->device, change->mgmtdev);
		break;
	case CHANGE_UNDEFINE:
		r = asprintf(&text, "undefining device %s", change->device);
		break;
	case CHANGE_START:
		r = asprintf(&text, "starting device %s", change->device);
		break;
	case CHANGE_STOP:
		r = asprintf(&text, "stopping device %s", change->device);
		break;
	case CHANGE_AUTOSTART:
		r = asprintf(&text, "switching automatic starting of device %s %s", change->device,
			     change->autostart ? "on" : "off");
		break;
	case CHANGE_PROMOTE:
		r = asprintf(&text, "saving the live device %s", change->device);
		break;
	case CHANGE_RELOAD:
		r = asprintf(&text, "reading the saved definitions");
		break;
	case CHANGE_APPLY:
		r = asprintf(&text, "applying a set of definitions");
		break;
	}
	return r < 0 ? NULL : text;
}

int change_release(const struct change *change, struct vdpactl_ctx *ctx)
{
	return change->force ? vdpactl_device_release(ctx, change->device) : 0;
}

void change_look_behind(struct change *change, struct vdpactl_ctx *ctx)
{
	if (!change->result)
		return;
	node_follow(change->workplace, change->result);
	if (vdpactl_config_get(ctx, vdpactl_device_get_name(change->result), &change->config) < 0)
		change->config = NULL;
}

/* The kernel has no answer for all queues at once. */
static int read_statistics(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	uint32_t n;
	int r;

	r = vdpactl_device_get(ctx, c->device, 0, &device);
	if (r < 0)
		return r;
	n = vdpactl_device_get_max_vqs(device);
	c->stats = calloc(n + 1, sizeof(struct vdpactl_stats *));
	if (!c->stats)
		return -ENOMEM;
	while (c->n_stats < n && r >= 0) {
		r = vdpactl_stats_get(ctx, c->device, (uint32_t)c->n_stats, &c->stats[c->n_stats]);
		c->n_stats += r >= 0;
	}
	/* It may have fewer than it could; the first tells whether there are any at all. */
	if ((r == -ERANGE || r == -EINVAL) && c->n_stats)
		r = 0;
	return r;
}

int change_run(struct change *change, struct vdpactl_ctx *ctx)
{
	const char *name = change->device;
	int r = -EOPNOTSUPP;

	switch (change->kind) {
	case CHANGE_ADD:
		r = vdpactl_device_add(ctx, change->request, &change->result);
		break;
	case CHANGE_DELETE:
		r = change_release(change, ctx);
		if (r >= 0)
			r = vdpactl_device_delete(ctx, name);
		if (r >= 0)
			node_forget(change->workplace, name);
		/* It is not to come back because the daemon starts anew. */
		if (r >= 0 && store_find(change->workplace->store, name))
			workplace_mark(change->workplace, name);
		return r;
	case CHANGE_BIND:
		r = change_release(change, ctx);
		if (r >= 0)
			r = vdpactl_device_bind(ctx, name, change->driver);
		break;
	case CHANGE_SET_MAC:
		r = vdpactl_device_set_mac(ctx, name, change->mac);
		break;
	case CHANGE_SET_LINK:
		r = vdpactl_device_set_link(ctx, name, change->up);
		break;
	case CHANGE_OPEN:
		r = node_open(ctx, name, &change->fd, &change->job.message);
		break;
	case CHANGE_STATISTICS:
		return read_statistics(change, ctx);
	case CHANGE_DEFINE:
	case CHANGE_UNDEFINE:
	case CHANGE_START:
	case CHANGE_STOP:
	case CHANGE_AUTOSTART:
	case CHANGE_PROMOTE:
	case CHANGE_RELOAD:
	case CHANGE_APPLY:
		return change_run_saved(change, ctx);
	}
	/* That reading back fails is no failure of the change: the manager reads again by itself. */
	if (r >= 0 && !change->result &&
	    vdpactl_device_get(ctx, name, REFRESH_FLAGS, &change->result) < 0)
		change->result = NULL;
	change_look_behind(change, ctx);
	return r;
}
