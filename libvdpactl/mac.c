// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mac.h"

static int hex(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

int mac_check(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	/* Bit 0 of the first byte marks group addresses, which are no sender's. */
	return mac[0] & 1 || memcmp(mac, zero, 6) == 0 ? -EADDRNOTAVAIL : 0;
}

int mac_parse(const char *text, uint8_t ret_mac[6])
{
	uint8_t mac[6];
	int r;

	if (strlen(text) != MAC_TEXT_SIZE - 1)
		return -EINVAL;
	for (size_t i = 0; i < 6; i++) {
		int high = hex(text[3 * i]), low = hex(text[3 * i + 1]);

		if (high < 0 || low < 0 || text[3 * i + 2] != (i == 5 ? '\0' : ':'))
			return -EINVAL;
		mac[i] = high << 4 | low;
	}
	r = mac_check(mac);
	if (r < 0)
		return r;
	memcpy(ret_mac, mac, sizeof(mac));
	return 0;
}

const char *mac_error(int error)
{
	if (error == -EADDRNOTAVAIL)
		return "a group address or all zeroes, which no device can have";
	return "not an Ethernet address such as 02:00:00:00:00:01";
}

void mac_format(const uint8_t mac[6], char text[MAC_TEXT_SIZE])
{
	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
}
