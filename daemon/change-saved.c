// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of saved definitions, and of devices as they are saved: in the worker thread, to whom the store belongs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "node.h"
#include "promote.h"
#include "refresh.h"
#include "util/cleanup.h"

/* The reason of a failure that no call of the library explains. */
static int fail(struct change *c, int error, const char *text)
{
	free(c->job.message);
	c->job.message = strdup(*text ? text : "out of memory");
	return error;
}

static int no_definition(struct change *c)
{
	return fail(c, -ENOENT, "there is no saved definition of that name");
}

/* ---- what the loop is told ----------------------------------------------------------------- */

static int report_one(struct change *c, const struct store_entry *entry)
{
	struct saved **longer;

	longer = reallocarray(c->saved, c->n_saved + 1, sizeof(struct saved *));
	if (!longer)
		return -ENOMEM;
	c->saved = longer;
	longer[c->n_saved] = saved_new(entry);
	if (!longer[c->n_saved])
		return -ENOMEM;
	c->n_saved++;
	return 0;
}

static int report(struct change *c)
{
	const struct store_entry *entry = store_find(c->workplace->store, c->device);

	return entry ? report_one(c, entry) : 0;
}

static int report_all(struct change *c)
{
	size_t n = store_size(c->workplace->store);

	c->saved = calloc(n + 1, sizeof(struct saved *));
	if (!c->saved)
		return -ENOMEM;
	for (; c->n_saved < n; c->n_saved++) {
		c->saved[c->n_saved] = saved_new(store_at(c->workplace->store, c->n_saved));
		if (!c->saved[c->n_saved])
			return -ENOMEM;
	}
	c->saved_all = true;
	return 0;
}

/* ---- the definitions ----------------------------------------------------------------------- */

/* A live device gets the rights that are saved now. */
static void follow_node(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;

	if (vdpactl_device_get(ctx, c->device, VDPACTL_DEVICE_ENDPOINT, &device) >= 0)
		node_follow(c->workplace, device);
}

/* Rights that the definition gave go with it. */
static void revoke_rights(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;

	if (vdpactl_device_get(ctx, c->device, VDPACTL_DEVICE_ENDPOINT, &device) >= 0)
		node_revoke_definition(c->workplace, device);
}

/* Does another definition give other rights than the one that is saved? */
static bool changes_rights(const struct change *c, const struct vdpactl_device_request *request)
{
	const struct store_entry *entry = store_find(c->workplace->store, c->device);

	return entry && node_rights_differ(entry->request, request);
}

static int put(struct change *c, struct vdpactl_ctx *ctx, struct vdpactl_device_request *request)
{
	char error[STORE_ERROR_MAX];
	int r;

	if (changes_rights(c, request))
		revoke_rights(c, ctx);
	r = store_put(c->workplace->store, request, error);
	follow_node(c, ctx);
	return r < 0 ? fail(c, r, error) : report(c);
}

static int undefine(struct change *c, struct vdpactl_ctx *ctx)
{
	char error[STORE_ERROR_MAX];
	int r;

	if (!store_find(c->workplace->store, c->device))
		return no_definition(c);
	revoke_rights(c, ctx);
	r = store_remove(c->workplace->store, c->device, error);
	follow_node(c, ctx);
	return r < 0 ? fail(c, r, error) : report(c);
}

static int set_autostart(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	const struct field_table *table = &field_table_request;
	const struct store_entry *entry = store_find(c->workplace->store, c->device);
	char error[FIELD_ERROR_SIZE];
	int r;

	if (!entry)
		return no_definition(c);
	if (!!entry->request->autostart == c->autostart)
		return report(c);
	request = calloc(1, sizeof(*request));
	if (!request)
		return -ENOMEM;
	r = field_copy(table, request, entry->request);
	if (r >= 0)
		r = field_set_number(table, (size_t)field_find(table, "autostart"), request,
				     c->autostart, error);
	return r < 0 ? r : put(c, ctx, TAKE_PTR(request));
}

static int promote(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	int r;

	r = promote_read(ctx, c->workplace->store, c->device, &request);
	if (r >= 0)
		r = field_copy(&field_table_request, request, c->request);
	return r < 0 ? r : put(c, ctx, TAKE_PTR(request));
}

static void add_problem(void *userdata, const char *text)
{
	struct change *c = userdata;
	char **longer, *copy = strdup(text);

	longer = copy ? reallocarray(c->problems, c->n_problems + 2, sizeof(char *)) : NULL;
	if (!longer) {
		free(copy);
		return;
	}
	c->problems = longer;
	longer[c->n_problems++] = copy;
	longer[c->n_problems] = NULL;
}

static int reload(struct change *c)
{
	int r;

	r = store_load(c->workplace->store, add_problem, c);
	return r < 0 ? r : report_all(c);
}

/* ---- devices as they are saved ------------------------------------------------------------- */

static int start(struct change *c, struct vdpactl_ctx *ctx)
{
	const struct store_entry *entry = store_find(c->workplace->store, c->device);
	int r;

	if (!entry)
		return no_definition(c);
	r = vdpactl_device_get(ctx, c->device, REFRESH_FLAGS, &c->result);
	if (r == -ENODEV && !(c->once && workplace_is_marked(c->workplace, c->device)))
		r = vdpactl_device_add(ctx, entry->request, &c->result);
	else if (r == -ENODEV)
		r = 0;
	if (r < 0)
		return r;
	change_look_behind(c, ctx);
	workplace_mark(c->workplace, c->device);
	return report(c);
}

static int stop(struct change *c, struct vdpactl_ctx *ctx)
{
	int r;

	if (!store_find(c->workplace->store, c->device))
		return no_definition(c);
	r = change_release(c, ctx);
	if (r >= 0)
		r = vdpactl_device_delete(ctx, c->device);
	if (r == -ENODEV)
		r = 0;
	if (r < 0)
		return r;
	node_forget(c->workplace, c->device);
	workplace_mark(c->workplace, c->device);
	return report(c);
}

/* A part of it; at the end the loop is told of all definitions. */
static int apply(struct change *c, struct vdpactl_ctx *ctx)
{
	int r;

	r = apply_run(c->apply, c->workplace, ctx, &c->job.message);
	return r ? r : report_all(c);
}

int change_run_saved(struct change *change, struct vdpactl_ctx *ctx)
{
	switch (change->kind) {
	case CHANGE_DEFINE:
		return put(change, ctx, TAKE_PTR(change->request));
	case CHANGE_UNDEFINE:
		return undefine(change, ctx);
	case CHANGE_START:
		return start(change, ctx);
	case CHANGE_STOP:
		return stop(change, ctx);
	case CHANGE_AUTOSTART:
		return set_autostart(change, ctx);
	case CHANGE_PROMOTE:
		return promote(change, ctx);
	case CHANGE_RELOAD:
		return reload(change);
	case CHANGE_APPLY:
		return apply(change, ctx);
	case CHANGE_ADD:
	case CHANGE_DELETE:
	case CHANGE_BIND:
	case CHANGE_SET_MAC:
	case CHANGE_SET_LINK:
	case CHANGE_OPEN:
	case CHANGE_STATISTICS:
		break;
	}
	return -EOPNOTSUPP;
}
