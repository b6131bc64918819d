// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved definitions through the bus: what is written, what is told, and what is there again after a restart. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake-kernel.h"
#include "fixture.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"
#include "run-suite.h"

#define ROOT	   "/org/vdpactl1"
#define MANAGER	   "org.vdpactl1.Manager"
#define DEFINITION "org.vdpactl1.Definition"
#define YES	   ROOT "/definition/yes"

static sd_bus *client;
static sd_bus_error error;

static void setup(void)
{
	fixture_begin(NULL, &client, &error);
}

static void end(void)
{
	fixture_end(&client, &error);
}

#define call(member, ...)                                                                          \
	sd_bus_message_unref(fixture_call(client, &error, ROOT, MANAGER, member, __VA_ARGS__))

static void works(void)
{
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
}

static void is_property(const char *path, const char *name, const char *wanted)
{
	_cleanup_free_ char *value = NULL;

	ck_assert_msg(sd_bus_get_property_string(client, "org.vdpactl1", path, DEFINITION, name,
						 &error, &value) >= 0,
		      "%s: %s", name, error.message);
	ck_assert_str_eq(value, wanted);
}

static void is_switch(const char *path, const char *name, int wanted)
{
	int value = -1;

	ck_assert_msg(sd_bus_get_property_trivial(client, "org.vdpactl1", path, DEFINITION, name,
						  &error, 'b', &value) >= 0,
		      "%s: %s", name, error.message);
	ck_assert_int_eq(value, wanted);
}

static bool is_defined(const char *path)
{
	_cleanup_free_ char *value = NULL;

	return sd_bus_get_property_string(client, "org.vdpactl1", path, DEFINITION, "Name", NULL,
					  &value) >= 0;
}

static char *export_all(void)
{
	sd_bus_message *reply = fixture_call(client, &error, ROOT, MANAGER, "Export", "as", 0);
	const char *text;
	char *copy;

	works();
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	copy = strdup(text);
	sd_bus_message_unref(reply);
	return copy;
}

static const char written[] = "{\n"
			      "  \"version\": 1,\n"
			      "  \"devices\": [\n"
			      "    {\n"
			      "      \"name\": \"yes\",\n"
			      "      \"mgmtdev\": \"sim\",\n"
			      "      \"mtu\": 1400,\n"
			      "      \"driver\": \"vhost\",\n"
			      "      \"autostart\": false,\n"
			      "      \"mode\": \"0600\"\n"
			      "    }\n"
			      "  ]\n"
			      "}\n";

static void define(void)
{
	call("Define", "ssa{sv}", "sim", "yes", 4, "mtu", "q", 1400, "driver", "s", "vhost",
	     "autostart", "b", 0, "mode", "s", "0600");
	works();
}

START_TEST(define_saves_and_shows)
{
	_cleanup_free_ char *file = NULL, *exported = NULL, *again = NULL;

	define();
	file = fixture_read_file(0, "yes.json");
	ck_assert_str_eq(file, written);
	is_property(YES, "Text", written);
	is_property(YES, "ManagementDevice", "sim");
	is_property(YES, "Drift", "");
	is_switch(YES, "Live", 0);
	ck_assert(!fake_has("yes"));
	exported = export_all();
	ck_assert_str_eq(exported, written);
	/* Restarted, it knows the same and writes the same. */
	sd_bus_flush_close_unref(client);
	fixture_restart();
	client = fixture_connect(false);
	again = export_all();
	ck_assert_str_eq(again, written);
	call("SetAutostart", "sb", "yes", 1);
	works();
	is_switch(YES, "Autostart", 1);
	call("Undefine", "s", "yes");
	works();
	ck_assert(!is_defined(YES));
	ck_assert_ptr_null(fixture_read_file(0, "yes.json"));
}
END_TEST

START_TEST(start_stop_and_drift)
{
	define();
	call("Start", "s", "yes");
	works();
	ck_assert(fake_has("yes") && fixture_has(client, "yes"));
	is_switch(YES, "Live", 1);
	is_property(YES, "Drift", "");
	/* Once more is fine, and changes nothing. */
	call("Start", "s", "yes");
	works();
	fake_outside("yes", "virtio", true);
	fixture_wait_property(client, YES, DEFINITION, "Drift", "driver");
	call("Stop", "sa{sv}", "yes", 0);
	works();
	ck_assert(!fake_has("yes"));
	is_switch(YES, "Live", 0);
	is_property(YES, "Drift", "");
	call("Stop", "sa{sv}", "yes", 0);
	works();
}
END_TEST

START_TEST(failing_starts_are_told_and_kept)
{
	define();
	fake_fail("yes", -ENOSPC, "no room");
	call("Start", "s", "yes");
	fixture_refused(&error, BUS_ERROR_FAILED ".ENOSPC", "starting device yes: no room");
	is_property(YES, "LastError", "starting device yes: no room (No space left on device)");
	call("Start", "s", "yes");
	works();
	is_property(YES, "LastError", "");
	call("Define", "ssa{sv}", "none", "yes2", 0);
	works();
	call("Start", "s", "yes2");
	fixture_refused(&error, BUS_ERROR_NO_SUCH_MGMTDEV, "management device not found");
}
END_TEST

START_TEST(promote_saves_what_is_live)
{
	_cleanup_free_ char *file = NULL;

	call("AddDevice", "ssa{sv}", "sim", "yes", 3, "driver", "s", "virtio", "mac", "s",
	     "02:00:00:00:00:07", "mtu", "q", 9000);
	works();
	call("Promote", "sa{sv}", "yes", 2, "autostart", "b", 1, "owner", "s", "qemu");
	works();
	file = fixture_read_file(0, "yes.json");
	ck_assert_str_eq(file, "{\n"
			       "  \"version\": 1,\n"
			       "  \"devices\": [\n"
			       "    {\n"
			       "      \"name\": \"yes\",\n"
			       "      \"mgmtdev\": \"sim\",\n"
			       "      \"mac\": \"02:00:00:00:00:07\",\n"
			       "      \"mtu\": 9000,\n"
			       "      \"driver\": \"virtio\",\n"
			       "      \"autostart\": true,\n"
			       "      \"owner\": \"qemu\"\n"
			       "    }\n"
			       "  ]\n"
			       "}\n");
	is_switch(YES, "Live", 1);
	is_property(YES, "Drift", "");
	call("Promote", "sa{sv}", "yes9", 0);
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEVICE,
			"saving the live device yes9: device not");
	call("Promote", "sa{sv}", "yes", 1, "mtu", "q", 1500);
	fixture_refused(&error, BUS_ERROR_INVALID, "\"mtu\" is not known; known are autostart");
}
END_TEST

START_TEST(reload_tells_of_mistakes)
{
	sd_bus_message *reply;
	const char *problem;

	fixture_write_file(1, "lab.json", written);
	fixture_write_file(0, "bad.json",
			   "{\"version\":1,\n\"devices\":[{\"name\":\"yes3\",\n\"colour\":1}]}");
	/* polkit knows no device here: the stub refuses, as root it works. */
	call("Reload", NULL);
	if (geteuid() != 0) {
		fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED, "org.vdpactl1.reload");
		return;
	}
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED, "org.vdpactl1.reload");
	sd_bus_flush_close_unref(client);
	client = fixture_connect(true);
	reply = fixture_call(client, &error, ROOT, MANAGER, "Reload", NULL);
	works();
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "s"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &problem), 0);
	ck_assert_ptr_nonnull(strstr(
		problem, "bad.json: line 3: device \"yes3\": colour: 1: there is no such key"));
	ck_assert_int_eq(sd_bus_message_read(reply, "s", &problem), 0);
	sd_bus_message_unref(reply);
	ck_assert(is_defined(YES));
	call("Undefine", "s", "yes");
	fixture_refused(&error, BUS_ERROR_FAILED ".EROFS", "lab.json, which is not to be changed");
}
END_TEST

START_TEST(refusals)
{
	call("Define", "ssa{sv}", "sim", "yes%d", 0);
	fixture_refused(&error, BUS_ERROR_INVALID, "name \"yes%d\": ");
	call("Define", "ssa{sv}", "sim", "", 0);
	fixture_refused(&error, BUS_ERROR_INVALID, "name \"\": ");
	call("Define", "ssa{sv}", "sim", ".yes", 0);
	fixture_refused(&error, BUS_ERROR_INVALID, "cannot begin with a dot");
	call("Define", "ssa{sv}", "sim", "yes", 1, "mode", "s", "1777");
	fixture_refused(&error, BUS_ERROR_INVALID, "mode: \"1777\": not permissions in octal");
	call("Define", "ssa{sv}", "sim", "yes", 1, "owner", "s", "a b");
	fixture_refused(&error, BUS_ERROR_INVALID, "owner: \"a b\": ");
	call("Undefine", "s", "yes");
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEFINITION,
			"undefining device yes: there is no saved definition of that name");
	call("Start", "s", "yes");
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEFINITION, "starting device yes: there is no");
	call("SetAutostart", "sb", "yes", 1);
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEFINITION,
			"automatic starting of device yes on");
	call("Export", "as", 1, "yes");
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEFINITION, "no saved definition \"yes\"");
	call("Define", "ssa{sv}", "sim", "no", 0);
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED,
			"defining device no on sim: polkit action org.vdpactl1.define-device");
	ck_assert(!is_defined(ROOT "/definition/no"));
	/* Edited meanwhile: what is there is kept. */
	define();
	fixture_write_file(0, "yes.json", "edited");
	call("SetAutostart", "sb", "yes", 1);
	fixture_refused(&error, BUS_ERROR_FAILED ".ESTALE",
			"yes.json was changed by somebody else");
	is_switch(YES, "Autostart", 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-saved");
	TCase *tc = tcase_create("saved");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, define_saves_and_shows);
	tcase_add_test(tc, start_stop_and_drift);
	tcase_add_test(tc, failing_starts_are_told_and_kept);
	tcase_add_test(tc, promote_saves_what_is_live);
	tcase_add_test(tc, reload_tells_of_mistakes);
	tcase_add_test(tc, refusals);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
