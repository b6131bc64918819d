#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control queue of the simulated NIC, by a driver of our own in user space.
# timeout: 60
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_group control
