// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checksums and large frames that are left to the device, receive buffers that are merged, and what no driver would write into the
 * header in front of a frame. The device offers all features, and what it sends comes back to it.
 */
#include <arpa/inet.h>
#include <string.h>

#include "vhost.h"

#define BIT(n)	  (1ull << VIRTIO_NET_F_##n)
#define TX	  BUFFER(2) /* two pages */
#define RX(n)	  (BUFFER(4) + (n)*1024u)
#define RX_BUFS	  15u
#define HDR	  HEADER_SIZE
#define TCP_FLAGS 13
#define FIN	  0x01
#define PSH	  0x08
#define CWR	  0x80

static struct virtio_net_hdr_v1 *header(struct nic *nic, uint32_t at)
{
	return (struct virtio_net_hdr_v1 *)(nic->mem + at);
}

/* Give receive buffers @from to before @to, of @size bytes each. */
static void give(struct nic *nic, uint32_t from, uint32_t to, uint32_t size)
{
	for (uint32_t i = from; i < to; i++)
		ring_post(&nic->ring[0], (uint16_t)i, nic_iova(RX(i)), size, VRING_DESC_F_WRITE);
	ring_kick(&nic->ring[0]);
}

/* Send what is in the transmit buffer; when it was taken, what is received for it was received. */
static void send_frame(struct nic *nic, uint32_t len)
{
	ring_post(&nic->ring[1], 0, nic_iova(TX), HDR + len, 0);
	ring_kick(&nic->ring[1]);
	if (ring_wait(&nic->ring[1]) < 0)
		bail("a frame is not sent");
}

static bool has_more(const struct ring *ring)
{
	return __atomic_load_n(&ring->vring.used->idx, __ATOMIC_ACQUIRE) != ring->used;
}

/* A frame to everybody, with no header yet. */
static uint8_t *make_frame(struct nic *nic, uint32_t len)
{
	uint8_t *frame = nic->mem + TX + HDR;

	memset(nic->mem + TX, 0, HDR);
	for (uint32_t i = 0; i < len; i++)
		frame[i] = (uint8_t)(i * 7);
	memset(frame, 0xff, 6);
	return frame;
}

/* The sum of 16-bit words, as in checksums: 0xffff when one of them makes it right. */
static uint32_t sum(const uint8_t *p, uint32_t len, uint32_t start)
{
	for (uint32_t i = 0; i < len; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* ---- merged buffers -------------------------------------------------------------------------- */

static void test_merged(struct nic *nic)
{
	struct ring *rx = &nic->ring[0];
	const uint8_t *frame;
	bool same = true;
	int len[3];

	is(nic_start(nic, BIT(MRG_RXBUF)), 0, "started, with buffers to be merged");
	frame = make_frame(nic, 2200);
	give(nic, 0, 4, 1000);
	send_frame(nic, 2200);
	for (int i = 0; i < 3; i++)
		len[i] = ring_wait(rx);
	ok(len[0] == 1000 && len[1] == 1000 && len[2] == HDR + 200, "a frame in three buffers");
	is(header(nic, RX(0))->num_buffers, 3, "... and the header says so");
	for (uint32_t i = 0; i < 2200; i++)
		same &= nic->mem[RX((HDR + i) / 1000) + (HDR + i) % 1000] == frame[i];
	ok(same, "... byte for byte");
	send_frame(nic, 2200);
	ok(!has_more(rx), "one that finds too few of them is dropped");
	give(nic, 0, 1, 1000);
	header(nic, TX)->num_buffers = 0xffff;
	send_frame(nic, 1100);
	is(ring_wait(rx), 1000, "... and leaves the one that there was");
	is(ring_wait(rx), HDR + 100, "... and the next");
	is(header(nic, RX(3))->num_buffers, 2, "what a sender says of buffers is of no interest");

	is(nic_start(nic, 0), 0, "started, without");
	give(nic, 0, 4, 1000);
	send_frame(nic, 2200);
	ok(!has_more(rx), "one that is too long for a buffer is dropped");
	send_frame(nic, 900);
	is(ring_wait(rx), HDR + 900, "... and the next is not");
}

/* A buffer with something to be read, as a part of several and alone. */
static void test_mixed_buffer(struct nic *nic)
{
	struct ring *rx = &nic->ring[0];

	is(nic_start(nic, BIT(MRG_RXBUF)), 0, "started, with buffers to be merged");
	make_frame(nic, 1500);
	rx->vring.desc[1] = (struct vring_desc){ nic_iova(RX(1)), 8, VRING_DESC_F_NEXT, 2 };
	rx->vring.desc[2] = (struct vring_desc){ nic_iova(RX(2)), 1000, VRING_DESC_F_WRITE, 0 };
	ring_post(rx, 0, nic_iova(RX(0)), 1000, VRING_DESC_F_WRITE);
	ring_post_head(rx, 1);
	send_frame(nic, 1500);
	ok(ring_wait(rx) == 0 && ring_wait(rx) == 0, "one of another kind: both come back empty");
	give(nic, 0, 3, 1000);
	send_frame(nic, 1500);
	is(ring_wait(rx), 1000, "... and the next frame comes");
}

/* ---- headers --------------------------------------------------------------------------------- */

#define CSUM_FEATURES (BIT(CSUM) | BIT(GUEST_CSUM))
#define TSO_FEATURES  (CSUM_FEATURES | BIT(HOST_TSO4) | BIT(HOST_TSO6) | BIT(MRG_RXBUF))

static void test_bad_headers(struct nic *nic)
{
	static const struct virtio_net_hdr bad[] = {
		/* the checksum in no or no whole place of the frame */
		{ .flags = 1, .csum_start = 0, .csum_offset = 20 },
		{ .flags = 1, .csum_start = 13, .csum_offset = 20 },
		{ .flags = 1, .csum_start = 100, .csum_offset = 0 },
		{ .flags = 1, .csum_start = 98, .csum_offset = 1 },
		{ .flags = 1, .csum_start = 99, .csum_offset = 0 },
		{ .flags = 1, .csum_start = 0xffff, .csum_offset = 0xffff },
		{ .flags = 1, .csum_start = 34, .csum_offset = 0xffff },
		/* a size of segments, a kind, or a checksum that is missing */
		{ .flags = 1, .gso_type = 1, .gso_size = 0, .csum_start = 34, .csum_offset = 16 },
		{ .flags = 1, .gso_type = 2, .gso_size = 9, .csum_start = 34, .csum_offset = 16 },
		{ .flags = 1, .gso_type = 5, .gso_size = 9, .csum_start = 34, .csum_offset = 16 },
		{ .flags = 1,
		  .gso_type = 0x7f,
		  .gso_size = 9,
		  .csum_start = 34,
		  .csum_offset = 16 },
		{ .flags = 1,
		  .gso_type = 0x80,
		  .gso_size = 9,
		  .csum_start = 34,
		  .csum_offset = 16 },
		{ .flags = 0, .gso_type = 1, .gso_size = 9, .csum_start = 34, .csum_offset = 16 },
		/* what was not negotiated */
		{ .flags = 1, .gso_type = 3, .gso_size = 9, .csum_start = 34, .csum_offset = 16 },
		{ .flags = 1,
		  .gso_type = 0x81,
		  .gso_size = 9,
		  .csum_start = 34,
		  .csum_offset = 16 },
		/* what this frame, which is none of TCP, cannot be: nobody took it for one that has agreed to take it whole */
		{ .flags = 1, .gso_type = 1, .gso_size = 9, .csum_start = 34, .csum_offset = 16 },
		{ .flags = 1, .gso_type = 4, .gso_size = 9, .csum_start = 54, .csum_offset = 16 },
		{ .flags = 1, .gso_type = 1, .gso_size = 9, .csum_start = 14, .csum_offset = 16 },
		{ .flags = 1, .gso_type = 1, .gso_size = 9, .csum_start = 90, .csum_offset = 6 },
	};
	struct ring *rx = &nic->ring[0];
	unsigned int came = 0;

	is(nic_start(nic, TSO_FEATURES), 0, "started, with all but to receive large frames");
	give(nic, 0, RX_BUFS, 1000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_frame(nic, 100);
		memcpy(nic->mem + TX, &bad[i], sizeof(bad[i]));
		send_frame(nic, 100);
		if (!has_more(rx))
			continue;
		is(ring_wait(rx), (long long)i, "a frame with a bad header came");
		came++;
	}
	is(came, 0, "frames with bad headers are taken, and dropped");
	make_frame(nic, 100);
	*header(nic, TX) = (struct virtio_net_hdr_v1){ .hdr_len = 0xffff, .gso_size = 1000 };
	send_frame(nic, 100);
	is(ring_wait(rx), HDR + 100, "one with a length and a size that mean nothing comes");
	ok(!header(nic, RX(0))->hdr_len && !header(nic, RX(0))->gso_size, "... without them");

	is(nic_start(nic, 0), 0, "started, with none of it");
	give(nic, 0, 1, 1000);
	make_frame(nic, 100);
	memset(nic->mem + TX, 0xff, HDR);
	send_frame(nic, 100);
	is(ring_wait(rx), HDR + 100, "a header full of nonsense is not looked at");
	is(sum(nic->mem + RX(0), 10, 0), 0, "... nor passed on");
}

/* ---- checksums ------------------------------------------------------------------------------- */

static void test_checksums(struct nic *nic)
{
	struct virtio_net_hdr_v1 want = { .flags = 1, .csum_start = 34, .csum_offset = 7 };
	struct ring *rx = &nic->ring[0];

	is(nic_start(nic, CSUM_FEATURES), 0, "started, with checksums left to both sides");
	give(nic, 0, 1, 1000);
	make_frame(nic, 333);
	*header(nic, TX) = want;
	send_frame(nic, 333);
	is(ring_wait(rx), HDR + 333, "a frame without a checksum");
	ok(!memcmp(nic->mem + RX(0), &want, 10) &&
		   !memcmp(nic->mem + RX(0) + HDR, nic->mem + TX + HDR, 333),
	   "... comes as it was sent");

	is(nic_start(nic, BIT(CSUM)), 0, "started, with checksums left to the device");
	give(nic, 0, 3, 1000);
	/* At an even place from where it starts, as in all protocols. */
	want.csum_offset = 6;
	make_frame(nic, 333);
	*header(nic, TX) = want;
	send_frame(nic, 333);
	is(ring_wait(rx), HDR + 333, "a frame without a checksum");
	is(sum(nic->mem + RX(0), 10, 0), 0, "... comes like any other");
	/* The sender's sum that stood there is part of what is added up. */
	is(sum(nic->mem + RX(0) + HDR + 34, 333 - 34,
	       (uint32_t)(nic->mem[TX + HDR + 40] << 8 | nic->mem[TX + HDR + 41])),
	   0xffff, "... and with the right one");
	make_frame(nic, 600);
	want.csum_start = 300;
	*header(nic, TX) = want;
	send_frame(nic, 600);
	ok(!has_more(rx), "one that is farther behind than any is dropped");
	make_frame(nic, 100);
	send_frame(nic, 100);
	is(ring_wait(rx), HDR + 100, "... and the next one comes");
}

/* ---- large frames ---------------------------------------------------------------------------- */

#define MSS  500u
#define DATA 1234u

/* TCP of @v6 or 4, 12 bytes of options, with the sum of the pseudo header as checksum; the length of the frame. */
static uint32_t make_tcp(struct nic *nic, bool v6)
{
	uint32_t ip = v6 ? 40 : 20, l4 = 14 + ip, len = l4 + 32 + DATA, pseudo;
	uint8_t *frame = make_frame(nic, len);
	uint16_t check;

	memcpy(frame + 12, v6 ? (uint8_t[]){ 0x86, 0xdd } : (uint8_t[]){ 8, 0 }, 2);
	if (v6) {
		memcpy(frame + 14, (uint8_t[]){ 0x60, 0, 0, 0, 0, 0, 6, 64 }, 8);
		pseudo = sum(frame + 22, 32, 6 + 32 + DATA);
	} else {
		memcpy(frame + 14, (uint8_t[]){ 0x45, 0, 0, 0, 0xff, 0xff, 0x40, 0, 64, 6, 0, 0 },
		       12);
		pseudo = sum(frame + 26, 8, 6 + 32 + DATA);
	}
	memcpy(frame + l4 + 4, (uint8_t[]){ 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 1 }, 8);
	frame[l4 + 12] = 8 << 4;
	frame[l4 + TCP_FLAGS] = 0x10 | FIN | PSH | CWR;
	check = htons((uint16_t)pseudo);
	memcpy(frame + l4 + 16, &check, 2);
	*header(nic, TX) = (struct virtio_net_hdr_v1){ .flags = 1,
						       .gso_type = v6 ? 4 : 1,
						       .gso_size = MSS,
						       .csum_start = (uint16_t)l4,
						       .csum_offset = 16 };
	return len;
}

/* Whether the segment in a receive buffer is the @i th of three, whole and with right checksums. */
static bool is_segment(struct nic *nic, bool v6, uint32_t at, uint32_t i)
{
	uint32_t ip = v6 ? 40 : 20, l4 = 14 + ip, n = i < 2 ? MSS : DATA - 2 * MSS, seq,
		 tcp = 32 + n;
	const uint8_t *sent = nic->mem + TX + HDR, *got = nic->mem + at + HDR;
	uint8_t flags = (uint8_t)(0x10 | (i ? 0 : CWR) | (i < 2 ? 0 : FIN | PSH));
	bool right;

	memcpy(&seq, got + l4 + 4, 4);
	right = ntohl(seq) == 0xfffffff0 + i * MSS && got[l4 + TCP_FLAGS] == flags &&
		!memcmp(got + l4 + 32, sent + l4 + 32 + i * MSS, n) && !sum(nic->mem + at, 10, 0);
	if (v6)
		return right && (got[18] << 8 | got[19]) == (int)tcp &&
		       sum(got + l4, tcp, sum(got + 22, 32, 6 + tcp)) == 0xffff;
	return right && (got[16] << 8 | got[17]) == (int)(ip + tcp) &&
	       (got[18] << 8 | got[19]) == (int)((0xffff + i) & 0xffff) &&
	       sum(got + 14, 20, 0) == 0xffff &&
	       sum(got + l4, tcp, sum(got + 26, 8, 6 + tcp)) == 0xffff;
}

/* Cut into three, each in a buffer of its own. */
static bool comes_cut(struct nic *nic, bool v6)
{
	uint32_t len = make_tcp(nic, v6);
	bool right = true;

	give(nic, 0, 4, 1000);
	send_frame(nic, len);
	for (uint32_t i = 0; i < 3; i++)
		right &= has_more(&nic->ring[0]) && ring_wait(&nic->ring[0]) >= 0 &&
			 is_segment(nic, v6, RX(i), i);
	return right && !has_more(&nic->ring[0]);
}

/* As it was sent, in two buffers. */
static bool comes_whole(struct nic *nic)
{
	uint32_t len = make_tcp(nic, false);
	int first, second;

	give(nic, 0, 2, 1000);
	send_frame(nic, len);
	first = has_more(&nic->ring[0]) ? ring_wait(&nic->ring[0]) : 0;
	second = has_more(&nic->ring[0]) ? ring_wait(&nic->ring[0]) : 0;
	return first == 1000 && (uint32_t)second == HDR + len - 1000 &&
	       !memcmp(nic->mem + RX(0), nic->mem + TX, 10) &&
	       !memcmp(nic->mem + RX(0) + HDR, nic->mem + TX + HDR, 1000 - HDR);
}

static void test_large(struct nic *nic)
{
	const uint64_t all = TSO_FEATURES | BIT(GUEST_TSO4) | BIT(GUEST_TSO6);
	uint8_t off[10] = { VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET };
	uint64_t kept = 1 << VIRTIO_NET_F_GUEST_CSUM;

	is(nic_start(nic, all), 0, "started, with large frames");
	ok(comes_whole(nic), "one comes as it was sent");
	is(nic_start(nic, TSO_FEATURES), 0, "started, with large frames to be sent only");
	ok(comes_cut(nic, false), "one comes in three parts");
	is(nic_start(nic, TSO_FEATURES), 0, "started again");
	ok(comes_cut(nic, true), "one of IPv6 comes in three parts");
	is(nic_start(nic, BIT(CSUM) | BIT(HOST_TSO4)), 0,
	   "started, and nothing is left to drivers");
	ok(comes_cut(nic, false), "one comes in three parts");

	is(nic_start(nic, all | BIT(CTRL_VQ) | BIT(CTRL_GUEST_OFFLOADS)), 0,
	   "started, with a control queue");
	ok(comes_whole(nic), "one comes whole");
	memcpy(off + 2, &kept, 8);
	is(ctrl_request(nic, off, sizeof(off)), VIRTIO_NET_OK, "large frames are switched off");
	ok(comes_cut(nic, false), "one comes in parts");
	memset(off + 2, 0, 8);
	is(ctrl_request(nic, off, sizeof(off)), VIRTIO_NET_OK, "all is switched off");
}

void test_offload(const char *path)
{
	struct nic nic;
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init_in(&nic, fd, memory(NIC_MEM), RINGS);
	test_merged(&nic);
	test_mixed_buffer(&nic);
	test_bad_headers(&nic);
	test_checksums(&nic);
	test_large(&nic);
	nic_fini(&nic);
}
