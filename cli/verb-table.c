// SPDX-License-Identifier: GPL-2.0-or-later
#include "commands.h"
#include "device-saved.h"
#include "field.h"
#include "saved.h"

#define DEVICE "the device's name"

static const struct param no_params[] = { { 0 } };

static const struct param mgmtdev_show_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this one: \"vdpasim_net\", \"pci/0000:03:00.1\"",
	  VALUES_MGMTDEV },
	{ 0 },
};

static const struct param dev_show_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this one, with all that is known about it",
	  VALUES_DEVICE },
	{ 0 },
};

static const struct param dev_qemu_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_FLAG_NEEDED, "qemu", NULL, "as options of QEMU" },
	{ 0 },
};

static const struct param dev_libvirt_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_FLAG_NEEDED, "libvirt", NULL, "as an element of a domain of libvirt" },
	{ 0 },
};

static const struct param dev_dpdk_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_FLAG_NEEDED, "dpdk", NULL, "as an option of DPDK's programs" },
	{ 0 },
};

/* The keys are those of a definition file and of the D-Bus method: rows of the library's table. */
/* clang-format off */
#define REQUEST_KEYS \
	{ PARAM_KEY_NEEDED, "mgmtdev", "MGMTDEV", "the management device that makes it", VALUES_MGMTDEV }, \
	{ PARAM_KEY, "mac", "MAC", "its Ethernet address, \"02:00:00:00:00:01\"" }, \
	{ PARAM_KEY, "mtu", "BYTES", "the largest packet, 68 to 65535" }, \
	{ PARAM_KEY, "max_vqp", "PAIRS", "how many queue pairs, 1 to 65535" }, \
	{ PARAM_KEY, "features", "LIST|HEX", "feature bits: \"MAC,MTU,bit_40\" or \"0x300000020\"", \
	  VALUES_FEATURES }, \
	{ PARAM_KEY, "driver", "vhost|virtio|none", "what to bind it to; without, the kernel decides" }, \
	{ PARAM_KEY, "peer", "NAME", "another simulated NIC, to connect it with", VALUES_DEVICE }, \
	{ PARAM_KEY, "backpressure", "yes|no", "with a peer: that what finds no receive buffer waits" }, \
	{ PARAM_KEY, "capacity", "SECTORS", "of a disk: how many sectors of 512 bytes it has" }, \
	{ PARAM_KEY, "block_size", "BYTES", "of a disk: the size of its blocks" }, \
	{ PARAM_KEY, "num_queues", "N", "of a disk: how many queues" }, \
	{ PARAM_KEY, "read_only", "yes|no", "of a disk: that it cannot be written" }, \
	{ PARAM_KEY, "shared", "yes|no", "of a simulated disk: that it holds what all shared ones do" }

/* Those of saved definitions besides. */
#define SAVED_KEYS \
	{ PARAM_KEY, "autostart", "yes|no", "create it when the machine starts" }, \
	{ PARAM_KEY, "owner", "USER", "who may open its character device" }, \
	{ PARAM_KEY, "group", "GROUP", "a group that may open its character device" }, \
	{ PARAM_KEY, "mode", "OCTAL", "what they may do with it, \"0660\"" }
/* clang-format on */

static const struct param dev_add_params[] = {
	{ PARAM_WORD, "name", "NAME",
	  "1 to 63 bytes, no \"/\"; \"vdpa%d\" takes the lowest free number" },
	REQUEST_KEYS,
	{ PARAM_KEY, "backing", "PATH",
	  "of a simulated disk: a file or block device it is kept in" },
	{ 0 },
};

static const struct param dev_add_file_params[] = {
	{ PARAM_OPTION, "file", "FILE",
	  "a definition file, see vdpactl-definition(5); \"-\" reads stdin", VALUES_FILE },
	{ 0 },
};

static const struct param dev_del_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_FLAG, "force", NULL, "also when a program holds it open" },
	{ 0 },
};

static const struct param dev_bind_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_WORD, "driver", "vhost|virtio|none", "the bus driver; \"none\" leaves it unbound" },
	{ 0 },
};

static const struct param dev_set_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_KEY, "mac", "MAC", "its new Ethernet address" },
	{ PARAM_KEY, "link", "up|down", "whether it has a link" },
	{ 0 },
};

static const struct param dev_open_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_KEY, "memory", "BYTES",
	  "what the command will map for it, such as a VM's memory: \"4G\"" },
	{ PARAM_COMMAND, "command", "-- COMMAND [ARGUMENT...]",
	  "a program; \"{}\" and \"{NAME}\" in its arguments become the descriptor's number" },
	{ 0 },
};

static const struct param dev_config_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this one", VALUES_DEVICE },
	{ 0 },
};

static const struct param dev_stats_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	{ PARAM_KEY, "queue", "INDEX", "only this virtqueue, from 0" },
	{ 0 },
};

#define DEFINITION "the definition's name"

static const struct param def_show_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this one, with all that is known about it",
	  VALUES_DEFINITION },
	{ 0 },
};

static const struct param def_add_params[] = {
	{ PARAM_WORD, "name", "NAME", "1 to 63 bytes, no \"/\"" },
	REQUEST_KEYS,
	SAVED_KEYS,
	{ 0 },
};

static const struct param def_promote_params[] = {
	{ PARAM_WORD, "name", "NAME", DEVICE, VALUES_DEVICE },
	SAVED_KEYS,
	{ 0 },
};

static const struct param def_name_params[] = {
	{ PARAM_WORD, "name", "NAME", DEFINITION, VALUES_DEFINITION },
	{ 0 },
};

static const struct param def_set_params[] = {
	{ PARAM_WORD, "name", "NAME", DEFINITION, VALUES_DEFINITION },
	{ PARAM_KEY_NEEDED, "autostart", "yes|no", "whether it is created by itself" },
	{ 0 },
};

static const struct param apply_params[] = {
	{ PARAM_WORD, "file", "FILE", "see vdpactl-definition(5); \"-\" reads stdin", VALUES_FILE },
	{ PARAM_FLAG, "prune", NULL, "also stop and forget what the file does not have" },
	{ 0 },
};

static const struct param export_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this one", VALUES_DEFINITION },
	{ 0 },
};

static const struct param tree_params[] = {
	{ PARAM_WORD_MAYBE, "mgmtdev", "MGMTDEV", "only what is below this one", VALUES_MGMTDEV },
	{ 0 },
};

static const struct param top_params[] = {
	{ PARAM_WORD_MAYBE, "name", "NAME", "only this device", VALUES_DEVICE },
	{ PARAM_KEY, "interval", "SECONDS", "between two looks, 0.1 to 3600; 1 without" },
	{ PARAM_KEY, "count", "N", "end after so many" },
	{ 0 },
};

static const struct param batch_params[] = {
	{ PARAM_WORD, "file", "FILE", "of commands, one a line; \"-\" reads stdin", VALUES_FILE },
	{ PARAM_FLAG, "keep-going", NULL, "go on behind a line that fails" },
	{ 0 },
};

#define DEV &field_table_device
/* A device and what is saved of it. */
#define SHOWN DEV, device_saved_fields
#define SAVED &field_table_request, saved_fields

const struct verb verbs[] = {
	{ "mgmtdev show", "list what can make devices", mgmtdev_show_params, VERB_DEFAULT,
	  cmd_mgmtdev_show, &field_table_mgmtdev },
	{ "dev show", "list devices", dev_show_params, VERB_DEFAULT, cmd_dev_show, SHOWN },
	{ "dev show", "print what QEMU needs to use a device", dev_qemu_params, 0, cmd_snippet },
	{ "dev show", "print what libvirt needs to use a device", dev_libvirt_params, 0,
	  cmd_snippet },
	{ "dev show", "print what DPDK needs to use a device", dev_dpdk_params, 0, cmd_snippet },
	{ "dev add", "create a device", dev_add_params, VERB_CHANGES, cmd_dev_add, SHOWN },
	{ "dev add", "create the devices that a file defines", dev_add_file_params, VERB_CHANGES,
	  cmd_dev_add_file, SHOWN },
	{ "dev bind", "bind a device to a bus driver", dev_bind_params, VERB_CHANGES, cmd_dev_bind,
	  SHOWN },
	{ "dev set", "change a device", dev_set_params, VERB_CHANGES, cmd_dev_set, SHOWN },
	{ "dev open", "run a program that gets a device as an open file", dev_open_params, 0,
	  cmd_dev_open },
	{ "dev del", "delete a device", dev_del_params, VERB_CHANGES, cmd_dev_del },
	{ "dev config show", "show the configuration that drivers see", dev_config_params,
	  VERB_DEFAULT, cmd_dev_config_show, &field_table_config },
	{ "dev stats", "show the counters of a device's virtqueues", dev_stats_params, 0,
	  cmd_dev_stats },
	{ "def show", "list saved definitions", def_show_params, VERB_DEFAULT, cmd_def_show,
	  SAVED },
	{ "def add", "save what a device is to be", def_add_params, VERB_CHANGES, cmd_def_add,
	  SAVED },
	{ "def promote", "save a live device as it is", def_promote_params, VERB_CHANGES,
	  cmd_def_promote, SAVED },
	{ "def set", "change a definition", def_set_params, VERB_CHANGES, cmd_def_set, SAVED },
	{ "def start", "create a device as it is saved", def_name_params, VERB_CHANGES,
	  cmd_def_start, SAVED },
	{ "def stop", "delete a device that is saved", def_name_params, VERB_CHANGES, cmd_def_stop,
	  SAVED },
	{ "def del", "forget a definition", def_name_params, VERB_CHANGES, cmd_def_del },
	{ "def reload", "read the files of definitions again", no_params, 0, cmd_def_reload },
	{ "apply", "save what a file defines, and make devices so", apply_params,
	  VERB_CHANGES | VERB_TELLS, cmd_apply },
	{ "export", "print definitions as a file", export_params, 0, cmd_export },
	{ "tree", "show what stands behind what", tree_params, 0, cmd_tree },
	{ "doctor", "find what keeps vDPA from working, and what helps", no_params, 0, cmd_doctor },
	{ "top", "show what virtqueues do, again and again", top_params, 0, cmd_top },
	{ "metrics", "print all numbers for Prometheus and its kin", no_params, 0, cmd_metrics },
	{ "batch", "run the commands that a file holds", batch_params, VERB_CHANGES | VERB_TELLS,
	  cmd_batch },
	{ "monitor", "tell what changes, until interrupted", no_params, 0, cmd_monitor },
	{ 0 },
};
