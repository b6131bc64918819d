#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Leaves a device and a network namespace behind.
# modules: mainline
# programs: no
. /mnt/tests/lib/tap.sh
check "the module loads" modprobe vdpa_sim_net
check "a device is made" vdpa dev add name forgotten mgmtdev vdpasim_net
check "a namespace is made" ip netns add forgotten
done_testing
