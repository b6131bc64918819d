// SPDX-License-Identifier: GPL-2.0-or-later
/* Many at once, and how long it takes: figures of the daemon itself, on a kernel that takes no time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake-kernel.h"
#include "fixture.h"
#include "run-suite.h"

#define ROOT	"/org/vdpactl1"
#define MANAGER "org.vdpactl1.Manager"
#define CLIENTS 4
#define CALLS	1000

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

/* Of each kind of call how many answers came. */
struct burst {
	sd_bus *clients[CLIENTS];
	int added, read, refused;
};

static int on_added(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct burst *b = userdata;

	ck_assert_msg(!sd_bus_message_is_method_error(reply, NULL), "%s",
		      sd_bus_message_get_error(reply)->message);
	b->added++;
	return 0;
}

static int on_read(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct burst *b = userdata;

	ck_assert(!sd_bus_message_is_method_error(reply, NULL));
	b->read++;
	return 0;
}

static int on_refused(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct burst *b = userdata;

	ck_assert(sd_bus_message_is_method_error(reply, "org.vdpactl1.Error.NoSuchDevice"));
	b->refused++;
	return 0;
}

/* A change, one that is refused, or a question. */
static void call_one(struct burst *b, int i)
{
	sd_bus *client = b->clients[i % CLIENTS];
	char name[16];
	int r;

	snprintf(name, sizeof(name), "yes%d", i);
	if (i % 4 < 2)
		r = sd_bus_call_method_async(client, NULL, "org.vdpactl1", ROOT, MANAGER,
					     "AddDevice", on_added, b, "ssa{sv}", "sim", name, 0);
	else if (i % 4 == 2)
		r = sd_bus_call_method_async(client, NULL, "org.vdpactl1", ROOT, MANAGER,
					     "DeleteDevice", on_refused, b, "sa{sv}", name, 0);
	else
		r = sd_bus_call_method_async(client, NULL, "org.vdpactl1", ROOT,
					     "org.freedesktop.DBus.Properties", "GetAll", on_read,
					     b, "s", MANAGER);
	ck_assert_int_ge(r, 0);
}

static bool all_answered(void *userdata)
{
	struct burst *b = userdata;

	for (int i = 0; i < CLIENTS; i++)
		while (sd_bus_process(b->clients[i], NULL) > 0)
			;
	return b->added + b->read + b->refused == CALLS;
}

START_TEST(a_burst_is_answered_without_loss)
{
	struct burst b = { .added = 0 };
	uint64_t start;

	fake_reset();
	fake_add_mgmtdev("sim");
	fixture_start(NULL);
	for (int i = 0; i < CLIENTS; i++)
		b.clients[i] = fixture_connect(false);
	start = now();
	for (int i = 0; i < CALLS; i++)
		call_one(&b, i);
	for (int i = 0; i < CLIENTS; i++)
		ck_assert_int_ge(sd_bus_flush(b.clients[i]), 0);
	fixture_wait(all_answered, &b, "the answer of every call");
	printf("# %d calls at once: answered within %u ms\n", CALLS,
	       (unsigned int)((now() - start) / 1000));
	ck_assert_int_eq(b.added, CALLS / 2);
	ck_assert_int_eq(b.refused, CALLS / 4);
	for (int i = 0; i < CALLS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "yes%d", i);
		ck_assert_int_eq(fake_has(name), i % 4 < 2);
	}
	for (int i = 0; i < CLIENTS; i++)
		sd_bus_flush_close_unref(b.clients[i]);
	fixture_stop();
}
END_TEST

/* The best of some: what else runs on the machine is no matter of the daemon. */
START_TEST(start_up_is_quick)
{
	uint64_t best = UINT64_MAX;

	fake_reset();
	fake_add_mgmtdev("sim");
	for (int i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "old%d", i);
		fake_outside(name, "vhost", false);
	}
	fixture_start(NULL);
	for (int i = 0; i < 20; i++) {
		uint64_t spent = fixture_restart();

		best = spent < best ? spent : best;
	}
	printf("# with 100 devices it has its name after %u us\n", (unsigned int)best);
	ck_assert_uint_lt(best, SECOND / 10);
	fixture_stop();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-scale");
	TCase *tc = tcase_create("scale");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_burst_is_answered_without_loss);
	tcase_add_test(tc, start_up_is_quick);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
