// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of saved definitions, and of devices as they are saved: in the worker thread, to whom the store belongs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
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
	const struct store_entry *entry = store_find(c->store, c->device);

	return entry ? report_one(c, entry) : 0;
}

static int report_all(struct change *c)
{
	size_t n = store_size(c->store);

	c->saved = calloc(n + 1, sizeof(struct saved *));
	if (!c->saved)
		return -ENOMEM;
	for (; c->n_saved < n; c->n_saved++) {
		c->saved[c->n_saved] = saved_new(store_at(c->store, c->n_saved));
		if (!c->saved[c->n_saved])
			return -ENOMEM;
	}
	c->saved_all = true;
	return 0;
}

/* ---- the definitions ----------------------------------------------------------------------- */

static int put(struct change *c, struct vdpactl_device_request *request)
{
	char error[STORE_ERROR_MAX];
	int r;

	r = store_put(c->store, request, error);
	return r < 0 ? fail(c, r, error) : report(c);
}

static int undefine(struct change *c)
{
	char error[STORE_ERROR_MAX];
	int r;

	r = store_remove(c->store, c->device, error);
	if (r == -ENOENT && !*error)
		return no_definition(c);
	return r < 0 ? fail(c, r, error) : report(c);
}

static int set_autostart(struct change *c)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	const struct field_table *table = &field_table_request;
	const struct store_entry *entry = store_find(c->store, c->device);
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
	return r < 0 ? r : put(c, TAKE_PTR(request));
}

static int promote(struct change *c, struct vdpactl_ctx *ctx)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	int r;

	r = promote_read(ctx, c->store, c->device, &request);
	if (r >= 0)
		r = field_copy(&field_table_request, request, c->request);
	return r < 0 ? r : put(c, TAKE_PTR(request));
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

	r = store_load(c->store, add_problem, c);
	return r < 0 ? r : report_all(c);
}

/* ---- devices as they are saved ------------------------------------------------------------- */

static int start(struct change *c, struct vdpactl_ctx *ctx)
{
	const struct store_entry *entry = store_find(c->store, c->device);
	int r;

	if (!entry)
		return no_definition(c);
	r = vdpactl_device_get(ctx, c->device, REFRESH_FLAGS, &c->result);
	if (r == -ENODEV)
		r = vdpactl_device_add(ctx, entry->request, &c->result);
	return r < 0 ? r : report(c);
}

static int stop(struct change *c, struct vdpactl_ctx *ctx)
{
	int r;

	if (!store_find(c->store, c->device))
		return no_definition(c);
	r = vdpactl_device_delete(ctx, c->device);
	if (r == -ENODEV)
		r = 0;
	return r < 0 ? r : report(c);
}

int change_run_saved(struct change *change, struct vdpactl_ctx *ctx)
{
	switch (change->kind) {
	case CHANGE_DEFINE:
		return put(change, TAKE_PTR(change->request));
	case CHANGE_UNDEFINE:
		return undefine(change);
	case CHANGE_START:
		return start(change, ctx);
	case CHANGE_STOP:
		return stop(change, ctx);
	case CHANGE_AUTOSTART:
		return set_autostart(change);
	case CHANGE_PROMOTE:
		return promote(change, ctx);
	case CHANGE_RELOAD:
		return reload(change);
	case CHANGE_ADD:
	case CHANGE_DELETE:
	case CHANGE_BIND:
	case CHANGE_SET_MAC:
		break;
	}
	return -EOPNOTSUPP;
}
