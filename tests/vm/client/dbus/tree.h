/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <systemd/sd-bus.h>

#define SERVICE	 "org.vdpactl1"
#define ROOT	 "/org/vdpactl1"
#define MAX_ARGS 8
#define TEXT	 128

struct arg {
	char name[TEXT], type[TEXT];
};

/* A method or a property as the introspection data has it; a property's type is args[0].type. */
struct member {
	char path[512], interface[TEXT], name[TEXT];
	struct arg args[MAX_ARGS];
	int n_args, property, writable;
};

struct tree {
	struct member *members;
	size_t n, objects;
};

/* All members of interfaces org.vdpactl1.* of @path and the objects below. 0 or -errno. */
int tree_walk(sd_bus *bus, struct tree *tree, const char *path);
