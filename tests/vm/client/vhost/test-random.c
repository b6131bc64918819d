// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of scattered memory are mapped and unmapped at random while the device runs, against a model of what
 * is there: what is refused, how much is pinned, and which page the device finds behind an address.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

#define PAGES  512u /* more than the kernel keeps together */
#define STRIDE 197u /* no common factor: each page once, none behind the one before */
#define IOVA   0x50000000ull
#define TURNS  1500

struct model {
	struct nic nic;
	uint8_t *mem;
	bool mapped[PAGES];
	uint32_t count;
	bool rx_posted;
	long pinned_before;
	int refused, pinned, lost, wrong, leaked;
};

static uint64_t at(uint32_t page)
{
	return IOVA + (uint64_t)page * PAGE;
}

/* Each page holds a packet to everybody, with its own number. */
static void *scattered(void)
{
	int file = memfd_create("random", MFD_CLOEXEC);
	uint8_t *mem = memory(PAGES * PAGE);

	if (file < 0 || fallocate(file, 0, 0, PAGES * PAGE) < 0)
		bail("memfd");
	for (uint32_t i = 0; i < PAGES; i++) {
		uint8_t *page = mem + (size_t)i * PAGE;

		if (mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
			 (off_t)(i * STRIDE % PAGES) * PAGE) == MAP_FAILED)
			bail("mmap of a page");
		memset(page + HEADER_SIZE, 0xff, 6);
		memcpy(page + HEADER_SIZE + 12, &i, sizeof(i));
	}
	close(file);
	return mem;
}

static uint32_t mapped_in(const struct model *m, uint32_t from, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = from; i < from + n; i++)
		count += m->mapped[i];
	return count;
}

static void set(struct model *m, uint32_t from, uint32_t n, bool to)
{
	m->count += (to ? n : 0) - mapped_in(m, from, n);
	for (uint32_t i = from; i < from + n; i++)
		m->mapped[i] = to;
}

static void change(struct model *m)
{
	uint32_t n = 1 + (uint32_t)random() % (random() % 4 ? 8 : PAGES);
	uint32_t from = (uint32_t)random() % PAGES;
	int r, want;

	if (n > PAGES - from)
		n = PAGES - from;
	if (random() % 2) {
		want = mapped_in(m, from, n) ? -EEXIST : 0;
		r = vh_map(m->nic.fd, at(from), (uint64_t)n * PAGE, m->mem + (size_t)from * PAGE);
		if (!want)
			set(m, from, n, true);
	} else {
		want = 0;
		r = vh_unmap(m->nic.fd, at(from), (uint64_t)n * PAGE);
		set(m, from, n, false);
	}
	m->refused += r != want;
	m->pinned += pinned_kib() - m->pinned_before != m->count * (long)(PAGE / 1024);
}

/* A packet from a page: it arrives when the page is mapped, and only then. */
static void send_from(struct model *m, uint32_t page)
{
	struct ring *rx = &m->nic.ring[0], *tx = &m->nic.ring[1];
	uint32_t got;

	if (!m->rx_posted)
		ring_post(rx, 0, nic_iova(BUFFER(0)), PAGE, VRING_DESC_F_WRITE);
	m->rx_posted = true;
	ring_kick(rx);
	ring_post(tx, 0, at(page), HEADER_SIZE + 60, 0);
	ring_kick(tx);
	if (ring_wait(tx) < 0) {
		m->lost++;
		return;
	}
	if (!m->mapped[page]) {
		m->leaked += __atomic_load_n(&rx->vring.used->idx, __ATOMIC_ACQUIRE) != rx->used;
		return;
	}
	if (ring_wait(rx) != (int)HEADER_SIZE + 60) {
		m->lost++;
		return;
	}
	m->rx_posted = false;
	memcpy(&got, m->nic.mem + BUFFER(0) + HEADER_SIZE + 12, sizeof(got));
	m->wrong += got != page;
}

void test_random(const char *path)
{
	struct model m = {};
	int fd = vh_open(path);

	if (fd < 0)
		bail(path);
	nic_init(&m.nic, fd);
	is(nic_start(&m.nic, 0), 0, "the device runs");
	m.mem = scattered();
	m.pinned_before = pinned_kib();
	srandom(1);
	for (int i = 0; i < TURNS; i++) {
		change(&m);
		send_from(&m, (uint32_t)random() % PAGES);
	}
	is(m.refused, 0, "what is free is mapped, what is not is refused, all is unmapped");
	is(m.pinned, 0, "... each time exactly what is mapped is pinned");
	is(m.lost, 0, "... what is sent from mapped pages arrives");
	is(m.wrong, 0, "... it is the page that belongs to the address");
	is(m.leaked, 0, "... from unmapped pages nothing does");
	is(vh_unmap(fd, 0, UINT64_MAX), 0, "all is unmapped");
	nic_fini(&m.nic);
	is(pinned_kib(), 0, "nothing is pinned");
}
