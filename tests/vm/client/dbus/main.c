// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-dbus sweep: calls every method of every interface org.vdpactl1.* that introspection finds, as
 * the user who runs it, with arguments that have to be refused, and writes TAP. Who is not root also
 * makes each call as it should be, and has to be told a polkit action. A method that comes later is
 * swept too; its test fails until actions[] says what it should ask polkit for, plausible() has arguments
 * of its types and names, and sweep_value() knows how to attack these types.
 *
 * vmtest-dbus vanish N: makes N calls and closes the connection before an answer.
 *
 * vmtest-dbus open PATH MEMORY COMMAND [ARGUMENT]...: has the device at that object path opened, says what the limit of
 * pinned memory has to be for so many bytes, and becomes the command, with the descriptor's number in place of an "@" at
 * the end of an argument.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"
#include "util/cleanup.h"

#define MIB	    (1024 * 1024)
#define PATIENCE    (20 * 1000000ULL)
#define MAX_MESSAGE 4096
#define DEPTH	    50 /* the bus allows 64 containers, arguments and dictionary included */

/* INTERFACE.METHOD of those that change nothing: everybody may. */
static const char *const read_only[] = { "org.vdpactl1.Manager.Export",
					 "org.vdpactl1.Manager.MemlockNeeded",
					 "org.vdpactl1.Device.GetStatistics", NULL };

/* The polkit action of each, after "org.vdpactl1.". */
static const char *const actions[][2] = {
	{ "org.vdpactl1.Manager.AddDevice", "add-device" },
	{ "org.vdpactl1.Manager.DeleteDevice", "delete-device" },
	{ "org.vdpactl1.Manager.Define", "define-device" },
	{ "org.vdpactl1.Manager.Undefine", "undefine-device" },
	{ "org.vdpactl1.Manager.Start", "start-device" },
	{ "org.vdpactl1.Manager.Stop", "stop-device" },
	{ "org.vdpactl1.Manager.SetAutostart", "set-autostart" },
	{ "org.vdpactl1.Manager.Promote", "promote-device" },
	{ "org.vdpactl1.Manager.Reload", "reload" },
	{ "org.vdpactl1.Manager.Apply", "apply" },
	{ "org.vdpactl1.Device.Bind", "bind-device" },
	{ "org.vdpactl1.Device.Delete", "delete-device" },
	{ "org.vdpactl1.Device.SetMac", "set-device" },
	{ "org.vdpactl1.Device.SetLink", "set-device" },
	{ "org.vdpactl1.Device.OpenVhost", "open-vhost" },
};

/* What a string argument of that name may be for a call to reach its polkit action. */
static const char *const good[][2] = {
	{ "mgmtdev", "vdpasim_net" },
	{ "name", "swept0" },
	{ "driver", "none" },
	{ "mac", "02:00:00:00:00:01" },
};

static char huge[MIB + 1], long_name[4097];
/* No kernel takes these as a name. What one may take, as "a b", is no attack. */
static const char *const hostile[] = {
	"",  huge, long_name, "../",	  "/",	     "../../etc/passwd", "/dev/null", "a/b",
	".", "..", "a\nb",    "\x01\x7f", "\x1b[2J", "%n%s%n",		 "%d%d",
};

static const char *const wrong_types[] = { "s", "u", "b", "h", "o", "v", "as", "a{sv}", "ay", "d" };

static sd_bus *bus;
static int tests, failures;

static int append_basic(sd_bus_message *m, const char *type, const char *text)
{
	static const uint64_t one = 1;
	double d = 1;
	int fd = STDIN_FILENO;

	if (*type == 's' || *type == 'o' || *type == 'g')
		return sd_bus_message_append_basic(m, *type, text);
	if (*type == 'h')
		return sd_bus_message_append_basic(m, *type, &fd);
	return sd_bus_message_append_basic(m, *type, *type == 'd' ? (void *)&d : (void *)&one);
}

static int append_empty(sd_bus_message *m, const char *type)
{
	int r = sd_bus_message_open_container(m, 'a', type + 1);

	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int plausible(sd_bus_message *m, const struct arg *a)
{
	const char *text = "swept0";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(good[i][0], a->name) == 0)
			text = good[i][1];
	if (strcmp(a->type, "o") == 0)
		text = ROOT;
	if (a->type[0] == 'a')
		return append_empty(m, a->type);
	if (strlen(a->type) != 1 || !strchr("sogybnqiuxtdh", a->type[0]))
		return -ENOTSUP;
	return append_basic(m, a->type, text);
}

static int append_wrong(sd_bus_message *m, const char *type)
{
	if (*type == 'v')
		return sd_bus_message_append(m, "v", "s", "x");
	if (*type == 'a')
		return append_empty(m, type);
	return append_basic(m, type, ROOT);
}

/* A variant in a variant ..., @depth times, around a number. */
static int append_deep(sd_bus_message *m, int depth)
{
	int r = 0;

	for (int i = 1; i < depth && r >= 0; i++)
		r = sd_bus_message_open_container(m, 'v', "v");
	if (r >= 0)
		r = sd_bus_message_append(m, "v", "u", 1);
	for (int i = 1; i < depth && r >= 0; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

enum dictionary {
	UNKNOWN,
	TWICE,
	DEEP,
	DEEP_KNOWN,
	HUGE_KEY,
	HUGE_VALUE,
	FD,
	PATH,
	EMPTY,
	MANY,
	DICTIONARIES
};

static int append_entries(sd_bus_message *m, enum dictionary kind)
{
	const char *key = kind == UNKNOWN    ? "nosuch"
			  : kind == HUGE_KEY ? huge
			  : kind == EMPTY    ? ""
					     : "mtu";
	int n = kind == TWICE ? 2 : kind == MANY ? 10000 : 1, r = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", kind == DEEP ? "nosuch" : key);
		if (r < 0)
			return r;
		if (kind == DEEP || kind == DEEP_KNOWN)
			r = append_deep(m, DEPTH);
		else if (kind == HUGE_VALUE || kind == PATH)
			r = sd_bus_message_append(m, "v", "s", kind == PATH ? "../../x" : huge);
		else if (kind == FD)
			r = sd_bus_message_append(m, "v", "h", STDIN_FILENO);
		else
			r = sd_bus_message_append(m, "v", "q", 1500);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r;
}

static int append_dictionary(sd_bus_message *m, enum dictionary kind)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	if (r >= 0)
		r = append_entries(m, kind);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

#define N_HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

/* One hostile string, or, behind the last of them, a great many. */
static int append_strings(sd_bus_message *m, size_t which)
{
	int n = which < N_HOSTILE ? 1 : 10000, r = sd_bus_message_open_container(m, 'a', "s");

	for (int i = 0; i < n && r >= 0; i++)
		r = sd_bus_message_append(m, "s", which < N_HOSTILE ? hostile[which] : "swept0");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* One call: what stands in place @at is replaced as @how says, with the @which-th of its kind. */
enum how { AS_IT_SHOULD_BE, WRONG_TYPE, HOSTILE, STRINGS, DICTIONARY, TOO_FEW, TOO_MANY };

static int append_args(sd_bus_message *m, const struct member *member, enum how how, int at,
		       int which)
{
	int r = 0;

	for (int i = 0; i < member->n_args && r >= 0; i++) {
		if (i == at && how == TOO_FEW)
			return 0;
		if (i == at && how == WRONG_TYPE)
			r = append_wrong(m, wrong_types[which]);
		else if (i == at && how == HOSTILE)
			r = sd_bus_message_append(m, "s", hostile[which]);
		else if (i == at && how == STRINGS)
			r = append_strings(m, (size_t)which);
		else if (i == at && how == DICTIONARY)
			r = append_dictionary(m, which);
		else
			r = plausible(m, &member->args[i]);
	}
	if (r >= 0 && how == TOO_MANY)
		r = sd_bus_message_append(m, "s", "more");
	return r;
}

static int build(const struct member *member, enum how how, int at, int which, sd_bus_message **ret)
{
	int r;

	r = sd_bus_message_new_method_call(bus, ret, SERVICE, member->path, member->interface,
					   member->name);
	return r < 0 ? r : append_args(*ret, member, how, at, which);
}

static void complain(const char *what, int at, int which, const char *text)
{
	printf("# %s, argument %d, variation %d: %.300s\n", what, at, which, text);
}

/* Not an answer of the daemon, or one that the method was not there for. */
static int is_no_answer(const sd_bus_error *e)
{
	return sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY) ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_TIMEOUT) ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_DISCONNECTED) ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
	       sd_bus_error_has_name(e, SD_BUS_ERROR_UNKNOWN_METHOD);
}

#define POLICY "/usr/share/polkit-1/actions/org.vdpactl1.policy"

/* polkit has read of an action with that name. */
static bool is_action(const char *name)
{
	char wanted[128], line[512];
	bool found = false;
	FILE *file = fopen(POLICY, "re");

	snprintf(wanted, sizeof(wanted), "<action id=\"org.vdpactl1.%s\">", name);
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, wanted) != NULL;
	if (file)
		fclose(file);
	return found;
}

static void full_name(const struct member *member, char name[2 * TEXT])
{
	snprintf(name, 2 * TEXT, "%s.%s", member->interface, member->name);
}

/* A refusal names the action that the method is for. */
static bool names_action(const struct member *member, const char *message)
{
	char name[2 * TEXT], wanted[128];

	full_name(member, name);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i][0], name) == 0) {
			snprintf(wanted, sizeof(wanted), "polkit action org.vdpactl1.%s ",
				 actions[i][1]);
			return is_action(actions[i][1]) && strstr(message, wanted);
		}
	printf("# actions[] has no %s\n", name);
	return false;
}

/* An error of the daemon, short enough for a log. 1 when it is as it has to be. */
static int is_refused(const struct member *member, enum how how, int at, int which)
{
	_cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = build(member, how, at, which, &m);
	if (r < 0) {
		complain("cannot make the call", at, which, strerrordesc_np(-r));
		return 0;
	}
	r = sd_bus_call(bus, m, PATIENCE, &e, NULL);
	if (r >= 0)
		complain("was accepted", at, which, "");
	else if (!e.name || is_no_answer(&e))
		complain("no answer", at, which, e.message ? e.message : strerrordesc_np(-r));
	else if (e.message && strlen(e.message) > MAX_MESSAGE)
		complain("answer is too long", at, which, e.message);
	else if (how == AS_IT_SHOULD_BE &&
		 (strcmp(e.name, "org.vdpactl1.Error.NotAuthorized") != 0 ||
		  !names_action(member, e.message)))
		complain("names no polkit action", at, which, e.message);
	else
		return 1;
	return 0;
}

static void report(int ok, const struct member *member, const char *what)
{
	printf("%sok %d - %s %s.%s: %s\n", ok ? "" : "not ", ++tests, member->path + strlen(ROOT),
	       member->interface, member->name, what);
	fflush(stdout);
	failures += !ok;
}

/* What a management device that nobody has seen could be called. */
static bool may_be_mgmtdev(const char *name)
{
	const char *slash = strchr(name, '/');

	if (!*name || strlen(name) > 63 || strpbrk(name, "\n\x01\x1b"))
		return false;
	return !slash || (slash != name && slash[1] && !strchr(slash + 1, '/'));
}

/* The empty name of a new device asks for an automatic one; a definition may be of what is not there yet. */
static bool is_allowed(const struct member *member, int at, int which)
{
	const char *arg = member->args[at].name;

	if (strcmp(member->name, "Define") == 0 && strcmp(arg, "mgmtdev") == 0)
		return may_be_mgmtdev(hostile[which]);
	return !*hostile[which] && strcmp(member->name, "AddDevice") == 0 &&
	       strcmp(arg, "name") == 0;
}

static int sweep_strings(const struct member *member, int at)
{
	int ok = 1;

	for (size_t i = 0; i < N_HOSTILE; i++)
		if (!is_allowed(member, at, i))
			ok &= is_refused(member, HOSTILE, at, i);
	return ok;
}

static int sweep_types(const struct member *member)
{
	int ok = is_refused(member, TOO_MANY, -1, 0);

	for (int at = 0; at < member->n_args; at++) {
		ok &= is_refused(member, TOO_FEW, at, 0);
		for (size_t i = 0; i < sizeof(wrong_types) / sizeof(wrong_types[0]); i++)
			if (strcmp(wrong_types[i], member->args[at].type) != 0)
				ok &= is_refused(member, WRONG_TYPE, at, i);
	}
	return ok;
}

static int sweep_value(const struct member *member, int at)
{
	const char *type = member->args[at].type;
	int ok = 1;

	if (strcmp(type, "s") == 0)
		return sweep_strings(member, at);
	/* All that fits is a value that makes sense, and what does not is of another type. */
	if (strcmp(type, "b") == 0 || strcmp(type, "t") == 0)
		return 1;
	if (strcmp(type, "as") == 0) {
		for (size_t i = 0; i <= N_HOSTILE; i++)
			ok &= is_refused(member, STRINGS, at, (int)i);
		return ok;
	}
	if (strcmp(type, "a{sv}") == 0) {
		for (int i = 0; i < DICTIONARIES; i++)
			ok &= is_refused(member, DICTIONARY, at, i);
		return ok;
	}
	printf("# argument %s is of type %s, for which sweep_value() has no attack\n",
	       member->args[at].name, type);
	return 0;
}

static int sweep_values(const struct member *member)
{
	int ok = 1;

	for (int at = 0; at < member->n_args; at++)
		ok &= sweep_value(member, at);
	return ok;
}

static int is_read_only(const struct member *member)
{
	char full[2 * TEXT];

	full_name(member, full);
	for (const char *const *p = read_only; *p; p++)
		if (strcmp(*p, full) == 0)
			return 1;
	return 0;
}

static void sweep_method(const struct member *member)
{
	if (getuid() != 0 && !is_read_only(member))
		report(is_refused(member, AS_IT_SHOULD_BE, -1, 0), member,
		       "a stranger is told the polkit action");
	report(sweep_types(member), member, "arguments of other number and type");
	report(sweep_values(member), member, "hostile strings and dictionaries");
}

static void sweep_property(const struct member *member)
{
	_cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_call_method(bus, SERVICE, member->path, "org.freedesktop.DBus.Properties", "Set",
			       &e, NULL, "ssv", member->interface, member->name, "s", huge);
	if (r >= 0 || !e.name || is_no_answer(&e))
		complain("Set", 0, 0, e.message ? e.message : "was accepted");
	report(r < 0 && e.name && !is_no_answer(&e) && !member->writable, member,
	       "cannot be written");
}

static size_t count_methods(const struct tree *tree)
{
	size_t methods = 0;

	for (size_t i = 0; i < tree->n; i++)
		methods += !tree->members[i].property;
	return methods;
}

static int sweep(const struct tree *tree)
{
	size_t methods = count_methods(tree);

	for (size_t i = 0; i < tree->n; i++) {
		if (tree->members[i].property)
			sweep_property(&tree->members[i]);
		else
			sweep_method(&tree->members[i]);
	}
	printf("# %zu objects, %zu methods\n1..%d\n", tree->objects, methods, tests);
	return failures || !methods;
}

/* Each call on a connection of its own, which is closed when the call is out; half carry a descriptor. */
static int vanish(const struct tree *tree, int n)
{
	int r = 0, calls = 0;

	for (size_t i = 0; calls < n && r >= 0; i++) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
		const struct member *member = &tree->members[i % tree->n];

		if (member->property)
			continue;
		r = sd_bus_open_system(&bus);
		/* Each method both ways, one round after the other. */
		if (r >= 0)
			r = build(member, i / tree->n & 1 ? DICTIONARY : AS_IT_SHOULD_BE,
				  member->n_args - 1, FD, &m);
		calls++;
		if (r >= 0)
			r = sd_bus_send(bus, m, NULL);
		bus = sd_bus_flush_close_unref(bus);
	}
	if (r < 0)
		fprintf(stderr, "vmtest-dbus: %s\n", strerrordesc_np(-r));
	return r < 0;
}

static int open_and_run(int argc, char **argv)
{
	_cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	static char text[256];
	uint64_t memlock;
	int fd, r;

	r = sd_bus_call_method(bus, SERVICE, argv[2], SERVICE ".Device", "OpenVhost", &e, &reply,
			       "a{sv}", 1, "memory", "t", (uint64_t)atoll(argv[3]));
	if (r >= 0)
		r = sd_bus_message_read(reply, "ht", &fd, &memlock);
	/* The message closes its own. */
	if (r >= 0)
		fd = dup(fd);
	if (r < 0 || fd < 0) {
		printf("%s\n", e.message ? e.message : strerrordesc_np(r < 0 ? -r : errno));
		return 1;
	}
	printf("# memlock %llu\n", (unsigned long long)memlock);
	fflush(stdout);
	for (int i = 4; i < argc; i++) {
		size_t n = strlen(argv[i]);

		if (!n || argv[i][n - 1] != '@')
			continue;
		snprintf(text, sizeof(text), "%.*s%d", (int)n - 1, argv[i], fd);
		argv[i] = text;
	}
	execvp(argv[4], &argv[4]);
	return 1;
}

int main(int argc, char **argv)
{
	struct tree tree = { .n = 0 };
	int r;

	memset(huge, 'x', MIB);
	memset(long_name, 'n', sizeof(long_name) - 1);
	r = sd_bus_open_system(&bus);
	if (r >= 0 && argc > 4 && strcmp(argv[1], "open") == 0)
		return open_and_run(argc, argv);
	if (r >= 0)
		r = tree_walk(bus, &tree, ROOT);
	if (r < 0 || argc < 2) {
		fprintf(stderr, "vmtest-dbus: %s\n",
			r < 0 ? strerrordesc_np(-r) : "sweep or vanish");
		return 2;
	}
	if (!count_methods(&tree)) {
		fprintf(stderr, "vmtest-dbus: there are no methods\n");
		return 2;
	}
	if (strcmp(argv[1], "sweep") == 0)
		r = sweep(&tree);
	else {
		sd_bus_flush_close_unref(bus);
		r = vanish(&tree, argc > 2 ? atoi(argv[2]) : 100);
	}
	free(tree.members);
	return r;
}
