// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "autoprobe-hold.h"
#include "log.h"
#include "node.h"
#include "objects.h"
#include "refresh.h"
#include "util/cleanup.h"

/* So many rows are done before others have their turn. */
#define PART 32

struct apply *apply_new(const char *text)
{
	struct apply *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->text = strdup(text);
	return a->text ? a : apply_free(a);
}

struct apply *apply_free(struct apply *apply)
{
	if (!apply)
		return NULL;
	for (size_t i = 0; i < apply->n; i++) {
		free(apply->rows[i].name);
		free(apply->rows[i].detail);
		free(apply->rows[i].error);
		vdpactl_device_unref(apply->rows[i].device);
		vdpactl_config_unref(apply->rows[i].config);
	}
	free(apply->rows);
	definition_free(apply->definition);
	free(apply->text);
	free(apply);
	return NULL;
}

const char *apply_action_name(enum apply_action action)
{
	switch (action) {
	case APPLY_STOP:
		return "stop";
	case APPLY_UNDEFINE:
		return "undefine";
	case APPLY_DEFINE:
		return "define";
	case APPLY_BIND:
		return "bind";
	case APPLY_SET_MAC:
		return "set-mac";
	case APPLY_DIFFERS:
		return "differs";
	case APPLY_START:
		return "start";
	}
	return "";
}

/* ---- one row ------------------------------------------------------------------------------- */

static int stop(struct apply_row *row, const struct workplace *w, struct vdpactl_ctx *ctx)
{
	int r;

	r = vdpactl_device_delete(ctx, row->name);
	if (r < 0 && r != -ENODEV)
		return r;
	node_forget(w, row->name);
	row->gone = true;
	return 0;
}

static void look_behind(struct apply_row *row, const struct workplace *w, struct vdpactl_ctx *ctx)
{
	node_follow(w, row->device);
	if (vdpactl_config_get(ctx, row->name, &row->config) < 0)
		row->config = NULL;
}

static int start(struct apply_row *row, const struct workplace *w, struct vdpactl_ctx *ctx)
{
	int r;

	r = vdpactl_device_add(ctx, row->request, &row->device);
	if (r < 0)
		return r;
	look_behind(row, w, ctx);
	workplace_mark(w, row->name);
	return 0;
}

/* A change of a live device, and what it is then. */
static int change(struct apply_row *row, const struct workplace *w, struct vdpactl_ctx *ctx)
{
	int r;

	if (row->action == APPLY_BIND)
		r = vdpactl_device_bind(ctx, row->name, row->request->driver);
	else
		r = vdpactl_device_set_mac(ctx, row->name, row->request->mac);
	if (r >= 0 && vdpactl_device_get(ctx, row->name, REFRESH_FLAGS, &row->device) >= 0)
		look_behind(row, w, ctx);
	return r;
}

static int set_error(struct apply_row *row, int error, const char *reason)
{
	int n;

	if (reason && *reason)
		n = asprintf(&row->error, "%s (%s)", reason, strerrordesc_np(-error));
	else
		n = asprintf(&row->error, "%s", strerrordesc_np(-error));
	if (n < 0)
		row->error = NULL;
	return n < 0 ? -ENOMEM : 0;
}

static int do_row(struct apply_row *row, const struct workplace *w, struct vdpactl_ctx *ctx)
{
	char error[STORE_ERROR_MAX] = "";
	const char *reason = NULL;
	int r = 0;

	switch (row->action) {
	case APPLY_STOP:
		r = stop(row, w, ctx);
		break;
	case APPLY_START:
		r = start(row, w, ctx);
		break;
	case APPLY_BIND:
	case APPLY_SET_MAC:
		r = change(row, w, ctx);
		break;
	case APPLY_UNDEFINE:
		r = store_remove(w->store, row->name, error);
		break;
	case APPLY_DEFINE: /* all at once: define_all() */
	case APPLY_DIFFERS:
		break;
	}
	if (r >= 0)
		return 0;
	reason = row->action == APPLY_UNDEFINE ? error : vdpactl_get_error_message(ctx);
	return set_error(row, r, reason);
}

/* ---- all of them --------------------------------------------------------------------------- */

/* Before the first device changes: should we be killed later, what is to be is known. */
static int define_all(struct apply *a, struct store *store, char **ret_message)
{
	_cleanup_free_ struct vdpactl_device_request **requests = NULL;
	char error[STORE_ERROR_MAX] = "";
	size_t n = 0;
	int r;

	requests = calloc(a->n + 1, sizeof(struct vdpactl_device_request *));
	if (!requests)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].action == APPLY_DEFINE)
			requests[n++] = a->rows[i].request;
	r = store_put_all(store, requests, n, error);
	if (r < 0 && *error)
		*ret_message = strdup(error);
	return r;
}

static int begin(struct apply *a, const struct workplace *w, struct vdpactl_ctx *ctx,
		 char **ret_message)
{
	int r;

	r = apply_plan(a, w->store, ctx, ret_message);
	if (r < 0 || a->dry_run)
		return r;
	r = define_all(a, w->store, ret_message);
	return r < 0 ? r : 1;
}

/* One window for all devices that follow each other and choose their driver, where the kernel needs one for that. */
static void keep_window(const struct apply_row *row, struct vdpactl_ctx *ctx)
{
	bool wanted = row && row->action == APPLY_START && row->request->driver;

	/* What cannot be opened is told of when the device needs it. */
	if (wanted)
		autoprobe_hold(ctx);
	else if (autoprobe_let_go(ctx) < 0)
		log_warning("%s", vdpactl_get_error_message(ctx));
}

int apply_run(struct apply *apply, const struct workplace *workplace, struct vdpactl_ctx *ctx,
	      char **ret_message)
{
	size_t end;
	int r = 0;

	if (!apply->definition) {
		r = begin(apply, workplace, ctx, ret_message);
		if (r <= 0)
			return r;
	}
	end = apply->n - apply->done < PART ? apply->n : apply->done + PART;
	for (; apply->done < end && r >= 0; apply->done += r >= 0) {
		keep_window(&apply->rows[apply->done], ctx);
		r = do_row(&apply->rows[apply->done], workplace, ctx);
	}
	keep_window(NULL, ctx);
	return r < 0 ? r : apply->done < apply->n;
}
