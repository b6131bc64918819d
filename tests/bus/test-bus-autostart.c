// SPDX-License-Identifier: GPL-2.0-or-later
/* Saved devices that start by themselves, and the links and rights of character devices. */
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
#define DEVICE	   "org.vdpactl1.Device"
#define DEFINITION "org.vdpactl1.Definition"

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

#define call(path, interface, member, ...)                                                         \
	sd_bus_message_unref(fixture_call(client, &error, path, interface, member, __VA_ARGS__))

static void works(void)
{
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
}

static void define(const char *name, const char *mgmtdev, int autostart)
{
	call(ROOT, MANAGER, "Define", "ssa{sv}", mgmtdev, name, 2, "driver", "s", "vhost",
	     "autostart", "b", autostart);
	works();
}

/* The machine starts anew: no devices, and no notes of what was started. */
static void reboot(void)
{
	client = sd_bus_flush_close_unref(client);
	fixture_reboot();
	client = fixture_connect(false);
}

static void restart(void)
{
	client = sd_bus_flush_close_unref(client);
	fixture_restart();
	client = fixture_connect(false);
}

START_TEST(a_start_of_the_machine_brings_them_back)
{
	define("yes1", "sim", 1);
	define("yes2", "sim", 0);
	define("yes3", "later", 1);
	ck_assert(!fake_has("yes1"));
	reboot();
	/* The name is taken after that: no waiting. */
	ck_assert(fake_has("yes1") && fixture_has(client, "yes1"));
	ck_assert(!fake_has("yes2") && !fake_has("yes3"));
	fake_add_mgmtdev("later");
	fixture_wait_device(client, "yes3", true);
	ck_assert(!fake_has("yes2"));
}
END_TEST

START_TEST(a_start_of_the_daemon_brings_back_nothing_that_was_stopped)
{
	define("yes1", "sim", 1);
	define("yes2", "sim", 1);
	reboot();
	ck_assert(fake_has("yes1") && fake_has("yes2"));
	call(ROOT, MANAGER, "Stop", "sa{sv}", "yes1", 0);
	works();
	restart();
	ck_assert(!fake_has("yes1"));
	ck_assert(fixture_has(client, "yes2"));
	/* Also one that was started by hand, and one that was deleted. */
	define("yes3", "sim", 1);
	call(ROOT, MANAGER, "Start", "s", "yes3");
	works();
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes3", 0);
	works();
	restart();
	ck_assert(!fake_has("yes3"));
	/* The management device comes anew: so do its devices. */
	fake_remove_mgmtdev("sim");
	fixture_wait_device(client, "yes2", false);
	fake_add_mgmtdev("sim");
	fixture_wait_device(client, "yes1", true);
	fixture_wait_device(client, "yes2", true);
}
END_TEST

START_TEST(what_fails_is_tried_again_but_not_for_ever)
{
	define("yes1", "sim", 1);
	fake_fail_often("yes1", -EAGAIN, 2);
	reboot();
	/* Ready after the first try. */
	ck_assert(!fake_has("yes1"));
	fixture_wait_device(client, "yes1", true);
	fixture_wait_property(client, ROOT "/definition/yes1", DEFINITION, "LastError", "");
	ck_assert_uint_eq(fake_adds(), 3);
	/* A reason that stays is no reason to try again. */
	define("yes2", "sim", 1);
	fake_fail_often("yes2", -EOPNOTSUPP, 1000);
	reboot();
	fixture_wait_property(client, ROOT "/definition/yes2", DEFINITION, "LastError",
			      "starting device yes2: Operation not supported");
	fixture_wait_device(client, "yes1", true);
	ck_assert_uint_eq(fake_adds(), 2);
}
END_TEST

START_TEST(links_follow_the_character_device)
{
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes:1", 1, "driver", "s", "vhost");
	works();
	/* No waiting: it is there before the answer is. */
	ck_assert(fixture_link_is("yes:1", "../../vhost-vdpa-0"));
	call(ROOT "/device/yes_3a1", DEVICE, "Bind", "sa{sv}", "virtio", 0);
	works();
	ck_assert(fixture_link_is("yes:1", NULL));
	call(ROOT "/device/yes_3a1", DEVICE, "Bind", "sa{sv}", "vhost", 0);
	works();
	ck_assert(fixture_link_is("yes:1", "../../vhost-vdpa-0"));
	fake_outside("yes2", "vhost", true);
	fixture_wait_device(client, "yes2", true);
	ck_assert(fixture_link_is("yes2", "../../vhost-vdpa-0"));
	/* What happens while the daemon is away is made good. */
	fake_outside("yes2", NULL, false);
	fake_outside("yes3", "vhost", false);
	restart();
	ck_assert(fixture_link_is("yes2", NULL));
	ck_assert(fixture_link_is("yes3", "../../vhost-vdpa-0"));
	ck_assert(fixture_link_is("yes:1", "../../vhost-vdpa-0"));
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes:1", 0);
	works();
	ck_assert(fixture_link_is("yes:1", NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-autostart");
	TCase *tc = tcase_create("autostart");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_start_of_the_machine_brings_them_back);
	tcase_add_test(tc, a_start_of_the_daemon_brings_back_nothing_that_was_stopped);
	tcase_add_test(tc, what_fails_is_tried_again_but_not_for_ever);
	tcase_add_test(tc, links_follow_the_character_device);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
