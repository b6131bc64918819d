// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "refresh.h"
#include "util/cleanup.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The configuration space of one device; a kernel that does not show it is no failure. */
static int read_config(struct vdpactl_ctx *ctx, const char *name, struct vdpactl_config **ret)
{
	int r;

	r = vdpactl_config_get(ctx, name, ret);
	return r == -ENOMEM || r == -EPROTONOSUPPORT ? r : 0;
}

/* 6.1's modules end the dump at the first device that is no NIC; the others have to be asked for one by one. */
static int read_more_configs(struct refresh *f, struct vdpactl_ctx *ctx, const char **known,
			     size_t n)
{
	size_t n_devices = vdpactl_device_list_size(f->devices);
	int r = 0;

	f->more = calloc(n_devices + 1, sizeof(struct vdpactl_config *));
	if (!f->more)
		return -ENOMEM;
	for (size_t i = 0; i < n_devices && r >= 0; i++) {
		const char *name = vdpactl_device_get_name(vdpactl_device_list_at(f->devices, i));

		if (bsearch(&name, known, n, sizeof(*known), by_name))
			continue;
		r = read_config(ctx, name, &f->more[f->n_more]);
		f->n_more += f->more[f->n_more] != NULL;
	}
	return r;
}

static int read_configs(struct refresh *f, struct vdpactl_ctx *ctx)
{
	_cleanup_free_ const char **known = NULL;
	size_t n;

	/* Devices may come and go between the two dumps: an event tells of that. */
	if (vdpactl_config_list(ctx, &f->configs) < 0)
		f->configs = NULL;
	n = f->configs ? vdpactl_config_list_size(f->configs) : 0;
	known = calloc(n + 1, sizeof(const char *));
	if (!known)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		known[i] = vdpactl_config_get_name(vdpactl_config_list_at(f->configs, i));
	qsort(known, n, sizeof(*known), by_name);
	return read_more_configs(f, ctx, known, n);
}

static int read_all(struct refresh *f, struct vdpactl_ctx *ctx)
{
	int r;

	r = vdpactl_mgmtdev_list(ctx, &f->mgmtdevs);
	if (r < 0)
		return r;
	r = vdpactl_device_list(ctx, REFRESH_FLAGS, &f->devices);
	if (r < 0)
		return r;
	r = read_configs(f, ctx);
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
		if (f->found[i] && read_config(ctx, f->names[i], &f->config[i]) < 0)
			return -ENOMEM;
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
	/* Whoever tried to load the modules may know better than that they are not loaded. */
	if (r == -EPROTONOSUPPORT)
		job->message = workplace_trouble(f->workplace);
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
		vdpactl_config_unref(refresh->config[i]);
	}
	vdpactl_mgmtdev_list_unref(refresh->mgmtdevs);
	vdpactl_device_list_unref(refresh->devices);
	vdpactl_config_list_unref(refresh->configs);
	for (size_t i = 0; i < refresh->n_more; i++)
		vdpactl_config_unref(refresh->more[i]);
	free(refresh->more);
	job_clear(&refresh->job);
	free(refresh);
	return NULL;
}
