// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A NIC with doorbells of its own, interrupts, and DMA behind an IOMMU: QEMU's, with its user network at the other
 * end, whose gateway answers ARP. The last test unbinds the device, whose name is in the environment, as NAME.
 */
#include <errno.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost.h"

#define RX 0
#define TX 1
/* Doorbells are found at the queue's index in pages. */
#define AT(queue) ((off_t)(queue)*PAGE)

static const uint8_t request[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff,		       /* to everybody */
	2,    0,    0,	  0,	0,    0x10,		       /* from us */
	0x08, 0x06,					       /* ARP */
	0,    1,    0x08, 0,	6,    4,    0,	ARPOP_REQUEST, /* of Ethernet and IPv4 */
	2,    0,    0,	  0,	0,    0x10, 10, 0,
	2,    15, /* who we are */
	0,    0,    0,	  0,	0,    0,    10, 0,
	2,    2, /* who is asked for */
};

static void ring_by_eventfd(struct nic *nic, volatile uint16_t *doorbell)
{
	(void)doorbell;
	ring_kick(&nic->ring[TX]);
}

static void ring_by_doorbell(struct nic *nic, volatile uint16_t *doorbell)
{
	(void)nic;
	*doorbell = TX;
}

/* Ask for the gateway: 0 when its answer came. */
static int ask(struct nic *nic, void (*ring)(struct nic *nic, volatile uint16_t *doorbell),
	       volatile uint16_t *doorbell)
{
	uint8_t *tx = nic->mem + BUFFER(1), *rx = nic->mem + BUFFER(0) + HEADER_SIZE;
	int r;

	memset(tx, 0, HEADER_SIZE);
	memcpy(tx + HEADER_SIZE, request, sizeof(request));
	memset(rx, 0, sizeof(request));
	ring_post(&nic->ring[RX], 0, nic_iova(BUFFER(0)), PAGE, VRING_DESC_F_WRITE);
	ring_kick(&nic->ring[RX]);
	ring_post(&nic->ring[TX], 0, nic_iova(BUFFER(1)), HEADER_SIZE + sizeof(request), 0);
	ring(nic, doorbell);
	r = ring_wait(&nic->ring[TX]);
	if (r >= 0)
		r = ring_wait(&nic->ring[RX]);
	if (r < 0)
		return r;
	return rx[12] == 0x08 && rx[13] == 0x06 && rx[21] == ARPOP_REPLY ? 0 : -EBADMSG;
}

static int map_doorbell(int fd, size_t size, int prot, int flags, off_t at, void **ret_mem)
{
	*ret_mem = mmap(NULL, size, prot, flags, fd, at);
	return *ret_mem == MAP_FAILED ? -errno : 0;
}

static void test_refused(int fd)
{
	void *p;

	is(map_doorbell(fd, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, AT(TX), &p), -EINVAL,
	   "V11: a doorbell is not mapped to be read");
	is(map_doorbell(fd, PAGE, PROT_WRITE, MAP_PRIVATE, AT(TX), &p), -EINVAL,
	   "V11: ... nor privately");
	is(map_doorbell(fd, 2 * PAGE, PROT_WRITE, MAP_SHARED, AT(TX), &p), -EINVAL,
	   "V11: ... nor two at once");
	is(map_doorbell(fd, PAGE, PROT_WRITE, MAP_SHARED, AT(1000), &p), -EINVAL,
	   "V10, 11: ... nor that of no queue");
	is(map_doorbell(fd, PAGE, PROT_WRITE, MAP_SHARED, AT(65536 + TX), &p), -EINVAL,
	   "V10, 11: ... nor of one whose index is cut to 16 bits");
}

/* Interrupts move between eventfds: both queues get a new one and then each other's. */
static int swap_calls(struct nic *nic, int rounds)
{
	int fresh[2], r = 0;

	for (int round = 0; !r && round < rounds; round++) {
		for (uint32_t i = 0; i < 2; i++) {
			fresh[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
			r = r ? r : vh_file(nic->fd, VHOST_SET_VRING_CALL, i, fresh[i]);
		}
		for (uint32_t i = 0; i < 2; i++) {
			r = r ? r : vh_file(nic->fd, VHOST_SET_VRING_CALL, i, fresh[1 - i]);
			close(nic->ring[i].call);
			nic->ring[i].call = fresh[1 - i];
		}
		r = r ? r : ask(nic, ring_by_eventfd, NULL);
	}
	return r;
}

/* The interrupt that vmtest_bypass has been given, or -1. */
static int passed_by(void)
{
	FILE *f = fopen("/sys/module/vmtest_bypass/parameters/irq", "re");
	int irq = -1;

	if (!f || fscanf(f, "%d", &irq) != 1)
		bail("vmtest_bypass");
	fclose(f);
	return irq;
}

/* It listens for this eventfd from now on. */
static void listen_for(int fd)
{
	FILE *f = fopen("/sys/module/vmtest_bypass/parameters/fd", "we");

	if (!f || fprintf(f, "%d", fd) < 0 || fclose(f))
		bail("vmtest_bypass");
}

/* Who listens for a queue's eventfd, as KVM does, has its interrupt for as long as the two belong together. */
static void test_bypass(struct nic *nic)
{
	int call = nic->ring[TX].call, other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), irq;

	listen_for(call);
	irq = passed_by();
	ok(irq > 0, "V12: the interrupt is given to who listens for its eventfd");
	is(vh_file(nic->fd, VHOST_SET_VRING_CALL, TX, other), 0, "the queue has another eventfd");
	is(passed_by(), -1, "V12: ... and the interrupt is taken back");
	is(vh_file(nic->fd, VHOST_SET_VRING_CALL, TX, -1), 0, "... none");
	is(vh_file(nic->fd, VHOST_SET_VRING_CALL, TX, call), 0, "... the first again");
	is(passed_by(), irq, "V12: ... and the interrupt is given again");
	is(vh_status(nic->fd, 0), 0, "reset");
	is(passed_by(), -1, "V12: ... takes it back");
	is(nic_start(nic, 0), 0, "started");
	ok(passed_by() > 0, "... gives it");
	close(other);
}

static sigjmp_buf before_bus_error;

static void on_bus_error(int signal)
{
	(void)signal;
	siglongjmp(before_bus_error, 1);
}

/* Whether writing there is a bus error. */
static bool is_dead(volatile uint16_t *doorbell)
{
	volatile bool dead = true;

	signal(SIGBUS, on_bus_error);
	if (sigsetjmp(before_bus_error, 1) == 0) {
		*doorbell = TX;
		dead = false;
	}
	signal(SIGBUS, SIG_DFL);
	return dead;
}

void test_pci(const char *path)
{
	long before = pinned_kib();
	void *doorbell;
	struct nic nic;
	int fd = vh_open(path);

	errno = -fd;
	if (fd < 0 || !getenv("NAME"))
		bail(path);
	nic_init(&nic, fd);
	is(nic_start(&nic, 0), 0, "the device starts");
	is(ask(&nic, ring_by_eventfd, NULL), 0,
	   "a packet goes and an answer comes, through the IOMMU");
	test_refused(fd);
	is(map_doorbell(fd, PAGE, PROT_WRITE, MAP_SHARED, AT(TX), &doorbell), 0,
	   "a doorbell is mapped");
	is(ask(&nic, ring_by_doorbell, doorbell), 0, "... and it rings");
	is(swap_calls(&nic, 20), 0, "V12: interrupts while their eventfds are swapped");
	test_bypass(&nic);
	is(vh_map(fd, NIC_IOVA + NIC_MEM, 16 * PAGE, memory(16 * PAGE)), 0,
	   "more memory is mapped while it runs");
	is(vh_unmap(fd, NIC_IOVA + NIC_MEM, 16 * PAGE), 0, "... and unmapped");
	is(ask(&nic, ring_by_doorbell, doorbell), 0, "... and it works on");
	is(vh_unbind(), 0, "V26: the device is unbound with its memory mapped");
	ok(is_dead(doorbell), "... and its doorbell is dead");
	is(passed_by(), -1, "V12: ... and its interrupt is taken back");
	listen_for(-1);
	for (int i = 0; i < 5000 && pinned_kib() != before; i++)
		poll_ms(1);
	is(pinned_kib() - before, 0, "... and its memory is given back");
	nic_fini(&nic);
	munmap(doorbell, PAGE);
}

/* On a NIC whose doorbells share a page. The slot that it is in, which is emptied, is in the environment, as SLOT. */
void test_pci_unplug(const char *path)
{
	const char *slot = getenv("SLOT");
	long before = pinned_kib();
	void *doorbell;
	struct nic nic;
	char remove[128];
	FILE *f;
	int fd = vh_open(path);

	errno = -fd;
	if (fd < 0 || !slot)
		bail(path);
	is(map_doorbell(fd, PAGE, PROT_WRITE, MAP_SHARED, AT(TX), &doorbell), -EOPNOTSUPP,
	   "V11: a doorbell that begins within a page is not mapped");
	nic_init(&nic, fd);
	is(nic_start(&nic, 0), 0, "the device starts");
	is(ask(&nic, ring_by_eventfd, NULL), 0, "... and works without");
	snprintf(remove, sizeof(remove), "/sys/bus/pci/devices/%s/remove", slot);
	f = fopen(remove, "we");
	if (!f)
		bail(remove);
	fputs("1", f);
	is(fclose(f) ? -errno : 0, 0, "V26: it is unplugged while it is open and runs");
	is(vh_unmap(fd, NIC_IOVA, PAGE), -ENODEV, "... and gone");
	for (int i = 0; i < 5000 && pinned_kib() != before; i++)
		poll_ms(1);
	is(pinned_kib() - before, 0, "... and its memory is given back");
	nic_fini(&nic);
}
