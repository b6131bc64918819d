// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole of vdpactl but its main() with the real daemon on a private bus: saved definitions. */
#include <errno.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vdpactl.h>

#include "cli.h"
#include "fake-kernel.h"
#include "fixture.h"
#include "util/cleanup.h"
#include "run-suite.h"

static int new_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	return vdpactl_new(ret_ctx);
}

static void setup(void)
{
	fake_reset();
	fake_add_mgmtdev("sim");
	fixture_start(NULL);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", fixture_address(), 1);
}

static void end(void)
{
	fixture_stop();
}

/* Run a line, words separated by blanks. @ret_text: what both streams got, owned */
static int run(const char *line, char **ret_text)
{
	_cleanup_free_ char *copy = strdup(line);
	char *argv[32] = { (char *)"vdpactl" };
	struct cli_env env = { .ctx_new = new_ctx, .root = "/nonexistent" };
	size_t size;
	int argc = 1, code;

	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	env.out = env.err = open_memstream(ret_text, &size);
	code = cli_main(&env, argc, argv);
	fclose(env.out);
	return code;
}

/* It ends so and prints that; NULL: whatever it prints. */
static void does(const char *line, int code, const char *text)
{
	_cleanup_free_ char *printed = NULL;
	int got = run(line, &printed);

	ck_assert_msg(got == code, "%s: status %d: %s", line, got, printed);
	ck_assert_msg(!text || strcmp(printed, text) == 0, "%s: \"%s\"\n  wanted: \"%s\"", line,
		      printed, text);
}

/* ... and what it prints has this part. */
static void tells(const char *line, int code, const char *part)
{
	_cleanup_free_ char *printed = NULL;
	int got = run(line, &printed);

	ck_assert_msg(got == code, "%s: status %d: %s", line, got, printed);
	ck_assert_msg(strstr(printed, part), "%s: \"%s\"\n  has no: \"%s\"", line, printed, part);
}

START_TEST(life)
{
	does("def show", 0, "");
	does("-j def show", 0, "{\"def\":{}}\n");
	tells("def add web0 mgmtdev sim mac 02:00:00:00:00:01 driver none owner root mode 0600", 0,
	      "  mac        02:00:00:00:00:01\n");
	tells("-j def show web0", 0, "\"live\":false");
	tells("-j def show web0", 0, "\"mode\":\"0600\"");
	tells("-j def show web0", 0, "\"drift\":[]");
	tells("def show", 0, "web0  sim      none    no         no");
	tells("def set web0 autostart yes", 0, "autostart  yes");
	tells("-j def start web0", 0, "\"live\":true");
	tells("-j def start web0", 0, "\"live\":true");
	does("-o name,driver dev show", 0, "name  driver\nweb0  none\n");
	does("dev bind web0 vhost", 0, NULL);
	tells("-j def show web0", 0, "\"drift\":[\"driver\"]");
	tells("def stop web0", 0, "live       no");
	does("-o name dev show", 0, "");
	does("-j def del web0", 0, "{\"undefined\":[\"web0\"]}\n");
	does("def del web0", 3, NULL);
	does("def show", 0, "");
}
END_TEST

START_TEST(promote)
{
	does("dev add live0 mgmtdev sim driver none", 0, NULL);
	tells("def promote live0 autostart yes", 0, "autostart  yes");
	tells("-j def show live0", 0, "\"live\":true");
	does("def promote nope", 3, NULL);
}
END_TEST

/* What is exported is what apply takes, and gives the same again. */
START_TEST(round_trip)
{
	_cleanup_free_ char *text = NULL, *again = NULL;
	char path[] = "/tmp/vdpactl-test-XXXXXX", line[128];
	FILE *f;

	does("def add a mgmtdev sim driver none", 0, NULL);
	does("def add b mgmtdev sim driver none autostart yes", 0, NULL);
	ck_assert_int_eq(run("export", &text), 0);
	f = fdopen(mkstemp(path), "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	does("def del a", 0, "");
	does("def del b", 0, "");
	snprintf(line, sizeof(line), "apply %s", path);
	does(line, 0, "a: saved\nb: saved\na: started\nb: started\n");
	ck_assert_int_eq(run("export", &again), 0);
	ck_assert_str_eq(text, again);
	tells("export a", 0, "\"name\": \"a\"");
	unlink(path);
}
END_TEST

/* A line of "apply" and a file of its own with these devices. */
static const char *apply(const char *options, const char *devices)
{
	static char line[128];
	char path[] = "/tmp/vdpactl-test-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "{\"version\":1,\"devices\":[%s]}", devices);
	fclose(f);
	snprintf(line, sizeof(line), "%s %s", options, path);
	return line;
}

/* The same, run: it ends so and prints that. */
static void applies(const char *options, const char *devices, int code, const char *text)
{
	const char *line = apply(options, devices);

	does(line, code, text);
	unlink(strrchr(line, ' ') + 1);
}

#define SIM(name, rest) "{\"name\":\"" name "\",\"mgmtdev\":\"sim\"" rest "}"
#define A		SIM("a", ",\"driver\":\"vhost\",\"mac\":\"02:00:00:00:00:01\"")
#define A_OTHERWISE	SIM("a", ",\"driver\":\"none\",\"mac\":\"02:00:00:00:00:02\",\"mtu\":9000")
#define B		SIM("b", ",\"autostart\":true")
#define DIFFERS                                                                                    \
	"hint: what differs lives on as it is: delete it with \"vdpactl dev del NAME\" and "       \
	"apply again to make it anew\n"

START_TEST(apply_by_the_daemon)
{
	applies("-n apply", A "," B, 0,
		"would define a\nwould define b\nwould start a\nwould start b\n");
	does("def show", 0, "");
	applies("apply", A "," B, 0, "a: saved\nb: saved\na: started\nb: started\n");
	applies("apply", A "," B, 0, "");
	applies("-j apply", A "," B, 0, "{\"applied\":[]}\n");
	applies("-n apply", A "," B, 0, "nothing would change\n");
	applies("-n apply", A_OTHERWISE, 0,
		"would define a\nwould bind a: driver\nwould set-mac a: mac\ndiffers a: "
		"mtu\n" DIFFERS);
	applies("-j apply", A_OTHERWISE, 0,
		"{\"applied\":[{\"action\":\"define\",\"name\":\"a\"},"
		"{\"action\":\"bind\",\"name\":\"a\",\"keys\":[\"driver\"]},"
		"{\"action\":\"set-mac\",\"name\":\"a\",\"keys\":[\"mac\"]},"
		"{\"action\":\"differs\",\"name\":\"a\",\"keys\":[\"mtu\"]}]}\n");
	applies("apply", A_OTHERWISE, 0, "a: differs: mtu\n" DIFFERS);
	applies("-n apply --prune", "", 0,
		"would stop a\nwould undefine a\nwould stop b\nwould undefine b\n");
	applies("apply --prune", A_OTHERWISE, 0,
		"b: stopped\nb: forgotten\na: differs: mtu\n" DIFFERS);
	tells("-j def show", 0, "\"a\"");
	applies("apply", SIM("c", ",\"mtu\":1"), 2, NULL);
}
END_TEST

static int terminal;
static char shown[1024];

/* Let the change go on when the terminal shows how far it is. */
static void *release_when_shown(void *userdata)
{
	size_t n = 0;
	ssize_t r;

	while (!strstr(shown, userdata) && n < sizeof(shown) - 1) {
		r = read(terminal, shown + n, sizeof(shown) - 1 - n);
		if (r <= 0)
			break;
		n += (size_t)r;
	}
	fake_release();
	return NULL;
}

/* Only where no password can be asked for on the terminal: as root. */
START_TEST(apply_shows_progress)
{
	struct cli_env env = { .ctx_new = new_ctx, .root = "/nonexistent", .out = stdout };
	char *argv[] = { (char *)"vdpactl", (char *)"apply", NULL, NULL };
	const char *line = apply("apply", A "," B);
	pthread_t thread;
	int fd;

	if (geteuid() != 0)
		return;
	argv[2] = strrchr(line, ' ') + 1;
	setenv("TERM", "xterm", 1);
	ck_assert_int_eq(openpty(&terminal, &fd, NULL, NULL, NULL), 0);
	env.err = fdopen(fd, "w");
	fake_hold("a");
	ck_assert_int_eq(pthread_create(&thread, NULL, release_when_shown,
					(char *)"\033[Kvdpactld applies devices: 2, "),
			 0);
	ck_assert_int_eq(cli_main(&env, 3, argv), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_ptr_nonnull(strstr(shown, "applies devices: 2, "));
	ck_assert(fake_has("a") && fake_has("b"));
	fclose(env.err);
	close(terminal);
	unlink(argv[2]);
}
END_TEST

START_TEST(apply_fails_in_part)
{
	fake_fail("a", -ENOSPC, "no room");
	applies("apply", A "," B, 1,
		"a: saved\nb: saved\n"
		"vdpactl: cannot start \"a\": no room (No space left on device)\nb: started\n");
	fake_fail("a", -ENOSPC, "no room");
	applies("-j apply", A "," B, 1,
		"{\"applied\":[{\"action\":\"start\",\"name\":\"a\","
		"\"error\":\"no room (No space left on device)\"}]}\n"
		"vdpactl: cannot start \"a\": no room (No space left on device)\n");
}
END_TEST

/* The same without the daemon, which saves nothing. */
START_TEST(apply_directly)
{
	applies("--direct apply", A "," B, 0, "a: started\nb: started\n");
	does("def show", 0, "");
	applies("--direct apply", A "," B, 0, "");
	applies("--direct apply", A_OTHERWISE, 0,
		"a: bound\na: mac set\na: differs: mtu\n" DIFFERS);
	applies("--direct -j apply", A_OTHERWISE, 0,
		"{\"applied\":[{\"action\":\"differs\",\"name\":\"a\",\"keys\":[\"mtu\"]}]}\n");
	fake_fail("c", -ENOSPC, "no room");
	applies("--direct apply", SIM("c", "") "," SIM("d", ""), 1,
		"vdpactl: cannot start \"c\": no room\nd: started\n");
	applies("--direct apply --prune", A, 2,
		"vdpactl: --prune: what is saved is known to vdpactld, not with --direct\n");
}
END_TEST

/* Devices are shown beside what is saved of them. */
START_TEST(saved_and_live)
{
	does("dev add a mgmtdev sim driver none mac 02:00:00:00:00:01", 0, NULL);
	tells("dev show a", 0, "\n  saved        no\n");
	does("-j -o name,saved,drift dev show a", 0,
	     "{\"dev\":{\"a\":{\"name\":\"a\",\"saved\":false}}}\n");
	does("def promote a", 0, NULL);
	does("dev add b mgmtdev sim driver none", 0, NULL);
	does("-j -o saved,drift dev show", 0,
	     "{\"dev\":{\"a\":{\"saved\":true,\"drift\":[]},\"b\":{\"saved\":false}}}\n");
	tells("dev show", 0, "name  type  mgmtdev  driver\na ");
	does("dev bind a vhost", 0, NULL);
	does("dev set a mac 02:00:00:00:00:02", 0, NULL);
	tells("dev show", 0, "driver");
	does("-o name,drift dev show", 0, "name  drift\na     mac driver\nb     -\n");
	does("-j -o drift dev show a", 0, "{\"dev\":{\"a\":{\"drift\":[\"mac\",\"driver\"]}}}\n");
	does("-o name,mac,live,drift def show", 0,
	     "name  mac                live  drift\n"
	     "a     02:00:00:00:00:01  yes   mac driver\n");
	does("-j -o live def show a", 0, "{\"def\":{\"a\":{\"live\":true}}}\n");
	tells("-o colour def show", 2, "there are: name, mgmtdev, mac,");
	/* Whoever only looks at devices does without the daemon, and does not start it. */
	fixture_stop();
	does("-j -o name,saved,drift dev show a", 0, "{\"dev\":{\"a\":{\"name\":\"a\"}}}\n");
	fixture_start(NULL);
}
END_TEST

START_TEST(refused)
{
	tells("def start nope", 3, "hint: \"vdpactl def show\" lists what is saved");
	tells("def show nope", 3, "it is not saved");
	tells("export nope", 3, "cannot export \"nope\"");
	tells("def add a/b mgmtdev sim", 2, "the name has a \"/\" in it");
	tells("def add a mgmtdev sim mode 999", 2, "mode: \"999\"");
	tells("def set a autostart maybe", 2, "neither \"yes\" nor \"no\"");
	tells("--direct def show", 2, "saved definitions are kept by vdpactld");
	tells("-n def start nope", 3, "it is not saved");
	does("apply /nonexistent", 3, NULL);
}
END_TEST

START_TEST(rehearsed)
{
	does("-n def add a mgmtdev sim driver none autostart yes", 0,
	     "would define a: mgmtdev sim, driver none, autostart yes\n");
	does("def show", 0, "");
	does("def add a mgmtdev sim driver none", 0, NULL);
	does("-n def start a", 0, "would start a\n");
	does("-n -j def del a", 0, "{\"would\":[{\"action\":\"undefine\",\"name\":\"a\"}]}\n");
	tells("-j def show a", 0, "\"live\":false");
}
END_TEST

START_TEST(reload)
{
	does("def reload", 0, "");
	fixture_write_file(0, "wrong.json", "{\n");
	tells("def reload", 2, "wrong.json: line");
	tells("-j def reload", 2, "{\"problems\":[\"");
}
END_TEST

/* Run a line in a process of its own, as what it runs takes its place. @ret_text: what that prints, owned */
static int run_apart(const char *line, char **ret_text)
{
	size_t size = 0;
	int fds[2], status;
	pid_t child;
	FILE *f;

	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		_cleanup_free_ char *printed = NULL;
		int code;

		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		code = run(line, &printed);
		dprintf(STDOUT_FILENO, "%s", printed);
		_exit(code);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	*ret_text = NULL;
	if (getdelim(ret_text, &size, '\0', f) < 0)
		**ret_text = '\0';
	fclose(f);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void does_apart(const char *line, int code, const char *part)
{
	_cleanup_free_ char *printed = NULL;
	int got = run_apart(line, &printed);

	ck_assert_msg(got == code, "%s: status %d: %s", line, got, printed);
	ck_assert_msg(strstr(printed, part), "%s: \"%s\"\n  has no: \"%s\"", line, printed, part);
}

/* Returns whether that can be done. */
static bool set_memlock(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

	return setrlimit(RLIMIT_MEMLOCK, &limit) == 0;
}

START_TEST(open_for_a_program)
{
	does("dev add web0 mgmtdev sim driver vhost", 0, NULL);
	fake_set_chardev("/dev/full");
	does_apart("dev open web0 -- readlink /proc/self/fd/{}", 0, "/dev/full\n");
	does_apart("dev open web0 -- readlink /proc/self/fd/{web0}", 0, "/dev/full\n");
	does_apart("--direct dev open web0 -- readlink /proc/self/fd/{}", 0, "/dev/full\n");
	does_apart("dev open web0 -- false {}", 1, "");
	does_apart("dev open web0 -- /nonexistent/program {}", 3,
		   "cannot run \"/nonexistent/program\": No such file");
	fake_set_chardev("/dev/vhost-vdpa-none");
	does_apart("dev open web0 -- true {}", 3, "/dev/vhost-vdpa-none cannot be opened");
	does("dev bind web0 virtio", 0, NULL);
	does_apart("dev open web0 -- true {}", 9, "it is at driver virtio");
	does_apart("dev open nope -- true {}", 3, "there is no such device");
}
END_TEST

START_TEST(open_with_memory)
{
	does("dev add web0 mgmtdev sim driver vhost", 0, NULL);
	fake_set_chardev("/dev/null");
	ck_assert(set_memlock(1 << 16, 1 << 20));
	/* The shell has it in units of 1024 bytes. */
	does_apart("dev open web0 memory 1M -- sh -c ulimit\t-l;:\t{}", 0, "1024\n");
	does_apart("--direct dev open web0 memory 1M -- sh -c ulimit\t-l;:\t{}", 0, "1024\n");
	does_apart("dev open web0 memory 32K -- sh -c ulimit\t-l;:\t{}", 0, "64\n");
	does_apart("dev open web0 -- sh -c ulimit\t-l;:\t{}", 0, "64\n");
	/* Who may raise that limit may have what he wants. */
	if (set_memlock(1 << 16, 2 << 20)) {
		does_apart("dev open web0 memory 4M -- sh -c ulimit\t-l;:\t{}", 0, "4096\n");
		return;
	}
	does_apart("dev open web0 memory 2M -- true {}", 1,
		   "cannot let the program lock 2097152 bytes of memory, only 1048576: ");
}
END_TEST

START_TEST(doctor)
{
	tells("-j doctor", 11, "\"vdpactld is running\"");
	tells("-j doctor", 11, "\"saved definitions: 0, and what lives is as saved\"");
	does("def add a mgmtdev sim driver none", 0, NULL);
	does("def start a", 0, NULL);
	does("dev bind a vhost", 0, NULL);
	tells("doctor", 11, "\"a\" is not as it is saved: driver");
	does("def add b mgmtdev none", 0, NULL);
	does("def start b", 3, NULL);
	tells("doctor", 11, "\"b\" could not be started: ");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus-cli");
	TCase *tc = tcase_create("saved");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, life);
	tcase_add_test(tc, promote);
	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, apply_by_the_daemon);
	tcase_add_test(tc, apply_shows_progress);
	tcase_add_test(tc, apply_fails_in_part);
	tcase_add_test(tc, apply_directly);
	tcase_add_test(tc, saved_and_live);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, rehearsed);
	tcase_add_test(tc, reload);
	tcase_add_test(tc, doctor);
	tcase_add_test(tc, open_for_a_program);
	tcase_add_test(tc, open_with_memory);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
