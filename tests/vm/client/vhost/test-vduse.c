// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A parent that takes memory by the owner's addresses: a disk that a process serves through VDUSE. Nothing is pinned;
 * only shared memory of files reaches the process. The disk's first sectors hold the byte 0xa5.
 */
#include <errno.h>
#include <linux/virtio_blk.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

#define SECTOR 512u
#define FILL   0xa5
#define OTHER  (NIC_IOVA + 16 * NIC_MEM)

/* Memory that others can map as well. */
static uint8_t *shared(size_t size)
{
	int fd = memfd_create("memory", MFD_CLOEXEC);
	void *mem;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		bail("memfd");
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		bail("mmap");
	/* The mapping keeps it. */
	close(fd);
	return mem;
}

/* Read a sector to where the device finds it at @to: the request's status, or -errno. */
static int read_sector(struct nic *disk, uint64_t sector, uint64_t to)
{
	struct virtio_blk_outhdr *header = (void *)(disk->mem + BUFFER(0));
	uint8_t *status = disk->mem + BUFFER(1);
	struct ring *ring = &disk->ring[0];
	int r;

	*header = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN, .sector = sector };
	*status = 0xff;
	ring->vring.desc[0] =
		(struct vring_desc){ nic_iova(BUFFER(0)), sizeof(*header), VRING_DESC_F_NEXT, 1 };
	ring->vring.desc[1] =
		(struct vring_desc){ to, SECTOR, VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 2 };
	ring->vring.desc[2] = (struct vring_desc){ nic_iova(BUFFER(1)), 1, VRING_DESC_F_WRITE, 0 };
	ring_post_head(ring, 0);
	ring_kick(ring);
	r = ring_wait(ring);
	return r < 0 ? r : *status;
}

static bool is_filled(const uint8_t *mem)
{
	for (uint32_t i = 0; i < SECTOR; i++)
		if (mem[i] != FILL)
			return false;
	return true;
}

static void test_ranges(int fd)
{
	uint8_t *mem = shared(4 * PAGE), *private = memory(4 * PAGE);

	munmap(mem + PAGE, PAGE);
	is(vh_map(fd, OTHER, 4 * PAGE, mem), -EFAULT, "25: a range with a hole in it");
	is(vh_map(fd, OTHER, 4 * PAGE, private), 0, "memory that is nobody else's is passed over");
	is(vh_unmap(fd, OTHER, 4 * PAGE), 0, "... and may be unmapped");
	munmap(mem, PAGE);
	munmap(mem + 2 * PAGE, 2 * PAGE);
	munmap(private, 4 * PAGE);
}

/* The file of a mapping is the device's as long as it is mapped there. */
static void test_file_kept(struct nic *disk)
{
	uint8_t *mem = shared(2 * PAGE);
	uint8_t *alias = mremap(mem, 0, 2 * PAGE, MREMAP_MAYMOVE);

	if (alias == MAP_FAILED)
		bail("mremap");
	is(vh_map(disk->fd, OTHER, 2 * PAGE, mem), 0, "memory is mapped");
	munmap(mem, 2 * PAGE);
	is(read_sector(disk, 0, OTHER + PAGE), 0,
	   "... given up by its owner, and a sector read to it");
	ok(is_filled(alias + PAGE), "... to the file's other mapping");
	is(vh_unmap(disk->fd, OTHER + PAGE, PAGE), 0, "half of it is unmapped");
	is(read_sector(disk, 1, OTHER), 0, "... and the other half still there");
	ok(is_filled(alias), "... at its place in the file");
	is(vh_unmap(disk->fd, OTHER, PAGE), 0, "... and unmapped too");
	munmap(alias, 2 * PAGE);
}

void test_vduse(const char *path)
{
	long before = pinned_kib();
	struct nic disk;
	int fd = vh_open(path);

	errno = -fd;
	if (fd < 0)
		bail(path);
	nic_init_in(&disk, fd, shared(NIC_MEM), 1);
	is(nic_start(&disk, 0), 0, "the disk starts");
	is(read_sector(&disk, 0, nic_iova(BUFFER(2))), 0, "a sector is read");
	ok(is_filled(disk.mem + BUFFER(2)), "... which is the disk's");
	is(pinned_kib() - before, 0, "nothing is pinned");
	test_ranges(fd);
	test_file_kept(&disk);
	nic_fini(&disk);
}
