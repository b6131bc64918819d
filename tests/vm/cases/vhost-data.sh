#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packets and hostile rings through vhost_vdpa, by a driver of our own in user space.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_group data
