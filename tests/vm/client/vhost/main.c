// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmtest-vhost GROUP DEVICE: runs a group of tests on a simulated NIC, "pci" on a real one, "blk" on a simulated disk, "vduse"
 * on one that user space serves, "-parent", "swap-" and "bad-" on vmtest_parent's device, and prints TAP.
 */
#include <stdio.h>
#include <string.h>

#include "vhost.h"

/* On a NIC that offers all it has. */
static void test_net(const char *path)
{
	test_offload(path);
	test_filter(path);
}

static const struct group {
	const char *name;
	void (*run)(const char *path);
} groups[] = {
	{ "ioctl", test_ioctl },
	{ "message", test_message },
	{ "data", test_data },
	{ "revoke", test_revoke },
	{ "pci", test_pci },
	{ "pci-unplug", test_pci_unplug },
	{ "packed", test_packed },
	{ "vduse", test_vduse },
	{ "hold", test_hold },
	{ "control", test_control },
	{ "net", test_net },
	{ "blk", test_blk },
	{ "opens", test_opens },
	{ "limit", test_limit },
	{ "stale", test_stale },
	{ "random", test_random },
	{ "locked", test_locked },
	{ "churn", test_churn },
	{ "suspend-parent", test_suspend_parent },
	{ "map-parent", test_map_parent },
	{ "single-parent", test_single_parent },
	{ "file-parent", test_file_parent },
	{ "close-parent", test_close_parent },
	{ "each-parent", test_each_parent },
	{ "slow-parent", test_slow_parent },
	{ "range-parent", test_range_parent },
	{ "kick-parent", test_kick_parent },
	{ "many-parent", test_many_parent },
	{ "swap-config", test_swap_config },
	{ "swap-queue", test_swap_queue },
	{ "bad-config-call", test_bad_config_call },
	{ "bad-queue-call", test_bad_queue_call },
	{ "handover", test_handover },
	{ "executed", test_executed },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc == 3 && i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(groups[i].name, argv[1]))
			continue;
		groups[i].run(argv[2]);
		return tap_end();
	}
	fprintf(stderr, "usage: vmtest-vhost GROUP /dev/vhost-vdpa-N|fd:N\n");
	return 2;
}
