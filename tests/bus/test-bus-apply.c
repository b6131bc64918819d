// SPDX-License-Identifier: GPL-2.0-or-later
/* A whole set of definitions: what is planned, what is done, and that the same set again is nothing to do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-kernel.h"
#include "fixture.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"
#include "run-suite.h"

#define ROOT		   "/org/vdpactl1"
#define MANAGER		   "org.vdpactl1.Manager"

#define SET(devices)	   "{\"version\":1,\"devices\":[" devices "]}"
#define DEVICE(name, rest) "{\"name\":\"" name "\",\"mgmtdev\":\"sim\"" rest "}"
#define ONE		   DEVICE("one", ",\"driver\":\"vhost\",\"mac\":\"02:00:00:00:00:01\"")
#define TWO		   DEVICE("two", ",\"driver\":\"virtio\",\"autostart\":true")
#define MANY		   200

static sd_bus *client;
static sd_bus_error error;
static char rows[1024]; /* "action device detail error;" for each */

/* polkit's stub looks at the device, and this is about none. */
static void setup(void)
{
	const struct fixture_options options = { .as_root = true };

	fixture_begin(&options, &client, &error);
}

static void end(void)
{
	fixture_end(&client, &error);
}

static void read_rows(sd_bus_message *reply)
{
	const char *action, *device, *detail, *text;
	size_t n = 0;

	rows[0] = '\0';
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssss)"), 0);
	while (sd_bus_message_read(reply, "(ssss)", &action, &device, &detail, &text) > 0 &&
	       n < sizeof(rows))
		n += (size_t)snprintf(rows + n, sizeof(rows) - n, "%s %s %s %s;", action, device,
				      detail, text);
}

static void apply(const char *text, const char *option, const char *wanted)
{
	sd_bus_message *reply;

	if (option)
		reply = fixture_call(client, &error, ROOT, MANAGER, "Apply", "sa{sv}", text, 1,
				     option, "b", 1);
	else
		reply = fixture_call(client, &error, ROOT, MANAGER, "Apply", "sa{sv}", text, 0);
	ck_assert_msg(reply, "%s", error.message);
	read_rows(reply);
	if (wanted)
		ck_assert_str_eq(rows, wanted);
	sd_bus_message_unref(reply);
}

START_TEST(a_set_is_saved_and_made)
{
	const char *const all = "define one  ;define two  ;start one  ;start two  ;";
	_cleanup_free_ char *file = NULL;

	apply(SET(ONE "," TWO), "dry_run", all);
	ck_assert(!fake_has("one") && !fixture_read_file(0, "one.json"));
	apply(SET(ONE "," TWO), NULL, all);
	ck_assert(fake_has("one") && fixture_has(client, "one") && fixture_has(client, "two"));
	file = fixture_read_file(0, "two.json");
	ck_assert_ptr_nonnull(strstr(file, "\"autostart\": true"));
	fixture_wait_property(client, ROOT "/definition/one", "org.vdpactl1.Definition", "Drift",
			      "");
	apply(SET(ONE "," TWO), NULL, "");
}
END_TEST

START_TEST(what_is_live_is_changed)
{
	apply(SET(ONE "," TWO), NULL, NULL);
	fake_outside("one", "virtio", true);
	fixture_wait_property(client, ROOT "/device/one", "org.vdpactl1.Device", "Driver",
			      "virtio");
	apply(SET(ONE "," TWO), NULL, "bind one driver ;");
	fixture_wait_property(client, ROOT "/device/one", "org.vdpactl1.Device", "Driver", "vhost");
	apply(SET(DEVICE("one", ",\"mac\":\"02:00:00:00:00:02\",\"mtu\":9000") "," TWO), NULL,
	      "define one  ;set-mac one mac ;differs one mtu ;");
	/* The difference stays, as nothing can be done about it. */
	apply(SET(DEVICE("one", ",\"mac\":\"02:00:00:00:00:02\",\"mtu\":9000")), NULL,
	      "differs one mtu ;");
}
END_TEST

START_TEST(prune_forgets_the_others)
{
	apply(SET(ONE "," TWO), NULL, NULL);
	fake_outside("foreign", "vhost", true);
	fixture_wait_device(client, "foreign", true);
	apply(SET(ONE), NULL, "");
	apply(SET(ONE), "prune", "stop two  ;undefine two  ;");
	ck_assert(!fake_has("two") && !fixture_has(client, "two"));
	ck_assert_ptr_null(fixture_read_file(0, "two.json"));
	/* What nobody ever saved is none of its business. */
	ck_assert(fake_has("foreign"));
	apply(SET(""), "prune", "stop one  ;undefine one  ;");
}
END_TEST

START_TEST(one_failure_stops_no_other)
{
	fake_fail("one", -ENOSPC, "no room");
	apply(SET(ONE "," TWO), NULL,
	      "define one  ;define two  ;"
	      "start one  no room (No space left on device);start two  ;");
	ck_assert(!fake_has("one") && fake_has("two"));
	apply(SET(ONE "," TWO), NULL, "start one  ;");
}
END_TEST

#define call(text)                                                                                 \
	sd_bus_message_unref(                                                                      \
		fixture_call(client, &error, ROOT, MANAGER, "Apply", "sa{sv}", text, 0))

START_TEST(a_mistake_does_nothing)
{
	call(SET(ONE ",\n" DEVICE("two", ",\"mtu\":1")));
	fixture_refused(&error, BUS_ERROR_INVALID, "text: line 2: device \"two\": mtu: 1 is out");
	call(SET(ONE "," DEVICE("two%d", "")));
	fixture_refused(&error, BUS_ERROR_INVALID, "text: device \"two%d\": name: ");
	call("");
	fixture_refused(&error, BUS_ERROR_INVALID, "text: line 1: the JSON text is not complete");
	fixture_write_file(0, "one.json", SET(ONE));
	call(SET(TWO "," ONE));
	fixture_refused(&error, BUS_ERROR_FAILED ".ESTALE", "one.json was changed by somebody");
	ck_assert(!fake_has("one") && !fake_has("two"));
	ck_assert_ptr_null(fixture_read_file(0, "two.json"));
}
END_TEST

static char *many(void)
{
	char *text = calloc(MANY, 128);
	size_t n;

	n = (size_t)sprintf(text, "{\"version\":1,\"devices\":[");
	for (int i = 0; i < MANY; i++)
		n += (size_t)sprintf(text + n, "%s{\"name\":\"d%d\",\"mgmtdev\":\"sim\"}",
				     i ? "," : "", i);
	sprintf(text + n, "]}");
	return text;
}

static bool is_held(void *userdata)
{
	return fake_held() == 1;
}

static int on_rows(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	*(int *)userdata = sd_bus_message_is_method_error(reply, NULL) ? -1 : 1;
	return 0;
}

static bool has_answer(void *userdata)
{
	while (sd_bus_process(client, NULL) > 0)
		;
	return *(int *)userdata;
}

/* Others' changes are done between its parts, and each part may take as long as a change may. */
START_TEST(others_are_served_meanwhile)
{
	_cleanup_free_ char *text = many();
	sd_bus *other = fixture_connect(true);
	sd_bus_message *reply;
	int answer = 0;

	fake_hold("d3");
	ck_assert_int_ge(sd_bus_call_method_async(client, NULL, "org.vdpactl1", ROOT, MANAGER,
						  "Apply", on_rows, &answer, "sa{sv}", text, 0),
			 0);
	ck_assert_int_ge(sd_bus_flush(client), 0);
	fixture_wait(is_held, NULL, "the kernel to hold the call");
	/* It goes on when another is held instead. */
	fake_hold("d190");
	reply = fixture_call(other, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "mine",
			     0);
	ck_assert_msg(reply, "%s", error.message);
	sd_bus_message_unref(reply);
	ck_assert(fake_has("d3") && !fake_has("d190") && !answer);
	fake_release();
	fixture_wait(has_answer, &answer, "the answer");
	ck_assert_int_eq(answer, 1);
	ck_assert(fake_has("d199") && fixture_has(client, "d199"));
	sd_bus_flush_close_unref(other);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-apply");
	TCase *tc = tcase_create("apply");

	/* Who is not root cannot connect as root. */
	if (geteuid() != 0) {
		puts("1..0 # SKIP needs root");
		return EXIT_SUCCESS;
	}
	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_set_is_saved_and_made);
	tcase_add_test(tc, what_is_live_is_changed);
	tcase_add_test(tc, prune_forgets_the_others);
	tcase_add_test(tc, one_failure_stops_no_other);
	tcase_add_test(tc, a_mistake_does_nothing);
	tcase_add_test(tc, others_are_served_meanwhile);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
