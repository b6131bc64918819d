#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mappings of vhost_vdpa: refused, pinned, charged and given back exactly.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_group message
