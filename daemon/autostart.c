// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "autostart.h"
#include "log.h"

/* As many changes are in the worker's queue at a time: callers need not wait for all others. */
#define AT_ONCE 4

/* After a failure: again after this, doubled each time, up to so many times. */
#define RETRY_FIRST 1000000ULL
#define RETRIES	    5

struct attempt {
	struct autostart *autostart;
	struct attempt *next; /* in the queue, or among those to be tried again */
	char *name;
	unsigned int failures;
	bool once;
};

struct list {
	struct attempt *first, **end;
	size_t n;
};

struct autostart {
	sd_event *event;
	struct manager *manager;
	void *attempts; /* tree by name: one for each device that is not settled */
	struct list queue, again;
	size_t running;
	bool stopped; /* the daemon is going: nothing is begun any more */
	sd_event_source *timer;
	void (*done)(void *userdata);
	void *userdata;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct attempt *)a)->name, ((const struct attempt *)b)->name);
}

static void list_init(struct list *list)
{
	*list = (struct list){ .end = &list->first };
}

static void list_add(struct list *list, struct attempt *attempt)
{
	attempt->next = NULL;
	*list->end = attempt;
	list->end = &attempt->next;
	list->n++;
}

static struct attempt *list_take(struct list *list)
{
	struct attempt *attempt = list->first;

	if (!attempt)
		return NULL;
	list->first = attempt->next;
	list->n--;
	if (!list->first)
		list->end = &list->first;
	return attempt;
}

static void attempt_free(void *attempt)
{
	free(((struct attempt *)attempt)->name);
	free(attempt);
}

/* ---- one device ---------------------------------------------------------------------------- */

/* Some reasons stay until somebody changes the definition or the machine. */
static bool may_pass(int error)
{
	switch (-error) {
	case EINVAL:
	case EEXIST:
	case ENODEV: /* its appearance is the next occasion */
	case ENOENT:
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
	case ECANCELED:
		return false;
	default:
		return true;
	}
}

static void pump(struct autostart *a);

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct autostart *a = userdata;
	struct attempt *attempt;

	a->timer = sd_event_source_disable_unref(a->timer);
	while ((attempt = list_take(&a->again)))
		list_add(&a->queue, attempt);
	pump(a);
	return 0;
}

/* When all that could be tried has been, those that failed rest. */
static void rest(struct autostart *a)
{
	unsigned int failures;

	if (!a->again.first || a->timer)
		return;
	/* None when there was a new occasion meanwhile. */
	failures = a->again.first->failures;
	if (sd_event_add_time_relative(a->event, &a->timer, CLOCK_MONOTONIC,
				       RETRY_FIRST << (failures ? failures - 1 : 0), 0, on_timer,
				       a) < 0)
		log_error("no timer to start saved devices again");
}

static void finish(struct attempt *attempt)
{
	tdelete(attempt, &attempt->autostart->attempts, compare);
	attempt_free(attempt);
}

static void on_started(void *userdata, int error, const char *message, const struct change *change)
{
	struct attempt *attempt = userdata;
	struct autostart *a = attempt->autostart;
	const struct log_about about = { .device = attempt->name };

	a->running--;
	a->stopped |= error == -ECANCELED;
	if (error >= 0 || !may_pass(error)) {
		finish(attempt);
	} else if (attempt->failures++ == RETRIES) {
		log_about(LOG_ERR, &about, "device %s is not started by itself any more: %s",
			  attempt->name, message ? message : strerrordesc_np(-error));
		finish(attempt);
	} else {
		list_add(&a->again, attempt);
	}
	pump(a);
}

static void submit(struct autostart *a, struct attempt *attempt)
{
	struct change *change = change_new(CHANGE_START, attempt->name, NULL, NULL);

	if (!change) {
		finish(attempt);
		return;
	}
	change->autostart = true;
	change->once = attempt->once;
	a->running++;
	manager_submit(a->manager, change, on_started, attempt);
}

/* Still wanted: somebody may have been here meanwhile. */
static bool is_wanted(const struct autostart *a, const char *name)
{
	const struct saved *saved =
		collection_find(manager_objects(a->manager, MANAGER_DEFINITION), name);

	return saved && saved->autostart && !saved->live;
}

static void pump(struct autostart *a)
{
	void (*done)(void *userdata) = a->done;
	struct attempt *attempt;

	if (a->stopped)
		return;
	while (a->running < AT_ONCE && (attempt = list_take(&a->queue))) {
		if (is_wanted(a, attempt->name))
			submit(a, attempt);
		else
			finish(attempt);
	}
	if (a->running || a->queue.n)
		return;
	rest(a);
	a->done = NULL;
	if (done)
		done(a->userdata);
}

/* ---- which --------------------------------------------------------------------------------- */

static void add(struct autostart *a, const char *name, bool once)
{
	struct attempt key = { .name = (char *)name }, *attempt;
	void *found = tfind(&key, &a->attempts, compare);

	/* A new occasion: its failures do not count any more. */
	if (found) {
		(*(struct attempt **)found)->failures = 0;
		return;
	}
	attempt = calloc(1, sizeof(*attempt));
	if (!attempt || !(attempt->name = strdup(name)) ||
	    !tsearch(attempt, &a->attempts, compare)) {
		log_error("device %s is not started: out of memory", name);
		if (attempt)
			attempt_free(attempt);
		return;
	}
	attempt->autostart = a;
	attempt->once = once;
	list_add(&a->queue, attempt);
}

/* @mgmtdev: only those that it makes; NULL: all whose management device is there */
static void add_all(struct autostart *a, const char *mgmtdev, bool peers, bool once)
{
	const struct collection *definitions = manager_objects(a->manager, MANAGER_DEFINITION);
	const struct collection *mgmtdevs = manager_objects(a->manager, MANAGER_MGMTDEV);

	for (size_t i = 0; i < collection_size(definitions); i++) {
		const char *name = collection_name(definitions, i);
		const struct saved *saved = collection_find(definitions, name);

		if (!saved->autostart || saved->live || !!saved->request->peer != peers)
			continue;
		if (mgmtdev ? strcmp(mgmtdev, saved->mgmtdev) == 0
			    : collection_find(mgmtdevs, saved->mgmtdev) != NULL)
			add(a, name, once);
	}
}

/* What is connected with another comes after those that it may be connected with. */
static void start(struct autostart *a, const char *mgmtdev, bool once)
{
	add_all(a, mgmtdev, false, once);
	add_all(a, mgmtdev, true, once);
	pump(a);
}

void autostart_begin(struct autostart *autostart, void (*done)(void *userdata), void *userdata)
{
	autostart->done = done;
	autostart->userdata = userdata;
	start(autostart, NULL, true);
}

void autostart_appeared(struct autostart *autostart, const char *mgmtdev)
{
	start(autostart, mgmtdev, false);
}

int autostart_new(sd_event *event, struct manager *manager, struct autostart **ret_autostart)
{
	struct autostart *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->event = sd_event_ref(event);
	a->manager = manager;
	list_init(&a->queue);
	list_init(&a->again);
	*ret_autostart = a;
	return 0;
}

struct autostart *autostart_free(struct autostart *autostart)
{
	if (!autostart)
		return NULL;
	tdestroy(autostart->attempts, attempt_free);
	sd_event_source_disable_unref(autostart->timer);
	sd_event_unref(autostart->event);
	free(autostart);
	return NULL;
}
