/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thread that does what may block in the kernel, so that the event loop never does. Jobs run one
 * after the other in the order they came, so their results reach the model in the order in which the
 * kernel saw the requests.
 */
#ifndef VDPACTLD_WORKER_H
#define VDPACTLD_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct vdpactl_ctx;
struct worker;

/* A job is embedded in the structure of whoever submits it. */
struct job {
	/* In the worker thread: 0 or -errno. It must touch nothing that the loop uses. */
	int (*run)(struct job *job, struct vdpactl_ctx *ctx);
	/* In the loop, once, after run(); the job belongs to its submitter again. */
	void (*done)(struct job *job);

	int result; /* what run() returned, or why there was no library context */
	char *message; /* the text for a failure: run()'s, else the kernel's or NULL; job_clear() frees it */

	/* the worker's own */
	struct job *next;
	uint64_t started; /* CLOCK_MONOTONIC, microseconds; 0 while it waits in the queue */
};

/* How a thread gets its own library context. Returns 0 or -errno. */
typedef int (*worker_ctx_new)(void *userdata, struct vdpactl_ctx **ret);

/*
 * Start a worker.
 * @event: loop in which done() is called; a reference is kept
 * @ctx_new: called in the worker thread, again before each job until it succeeds
 * @ret_worker: owned, free with worker_free()
 * Returns 0 or -errno.
 */
int worker_new(sd_event *event, worker_ctx_new ctx_new, void *userdata, struct worker **ret_worker);

/* Hand over a job: from here until done() it belongs to the worker. */
void worker_submit(struct worker *worker, struct job *job);

/* Take back a job that has not started: true, and done() is not called. False once it runs. */
bool worker_cancel(struct worker *worker, struct job *job);

/*
 * Stop the thread; jobs still queued are given back through done() with -ECANCELED. Waits for the
 * running job as long as @patience (microseconds); a thread stuck in the kernel beyond that is left
 * to the end of the process, and what it uses is leaked on purpose.
 * Returns NULL. NULL is accepted.
 */
struct worker *worker_free(struct worker *worker, uint64_t patience);

/* Free what a job owns, not the job. */
void job_clear(struct job *job);

#endif
