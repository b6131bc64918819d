/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments of methods that can be judged without the kernel. Each returns 0, or -EINVAL with @error set:
 * it names the argument, the value and the reason.
 */
#ifndef VDPACTLD_CHECK_ARGS_H
#define VDPACTLD_CHECK_ARGS_H

#include <stdint.h>
#include <systemd/sd-bus.h>

/* @allow_pattern: may it have a "%d" in it? */
int check_device_name(const char *name, int allow_pattern, sd_bus_error *error);
int check_mgmtdev_name(const char *name, sd_bus_error *error);
int check_driver(const char *driver, sd_bus_error *error);
int check_mac(const char *text, uint8_t ret_mac[6], sd_bus_error *error);

#endif
