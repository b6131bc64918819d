// SPDX-License-Identifier: GPL-2.0-or-later
/* Methods of the daemon: what they do, what they refuse and how, who may call them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake-kernel.h"
#include "fixture.h"
#include "util/bus-error-map.h"
#include "run-suite.h"

#define ROOT	"/org/vdpactl1"
#define MANAGER "org.vdpactl1.Manager"
#define DEVICE	"org.vdpactl1.Device"

static sd_bus *client;
static sd_bus_error error;

static void begin(const struct fixture_options *options)
{
	fixture_begin(options, &client, &error);
}

static void end(void)
{
	fixture_end(&client, &error);
}

static void setup(void)
{
	begin(NULL);
}

#define call(path, interface, member, ...)                                                         \
	sd_bus_message_unref(fixture_call(client, &error, path, interface, member, __VA_ARGS__))

static void add_refused(const char *mgmtdev, const char *name, const char *key, const char *type,
			const char *value, const char *wanted_name, const char *part)
{
	if (key)
		call(ROOT, MANAGER, "AddDevice", "ssa{sv}", mgmtdev, name, 1, key, type, value);
	else
		call(ROOT, MANAGER, "AddDevice", "ssa{sv}", mgmtdev, name, 0);
	fixture_refused(&error, wanted_name, part);
	ck_assert(!fake_has(name));
}

START_TEST(add_makes_and_tells)
{
	const char *name, *path;
	sd_bus_message *reply;

	reply = fixture_call(client, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim",
			     "yes:1.0", 5, "driver", "s", "vhost", "mtu", "q", 1500, "max_vqp", "i",
			     2, "features", "t", (uint64_t)0x20, "mac", "s", "02:00:00:00:00:01");
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_ge(sd_bus_message_read(reply, "so", &name, &path), 0);
	ck_assert_str_eq(name, "yes:1.0");
	ck_assert_str_eq(path, "/org/vdpactl1/device/yes_3a1_2e0");
	/* No waiting: the model knows the device before the answer is sent. */
	ck_assert(fixture_has(client, "yes:1.0"));
	ck_assert(fake_has("yes:1.0"));
	fixture_wait_property(client, path, DEVICE, "CharDevice", "/dev/vhost-vdpa-0");
	sd_bus_message_unref(reply);
}
END_TEST

static void add_expecting(sd_bus *bus, const char *name, const char *wanted)
{
	const char *got, *path;
	sd_bus_message *reply;

	reply = fixture_call(bus, &error, ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", name, 0);
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_ge(sd_bus_message_read(reply, "so", &got, &path), 0);
	ck_assert_str_eq(got, wanted);
	ck_assert(fixture_has(client, wanted));
	sd_bus_message_unref(reply);
}

START_TEST(add_makes_up_names)
{
	sd_bus *root;

	add_expecting(client, "yes%d", "yes0");
	add_expecting(client, "yes%d", "yes1");
	/* polkit is asked about the name as it was given; its stub refuses the empty one's pattern. */
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "", 0);
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED, "adding device vdpa%d on sim: ");
	if (geteuid() != 0)
		return;
	root = fixture_connect(true);
	add_expecting(root, "", "vdpa0");
	sd_bus_flush_close_unref(root);
}
END_TEST

START_TEST(add_refuses_bad_arguments)
{
	const char *const invalid = BUS_ERROR_INVALID;
	char longest[65];

	memset(longest, 'y', 64);
	longest[64] = '\0';
	add_refused("sim", "a/b", NULL, NULL, NULL, invalid, "name \"a/b\": ");
	add_refused("sim", "..", NULL, NULL, NULL, invalid, "name \"..\": ");
	add_refused("sim", longest, NULL, NULL, NULL, invalid, "longer than 63");
	add_refused("sim", "yes%x", NULL, NULL, NULL, invalid, "name \"yes%x\": ");
	add_refused("", "yes", NULL, NULL, NULL, invalid, "mgmtdev \"\": ");
	add_refused("a/b/c", "yes", NULL, NULL, NULL, invalid, "mgmtdev \"a/b/c\": ");
	add_refused("sim", "yes", "driver", "s", "vfio", invalid, "driver: \"vfio\": ");
	add_refused("sim", "yes", "backing", "s", "/etc/passwd", invalid,
		    "backing: \"/etc/passwd\": files are opened by whoever asks");
	add_refused("sim", "yes", "mac", "s", "02:00", invalid, "mac: \"02:00\": ");
	add_refused("sim", "yes", "mac", "s", "01:00:00:00:00:00", invalid, "mac: ");
	add_refused("sim", "yes", "mtu", "s", "lots", invalid, "mtu: \"lots\": ");
	add_refused("sim", "yes", "colour", "s", "red", invalid, "\"colour\" is not known");
	add_refused("sim", "yes", "name", "s", "red", invalid, "\"name\" is not known");
}
END_TEST

START_TEST(add_refuses_bad_numbers)
{
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "mtu", "q", 67);
	fixture_refused(&error, BUS_ERROR_INVALID, "mtu: 67 is out of range (68 to 65535)");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "mtu", "t", (uint64_t)65536);
	fixture_refused(&error, BUS_ERROR_INVALID, "mtu: 65536 is out of range");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "max_vqp", "i", -1);
	fixture_refused(&error, BUS_ERROR_INVALID, "max_vqp: -1 is negative");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "backing", "u", 5);
	fixture_refused(&error, BUS_ERROR_INVALID, "backing: its value has to be an open file");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "mtu", "d", 1.5);
	fixture_refused(&error, BUS_ERROR_INVALID, "mtu: its value has to be a number");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "mac", "u", 5);
	fixture_refused(&error, BUS_ERROR_INVALID, "mac: its value has to be");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 2, "mtu", "q", 1500, "mtu", "q",
	     1500);
	fixture_refused(&error, BUS_ERROR_INVALID, "mtu is there twice");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "read_only", "u", 1);
	fixture_refused(&error, BUS_ERROR_INVALID, "read_only: its value has to be true or false");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "mtu", "b", 1);
	fixture_refused(&error, BUS_ERROR_INVALID, "mtu: its value has to be a number");
	ck_assert(!fake_has("yes"));
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 1, "read_only", "b", 1);
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
}
END_TEST

/* 59 bytes and a character of two: a message that has room for 60 cuts it. */
#define LONG_KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9"

START_TEST(refusals_that_cut_a_character_arrive)
{
	add_refused("sim", "yes", LONG_KEY, "s", "red", BUS_ERROR_INVALID, "a\" is not known");
	/* And the daemon is there for the next. */
	add_refused("sim", "yes", "colour", "s", "red", BUS_ERROR_INVALID, "is not known");
}
END_TEST

START_TEST(add_passes_on_what_the_kernel_says)
{
	add_refused("none", "yes", NULL, NULL, NULL, BUS_ERROR_NO_SUCH_MGMTDEV,
		    "adding device yes on none: management device not found (No such device)");
	fake_fail("yes", -ENOSPC, "no room for \"more\"");
	add_refused("sim", "yes", NULL, NULL, NULL, BUS_ERROR_FAILED ".ENOSPC",
		    "adding device yes on sim: no room for \"more\" (No space left on device)");
	fake_fail("yes", -EOPNOTSUPP, NULL);
	add_refused("sim", "yes", NULL, NULL, NULL, BUS_ERROR_NOT_SUPPORTED,
		    "adding device yes on sim: Operation not supported");
	fixture_add(client, "yes", "none");
	call(ROOT, MANAGER, "AddDevice", "ssa{sv}", "sim", "yes", 0);
	fixture_refused(&error, BUS_ERROR_EXISTS,
			"adding device yes on sim: a device of that name");
}
END_TEST

START_TEST(delete_deletes)
{
	fixture_add(client, "yes1", "vhost");
	fixture_add(client, "yes2", "vhost");
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes1", 0);
	ck_assert(!sd_bus_error_is_set(&error) && !fake_has("yes1") &&
		  !fixture_has(client, "yes1"));
	fake_fail("yes2", -EBUSY, "the device is in use");
	call("/org/vdpactl1/device/yes2", DEVICE, "Delete", "a{sv}", 0);
	fixture_refused(&error, BUS_ERROR_BUSY,
			"deleting device yes2: the device is in use (Device or resource busy)");
	ck_assert(fixture_has(client, "yes2"));
	call("/org/vdpactl1/device/yes2", DEVICE, "Delete", "a{sv}", 1, "colour", "b", 1);
	fixture_refused(&error, BUS_ERROR_INVALID, "\"colour\" is not known");
	call("/org/vdpactl1/device/yes2", DEVICE, "Delete", "a{sv}", 1, "force", "u", 1);
	fixture_refused(&error, BUS_ERROR_INVALID, "force: its value has to be true or false");
	call("/org/vdpactl1/device/yes2", DEVICE, "Delete", "a{sv}", 0);
	ck_assert(!sd_bus_error_is_set(&error) && !fixture_has(client, "yes2"));
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes2", 0);
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEVICE, "deleting device yes2: device not found");
}
END_TEST

START_TEST(force_takes_what_is_held)
{
	const char *path = "/org/vdpactl1/device/yes";

	fixture_add(client, "yes", "vhost");
	fake_set_open("yes", true);
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes", 1, "force", "b", 0);
	fixture_refused(&error, BUS_ERROR_BUSY,
			"deleting device yes: held open by qemu (pid 4711)");
	call(path, DEVICE, "Bind", "sa{sv}", "virtio", 1, "force", "b", 1);
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
	fixture_wait_property(client, path, DEVICE, "Driver", "virtio");
	fake_set_open("yes", true);
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "yes", 1, "force", "b", 1);
	ck_assert_msg(!sd_bus_error_is_set(&error) && !fake_has("yes"), "%s", error.message);
}
END_TEST

START_TEST(bind_binds_or_leaves_alone)
{
	const char *path = "/org/vdpactl1/device/yes";

	fixture_add(client, "yes", "vhost");
	call(path, DEVICE, "Bind", "sa{sv}", "virtio", 0);
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
	fixture_wait_property(client, path, DEVICE, "NetDevice", "eth7");
	fixture_wait_property(client, path, DEVICE, "CharDevice", "");
	fake_fail("yes", -ENXIO, "driver vhost_vdpa is not loaded; virtio has the device again");
	call(path, DEVICE, "Bind", "sa{sv}", "vhost", 0);
	fixture_refused(&error, BUS_ERROR_FAILED ".ENXIO",
			"binding device yes to vhost: driver vhost_vdpa is not loaded; virtio has");
	fixture_wait_property(client, path, DEVICE, "Driver", "virtio");
	call(path, DEVICE, "Bind", "sa{sv}", "uio", 0);
	fixture_refused(&error, BUS_ERROR_INVALID,
			"driver \"uio\": is none of vhost, virtio, none");
}
END_TEST

START_TEST(long_values_are_told_of_in_short)
{
	char name[70000];

	/* Characters of two bytes from an odd place on, so that one is cut. */
	memset(name, 'x', 3);
	for (size_t i = 3; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 3);
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", name, 0);
	ck_assert_uint_lt(strlen(error.message), 300);
	fixture_refused(&error, BUS_ERROR_INVALID, "name \"xxx\xc3\xa9");
}
END_TEST

START_TEST(set_mac_checks_the_address)
{
	const char *path = "/org/vdpactl1/device/yes";

	fixture_add(client, "yes", "vhost");
	call(path, DEVICE, "SetMac", "s", "02:00:00:00:00:05");
	ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
	call(path, DEVICE, "SetMac", "s", "02:00:00:00:00");
	fixture_refused(&error, BUS_ERROR_INVALID, "mac \"02:00:00:00:00\": ");
	fake_fail("yes", -EOPNOTSUPP, "the device cannot change its address");
	call(path, DEVICE, "SetMac", "s", "02:00:00:00:00:06");
	fixture_refused(&error, BUS_ERROR_NOT_SUPPORTED,
			"setting the MAC address of device yes: the device cannot");
}
END_TEST

START_TEST(set_link_pulls_the_cable)
{
	const char *path = "/org/vdpactl1/device/yes";
	int up;

	fixture_add(client, "yes", "vhost");
	for (int wanted = 0; wanted < 2; wanted++) {
		call(path, DEVICE, "SetLink", "b", wanted);
		ck_assert_msg(!sd_bus_error_is_set(&error), "%s", error.message);
		ck_assert_int_ge(sd_bus_get_property_trivial(client, "org.vdpactl1", path,
							     "org.vdpactl1.Net", "Link", &error,
							     'b', &up),
				 0);
		ck_assert_int_eq(up, wanted);
	}
	fake_fail("yes", -EOPNOTSUPP, "the device's link cannot be set");
	call(path, DEVICE, "SetLink", "b", 0);
	fixture_refused(&error, BUS_ERROR_NOT_SUPPORTED,
			"setting the link of device yes down: the device's link");
}
END_TEST

/* Of the arguments of a call, and the answer or UINT64_MAX - 1 when it is refused. */
static uint64_t memlock_needed(uint64_t memory, unsigned int n, const char *a, const char *b)
{
	uint64_t memlock = UINT64_MAX - 1;
	sd_bus_message *reply;

	sd_bus_error_free(&error);
	if (n == 1)
		reply = fixture_call(client, &error, ROOT, MANAGER, "MemlockNeeded", "ast", 1, a,
				     memory);
	else
		reply = fixture_call(client, &error, ROOT, MANAGER, "MemlockNeeded", "ast", 2, a, b,
				     memory);
	if (reply)
		ck_assert_int_gt(sd_bus_message_read(reply, "t", &memlock), 0);
	sd_bus_message_unref(reply);
	return memlock;
}

START_TEST(memlock_is_told_beforehand)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), mib = 1 << 20;

	fixture_add(client, "yes", "vhost");
	fixture_add(client, "yes2", "vhost");
	fixture_add(client, "yes-host", "virtio");
	ck_assert_uint_eq(memlock_needed(mib, 1, "yes", NULL), mib);
	ck_assert_uint_eq(memlock_needed(mib - 1, 1, "yes", NULL), mib);
	ck_assert_uint_eq(memlock_needed(mib + 1, 2, "yes", "yes2"), 2 * (mib + page));
	ck_assert_uint_eq(memlock_needed(mib, 2, "yes", "yes-host"), mib);
	ck_assert_uint_eq(memlock_needed(0, 2, "yes", "yes2"), 0);
	ck_assert_uint_eq(memlock_needed(UINT64_MAX / 2 + 1, 2, "yes", "yes2"), UINT64_MAX);
	ck_assert_uint_eq(memlock_needed(UINT64_MAX, 1, "yes", NULL), UINT64_MAX);
	memlock_needed(mib, 2, "yes", "gone");
	fixture_refused(&error, BUS_ERROR_NO_SUCH_DEVICE, "devices: there is no device \"gone\"");
	memlock_needed(mib, 1, "a/b", NULL);
	fixture_refused(&error, BUS_ERROR_INVALID, "name \"a/b\"");
}
END_TEST

START_TEST(open_hands_over_the_device)
{
	const char *path = "/org/vdpactl1/device/yes";
	struct stat got, wanted;
	sd_bus_message *reply;
	uint64_t memlock;
	int fd;

	fake_set_chardev("/dev/null");
	fixture_add(client, "yes", "vhost");
	reply = fixture_call(client, &error, path, DEVICE, "OpenVhost", "a{sv}", 1, "memory", "t",
			     (uint64_t)(1 << 20) + 1);
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_gt(sd_bus_message_read(reply, "ht", &fd, &memlock), 0);
	ck_assert_int_eq(fstat(fd, &got), 0);
	ck_assert_int_eq(stat("/dev/null", &wanted), 0);
	ck_assert_uint_eq(got.st_rdev, wanted.st_rdev);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	ck_assert_uint_eq(memlock, (1 << 20) + sysconf(_SC_PAGESIZE));
	sd_bus_message_unref(reply);
	fake_set_chardev("/dev/vhost-vdpa-none");
	call(path, DEVICE, "OpenVhost", "a{sv}", 0);
	fixture_refused(&error, BUS_ERROR_FAILED ".ENOENT",
			"/dev/vhost-vdpa-none cannot be opened");
	call(path, DEVICE, "OpenVhost", "a{sv}", 1, "memory", "s", "1");
	fixture_refused(&error, BUS_ERROR_INVALID, "option memory: its value has to be a number");
	call(path, DEVICE, "OpenVhost", "a{sv}", 1, "colour", "t", (uint64_t)1);
	fixture_refused(&error, BUS_ERROR_INVALID, "option \"colour\" is not known");
	call(path, DEVICE, "Bind", "sa{sv}", "virtio", 0);
	call(path, DEVICE, "OpenVhost", "a{sv}", 0);
	fixture_refused(&error, BUS_ERROR_NOT_SUPPORTED,
			"opening device yes: it is at driver virtio and has no character device");
}
END_TEST

START_TEST(statistics_of_all_queues)
{
	const char *path = "/org/vdpactl1/device/yes", *kind, *name;
	sd_bus_message *reply;
	uint64_t value;
	uint32_t index;

	fixture_add(client, "yes", "vhost");
	reply = fixture_call(client, &error, path, DEVICE, "GetStatistics", NULL);
	ck_assert_msg(reply, "%s", error.message);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(usa{st})"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(usa{st})", &index, &kind, 1, &name, &value),
			 0);
	ck_assert_uint_eq(index, 0);
	ck_assert_str_eq(kind, "rx");
	ck_assert_str_eq(name, "packets");
	ck_assert_int_gt(sd_bus_message_read(reply, "(usa{st})", &index, &kind, 1, &name, &value),
			 0);
	ck_assert_uint_eq(index, 1);
	ck_assert_uint_eq(value, 11);
	ck_assert_int_eq(sd_bus_message_at_end(reply, 0), 1);
	sd_bus_message_unref(reply);
	fake_fail("yes", -EAGAIN, "feature negotiation not complete");
	call(path, DEVICE, "GetStatistics", NULL);
	fixture_refused(&error, BUS_ERROR_FAILED ".EAGAIN",
			"reading the statistics of device yes: feature negotiation not complete");
	fake_outside("no", "vhost", true);
	fixture_wait_device(client, "no", true);
	call("/org/vdpactl1/device/no", DEVICE, "GetStatistics", NULL);
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED,
			"org.vdpactl1.read-statistics was refused");
}
END_TEST

/* ---- who may ------------------------------------------------------------------------------- */

START_TEST(polkit_decides)
{
	add_refused("sim", "no", NULL, NULL, NULL, BUS_ERROR_NOT_AUTHORIZED,
		    "adding device no on sim: polkit action org.vdpactl1.add-device was refused");
	add_refused("sim", "ask", NULL, NULL, NULL, BUS_ERROR_NOT_AUTHORIZED,
		    "polkit action org.vdpactl1.add-device needs authentication");
	call(ROOT, MANAGER, "DeleteDevice", "sa{sv}", "no", 0);
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED, "org.vdpactl1.delete-device was refused");
	fake_outside("no", "vhost", true);
	fixture_wait_device(client, "no", true);
	call("/org/vdpactl1/device/no", DEVICE, "Bind", "sa{sv}", "virtio", 0);
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED,
			"binding device no to virtio: polkit action org.vdpactl1.bind-device");
	call("/org/vdpactl1/device/no", DEVICE, "SetMac", "s", "02:00:00:00:00:06");
	fixture_refused(&error, BUS_ERROR_NOT_AUTHORIZED, "org.vdpactl1.set-device was refused");
	ck_assert(fake_has("no"));
}
END_TEST

START_TEST(polkit_may_ask_when_allowed)
{
	sd_bus_message *m = NULL, *reply = NULL;

	ck_assert_int_ge(sd_bus_message_new_method_call(client, &m, "org.vdpactl1", ROOT, MANAGER,
							"AddDevice"),
			 0);
	ck_assert_int_ge(sd_bus_message_set_allow_interactive_authorization(m, 1), 0);
	ck_assert_int_ge(sd_bus_message_append(m, "ssa{sv}", "sim", "ask", 0), 0);
	ck_assert_int_ge(sd_bus_call(client, m, PATIENCE, &error, &reply), 0);
	ck_assert(fake_has("ask"));
	sd_bus_message_unref(m);
	sd_bus_message_unref(reply);
}
END_TEST

START_TEST(without_polkit_only_root)
{
	const struct fixture_options no_polkit = { .no_polkit = true };
	sd_bus *root;

	begin(&no_polkit);
	add_refused("sim", "yes", NULL, NULL, NULL, BUS_ERROR_NOT_AUTHORIZED,
		    "polkit is not there to decide about org.vdpactl1.add-device, so only root");
	if (geteuid() == 0) {
		root = fixture_connect(true);
		fixture_add(root, "no", "vhost");
		ck_assert(fake_has("no"));
		sd_bus_flush_close_unref(root);
	}
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-calls");
	TCase *tc = tcase_create("calls"), *own = tcase_create("own");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_set_timeout(own, 60);
	tcase_add_test(tc, add_makes_and_tells);
	tcase_add_test(tc, add_makes_up_names);
	tcase_add_test(tc, add_refuses_bad_arguments);
	tcase_add_test(tc, add_refuses_bad_numbers);
	tcase_add_test(tc, refusals_that_cut_a_character_arrive);
	tcase_add_test(tc, add_passes_on_what_the_kernel_says);
	tcase_add_test(tc, delete_deletes);
	tcase_add_test(tc, force_takes_what_is_held);
	tcase_add_test(tc, bind_binds_or_leaves_alone);
	tcase_add_test(tc, long_values_are_told_of_in_short);
	tcase_add_test(tc, set_mac_checks_the_address);
	tcase_add_test(tc, set_link_pulls_the_cable);
	tcase_add_test(tc, memlock_is_told_beforehand);
	tcase_add_test(tc, open_hands_over_the_device);
	tcase_add_test(tc, statistics_of_all_queues);
	tcase_add_test(tc, polkit_decides);
	tcase_add_test(tc, polkit_may_ask_when_allowed);
	tcase_add_test(own, without_polkit_only_root);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, own);
	return run_suite(suite);
}
