// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests of a simulated disk of its own, good and bad (virtio 1.2, 5.2.6), on one queue. */
#include <endian.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <poll.h>
#include <string.h>

#include "vhost.h"

#define SECTOR	512u
#define PENDING 0x5f /* no status that a device writes */
#define FEATURES                                                                                   \
	(1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD |                               \
	 1ull << VIRTIO_BLK_F_WRITE_ZEROES)
#define UNMAPPED 0x7000000000ull

/* Where a request's parts lie in memory. */
#define HEADER	  BUFFER(0)
#define STATUS	  BUFFER(1)
#define DATA	  BUFFER(2)
#define DATA_ROOM (32 * PAGE)

static struct nic disk;
static uint64_t sectors;
/* What the device said of the last request that it has written. */
static int written;

static uint8_t *data(void)
{
	return disk.mem + DATA;
}

static void describe(uint16_t i, uint64_t addr, uint32_t len, uint16_t flags)
{
	disk.ring[0].vring.desc[i] =
		(struct vring_desc){ addr, len, flags | VRING_DESC_F_NEXT, (uint16_t)(i + 1) };
}

static void set_header(uint32_t type, uint64_t sector)
{
	struct virtio_blk_outhdr *header = (void *)(disk.mem + HEADER);

	*header = (struct virtio_blk_outhdr){ .type = htole32(type), .sector = htole64(sector) };
	disk.mem[STATUS] = PENDING;
}

/* Make the chain of descriptors from 0 to @last available: its status, PENDING or -errno. */
static int submit(uint16_t last)
{
	struct ring *ring = &disk.ring[0];

	ring->vring.desc[last].flags &= (uint16_t)~VRING_DESC_F_NEXT;
	ring_post_head(ring, 0);
	ring_kick(ring);
	written = ring_wait(ring);
	return written < 0 ? written : disk.mem[STATUS];
}

/* A request with @len bytes of data at @addr, which the device reads or writes. */
static int ask_at(uint32_t type, uint64_t sector, uint64_t addr, uint32_t len, bool in)
{
	set_header(type, sector);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe(1, addr, len, in ? VRING_DESC_F_WRITE : 0);
	describe(2, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	return submit(2);
}

static int get(uint64_t sector, uint32_t len)
{
	return ask_at(VIRTIO_BLK_T_IN, sector, nic_iova(DATA), len, true);
}

static int put(uint64_t sector, uint32_t len)
{
	return ask_at(VIRTIO_BLK_T_OUT, sector, nic_iova(DATA), len, false);
}

static int plain(uint32_t type, uint64_t sector)
{
	set_header(type, sector);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe(1, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	return submit(1);
}

static bool is_all(const uint8_t *mem, uint32_t len, uint8_t value)
{
	for (uint32_t i = 0; i < len; i++)
		if (mem[i] != value)
			return false;
	return true;
}

/* @len bytes from @sector on are @value, and can be read. */
static bool holds(uint64_t sector, uint32_t len, uint8_t value)
{
	memset(data(), 0xee, len);
	return get(sector, len) == VIRTIO_BLK_S_OK && is_all(data(), len, value);
}

static int fill(uint64_t sector, uint32_t len, uint8_t value)
{
	memset(data(), value, len);
	return put(sector, len);
}

static void test_fresh(void)
{
	ok(holds(0, DATA_ROOM, 0), "M3, 8: a fresh disk reads as zero");
	is(written, DATA_ROOM + 1, "... and says that all of it was written, and the status");
	ok(holds(sectors - 1, SECTOR, 0), "M3, 8: ... its last sector too");
}

static void test_sectors(void)
{
	is(fill(3, 3 * SECTOR, 0x33), VIRTIO_BLK_S_OK, "three sectors are written");
	is(written, 1, "... of which the status alone is news");
	ok(holds(3, 3 * SECTOR, 0x33), "... and read");
	ok(holds(2, SECTOR, 0) && holds(6, SECTOR, 0), "... their neighbours are as they were");
	is(fill(sectors - 1, SECTOR, 0x44), VIRTIO_BLK_S_OK, "the last sector is written");
	ok(holds(sectors - 1, SECTOR, 0x44), "... and read");
	is(get(0, 0), VIRTIO_BLK_S_OK, "no data at all is fine");
	is(get(sectors, 0), VIRTIO_BLK_S_OK, "... at the very end too");
	is(plain(VIRTIO_BLK_T_FLUSH, 5), VIRTIO_BLK_S_OK, "a flush, whatever its sector");
}

/* Nothing of these is done. */
static void test_ranges(void)
{
	const uint64_t beyond[] = { sectors,	sectors + 1, 1ull << 54,
				    1ull << 55, 1ull << 63,  UINT64_MAX };
	int good = 0;

	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		memset(data(), 0xee, SECTOR);
		good += get(beyond[i], SECTOR) != VIRTIO_BLK_S_IOERR || written != 1;
		good += !is_all(data(), SECTOR, 0xee);
		good += put(beyond[i], SECTOR) != VIRTIO_BLK_S_IOERR;
	}
	is(good, 0, "M1, 9: what begins behind the end is refused");
	is(get(sectors - 1, 2 * SECTOR), VIRTIO_BLK_S_IOERR, "... and what goes over it");
	is(put(sectors - 1, 2 * SECTOR), VIRTIO_BLK_S_IOERR, "... also when written");
	ok(holds(sectors - 1, SECTOR, 0x44), "the last sector is as it was");
}

static void test_identity(void)
{
	memset(data(), 0, PAGE);
	is(ask_at(VIRTIO_BLK_T_GET_ID, 0, nic_iova(DATA), VIRTIO_BLK_ID_BYTES, true),
	   VIRTIO_BLK_S_OK, "it has a name");
	ok(data()[0] != 0, "... which is not empty");
	is(ask_at(VIRTIO_BLK_T_GET_ID, 0, nic_iova(STATUS) - 8, 8, true), VIRTIO_BLK_S_OK,
	   "2: in room for less the name ends before the status");
	is(ask_at(VIRTIO_BLK_T_GET_ID, 0, nic_iova(DATA), PAGE, true), VIRTIO_BLK_S_OK,
	   "there may be more room");
	ok(is_all(data() + VIRTIO_BLK_ID_BYTES, PAGE - VIRTIO_BLK_ID_BYTES, 0),
	   "... of which 20 bytes are used");
}

static void test_unknown(void)
{
	is(plain(99, 0), VIRTIO_BLK_S_UNSUPP, "a request that is not known");
	is(plain(VIRTIO_BLK_T_SCSI_CMD, 0), VIRTIO_BLK_S_UNSUPP, "... one of old drivers");
	is(plain(VIRTIO_BLK_T_SECURE_ERASE, 0), VIRTIO_BLK_S_UNSUPP, "... one that is not offered");
}

/* What drivers never make; the next good one is served each time. */
static void test_chains(void)
{
	struct ring *ring = &disk.ring[0];

	set_header(VIRTIO_BLK_T_IN, 0);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	is(submit(0), PENDING, "M6, 3: without room for a status it is completed");
	is(written, 0, "... with nothing written");
	is(get(3, SECTOR), VIRTIO_BLK_S_OK, "... and the next one is served");

	describe(0, nic_iova(HEADER), 8, 0);
	describe(1, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	set_header(VIRTIO_BLK_T_FLUSH, 0);
	is(submit(1), VIRTIO_BLK_S_IOERR, "half a header");
	describe(0, UNMAPPED, sizeof(struct virtio_blk_outhdr), 0);
	describe(1, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	disk.mem[STATUS] = PENDING;
	is(submit(1), VIRTIO_BLK_S_IOERR, "a header that is nowhere");
	is(ask_at(VIRTIO_BLK_T_IN, 0, UNMAPPED, SECTOR, true), VIRTIO_BLK_S_IOERR,
	   "data to nowhere");
	is(ask_at(VIRTIO_BLK_T_OUT, 0, UNMAPPED, SECTOR, false), VIRTIO_BLK_S_IOERR,
	   "... and from there");
	set_header(VIRTIO_BLK_T_FLUSH, 0);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe(1, UNMAPPED, 1, VRING_DESC_F_WRITE);
	is(submit(1), PENDING, "a status to nowhere: it is completed");
	is(written, 0, "... with nothing written");
	/* Bad and good in one go. */
	set_header(VIRTIO_BLK_T_IN, 3);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	ring->vring.desc[0].flags = 0;
	describe(1, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe(2, nic_iova(DATA), SECTOR, VRING_DESC_F_WRITE);
	describe(3, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	ring->vring.desc[3].flags = VRING_DESC_F_WRITE;
	ring_post_head(ring, 0);
	ring_post_head(ring, 1);
	ring_kick(ring);
	is(ring_wait(ring), 0, "M6, 3: a bad and a good one together: the bad one");
	is(ring_wait(ring), SECTOR + 1, "M6, 3: ... and the good one");
}

/* Wherever the pieces are cut. */
static void test_layouts(void)
{
	uint8_t *all = data() + PAGE;

	set_header(VIRTIO_BLK_T_IN, 3);
	describe(0, nic_iova(HEADER), 5, 0);
	describe(1, nic_iova(HEADER) + 5, 11, 0);
	describe(2, nic_iova(DATA), 1, VRING_DESC_F_WRITE);
	describe(3, nic_iova(DATA) + 1, SECTOR - 1, VRING_DESC_F_WRITE);
	describe(4, nic_iova(STATUS), 1, VRING_DESC_F_WRITE);
	memset(data(), 0, SECTOR);
	is(submit(4), VIRTIO_BLK_S_OK, "header and data in odd pieces");
	ok(is_all(data(), SECTOR, 0x33), "... are read");

	memset(all, 0, SECTOR + 1);
	all[SECTOR] = PENDING;
	set_header(VIRTIO_BLK_T_IN, 3);
	describe(0, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe(1, nic_iova(DATA + PAGE), SECTOR + 1, VRING_DESC_F_WRITE);
	is(submit(1), PENDING, "data and status in one piece");
	ok(is_all(all, SECTOR, 0x33) && all[SECTOR] == VIRTIO_BLK_S_OK, "... are both there");
}

/* @n ranges of 8 sectors, @apart from one to the next. */
static int zero(uint32_t type, uint64_t sector, uint32_t n, uint64_t apart, uint32_t flags)
{
	struct virtio_blk_discard_write_zeroes *ranges = (void *)data();

	for (uint32_t i = 0; i < n; i++)
		ranges[i] = (struct virtio_blk_discard_write_zeroes){
			.sector = htole64(sector + i * apart),
			.num_sectors = htole32(8),
			.flags = htole32(flags),
		};
	return ask_at(type, 0, nic_iova(DATA), n * sizeof(*ranges), false);
}

static void test_discard(void)
{
	const uint32_t unmap = VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;

	is(fill(0, 64 * SECTOR, 0x77), VIRTIO_BLK_S_OK, "data");
	is(zero(VIRTIO_BLK_T_DISCARD, 0, 1, 0, unmap), VIRTIO_BLK_S_UNSUPP, "a flag of a DISCARD");
	ok(holds(0, 64 * SECTOR, 0x77), "... does nothing");
	is(zero(VIRTIO_BLK_T_DISCARD, 0, 2, 16, 0), VIRTIO_BLK_S_OK, "two ranges are discarded");
	ok(holds(0, 8 * SECTOR, 0) && holds(8, 8 * SECTOR, 0x77) && holds(16, 8 * SECTOR, 0),
	   "... and read as zero, what is between them as before");
	is(zero(VIRTIO_BLK_T_WRITE_ZEROES, 27, 1, 0, 0), VIRTIO_BLK_S_OK, "zeroes at an odd place");
	ok(holds(24, 3 * SECTOR, 0x77) && holds(27, 8 * SECTOR, 0) && holds(35, SECTOR, 0x77),
	   "... are there and nowhere else");
	is(zero(VIRTIO_BLK_T_WRITE_ZEROES, 40, 3, 8, unmap), VIRTIO_BLK_S_OK,
	   "... of several ranges, whose room is given back");
	ok(holds(40, 24 * SECTOR, 0), "... too");
	is(zero(VIRTIO_BLK_T_WRITE_ZEROES, 8, 1, 0, 2), VIRTIO_BLK_S_UNSUPP, "an unknown flag");
	is(zero(VIRTIO_BLK_T_DISCARD, 8, 2, sectors, 0), VIRTIO_BLK_S_IOERR,
	   "M1, 9: a range behind the end");
	ok(holds(8, 8 * SECTOR, 0x77), "... stops the one before it too");
	is(zero(VIRTIO_BLK_T_DISCARD, sectors - 7, 1, 0, 0), VIRTIO_BLK_S_IOERR,
	   "... over the end");
	is(zero(VIRTIO_BLK_T_DISCARD, UINT64_MAX - 7, 1, 0, 0), VIRTIO_BLK_S_IOERR,
	   "... that wraps");
	is(zero(VIRTIO_BLK_T_DISCARD, 0, 17, 8, 0), VIRTIO_BLK_S_IOERR, "more ranges than allowed");
	is(ask_at(VIRTIO_BLK_T_DISCARD, 0, nic_iova(DATA), 20, false), VIRTIO_BLK_S_IOERR,
	   "a range and a quarter");
	is(plain(VIRTIO_BLK_T_DISCARD, 0), VIRTIO_BLK_S_IOERR, "no range");
	ok(holds(8, 8 * SECTOR, 0x77), "none of these did anything");
	is(nic_start(&disk, 1ull << VIRTIO_BLK_F_FLUSH), 0, "started without DISCARD");
	is(zero(VIRTIO_BLK_T_DISCARD, 8, 1, 0, 0), VIRTIO_BLK_S_UNSUPP, "... it is not known");
	ok(holds(8, 8 * SECTOR, 0x77), "what was written outlasts a reset");
}

static void test_bad_memory(void)
{
	const uint64_t read_only = 0x6000000000ull;

	is(nic_start(&disk, FEATURES), 0, "started");
	is(vh_message(disk.fd, VHOST_IOTLB_UPDATE, read_only, PAGE, disk.mem + DATA,
		      VHOST_ACCESS_RO),
	   0, "memory that the device may only read");
	memset(data(), 0x12, SECTOR);
	is(ask_at(VIRTIO_BLK_T_IN, 3, read_only, SECTOR, true), VIRTIO_BLK_S_IOERR,
	   "data to there");
	ok(is_all(data(), SECTOR, 0x12), "... is not written");
	is(ask_at(VIRTIO_BLK_T_OUT, 3, read_only, SECTOR, false), VIRTIO_BLK_S_OK,
	   "data from there");
	ok(holds(3, SECTOR, 0x12), "... is");
	is(vh_unmap(disk.fd, read_only, PAGE), 0, "that memory is let go");
}

#define IN_FLIGHT 5u
#define READ_SIZE (6 * PAGE)

/* A read of READ_SIZE bytes in descriptors of its own, not kicked. */
static void post_read(uint32_t n)
{
	uint16_t i = (uint16_t)(3 * n);

	describe(i, nic_iova(HEADER), sizeof(struct virtio_blk_outhdr), 0);
	describe((uint16_t)(i + 1), nic_iova(DATA + n * READ_SIZE), READ_SIZE, VRING_DESC_F_WRITE);
	describe((uint16_t)(i + 2), nic_iova(STATUS + n), 1, VRING_DESC_F_WRITE);
	disk.ring[0].vring.desc[i + 2].flags = VRING_DESC_F_WRITE;
	disk.mem[STATUS + n] = PENDING;
	ring_post_head(&disk.ring[0], i);
}

static uint16_t n_used(void)
{
	return __atomic_load_n(&disk.ring[0].vring.used->idx, __ATOMIC_ACQUIRE);
}

/* What it has not taken when it is suspended is as it was, and is served when it goes on. */
static void test_suspend(void)
{
	struct vhost_vring_state base = { 0 };
	struct ring *ring = &disk.ring[0];
	int good = 0;
	uint16_t used;

	is(nic_start(&disk, FEATURES), 0, "started");
	is(fill(0, DATA_ROOM, 0x55), VIRTIO_BLK_S_OK, "data");
	memset(data(), 0, DATA_ROOM);
	set_header(VIRTIO_BLK_T_IN, 0);
	for (uint32_t n = 0; n < IN_FLIGHT; n++)
		post_read(n);
	ring_kick(ring);
	is(vh_ioctl(disk.fd, VHOST_VDPA_SUSPEND, NULL), 0, "suspended with requests in flight");
	used = n_used();
	is(vh_ioctl(disk.fd, VHOST_GET_VRING_BASE, &base), 0, "where it stands");
	is((uint16_t)base.num, used, "... is behind what it has completed");
	ring_kick(ring);
	poll(NULL, 0, 200);
	is(n_used(), used, "a kick changes nothing");
	is(vh_ioctl(disk.fd, IOCTL_RESUME, NULL), 0, "resumed");
	for (uint32_t n = 0; n < IN_FLIGHT; n++)
		good += ring_look(ring) == READ_SIZE + 1 && disk.mem[STATUS + n] == VIRTIO_BLK_S_OK;
	is(good, IN_FLIGHT, "... and every request is completed, in order");
	ok(is_all(data(), IN_FLIGHT * READ_SIZE, 0x55), "... with what was written");
}

/* Last, as some kernels end of it. */
static void test_partial(void)
{
	is(nic_start(&disk, FEATURES), 0, "started");
	is(get(sectors - 1, 2 * SECTOR - 1), VIRTIO_BLK_S_IOERR,
	   "M2, 1: part of a sector over the end");
	is(put(sectors - 1, 2 * SECTOR - 1), VIRTIO_BLK_S_IOERR, "M2, 1: ... when written");
	is(get(0, SECTOR + 1), VIRTIO_BLK_S_IOERR, "... or anywhere");
	ok(holds(sectors - 1, SECTOR, 0x44), "the last sector is as it was");
}

static uint64_t capacity(int fd)
{
	struct {
		struct vhost_vdpa_config c;
		uint64_t capacity;
	} __attribute__((packed)) a = { .c = { 0, sizeof(uint64_t) } };

	return vh_ioctl(fd, VHOST_VDPA_GET_CONFIG, &a) < 0 ? 0 : le64toh(a.capacity);
}

void test_blk(const char *path)
{
	int fd = vh_open(path);

	errno = -fd;
	if (fd < 0)
		bail(path);
	sectors = capacity(fd);
	ok(sectors >= 1024, "the disk has a size");
	nic_init_in(&disk, fd, memory(NIC_MEM), 1);
	is(vh_state(fd, IOCTL_DESC_GROUP, 0, 0), -EOPNOTSUPP, "its ring has no group of its own");
	is(nic_start(&disk, FEATURES), 0, "it starts");
	test_fresh();
	test_sectors();
	test_ranges();
	test_identity();
	test_unknown();
	test_chains();
	test_layouts();
	test_discard();
	test_bad_memory();
	if (vh_get_u64(disk.fd, VHOST_GET_BACKEND_FEATURES) & 1ull << F_RESUME)
		test_suspend();
	test_partial();
	nic_fini(&disk);
}
