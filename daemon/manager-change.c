// SPDX-License-Identifier: GPL-2.0-or-later
/* How a change goes through the manager: submitted, done by the worker, put into the model, answered. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "manager-private.h"
#include "objects.h"
#include "util/cleanup.h"

#define SECOND UINT64_C(1000000)

static struct change *change_of(struct job *job)
{
	return (struct change *)((char *)job - offsetof(struct change, job));
}

static void enlist(struct manager *m, struct change *c)
{
	c->prev = NULL;
	c->next = m->changes;
	if (c->next)
		c->next->prev = c;
	m->changes = c;
	m->applying += c->kind == CHANGE_APPLY;
}

static void delist(struct change *c)
{
	c->manager->applying -= c->kind == CHANGE_APPLY;
	if (c->prev)
		c->prev->next = c->next;
	else
		c->manager->changes = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

/* The end of a change. What others did while a set was applied has not been looked at yet. */
static void drop(struct change *c)
{
	struct manager *m = c->manager;
	bool was_set = c->kind == CHANGE_APPLY;

	delist(c);
	change_free(c);
	if (was_set)
		manager_resync(m);
}

/* Answer, once; later results only go to the model and the log. */
static void answer(struct change *c, int error, const char *message)
{
	change_done done = c->done;

	c->done = NULL;
	if (done)
		done(c->userdata, error, message, c);
}

/* "adding device web0 on vdpasim_net: the kernel's text (No such device)" */
static char *explain(const struct change *c, int error, const char *reason)
{
	_cleanup_free_ char *what = change_describe(c);
	const char *meaning = strerrordesc_np(-error);
	char *text;
	int r;

	if (!what)
		return NULL;
	if (!meaning)
		meaning = "unknown error";
	if (reason)
		r = asprintf(&text, "%s: %s (%s)", what, reason, meaning);
	else
		r = asprintf(&text, "%s: %s", what, meaning);
	return r < 0 ? NULL : text;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct change *c = userdata;
	struct manager *m = c->manager;
	const struct log_about about = { .device = c->device, .mgmtdev = c->mgmtdev };
	/* What has been begun goes on. */
	bool begun = c->apply && c->apply->done;
	bool waiting = !begun && worker_cancel(m->worker, &c->job);
	_cleanup_free_ char *reason = NULL, *text = NULL;
	int r;

	c->deadline = sd_event_source_disable_unref(c->deadline);
	r = asprintf(
		&reason,
		waiting ? "nothing was done: another request has kept the kernel busy for %" PRIu64
			  " s"
			: "the kernel has not finished within %" PRIu64
			  " s; what comes of it will be seen",
		m->config.timeout / SECOND);
	if (r < 0)
		reason = NULL;
	text = explain(c, -ETIMEDOUT, reason);
	log_about(LOG_WARNING, &about, "%s", text ? text : "a change timed out");
	c->late = true;
	answer(c, -ETIMEDOUT, text);
	if (waiting)
		drop(c);
	return 0;
}

static bool is_about_all(const struct change *c)
{
	return c->kind == CHANGE_RELOAD || c->kind == CHANGE_APPLY;
}

static bool removes_device(const struct change *c)
{
	return c->kind == CHANGE_DELETE || c->kind == CHANGE_STOP;
}

/* Has it nothing to do with what the kernel has? */
static bool is_paper(const struct change *c)
{
	return c->kind == CHANGE_STATISTICS ||
	       (change_is_saved(c->kind) && c->kind != CHANGE_START && c->kind != CHANGE_STOP);
}

/* The model learns of the change here, not from the event that follows: then it is told before the answer. */
static void update_devices(struct manager *m, struct change *c)
{
	int r = 0;

	if (removes_device(c) && c->job.result >= 0)
		manager_remove_device(m, c->device);
	else if (c->result)
		r = manager_put_device(m, c->result, c->config);
	else
		manager_dirty_device(m, c->kind == CHANGE_ADD ? "" : c->device);
	if (r < 0)
		manager_resync(m);
}

/* The rows that have been done since the last time. */
static void update_applied(struct manager *m, struct apply *apply)
{
	int r = 0;

	for (; apply->told < apply->done; apply->told++) {
		struct apply_row *row = &apply->rows[apply->told];

		if (row->gone)
			manager_remove_device(m, row->name);
		else if (row->device)
			r = r < 0 ? r : manager_put_device(m, row->device, row->config);
	}
	if (r < 0)
		manager_resync(m);
}

/* @text: why it failed; NULL when it did not */
static void update_model(struct manager *m, struct change *c, const char *text)
{
	if (c->kind == CHANGE_APPLY)
		update_applied(m, c->apply);
	else if (!is_paper(c))
		update_devices(m, c);
	if (change_is_saved(c->kind) && c->job.result >= 0)
		manager_saved_take(m, c);
	if (c->kind == CHANGE_START)
		manager_saved_follow(m, c->device,
				     collection_find(m->parts[MANAGER_DEVICE].objects, c->device),
				     text ? text : "");
}

static void log_outcome(const struct change *c, const char *text)
{
	const struct log_about about = { .device = c->device, .mgmtdev = c->mgmtdev };
	_cleanup_free_ char *what = NULL;

	if (text) {
		log_about(LOG_NOTICE, &about, "%s", text);
		return;
	}
	for (size_t i = 0; i < c->n_problems; i++)
		log_warning("%s", c->problems[i]);
	/* Somebody may ask every second. */
	if (c->kind == CHANGE_STATISTICS)
		return;
	what = change_describe(c);
	log_about(LOG_INFO, &about, "%s: done%s", what ? what : "a change",
		  c->late ? ", after its caller was told it takes too long" : "");
}

static void submit(struct manager *m, struct change *c);

static void on_done(struct job *job)
{
	struct change *c = change_of(job);
	struct manager *m = c->manager;
	_cleanup_free_ char *text = NULL;
	int r = job->result;

	c->deadline = sd_event_source_disable_unref(c->deadline);
	if (r > 0 && !m->stopping) {
		/* The rest of it, behind what others have asked for meanwhile. */
		update_applied(m, c->apply);
		submit(m, c);
		return;
	}
	if (r > 0)
		r = -ECANCELED;
	if (r >= 0 && c->kind == CHANGE_ADD && c->result) {
		/* A pattern has become a name. */
		free(c->device);
		c->device = strdup(vdpactl_device_get_name(c->result));
	}
	if (r < 0)
		text = explain(c, r, r == -ECANCELED ? "vdpactld is stopping" : job->message);
	log_outcome(c, text);
	update_model(m, c, text);
	if (m->synced && !m->stopping)
		manager_settle(m);
	answer(c, c->device || is_about_all(c) ? r : -ENOMEM, text);
	drop(c);
}

static int run(struct job *job, struct vdpactl_ctx *ctx)
{
	return change_run(change_of(job), ctx);
}

static void submit(struct manager *m, struct change *c)
{
	/* Without a timer the caller has to rely on its own. */
	if (c->done && sd_event_add_time_relative(m->event, &c->deadline, CLOCK_MONOTONIC,
						  m->config.timeout, 0, on_deadline, c) < 0)
		log_warning("no timer for a change");
	worker_submit(m->worker, &c->job);
}

void manager_submit(struct manager *manager, struct change *change, change_done done,
		    void *userdata)
{
	change->manager = manager;
	change->done = done;
	change->userdata = userdata;
	change->workplace = manager->workplace;
	change->job.run = run;
	change->job.done = on_done;
	enlist(manager, change);
	submit(manager, change);
}
