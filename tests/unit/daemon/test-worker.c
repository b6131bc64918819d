// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "worker.h"
#include "run-suite.h"

#define SECOND 1000000ULL
#define JOBS   100

struct test_job {
	struct job job;
	int number;
	int wanted; /* result */
	bool done;
};

static sd_event *event;
static struct worker *worker;
static int order[JOBS], n_done, ctx_failures;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* holds gated jobs */
static sem_t runs; /* posted by each gated job when it begins */
static pthread_t loop_thread;

static int new_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	if (ctx_failures && ctx_failures--)
		return -ENOBUFS;
	return vdpactl_new(ret_ctx);
}

static int run_it(struct job *job, struct vdpactl_ctx *ctx)
{
	/* Not in the loop, and with a context. */
	if (pthread_equal(pthread_self(), loop_thread) || !ctx)
		return -EDEADLK;
	return ((struct test_job *)job)->wanted;
}

static int run_gated(struct job *job, struct vdpactl_ctx *ctx)
{
	sem_post(&runs);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return 0;
}

static void on_done(struct job *job)
{
	struct test_job *t = (struct test_job *)job;

	ck_assert(pthread_equal(pthread_self(), loop_thread));
	ck_assert(!t->done);
	t->done = true;
	order[n_done++] = t->number;
}

static void submit(struct test_job *t, int (*run)(struct job *, struct vdpactl_ctx *))
{
	t->job.run = run;
	t->job.done = on_done;
	worker_submit(worker, &t->job);
}

static void run_until(int n)
{
	while (n_done < n)
		ck_assert_int_gt(sd_event_run(event, 10 * SECOND), 0);
}

static void setup(void)
{
	n_done = ctx_failures = 0;
	loop_thread = pthread_self();
	ck_assert_int_eq(sem_init(&runs, 0, 0), 0);
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(worker_new(event, new_ctx, NULL, &worker), 0);
}

static void teardown(void)
{
	worker = worker_free(worker, 10 * SECOND);
	event = sd_event_unref(event);
}

START_TEST(jobs_come_back_in_order)
{
	static struct test_job jobs[JOBS];

	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct test_job){ .number = i, .wanted = -i };
		submit(&jobs[i], run_it);
	}
	run_until(JOBS);
	for (int i = 0; i < JOBS; i++) {
		ck_assert_int_eq(order[i], i);
		ck_assert_int_eq(jobs[i].job.result, -i);
		job_clear(&jobs[i].job);
	}
}
END_TEST

START_TEST(a_waiting_job_can_be_taken_back)
{
	struct test_job first = { .number = 1 }, second = { .number = 2 }, third = { .number = 3 };

	pthread_mutex_lock(&gate);
	submit(&first, run_gated);
	submit(&second, run_it);
	submit(&third, run_it);
	sem_wait(&runs);
	ck_assert(worker_cancel(worker, &second.job));
	ck_assert(!worker_cancel(worker, &second.job));
	pthread_mutex_unlock(&gate);
	run_until(2);
	ck_assert(first.done && !second.done && third.done);
	ck_assert(!worker_cancel(worker, &first.job));
}
END_TEST

START_TEST(no_context_is_a_failure_until_there_is_one)
{
	struct test_job first = { .number = 1 }, second = { .number = 2, .wanted = 5 };

	worker_free(worker, 10 * SECOND);
	ctx_failures = 1;
	ck_assert_int_eq(worker_new(event, new_ctx, NULL, &worker), 0);
	submit(&first, run_it);
	submit(&second, run_it);
	run_until(2);
	ck_assert_int_eq(first.job.result, -ENOBUFS);
	ck_assert_int_eq(second.job.result, 5);
}
END_TEST

START_TEST(what_waits_at_the_end_is_given_back)
{
	static struct test_job first = { .number = 1 }, second = { .number = 2 };
	static struct worker *stuck; /* so that a leak checker sees that it is kept */

	pthread_mutex_lock(&gate);
	submit(&first, run_gated);
	submit(&second, run_it);
	sem_wait(&runs);
	/* The running one does not end in time: it is not waited for, and keeps what it uses. */
	stuck = worker;
	worker = worker_free(worker, SECOND / 10);
	ck_assert_ptr_nonnull(stuck);
	ck_assert(!first.done);
	ck_assert(second.done);
	ck_assert_int_eq(second.job.result, -ECANCELED);
	pthread_mutex_unlock(&gate);
	ck_assert_int_eq(worker_new(event, new_ctx, NULL, &worker), 0);
}
END_TEST

START_TEST(the_end_waits_for_what_runs)
{
	struct test_job jobs[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };

	for (int i = 0; i < 3; i++)
		submit(&jobs[i], run_it);
	worker = worker_free(worker, 10 * SECOND);
	for (int i = 0; i < 3; i++) {
		ck_assert(jobs[i].done);
		ck_assert(jobs[i].job.result == 0 || jobs[i].job.result == -ECANCELED);
	}
	ck_assert_int_eq(worker_new(event, new_ctx, NULL, &worker), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("worker");
	TCase *tc = tcase_create("worker");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, jobs_come_back_in_order);
	tcase_add_test(tc, a_waiting_job_can_be_taken_back);
	tcase_add_test(tc, no_context_is_a_failure_until_there_is_one);
	tcase_add_test(tc, what_waits_at_the_end_is_given_back);
	tcase_add_test(tc, the_end_waits_for_what_runs);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
