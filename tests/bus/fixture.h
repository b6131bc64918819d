/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private bus, the polkit stub on it, and the daemon in a thread of the test, on the fake kernel. The
 * clients are not root (a test that runs as root connects them as nobody), so polkit is asked.
 */
#ifndef TESTS_BUS_FIXTURE_H
#define TESTS_BUS_FIXTURE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define SECOND 1000000ULL

/* How long a test waits for what has to come; what is longer is a failure. */
#define PATIENCE (10 * SECOND)

struct fixture_options {
	bool no_polkit;
	bool as_root;	  /* fixture_begin()'s client */
	uint64_t timeout; /* of changes; 0: 10 s */
};

/* Aborts the test when something does not come up. The fake kernel stays as the test made it. */
void fixture_start(const struct fixture_options *options);
void fixture_stop(void);

/* The same with a kernel of one management device, "sim", and a client; and the end of all of it. */
void fixture_begin(const struct fixture_options *options, sd_bus **ret_client,
		   sd_bus_error *ret_error);
void fixture_end(sd_bus **client, sd_bus_error *error);

/* The daemon goes and comes again; kernel, bus and files stay. Returns how many microseconds the coming took. */
uint64_t fixture_restart(void);

/* The machine goes and comes again: files of definitions and management devices stay. */
void fixture_reboot(void);

/* A file of saved definitions in the directory that is written to (0) or the later one (1). */
void fixture_write_file(int which, const char *base, const char *text);
/* Its text, owned; NULL when there is none. */
char *fixture_read_file(int which, const char *base);

/* Whoever loads the modules says why they could not be loaded. */
void fixture_set_trouble(const char *text);

/* Does the link of that name point there? @target: NULL: is there no link? */
bool fixture_link_is(const char *name, const char *target);

/* A connection of nobody, or of root; owned, sd_bus_flush_close_unref(). */
sd_bus *fixture_connect(bool as_root);

/* Where the private bus is; a constant while the fixture is up. */
const char *fixture_address(void);

/*
 * Call a method of the daemon: arguments as sd_bus_message_append() takes them.
 * Returns the reply or NULL with @error set.
 */
sd_bus_message *fixture_call(sd_bus *bus, sd_bus_error *error, const char *path,
			     const char *interface, const char *member, const char *types, ...);

/* The error of a call that has to fail: name and what its message has to contain. */
void fixture_refused(sd_bus_error *error, const char *name, const char *part);

/* AddDevice with a driver; fails the test unless it works. */
void fixture_add(sd_bus *bus, const char *name, const char *driver);

/* Wait until a string property has a value; fails the test when it does not come. */
void fixture_wait_property(sd_bus *bus, const char *path, const char *interface,
			   const char *property, const char *value);

/* Is there an object? And wait until there is one, or none. */
bool fixture_has(sd_bus *bus, const char *device);
void fixture_wait_device(sd_bus *bus, const char *device, bool there);

/* Wait for a condition. */
void fixture_wait(bool (*condition)(void *userdata), void *userdata, const char *what);

#endif
