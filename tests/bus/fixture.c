// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "daemon.h"
#include "fake-kernel.h"
#include "fixture.h"

#define NOBODY 65534

static char directory[] = "/tmp/vdpactl-bus-XXXXXX";
static char address[64], definitions[2][64], links[64], marks[64], trouble[64];
static pid_t bus_pid, polkit_pid;
static pthread_t thread;
static int stop_fd;
static uint64_t timeout;

static const char bus_config[] =
	"<busconfig><type>system</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>"
	"<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
	"<allow send_type=\"method_call\"/><allow send_type=\"signal\"/>"
	"<allow send_requested_reply=\"true\" send_type=\"method_return\"/>"
	"<allow send_requested_reply=\"true\" send_type=\"error\"/>"
	"<allow receive_type=\"method_call\"/><allow receive_type=\"signal\"/>"
	"<allow receive_type=\"method_return\"/><allow receive_type=\"error\"/></policy>"
	"<limit name=\"max_replies_per_connection\">4096</limit></busconfig>\n";

static void write_config(const char *path)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(fprintf(f, bus_config, directory), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* A child that ends with us. */
static pid_t spawn(const char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void start_bus(void)
{
	int out[2];
	char config[64], line[256];
	const char *const argv[] = { "dbus-daemon", "--nofork",	       "--config-file",
				     config,	    "--print-address", NULL };
	int saved;

	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chmod(directory, 0755), 0);
	snprintf(config, sizeof(config), "%s/config", directory);
	snprintf(address, sizeof(address), "unix:path=%s/bus", directory);
	write_config(config);
	snprintf(links, sizeof(links), "%s/dev/by-name", directory);
	snprintf(trouble, sizeof(trouble), "%s/load-error", directory);
	snprintf(marks, sizeof(marks), "%s/started", directory);
	for (size_t i = 0; i < 2; i++) {
		snprintf(definitions[i], sizeof(definitions[i]), "%s/devices%zu", directory, i);
		ck_assert_int_eq(mkdir(definitions[i], 0755), 0);
	}
	ck_assert_int_eq(pipe(out), 0);
	saved = dup(STDOUT_FILENO);
	dup2(out[1], STDOUT_FILENO);
	bus_pid = spawn(argv);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(out[1]);
	/* The address comes when it listens. */
	ck_assert_int_gt(read(out[0], line, sizeof(line)), 0);
	close(out[0]);
}

static int on_stop(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int fake_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	return vdpactl_new(ret_ctx);
}

static void *daemon_main(void *userdata)
{
	const char *const directories[] = { definitions[0], definitions[1], NULL };
	const struct daemon_config config = {
		.manager = { .ctx_new = fake_ctx,
			     .workplace = { directories, links, marks, trouble },
			     .timeout = timeout },
		.bus_address = address,
	};
	struct daemon *daemon = NULL;
	sd_event *event = NULL;

	if (sd_event_new(&event) < 0 ||
	    sd_event_add_io(event, NULL, stop_fd, EPOLLIN, on_stop, NULL) < 0 ||
	    daemon_new(event, &config, &daemon) < 0 || sd_event_loop(event) < 0)
		abort();
	daemon_free(daemon);
	sd_event_unref(event);
	return NULL;
}

static void pause_a_little(void)
{
	const struct timespec ts = { .tv_nsec = 5000000 };

	nanosleep(&ts, NULL);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

void fixture_wait(bool (*condition)(void *userdata), void *userdata, const char *what)
{
	uint64_t end = now() + PATIENCE;

	while (!condition(userdata)) {
		ck_assert_msg(now() < end, "waited in vain for %s", what);
		pause_a_little();
	}
}

static bool name_is_owned(void *userdata)
{
	sd_bus *bus = fixture_connect(false);
	bool owned;

	owned = sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				   "org.freedesktop.DBus", "GetNameOwner", NULL, NULL, "s",
				   userdata) >= 0;
	sd_bus_flush_close_unref(bus);
	return owned;
}

static void start_daemon(void)
{
	stop_fd = eventfd(0, EFD_CLOEXEC);
	ck_assert_int_eq(pthread_create(&thread, NULL, daemon_main, NULL), 0);
	fixture_wait(name_is_owned, (void *)"org.vdpactl1", "the daemon");
}

static void stop_daemon(void)
{
	const uint64_t one = 1;

	fake_release();
	ck_assert_int_eq(write(stop_fd, &one, sizeof(one)), sizeof(one));
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	close(stop_fd);
}

uint64_t fixture_restart(void)
{
	uint64_t start;

	stop_daemon();
	start = now();
	start_daemon();
	return now() - start;
}

static int remove_it(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void fixture_reboot(void)
{
	stop_daemon();
	fake_drop_devices();
	nftw(marks, remove_it, 8, FTW_DEPTH | FTW_PHYS);
	nftw(links, remove_it, 8, FTW_DEPTH | FTW_PHYS);
	start_daemon();
}

void fixture_start(const struct fixture_options *options)
{
	const char *const stub[] = { POLKIT_STUB, address, NULL };

	start_bus();
	timeout = options && options->timeout ? options->timeout : 10 * SECOND;
	polkit_pid = 0;
	if (!options || !options->no_polkit) {
		polkit_pid = spawn(stub);
		fixture_wait(name_is_owned, (void *)"org.freedesktop.PolicyKit1",
			     "the polkit stub");
	}
	start_daemon();
}

static void end_child(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

void fixture_stop(void)
{
	stop_daemon();
	end_child(polkit_pid);
	end_child(bus_pid);
	nftw(directory, remove_it, 8, FTW_DEPTH | FTW_PHYS);
}

void fixture_begin(const struct fixture_options *options, sd_bus **ret_client,
		   sd_bus_error *ret_error)
{
	fake_reset();
	fake_add_mgmtdev("sim");
	fixture_start(options);
	*ret_client = fixture_connect(options && options->as_root);
	*ret_error = SD_BUS_ERROR_NULL;
}

void fixture_end(sd_bus **client, sd_bus_error *error)
{
	sd_bus_error_free(error);
	*client = sd_bus_flush_close_unref(*client);
	fixture_stop();
}

/* ---- files of definitions ------------------------------------------------------------------ */

static void file_path(int which, const char *base, char path[256])
{
	snprintf(path, 256, "%s/%s", definitions[which], base);
}

void fixture_write_file(int which, const char *base, const char *text)
{
	char path[256];
	FILE *f;

	file_path(which, base, path);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

void fixture_set_trouble(const char *text)
{
	FILE *f = fopen(trouble, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

char *fixture_read_file(int which, const char *base)
{
	char path[256], *text;
	FILE *f;

	file_path(which, base, path);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	text = calloc(1, 4096);
	ck_assert_uint_lt(fread(text, 1, 4095, f), 4095);
	fclose(f);
	return text;
}

/* Only of this thread: the C library's seteuid() would change the daemon's as well. */
static void become(uid_t uid)
{
	ck_assert_int_eq(syscall(SYS_setresuid, -1, uid, -1), 0);
}

const char *fixture_address(void)
{
	return address;
}

sd_bus *fixture_connect(bool as_root)
{
	bool change = geteuid() == 0 && !as_root;
	const char *name;
	sd_bus *bus;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_address(bus, address), 0);
	ck_assert_int_ge(sd_bus_set_bus_client(bus, 1), 0);
	if (change)
		become(NOBODY);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	/* Waits until the connection stands, with the rights of this moment. */
	ck_assert_int_ge(sd_bus_get_unique_name(bus, &name), 0);
	if (change)
		become(0);
	return bus;
}

sd_bus_message *fixture_call(sd_bus *bus, sd_bus_error *error, const char *path,
			     const char *interface, const char *member, const char *types, ...)
{
	sd_bus_message *m = NULL, *reply = NULL;
	va_list args;

	ck_assert_int_ge(
		sd_bus_message_new_method_call(bus, &m, "org.vdpactl1", path, interface, member),
		0);
	va_start(args, types);
	if (types)
		ck_assert_int_ge(sd_bus_message_appendv(m, types, args), 0);
	va_end(args);
	if (sd_bus_call(bus, m, 2 * PATIENCE, error, &reply) < 0)
		reply = NULL;
	sd_bus_message_unref(m);
	return reply;
}

void fixture_refused(sd_bus_error *error, const char *name, const char *part)
{
	ck_assert_msg(sd_bus_error_is_set(error), "not refused, wanted \"%s\"", part);
	ck_assert_msg(strcmp(error->name, name) == 0 && strstr(error->message, part),
		      "wanted %s with \"%s\", got %s: %s", name, part, error->name, error->message);
	sd_bus_error_free(error);
}

void fixture_add(sd_bus *bus, const char *name, const char *driver)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply;

	reply = fixture_call(bus, &error, "/org/vdpactl1", "org.vdpactl1.Manager", "AddDevice",
			     "ssa{sv}", "sim", name, 1, "driver", "s", driver);
	ck_assert_msg(reply, "%s", error.message);
	sd_bus_message_unref(reply);
}

struct property {
	sd_bus *bus;
	const char *path, *interface, *name, *value;
};

static bool has_value(void *userdata)
{
	const struct property *p = userdata;
	char *value = NULL;
	bool same;

	if (sd_bus_get_property_string(p->bus, "org.vdpactl1", p->path, p->interface, p->name, NULL,
				       &value) < 0)
		return false;
	same = strcmp(value, p->value) == 0;
	free(value);
	return same;
}

void fixture_wait_property(sd_bus *bus, const char *path, const char *interface,
			   const char *property, const char *value)
{
	struct property p = { bus, path, interface, property, value };

	fixture_wait(has_value, &p, property);
}

bool fixture_has(sd_bus *bus, const char *device)
{
	char *path = NULL, *name = NULL;
	bool found;

	ck_assert_int_ge(sd_bus_path_encode("/org/vdpactl1/device", device, &path), 0);
	found = sd_bus_get_property_string(bus, "org.vdpactl1", path, "org.vdpactl1.Device", "Name",
					   NULL, &name) >= 0;
	free(path);
	free(name);
	return found;
}

struct device {
	sd_bus *bus;
	const char *name;
	bool there;
};

static bool is_so(void *userdata)
{
	const struct device *d = userdata;

	return fixture_has(d->bus, d->name) == d->there;
}

void fixture_wait_device(sd_bus *bus, const char *device, bool there)
{
	struct device d = { bus, device, there };

	fixture_wait(is_so, &d, there ? "a device to appear" : "a device to go");
}

bool fixture_link_is(const char *name, const char *target)
{
	char path[256], now[256];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", links, name);
	n = readlink(path, now, sizeof(now));
	if (n < 0 || !target)
		return n < 0 && !target;
	return n == (ssize_t)strlen(target) && memcmp(now, target, (size_t)n) == 0;
}
