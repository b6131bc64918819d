// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arguments of the daemon's methods: a message is built from the input, as a caller could send it, and
 * read as the methods read it. Input: which method, then its words (lines), then options: a key, a type,
 * a value; a byte of 0 for the key ends them.
 */
#include <errno.h>
#include <sys/socket.h>

#include "check-args.h"
#include "codec-bus.h"
#include "field.h"
#include "fuzz.h"
#include "objects.h"
#include "util/cleanup.h"

#define OPTIONS_MAX 16
#define DEPTH_MAX   4

DEFINE_CLEANUP(sd_bus_message *, sd_bus_message_unref);

/* Messages belong to a connection; this one says nothing to anybody. */
static sd_bus *connection(void)
{
	static sd_bus *bus;
	int fds[2];

	if (bus)
		return bus;
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	PROMISE(sd_bus_new(&bus) >= 0);
	PROMISE(sd_bus_set_fd(bus, fds[0], fds[0]) >= 0);
	PROMISE(sd_bus_start(bus) >= 0);
	return bus;
}

/* ---- building --------------------------------------------------------------------------------- */

/* What is no UTF-8 does not pass the bus: such a string is left out. */
static void append_string(sd_bus_message *m, const char *text)
{
	if (sd_bus_message_append_basic(m, 's', text) < 0)
		PROMISE(sd_bus_message_append_basic(m, 's', "") >= 0);
}

static void append_number(sd_bus_message *m, struct input *in, char type)
{
	uint64_t value = take(in, 8);
	int flag = value & 1;

	PROMISE(sd_bus_message_append_basic(m, type, type == 'b' ? (void *)&flag : &value) >= 0);
}

static void open_container(sd_bus_message *m, char type, const char *contents)
{
	PROMISE(sd_bus_message_open_container(m, type, contents) >= 0);
}

static void close_container(sd_bus_message *m)
{
	PROMISE(sd_bus_message_close_container(m) >= 0);
}

/* A variant with something in it. */
static void append_value(sd_bus_message *m, struct input *in, int depth)
{
	static const char *const types[] = { "s", "y", "q", "u",  "t",	  "n",	"i", "x",
					     "b", "d", "v", "as", "(st)", "ay", "o", "g" };
	const char *type = types[take(in, 1) % (sizeof(types) / sizeof(*types))];
	size_t n;

	if (*type == 'v' && depth >= DEPTH_MAX)
		type = "t";
	open_container(m, 'v', type);
	if (strcmp(type, "as") == 0) {
		_cleanup_free_ char *text = take_line(in);

		open_container(m, 'a', "s");
		append_string(m, text);
		close_container(m);
	} else if (strcmp(type, "ay") == 0) {
		const uint8_t *bytes = take_bytes(in, take(in, 1), &n);

		PROMISE(sd_bus_message_append_array(m, 'y', bytes, n) >= 0);
	} else if (strcmp(type, "(st)") == 0) {
		open_container(m, 'r', "st");
		append_string(m, "");
		append_number(m, in, 't');
		close_container(m);
	} else if (*type == 'v') {
		append_value(m, in, depth + 1);
	} else if (*type == 's') {
		_cleanup_free_ char *text = take_line(in);

		append_string(m, text);
	} else if (*type == 'o' || *type == 'g') {
		PROMISE(sd_bus_message_append_basic(m, *type, *type == 'o' ? "/a" : "as") >= 0);
	} else {
		append_number(m, in, *type);
	}
	close_container(m);
}

static void append_key(sd_bus_message *m, struct input *in, unsigned int which)
{
	const struct field_table *table = &field_table_request;

	if (which <= table->n) {
		append_string(m, table->fields[which - 1].name);
	} else {
		_cleanup_free_ char *key = take_line(in);

		append_string(m, key);
	}
}

static void append_options(sd_bus_message *m, struct input *in)
{
	open_container(m, 'a', "{sv}");
	for (int i = 0; i < OPTIONS_MAX; i++) {
		unsigned int which = take(in, 1);

		if (!which)
			break;
		open_container(m, 'e', "sv");
		append_key(m, in, which);
		append_value(m, in, 0);
		close_container(m);
	}
	close_container(m);
}

/* ---- reading, as the methods do ---------------------------------------------------------------- */

static int add_device(sd_bus_message *m, struct vdpactl_device_request *request,
		      sd_bus_error *error)
{
	const char *mgmtdev, *name;
	int r;

	r = sd_bus_message_read(m, "ss", &mgmtdev, &name);
	if (r >= 0)
		r = check_mgmtdev_name(mgmtdev, error);
	if (r >= 0)
		r = check_device_name(name, 1, error);
	if (r >= 0)
		r = codec_bus_read_options(m, &field_table_request, FIELD_AT_CREATE, request,
					   error);
	return r;
}

static int word_and_force(sd_bus_message *m, bool driver, sd_bus_error *error)
{
	const char *unused, *word;
	bool force;
	int r;

	r = sd_bus_message_read(m, "ss", &unused, &word);
	if (r >= 0)
		r = driver ? check_driver(word, error) : check_device_name(word, 0, error);
	return r < 0 ? r : codec_bus_read_force(m, &force, error);
}

static int set_mac(sd_bus_message *m, sd_bus_error *error)
{
	const char *unused, *word;
	uint8_t mac[6];
	int r;

	r = sd_bus_message_read(m, "ss", &unused, &word);
	return r < 0 ? r : check_mac(word, mac, error);
}

static void look_at(const struct vdpactl_device_request *request)
{
	const struct field_table *table = &field_table_request;
	char *text;

	for (size_t i = 0; i < table->n; i++) {
		if (!field_has(request, i))
			continue;
		PROMISE(table->fields[i].flags & FIELD_AT_CREATE);
		PROMISE(field_text(table, i, request, &text) == 0);
		free(text);
	}
}

/* A refusal says why, and the answer can be sent: a text that is no UTF-8 ends the connection. */
static void check_refusal(sd_bus_message *call, int r, const sd_bus_error *error)
{
	_cleanup_(cleanup_sd_bus_message_unref) sd_bus_message *answer = NULL;

	PROMISE(r == -EINVAL);
	PROMISE(error->name && error->message && *error->message);
	PROMISE(sd_bus_message_new_method_error(call, &answer, error) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(cleanup_sd_bus_message_unref) sd_bus_message *m = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct input in = { data, size };
	unsigned int method = take(&in, 1) % 4;
	_cleanup_free_ char *first = take_line(&in), *second = take_line(&in);
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		calloc(1, sizeof(*request));
	int r;

	PROMISE(request);
	PROMISE(sd_bus_message_new_method_call(connection(), &m, NULL, "/a", "a.b", "C") >= 0);
	append_string(m, first);
	append_string(m, second);
	append_options(m, &in);
	PROMISE(sd_bus_message_seal(m, 1, 0) >= 0);
	PROMISE(sd_bus_message_rewind(m, 1) >= 0);
	if (method == 0)
		r = add_device(m, request, &error);
	else if (method == 3)
		r = set_mac(m, &error);
	else
		r = word_and_force(m, method == 1, &error);
	if (r < 0)
		check_refusal(m, r, &error);
	else
		look_at(request);
	return 0;
}
