/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ethernet addresses. */
#ifndef VDPACTL_MAC_H
#define VDPACTL_MAC_H

#include <stdint.h>

#define MAC_TEXT_SIZE 18

/*
 * "02:00:00:00:00:01": six pairs of hexadecimal digits with colons between.
 * Returns 0, or a negative number whose meaning mac_error() tells: -EINVAL not an address,
 * -EADDRNOTAVAIL a group address or all zeroes, which no device can have.
 */
int mac_parse(const char *text, uint8_t ret_mac[6]);

/* The same judgement about an address that needs no parsing. */
int mac_check(const uint8_t mac[6]);

/* What is wrong; a constant. */
const char *mac_error(int error);

void mac_format(const uint8_t mac[6], char text[MAC_TEXT_SIZE]);

#endif
