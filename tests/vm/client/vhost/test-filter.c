// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which frames a NIC receives, as its driver says through the control queue, and what no driver would say there. The device offers
 * all features and has the address 02:00:00:00:00:77.
 */
#include <poll.h>
#include <string.h>

#include "vhost.h"

#define BIT(n)	 (1ull << VIRTIO_NET_F_##n)
#define FEATURES (BIT(CTRL_VQ) | BIT(CTRL_MAC_ADDR) | BIT(CTRL_RX) | BIT(CTRL_RX_EXTRA))
#define TX	 BUFFER(2)
#define RX	 BUFFER(3)

static const uint8_t own[] = { 2, 0, 0, 0, 0, 0x77 };
static const uint8_t stranger[] = { 2, 0, 0, 0, 0, 0x78 };
static const uint8_t group[] = { 1, 0, 0x5e, 1, 2, 3 };
static const uint8_t everybody[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/*
 * Whether a frame for @mac comes in, in VLAN @tag if that is not 0. One for @after, which does come in, follows it, so nobody has to
 * wait for what does not. Its last byte is another.
 */
static bool receives_before(struct nic *nic, const uint8_t *mac, uint16_t tag, const uint8_t *after)
{
	struct ring *rx = &nic->ring[0], *tx = &nic->ring[1];
	uint8_t *frame = nic->mem + TX + HEADER_SIZE, *got = nic->mem + RX + HEADER_SIZE;

	memset(nic->mem + TX, 0, HEADER_SIZE + 200);
	memcpy(frame, mac, 6);
	if (tag)
		memcpy(frame + 12, (uint8_t[]){ 0x81, 0, tag >> 8, (uint8_t)tag }, 4);
	memcpy(frame + 100, after, 6);
	frame[159] = 1;
	ring_post(rx, 0, nic_iova(RX), 100, VRING_DESC_F_WRITE);
	ring_kick(rx);
	ring_post(tx, 0, nic_iova(TX), HEADER_SIZE + 60, 0);
	ring_post(tx, 1, nic_iova(TX + 100), HEADER_SIZE + 60, 0);
	ring_kick(tx);
	if (ring_wait(tx) < 0 || ring_wait(tx) < 0 || ring_wait(rx) != (int)HEADER_SIZE + 60)
		bail("frames do not come");
	return !got[59];
}

static bool receives(struct nic *nic, const uint8_t *mac, uint16_t tag)
{
	return receives_before(nic, mac, tag, everybody);
}

/* A request that begins with @class and @cmd. */
static int ask(struct nic *nic, uint8_t class, uint8_t cmd, const void *args, uint32_t size)
{
	uint8_t bytes[PAGE] = { class, cmd };

	if (size)
		memcpy(bytes + 2, args, size);
	return ctrl_request(nic, bytes, 2 + size);
}

static int set_mode(struct nic *nic, uint8_t mode, uint8_t on)
{
	return ask(nic, VIRTIO_NET_CTRL_RX, mode, &on, 1);
}

/* Tables of @n[0] addresses of devices and @n[1] of groups, which end in @last. */
static int set_macs(struct nic *nic, const uint32_t n[2], const uint8_t *last[2])
{
	uint8_t bytes[PAGE];
	uint32_t size = 0;

	for (int kind = 0; kind < 2; kind++) {
		memcpy(bytes + size, &n[kind], 4);
		size += 4;
		for (uint32_t i = 0; i < n[kind]; i++, size += 6) {
			memset(bytes + size, kind ? 0x33 : 0x42, 6);
			bytes[size + 5] = (uint8_t)i;
			if (i + 1 == n[kind])
				memcpy(bytes + size, last[kind], 6);
		}
	}
	return ask(nic, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, bytes, size);
}

static void test_modes(struct nic *nic)
{
	is(nic_start(nic, FEATURES), 0, "started, with what a filter takes");
	ok(receives(nic, own, 0) && receives(nic, group, 0) && !receives(nic, stranger, 0),
	   "its own address and groups at first, no stranger's");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_PROMISC, 1), VIRTIO_NET_OK, "promiscuous");
	ok(receives(nic, stranger, 0), "... a stranger's too");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_PROMISC, 0), VIRTIO_NET_OK, "no longer");
	ok(!receives(nic, stranger, 0), "... not any more");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_ALLMULTI, 0), VIRTIO_NET_OK, "not all groups");
	ok(!receives(nic, group, 0) && receives(nic, own, 0), "... so none");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_ALLUNI, 1), VIRTIO_NET_OK, "all devices");
	ok(receives(nic, stranger, 0) && !receives(nic, group, 0), "... a stranger, no group");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_NOUNI, 1), VIRTIO_NET_OK, "no device");
	ok(!receives(nic, stranger, 0) && !receives(nic, own, 0), "... not even itself");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_ALLMULTI, 1), VIRTIO_NET_OK, "all groups");
	ok(receives(nic, group, 0), "... a group");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_NOMULTI, 1), VIRTIO_NET_OK, "no group");
	ok(!receives(nic, group, 0), "... none");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_NOBCAST, 1), VIRTIO_NET_OK, "nor everybody");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_NOUNI, 0), VIRTIO_NET_OK, "... but its own");
	ok(!receives_before(nic, everybody, 0, own), "... does not come in what is for everybody");
	is(nic_start(nic, FEATURES), 0, "started again");
	ok(receives(nic, own, 0) && receives(nic, group, 0) && !receives(nic, stranger, 0),
	   "it has forgotten all that");
}

static void test_tables(struct nic *nic)
{
	const uint8_t *last[] = { stranger, group };

	is(nic_start(nic, FEATURES), 0, "started");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_ALLMULTI, 0), VIRTIO_NET_OK, "not all groups");
	is(set_macs(nic, (uint32_t[]){ 64, 1 }, last), VIRTIO_NET_OK, "64 devices and a group");
	ok(receives(nic, stranger, 0) && receives(nic, group, 0) && receives(nic, own, 0),
	   "... are received besides its own");
	is(set_macs(nic, (uint32_t[]){ 0, 0 }, last), VIRTIO_NET_OK, "none of them");
	ok(!receives(nic, stranger, 0) && !receives(nic, group, 0) && receives(nic, own, 0),
	   "... are received any more");
	is(set_macs(nic, (uint32_t[]){ 0, 65 }, last), VIRTIO_NET_OK, "more groups than fit");
	ok(!receives(nic, stranger, 0) && receives(nic, (uint8_t[]){ 1, 2, 3, 4, 5, 6 }, 0),
	   "... are all groups");
}

static void test_vlans(struct nic *nic)
{
	uint16_t id = 5, none = 4096;

	is(nic_start(nic, FEATURES | BIT(CTRL_VLAN)), 0, "started, with VLANs");
	ok(receives(nic, own, 0) && !receives(nic, own, 5), "what has no tag comes in, VLAN 5 not");
	is(ask(nic, VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &id, 2), VIRTIO_NET_OK,
	   "added");
	ok(receives(nic, own, 5) && receives(nic, own, 0xe005) && !receives(nic, own, 6),
	   "... it does, with any priority, and 6 not");
	ok(receives(nic, own, 0xe000), "what has a priority only is in none");
	is(ask(nic, VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_DEL, &id, 2), VIRTIO_NET_OK,
	   "taken away");
	ok(!receives(nic, own, 5), "... it does not");
	is(ask(nic, VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &none, 2), VIRTIO_NET_ERR,
	   "there is no VLAN 4096");
	is(nic_start(nic, FEATURES), 0, "started, without VLANs");
	ok(receives(nic, own, 5), "all of them come in");
}

/* Each is answered with an error, and what was set before stays. */
static void test_malformed(struct nic *nic)
{
	static const struct {
		uint8_t class, cmd, args[32];
		uint32_t size;
	} bad[] = {
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, { 1 }, 0 },
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, { 1 }, 2 },
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, { 2 }, 1 },
		{ VIRTIO_NET_CTRL_RX, 6, { 1 }, 1 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, { 0 }, 0 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, { 0 }, 4 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, { 0 }, 7 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, { 0 }, 9 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, { 2 }, 4 + 6 + 4 },
		{ VIRTIO_NET_CTRL_MAC,
		  VIRTIO_NET_CTRL_MAC_TABLE_SET,
		  { 0xff, 0xff, 0xff, 0xff },
		  20 },
		{ VIRTIO_NET_CTRL_MAC,
		  VIRTIO_NET_CTRL_MAC_TABLE_SET,
		  { 0, 0, 0, 0, 0xab, 0xaa, 0xaa, 0x2a },
		  20 },
		{ VIRTIO_NET_CTRL_MAC, 2, { 0 }, 8 },
		{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, { 1 }, 1 },
		{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, { 1 }, 3 },
		{ VIRTIO_NET_CTRL_VLAN, 2, { 1 }, 2 },
		{ VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, { 0 }, 1 },
		{ VIRTIO_NET_CTRL_ANNOUNCE, 1, { 0 }, 0 },
		{ VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, { 1 }, 2 },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, { 0 }, 7 },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, { 1 }, 8 },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, { 0x80 }, 8 },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, 1, { 0 }, 8 },
	};
	const uint8_t *last[] = { stranger, group };
	uint8_t request[2] = { VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK };
	struct ring *ctrl = &nic->ring[2];
	unsigned int wrong = 0;

	is(nic_start(nic, FEATURES | BIT(CTRL_VLAN) | BIT(GUEST_ANNOUNCE) | BIT(GUEST_CSUM) |
				  BIT(GUEST_TSO4) | BIT(CTRL_GUEST_OFFLOADS)),
	   0, "started, with all requests but for more queues");
	is(set_macs(nic, (uint32_t[]){ 1, 1 }, last), VIRTIO_NET_OK, "an address of each kind");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int r = ask(nic, bad[i].class, bad[i].cmd, bad[i].args, bad[i].size);

		if (r != VIRTIO_NET_ERR) {
			is(r, VIRTIO_NET_ERR, "malformed requests are answered");
			wrong++;
		}
	}
	is(wrong, 0, "every malformed request is answered with an error");
	ok(receives(nic, stranger, 0) && !receives(nic, (uint8_t[]){ 2, 9, 9, 9, 9, 9 }, 0),
	   "... and changes nothing");
	/* Without room for an answer; with nothing but that; and a good one. */
	ring_post(ctrl, 0, nic_iova(BUFFER(0)), 2, 0);
	ring_post(ctrl, 1, nic_iova(BUFFER(1)), 1, VRING_DESC_F_WRITE);
	ring_kick(ctrl);
	is(ring_wait(ctrl), 0, "a request without room for an answer is completed");
	is(ring_wait(ctrl), 1, "... and room for one without a request");
	is(ctrl_request(nic, request, sizeof(request)), VIRTIO_NET_OK, "a good one after them");
	is(nic_start(nic, BIT(CTRL_VQ)), 0, "started with none of them");
	is(set_mode(nic, VIRTIO_NET_CTRL_RX_PROMISC, 1), VIRTIO_NET_ERR, "none is done");
}

void test_filter(const char *path)
{
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init_in(&nic, fd, memory(NIC_MEM), RINGS);
	test_modes(&nic);
	test_tables(&nic);
	test_vlans(&nic);
	test_malformed(&nic);
	nic_fini(&nic);
}
