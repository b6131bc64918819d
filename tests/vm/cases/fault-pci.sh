#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same as fault, for a function on the PCI bus that ifcvf drives: taking it, and memory that is mapped through its IOMMU.
# modules: parents
# machine-of: ifcvf-net
# debug: only
# timeout: 120
. /mnt/tests/lib/tap.sh
. /mnt/tests/lib/sim-net.sh
# shellcheck source=tests/vm/lib/ifcvf.sh
. /mnt/tests/lib/ifcvf.sh
modprobe -a ifcvf vhost_vdpa || bail_out "the modules do not load"
take $NIC || bail_out "ifcvf does not take $NIC"
exec bash /mnt/tests/cases/fault.sh -p
