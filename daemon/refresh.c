// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "node.h"
#include "refresh.h"

static int read_all(struct refresh *f, struct vdpactl_ctx *ctx)
{
	int r;

	r = vdpactl_mgmtdev_list(ctx, &f->mgmtdevs);
	if (r < 0)
		return r;
	r = vdpactl_device_list(ctx, REFRESH_FLAGS, &f->devices);
	if (r < 0)
		return r;
	for (size_t i = 0; i < vdpactl_device_list_size(f->devices); i++)
		node_follow(f->workplace, vdpactl_device_list_at(f->devices, i));
	node_sweep(f->workplace, f->devices);
	return 0;
}

/* Devices that are not there are an answer, not a failure. */
static int read_some(struct refresh *f, struct vdpactl_ctx *ctx)
{
	int r;

	for (size_t i = 0; i < f->n_names; i++) {
		r = vdpactl_device_get(ctx, f->names[i], REFRESH_FLAGS, &f->found[i]);
		if (r < 0 && r != -ENODEV)
			return r;
		if (f->found[i])
			node_follow(f->workplace, f->found[i]);
		else
			node_forget(f->workplace, f->names[i]);
	}
	return 0;
}

static int refresh_run(struct job *job, struct vdpactl_ctx *ctx)
{
	struct refresh *f = refresh_of(job);
	int r;

	r = f->all ? read_all(f, ctx) : read_some(f, ctx);
	if (r < 0)
		return r;
	r = vdpactl_has_extension(ctx);
	if (r < 0)
		return r;
	f->extension = r > 0;
	return 0;
}

struct refresh *refresh_new(void (*done)(struct job *job), void *userdata)
{
	struct refresh *f;

	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->job.run = refresh_run;
	f->job.done = done;
	f->userdata = userdata;
	return f;
}

struct refresh *refresh_free(struct refresh *refresh)
{
	if (!refresh)
		return NULL;
	for (size_t i = 0; i < refresh->n_names; i++) {
		free(refresh->names[i]);
		vdpactl_device_unref(refresh->found[i]);
	}
	vdpactl_mgmtdev_list_unref(refresh->mgmtdevs);
	vdpactl_device_list_unref(refresh->devices);
	job_clear(&refresh->job);
	free(refresh);
	return NULL;
}
