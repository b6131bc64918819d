// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include <vdpactl.h>

#include "util/cleanup.h"
#include "worker.h"

struct queue {
	struct job *first;
	struct job **end;
};

struct worker {
	sd_event_source *source;
	int done_fd;
	pthread_t thread;
	bool have_thread;
	worker_ctx_new ctx_new;
	void *userdata;

	pthread_mutex_t lock; /* protects: all below */
	pthread_cond_t wake;
	struct queue waiting;
	struct queue finished;
	bool stop;
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void queue_push(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
}

static struct job *queue_pop(struct queue *q)
{
	struct job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	return job;
}

static void queue_move(struct queue *to, struct queue *from)
{
	queue_init(to);
	if (!from->first)
		return;
	*to = *from;
	queue_init(from);
}

static bool queue_remove(struct queue *q, struct job *job)
{
	for (struct job **p = &q->first; *p; p = &(*p)->next) {
		if (*p != job)
			continue;
		*p = job->next;
		if (!*p)
			q->end = p;
		return true;
	}
	return false;
}

static uint64_t now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The next job, waiting for it; NULL when the worker shall stop. */
static struct job *next_job(struct worker *w)
{
	struct job *job;

	pthread_mutex_lock(&w->lock);
	while (!w->stop && !w->waiting.first)
		pthread_cond_wait(&w->wake, &w->lock);
	job = w->stop ? NULL : queue_pop(&w->waiting);
	if (job)
		job->started = now_usec();
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void hand_back(struct worker *w, struct job *job)
{
	const uint64_t one = 1;
	ssize_t n;

	pthread_mutex_lock(&w->lock);
	queue_push(&w->finished, job);
	pthread_mutex_unlock(&w->lock);
	/* Cannot fail but for a full counter, and then the loop is awake already. */
	n = write(w->done_fd, &one, sizeof(one));
	(void)n;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct vdpactl_ctx *ctx = NULL;
	struct job *job;
	const char *text;

	while ((job = next_job(w))) {
		job->result = ctx ? 0 : w->ctx_new(w->userdata, &ctx);
		if (job->result >= 0)
			job->result = job->run(job, ctx);
		text = job->result < 0 && ctx && !job->message ? vdpactl_get_error_message(ctx)
							       : NULL;
		if (text)
			job->message = strdup(text);
		hand_back(w, job);
	}
	vdpactl_unref(ctx);
	return NULL;
}

static int on_finished(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct worker *w = userdata;
	struct job *job;
	uint64_t count;
	ssize_t n;

	n = read(fd, &count, sizeof(count));
	if (n < 0 && errno != EAGAIN)
		return -errno;
	for (;;) {
		pthread_mutex_lock(&w->lock);
		job = queue_pop(&w->finished);
		pthread_mutex_unlock(&w->lock);
		if (!job)
			return 0;
		job->done(job);
	}
}

/* Signals are the loop's; the thread starts with all of them blocked. */
static int start_thread(struct worker *w)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&w->thread, NULL, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->have_thread = r == 0;
	return -r;
}

int worker_new(sd_event *event, worker_ctx_new ctx_new, void *userdata, struct worker **ret_worker)
{
	struct worker *w;
	int r;

	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	queue_init(&w->waiting);
	queue_init(&w->finished);
	w->ctx_new = ctx_new;
	w->userdata = userdata;
	w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = w->done_fd < 0 ? -errno : 0;
	if (r >= 0)
		r = sd_event_add_io(event, &w->source, w->done_fd, EPOLLIN, on_finished, w);
	if (r >= 0)
		r = start_thread(w);
	if (r < 0) {
		worker_free(w, 0);
		return r;
	}
	*ret_worker = w;
	return 0;
}

void worker_submit(struct worker *worker, struct job *job)
{
	job->started = 0;
	job->result = 0;
	pthread_mutex_lock(&worker->lock);
	queue_push(&worker->waiting, job);
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
}

bool worker_cancel(struct worker *worker, struct job *job)
{
	bool found;

	pthread_mutex_lock(&worker->lock);
	found = queue_remove(&worker->waiting, job);
	pthread_mutex_unlock(&worker->lock);
	return found;
}

static bool join_thread(struct worker *w, uint64_t patience)
{
	struct timespec until;
	uint64_t nsec;

	clock_gettime(CLOCK_REALTIME, &until);
	nsec = (uint64_t)until.tv_nsec + patience % 1000000 * 1000;
	until.tv_sec += (time_t)(patience / 1000000 + nsec / 1000000000);
	until.tv_nsec = (long)(nsec % 1000000000);
	return pthread_timedjoin_np(w->thread, NULL, &until) == 0;
}

/* Whatever the thread does not hold goes back to its submitter. */
static void give_back(struct worker *w)
{
	struct queue finished, waiting;
	struct job *job;

	pthread_mutex_lock(&w->lock);
	queue_move(&finished, &w->finished);
	queue_move(&waiting, &w->waiting);
	pthread_mutex_unlock(&w->lock);
	while ((job = queue_pop(&finished)))
		job->done(job);
	while ((job = queue_pop(&waiting))) {
		job->result = -ECANCELED;
		job->done(job);
	}
}

struct worker *worker_free(struct worker *worker, uint64_t patience)
{
	bool stuck;

	if (!worker)
		return NULL;
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	sd_event_source_disable_unref(worker->source);
	stuck = worker->have_thread && !join_thread(worker, patience);
	give_back(worker);
	if (stuck)
		return NULL;
	if (worker->done_fd >= 0)
		close(worker->done_fd);
	pthread_cond_destroy(&worker->wake);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
	return NULL;
}

void job_clear(struct job *job)
{
	free(job->message);
	job->message = NULL;
}
