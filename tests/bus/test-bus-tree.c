// SPDX-License-Identifier: GPL-2.0-or-later
/* The object tree and its signals; what happens to calls when time, clients or the kernel are short. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-kernel.h"
#include "fixture.h"
#include "util/bus-error-map.h"
#include "util/cleanup.h"
#include "run-suite.h"

#define ROOT	"/org/vdpactl1"
#define MANAGER "org.vdpactl1.Manager"
#define DEVICE	"org.vdpactl1.Device"

static sd_bus *client;
static sd_bus_error error;
static char seen[4096]; /* signals, one a line */

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
	const char *what = "", *path = sd_bus_message_get_path(m);
	size_t n = strlen(seen);

	/* Added and removed objects are the first argument; changed ones the path itself. */
	if (sd_bus_message_is_signal(m, "org.freedesktop.DBus.ObjectManager", NULL))
		sd_bus_message_read(m, "o", &what);
	else
		what = path;
	snprintf(seen + n, sizeof(seen) - n, "%s %s\n", sd_bus_message_get_member(m), what);
	return 0;
}

static void begin(const struct fixture_options *options)
{
	fake_reset();
	fake_add_mgmtdev("sim");
	fake_outside("old", "vhost", false);
	fixture_start(options);
	client = fixture_connect(false);
	error = SD_BUS_ERROR_NULL;
	seen[0] = '\0';
	ck_assert_int_ge(sd_bus_add_match(client, NULL,
					  "type='signal',sender='org.vdpactl1',"
					  "path_namespace='/org/vdpactl1'",
					  on_signal, NULL),
			 0);
}

static void end(void)
{
	fixture_end(&client, &error);
}

static void setup(void)
{
	begin(NULL);
}

static bool signal_came(void *line)
{
	while (sd_bus_process(client, NULL) > 0)
		;
	return strstr(seen, line);
}

static void wait_signal(const char *line)
{
	fixture_wait(signal_came, (void *)line, line);
}

/* How many lines of @seen begin with a text. */
static int count(const char *line)
{
	int n = 0;

	for (const char *p = seen; (p = strstr(p, line)); p++)
		n++;
	return n;
}

START_TEST(tree_is_complete_at_once)
{
	sd_bus_message *reply;
	const char *path, *interface;
	int n = 0, r;

	reply = fixture_call(client, &error, ROOT, "org.freedesktop.DBus.ObjectManager",
			     "GetManagedObjects", NULL);
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}"), 0);
	while ((r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
		ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
		ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sa{sv}}"), 0);
		while (sd_bus_message_enter_container(reply, 'e', "sa{sv}") > 0) {
			ck_assert_int_gt(sd_bus_message_read(reply, "s", &interface), 0);
			n += strcmp(path, "/org/vdpactl1/device/old") == 0 &&
			     strcmp(interface, DEVICE) == 0;
			n += strcmp(path, "/org/vdpactl1/mgmtdev/sim") == 0 &&
			     strcmp(interface, "org.vdpactl1.ManagementDevice") == 0;
			ck_assert_int_gt(sd_bus_message_skip(reply, "a{sv}"), 0);
			ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		}
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
	}
	ck_assert_int_ge(r, 0);
	ck_assert_int_eq(n, 2);
	sd_bus_message_unref(reply);
}
END_TEST

START_TEST(events_of_others_are_followed)
{
	fake_outside("new", "vhost", true);
	wait_signal("InterfacesAdded /org/vdpactl1/device/new\n");
	fake_outside("new", "virtio", true);
	wait_signal("PropertiesChanged /org/vdpactl1/device/new\n");
	fixture_wait_property(client, "/org/vdpactl1/device/new", DEVICE, "NetDevice", "eth7");
	/* An event without a change is not told. */
	fake_outside("new", "virtio", true);
	fake_outside("new", NULL, true);
	wait_signal("InterfacesRemoved /org/vdpactl1/device/new\n");
	ck_assert_int_eq(count("PropertiesChanged /org/vdpactl1/device/new"), 1);
	ck_assert_int_eq(count("InterfacesAdded"), 1);
	fake_add_mgmtdev("pci/0000:01:00.0");
	wait_signal("InterfacesAdded /org/vdpactl1/mgmtdev/pci_2f0000_3a01_3a00_2e0\n");
}
END_TEST

START_TEST(changes_of_ours_are_told_once_and_first)
{
	fixture_add(client, "yes", "vhost");
	/* What came before the answer is in the queue already. */
	while (sd_bus_process(client, NULL) > 0)
		;
	ck_assert_int_eq(count("InterfacesAdded /org/vdpactl1/device/yes\n"), 1);
	fake_outside("yes", "vhost", true);
	fake_outside("later", "vhost", true);
	wait_signal("InterfacesAdded /org/vdpactl1/device/later\n");
	ck_assert_int_eq(count("/org/vdpactl1/device/yes\n"), 1);
}
END_TEST

static bool has_interface(const char *path, const char *interface)
{
	sd_bus_message *reply = fixture_call(
		client, &error, path, "org.freedesktop.DBus.Properties", "GetAll", "s", interface);
	bool has = reply != NULL;

	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return has;
}

START_TEST(configurations_are_interfaces_of_their_class)
{
	uint64_t capacity = 0;

	ck_assert(has_interface("/org/vdpactl1/device/old", "org.vdpactl1.Net"));
	ck_assert(!has_interface("/org/vdpactl1/device/old", "org.vdpactl1.Block"));
	fixture_add(client, "yes", "vhost");
	fixture_wait_property(client, "/org/vdpactl1/device/yes", "org.vdpactl1.Net", "Mac", "");
	sd_bus_message_unref(fixture_call(client, &error, "/org/vdpactl1/device/yes", DEVICE,
					  "SetMac", "s", "02:00:00:00:00:05"));
	wait_signal("PropertiesChanged /org/vdpactl1/device/yes\n");
	fixture_wait_property(client, "/org/vdpactl1/device/yes", "org.vdpactl1.Net", "Mac",
			      "02:00:00:00:00:05");
	fixture_add(client, "yes-disk", "vhost");
	ck_assert(!has_interface("/org/vdpactl1/device/yes_2ddisk", "org.vdpactl1.Net"));
	ck_assert_int_ge(sd_bus_get_property_trivial(
				 client, "org.vdpactl1", "/org/vdpactl1/device/yes_2ddisk",
				 "org.vdpactl1.Block", "Capacity", &error, 't', &capacity),
			 0);
	ck_assert_uint_eq(capacity, 2048);
	/* One signal for a device that comes, with all it has. */
	wait_signal("InterfacesAdded /org/vdpactl1/device/yes_2ddisk\n");
	ck_assert_int_eq(count("InterfacesAdded /org/vdpactl1/device/yes_2ddisk"), 1);
}
END_TEST

START_TEST(overflow_reads_everything_again)
{
	fake_outside("old", NULL, false);
	fake_outside("new", "vhost", false);
	fake_overflow();
	wait_signal("InterfacesRemoved /org/vdpactl1/device/old\n");
	wait_signal("InterfacesAdded /org/vdpactl1/device/new\n");
}
END_TEST

START_TEST(a_kernel_without_vdpa_is_reported)
{
	int ready = 1;

	fake_set_family(false);
	wait_signal("PropertiesChanged /org/vdpactl1\n");
	wait_signal("InterfacesRemoved /org/vdpactl1/device/old\n");
	ck_assert_int_ge(sd_bus_get_property_trivial(client, "org.vdpactl1", ROOT, MANAGER,
						     "KernelReady", &error, 'b', &ready),
			 0);
	ck_assert_int_eq(ready, 0);
	sd_bus_message_unref(fixture_call(client, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}",
					  "sim", "yes", 0));
	fixture_refused(&error, BUS_ERROR_NO_KERNEL, "adding device yes on sim: ");
	fixture_set_trouble("the kernel refuses module vdpa");
	fake_overflow();
	fixture_wait_property(client, ROOT, MANAGER, "KernelMessage",
			      "the kernel refuses module vdpa");
	fake_set_family(true);
	wait_signal("InterfacesAdded /org/vdpactl1/device/old\n");
	fixture_wait_property(client, ROOT, MANAGER, "KernelMessage", "");
}
END_TEST

/* ---- time and number ----------------------------------------------------------------------- */

static void add_async(sd_bus *bus, const char *name, sd_bus_message_handler_t handler, void *data)
{
	ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, "org.vdpactl1", ROOT, MANAGER,
						  "AddDevice", handler, data, "ssa{sv}", "sim",
						  name, 0),
			 0);
	ck_assert_int_ge(sd_bus_flush(bus), 0);
}

static bool one_is_held(void *userdata)
{
	return fake_held() == 1;
}

START_TEST(a_stuck_kernel_stops_nobody_else)
{
	const struct fixture_options short_time = { .timeout = 2 * SECOND };
	sd_bus *second;

	begin(&short_time);
	second = fixture_connect(false);
	fake_hold("yes-stuck");
	add_async(second, "yes-stuck", NULL, NULL);
	fixture_wait(one_is_held, NULL, "the kernel to hold the call");
	/* The loop lives: questions are answered meanwhile. */
	for (int i = 0; i < 100; i++)
		ck_assert(fixture_has(client, "old"));
	ck_assert(one_is_held(NULL));
	/* A change that waits behind it is dropped in time, and never done. */
	sd_bus_message_unref(fixture_call(client, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}",
					  "sim", "yes-late", 0));
	fixture_refused(&error, BUS_ERROR_TIMEOUT,
			"adding device yes-late on sim: nothing was done: another request");
	fake_release();
	fixture_wait_device(client, "yes-stuck", true);
	ck_assert(!fake_has("yes-late"));
	sd_bus_flush_close_unref(second);
	end();
}
END_TEST

START_TEST(a_slow_change_is_answered_in_time)
{
	const struct fixture_options short_time = { .timeout = 1 * SECOND };

	begin(&short_time);
	fake_hold("yes");
	sd_bus_message_unref(fixture_call(client, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}",
					  "sim", "yes", 0));
	fixture_refused(&error, BUS_ERROR_TIMEOUT, "the kernel has not finished within 1 s");
	ck_assert(!fixture_has(client, "yes"));
	fake_release();
	/* What came of it is seen. */
	wait_signal("InterfacesAdded /org/vdpactl1/device/yes\n");
	end();
}
END_TEST

START_TEST(a_client_may_vanish)
{
	sd_bus *second = fixture_connect(false);

	fake_hold("yes");
	add_async(second, "yes", NULL, NULL);
	fixture_wait(one_is_held, NULL, "the kernel to hold the call");
	sd_bus_close(second);
	sd_bus_unref(second);
	/* One that goes while polkit thinks. */
	second = fixture_connect(false);
	add_async(second, "hang", NULL, NULL);
	sd_bus_close(second);
	sd_bus_unref(second);
	fake_release();
	fixture_wait_device(client, "yes", true);
	fixture_add(client, "yes2", "none");
	ck_assert(!fake_has("hang"));
}
END_TEST

/* ---- introspection ------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char *text = calloc(1, 65536);

	ck_assert_msg(f != NULL, "%s: %m", path);
	ck_assert_uint_lt(fread(text, 1, 65535, f), 65535);
	return text;
}

/* Keep one interface, without comments, indentation and line ends. */
static char *normalise(char *xml, const char *interface)
{
	char start[64], *from, *to, *out = calloc(1, strlen(xml) + 1), *o = out;

	snprintf(start, sizeof(start), "<interface name=\"%s\">", interface);
	from = strstr(xml, start);
	ck_assert_msg(from != NULL, "no %s", start);
	to = strstr(from, "</interface>");
	ck_assert_ptr_nonnull(to);
	while (from < to) {
		if (strncmp(from, "<!--", 4) == 0)
			from = strstr(from, "-->") + 3;
		else if (*from == '\n' || *from == '\t' || (*from == ' ' && from[-1] == '\n') ||
			 (*from == ' ' && from[-1] == ' ') || (*from == ' ' && from[-1] == '>'))
			from++;
		else
			*o++ = *from++;
	}
	return out;
}

static void compare_interface(const char *path, const char *interface)
{
	_cleanup_free_ char *golden = NULL, *wanted = NULL, *got = NULL;
	char file[512];
	const char *xml;
	sd_bus_message *reply;
	size_t at;

	snprintf(file, sizeof(file), INTERFACES "/%s.xml", interface);
	golden = read_file(file);
	reply = fixture_call(client, &error, path, "org.freedesktop.DBus.Introspectable",
			     "Introspect", NULL);
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &xml), 0);
	wanted = normalise(golden, interface);
	got = normalise((char *)xml, interface);
	for (at = 0; got[at] && got[at] == wanted[at]; at++)
		;
	ck_assert_msg(got[at] == wanted[at], "%s: \"%.80s\" where \"%.80s\" is documented",
		      interface, got + at, wanted + at);
	sd_bus_message_unref(reply);
}

START_TEST(introspection_is_as_documented)
{
	compare_interface(ROOT, MANAGER);
	compare_interface("/org/vdpactl1/mgmtdev/sim", "org.vdpactl1.ManagementDevice");
	compare_interface("/org/vdpactl1/device/old", DEVICE);
	compare_interface("/org/vdpactl1/device/old", "org.vdpactl1.Net");
	fake_outside("disk", "vhost", true);
	wait_signal("InterfacesAdded /org/vdpactl1/device/disk\n");
	compare_interface("/org/vdpactl1/device/disk", "org.vdpactl1.Block");
	sd_bus_message_unref(
		fixture_call(client, &error, ROOT, MANAGER, "Define", "ssa{sv}", "sim", "yes", 0));
	ck_assert(!sd_bus_error_is_set(&error));
	compare_interface("/org/vdpactl1/definition/yes", "org.vdpactl1.Definition");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-tree");
	TCase *tc = tcase_create("tree"), *own = tcase_create("own");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_set_timeout(own, 60);
	tcase_add_test(tc, tree_is_complete_at_once);
	tcase_add_test(tc, events_of_others_are_followed);
	tcase_add_test(tc, changes_of_ours_are_told_once_and_first);
	tcase_add_test(tc, configurations_are_interfaces_of_their_class);
	tcase_add_test(tc, overflow_reads_everything_again);
	tcase_add_test(tc, a_kernel_without_vdpa_is_reported);
	tcase_add_test(tc, a_client_may_vanish);
	tcase_add_test(tc, introspection_is_as_documented);
	tcase_add_test(own, a_stuck_kernel_stops_nobody_else);
	tcase_add_test(own, a_slow_change_is_answered_in_time);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, own);
	return run_suite(suite);
}
