#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Scattered pages mapped and unmapped at random, against a model.
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/vhost.sh
vhost_group random
