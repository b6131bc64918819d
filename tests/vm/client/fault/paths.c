// SPDX-License-Identifier: GPL-2.0-or-later
/* The paths: what they do, and how that is undone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctx.h"
#include "fault.h"
#include "vdpactl-netlink.h"
#include "vhost/vhost.h"

#define NIC    "vdpasim_net"
#define DISK   "vdpasim_blk"
#define PARENT "vmtest"
#define IFCVF  "pci/" FAULT_FUNCTION
/* A name by which that parent takes memory by its owner's addresses. */
#define BY_VA "byva0"

struct vdpactl_ctx *fault_ctx;
const char *fault_device = FAULT_DEVICE;
static struct nic nic;
static char chardev[64];

/* ---- making and deleting ---------------------------------------------------------------------- */

/* @peer, @shared: NULL and false for none. */
static int add_as(const char *mgmtdev, const char *name, const char *driver, const char *peer,
		  bool shared)
{
	struct vdpactl_device_request *request;
	int r;

	r = vdpactl_device_request_new(mgmtdev, name, &request);
	if (r < 0)
		return r;
	vdpactl_device_request_set_driver(request, driver);
	if (peer)
		vdpactl_device_request_set_peer(request, peer);
	if (shared)
		vdpactl_device_request_set_shared(request, 1);
	r = vdpactl_device_add(fault_ctx, request, NULL);
	vdpactl_device_request_free(request);
	return r;
}

static int add_on(const char *mgmtdev, const char *driver)
{
	return add_as(mgmtdev, fault_device, driver, NULL, false);
}

static int add(const char *driver)
{
	return add_on(NIC, driver);
}

static int add_none(void)
{
	return add("none");
}

/* With a cable to another NIC. */
#define MATE "mate"

static int add_mate(void)
{
	return add_as(NIC, MATE, "none", NULL, false);
}

static int del_mate(void)
{
	return vdpactl_device_delete(fault_ctx, MATE);
}

static int add_peer(void)
{
	return add_as(NIC, fault_device, "none", MATE, false);
}

static int add_disk(void)
{
	return add_on(DISK, "none");
}

static int add_disk_virtio(void)
{
	return add_on(DISK, "virtio");
}

/* The first that shares, which makes what they share. */
static int add_shared(void)
{
	return add_as(DISK, fault_device, "none", NULL, true);
}

static int add_vhost(void)
{
	return add("vhost");
}

static int add_virtio(void)
{
	return add("virtio");
}

static int del(void)
{
	return vdpactl_device_delete(fault_ctx, fault_device);
}

static int bind_vhost(void)
{
	return vdpactl_device_bind(fault_ctx, fault_device, "vhost");
}

static int bind_virtio(void)
{
	return vdpactl_device_bind(fault_ctx, fault_device, "virtio");
}

static int bind_none(void)
{
	return vdpactl_device_bind(fault_ctx, fault_device, "none");
}

static int list(void)
{
	struct vdpactl_device_list *devices = NULL;
	int r = vdpactl_device_list(fault_ctx, 0, &devices);

	if (r < 0)
		return r;
	r = (int)vdpactl_device_list_size(devices);
	vdpactl_device_list_unref(devices);
	return r;
}

static int config(void)
{
	struct vdpactl_config *c = NULL;
	uint64_t features = 0;
	int r = vdpactl_config_get(fault_ctx, fault_device, &c);

	if (r < 0)
		return r;
	vdpactl_config_get_features(c, &features);
	r = vdpactl_config_get_link(c) << 8 | __builtin_popcountll(features);
	vdpactl_config_unref(c);
	return r;
}

static int stats(void)
{
	struct vdpactl_stats *s = NULL;
	int r = vdpactl_stats_get(fault_ctx, fault_device, 0, &s);

	if (r < 0)
		return r;
	r = (int)vdpactl_stats_size(s);
	vdpactl_stats_unref(s);
	return r;
}

/* ---- changing a live device ------------------------------------------------------------------- */

static int set_mac(void)
{
	return vdpactl_device_set_mac(fault_ctx, fault_device, (uint8_t[6]){ 2, 0, 0, 0, 0, 0x42 });
}

static int set_old_mac(void)
{
	return vdpactl_device_set_mac(fault_ctx, fault_device, (uint8_t[6]){ 2, 0, 0, 0, 0, 0x41 });
}

static int add_with_mac(void)
{
	int r = add_none();

	return r < 0 ? r : set_old_mac();
}

/* By family "vdpactl", which tells those who listen. */
static int set_link(uint8_t up)
{
	struct nl_msg *msg = ctx_message(VDPACTL_NL_CMD_DEV_SET, 0);
	struct nlattr *nest;
	int r = -ENOMEM;

	if (!msg)
		return r;
	nest = nla_nest_start(msg, VDPACTL_NL_A_VDPA);
	if (nest && !nla_put_string(msg, VDPANL_A_DEV_NAME, fault_device)) {
		nla_nest_end(msg, nest);
		if (!nla_put_u8(msg, VDPACTL_NL_A_LINK, up))
			r = ctx_request(fault_ctx, CTX_EXT, msg, NULL, NULL, NULL);
	}
	nlmsg_free(msg);
	return r;
}

static int set_link_down(void)
{
	return set_link(0);
}

static int set_link_up(void)
{
	return set_link(1);
}

/* ---- the character device --------------------------------------------------------------------- */

static int find_chardev_on(const char *mgmtdev)
{
	struct vdpactl_device *device;
	int r;

	r = add_on(mgmtdev, "vhost");
	if (!r)
		r = vdpactl_device_get(fault_ctx, fault_device, VDPACTL_DEVICE_ENDPOINT, &device);
	if (r < 0)
		return r;
	snprintf(chardev, sizeof(chardev), "%s", vdpactl_device_get_chardev(device));
	vdpactl_device_unref(device);
	return 0;
}

static int find_chardev(void)
{
	return find_chardev_on(NIC);
}

static int open_nic(void)
{
	nic.fd = vh_open(chardev);
	return nic.fd < 0 ? nic.fd : 0;
}

static int close_nic(void)
{
	return close(nic.fd);
}

/* An owner with memory, to be started. */
static int open_owned_in(const char *mgmtdev, void *mem)
{
	int r = find_chardev_on(mgmtdev);

	if (r < 0)
		return r;
	r = vh_open(chardev);
	if (r >= 0)
		nic_init_in(&nic, r, mem, 2);
	return r;
}

static int open_owned(void)
{
	return open_owned_in(NIC, memory(NIC_MEM));
}

static int close_owned(void)
{
	nic_fini(&nic);
	return del();
}

static int start_nic(void)
{
	return nic_start(&nic, 0);
}

static int stop_nic(void)
{
	return vh_status(nic.fd, 0);
}

static bool packets_fly(void)
{
	int r = nic_echo(&nic, 0x77, 100);

	if (r)
		printf("# it started, and a packet got lost: %s\n", strerror(-r));
	return !r;
}

static int map_more(void)
{
	return vh_map(nic.fd, NIC_IOVA + NIC_MEM, NIC_MEM, nic.mem);
}

static int unmap_more(void)
{
	return vh_unmap(nic.fd, NIC_IOVA + NIC_MEM, NIC_MEM);
}

static int open_running(void)
{
	int r = open_owned();

	return r < 0 ? r : start_nic();
}

/* A packet from memory that was just mapped arrives: the device knows of it. */
static bool device_knows(void)
{
	uint8_t *packet = nic.mem + BUFFER(1);

	memset(packet, 0, HEADER_SIZE);
	memset(packet + HEADER_SIZE, 0xff, 60);
	ring_post(&nic.ring[0], 0, nic_iova(BUFFER(0)), PAGE, VRING_DESC_F_WRITE);
	ring_post(&nic.ring[1], 0, nic_iova(NIC_MEM + BUFFER(1)), HEADER_SIZE + 60, 0);
	ring_kick(&nic.ring[1]);
	if (ring_wait(&nic.ring[1]) >= 0 && ring_wait(&nic.ring[0]) == HEADER_SIZE + 60)
		return true;
	printf("# mapped, but not for the device\n");
	return false;
}

/* A running device is told at the end of the batch, which has to say when that failed. */
static int map_batched(void)
{
	int r, end;

	r = vh_message(nic.fd, VHOST_IOTLB_BATCH_BEGIN, 0, 0, NULL, 0);
	if (r < 0)
		return r;
	r = map_more();
	end = vh_message(nic.fd, VHOST_IOTLB_BATCH_END, 0, 0, NULL, 0);
	if (!r && end < 0) {
		unmap_more();
		r = end;
	}
	return r;
}

/* A hole in the middle, which splits what is mapped; afterwards the hole is filled. */
static int unmap_middle(void)
{
	return vh_unmap(nic.fd, NIC_IOVA + 32 * PAGE, PAGE);
}

static int map_whole(void)
{
	vh_unmap(nic.fd, NIC_IOVA, NIC_MEM);
	return vh_map(nic.fd, NIC_IOVA, NIC_MEM, nic.mem);
}

/* ---- other address spaces, other parents ------------------------------------------------------- */

/* The pages that "map" maps, in the second address space. */
static int second_space(uint8_t type)
{
	struct vhost_msg_v2 m = { .type = VHOST_IOTLB_MSG_V2, .asid = 1 };

	m.iotlb = (struct vhost_iotlb_msg){ .iova = NIC_IOVA + NIC_MEM,
					    .size = NIC_MEM,
					    .uaddr = (uintptr_t)nic.mem,
					    .perm = VHOST_ACCESS_RW,
					    .type = type };
	return write(nic.fd, &m, sizeof(m)) == sizeof(m) ? 0 : -errno;
}

static int map_second(void)
{
	return second_space(VHOST_IOTLB_UPDATE);
}

static int unmap_second(void)
{
	return second_space(VHOST_IOTLB_INVALIDATE);
}

static int open_spaces(void)
{
	uint64_t features =
		1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << VHOST_BACKEND_F_IOTLB_ASID;
	int r = open_owned();

	return r < 0 ? r : vh_ioctl(nic.fd, VHOST_SET_BACKEND_FEATURES, &features);
}

/* What is mapped cannot be mapped again. */
static bool is_mapped(void)
{
	return map_more() == -EEXIST;
}

static bool is_mapped_in_second(void)
{
	return map_second() == -EEXIST;
}

/* That parent's devices run when it is told that they do, and are told of maps only then. */
static int parent_runs(bool runs)
{
	FILE *file = fopen("/sys/module/vmtest_parent/parameters/status", "we");
	int r;

	if (!file)
		return -errno;
	fprintf(file, "%d",
		runs ? VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK
		     : VIRTIO_CONFIG_S_FEATURES_OK);
	r = fclose(file);
	return r ? -errno : 0;
}

static int open_parent_in(void *mem)
{
	int r = parent_runs(true);

	return r < 0 ? r : open_owned_in(PARENT, mem);
}

static int open_parent(void)
{
	return open_parent_in(memory(NIC_MEM));
}

static int close_parent(void)
{
	int r = close_owned();

	fault_device = FAULT_DEVICE;
	return r < 0 ? r : parent_runs(false);
}

static int open_by_va(void)
{
	fault_device = BY_VA;
	/* It has to be of a file, and here in pieces. */
	return open_parent_in(scattered_memory(NIC_MEM / PAGE));
}

/* ---- a PCI function --------------------------------------------------------------------------- */

/*
 * Making a device on it is no path here: it asks the kernel for interrupts, who goes on when it could not make their
 * files in /proc, and warns when it takes these away.
 */

static int write_sysfs(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* The kernel tells what the driver's probe said. */
static int take_function(void)
{
	return write_sysfs("/sys/bus/pci/drivers/ifcvf/bind", FAULT_FUNCTION);
}

static int leave_function(void)
{
	return write_sysfs("/sys/bus/pci/drivers/ifcvf/unbind", FAULT_FUNCTION);
}

static int find_ifcvf(void)
{
	return find_chardev_on(IFCVF);
}

static int open_ifcvf(void)
{
	return open_owned_in(IFCVF, memory(NIC_MEM));
}

/* ---- the table -------------------------------------------------------------------------------- */

static int nothing(void)
{
	return 0;
}

/* A bus driver refused a device while it was made: the kernel does not tell why. */
#define BEING_MADE ENXIO
/* The same while it was bound. */
#define BEING_BOUND EIO

const struct path fault_paths[] = {
	{ "create (C11, M7)", nothing, add_none, del, nothing },
	{ "create with a peer", add_mate, add_peer, del, del_mate },
	{ "create a disk", nothing, add_disk, del, nothing },
	{ "create a shared disk", nothing, add_shared, del, nothing },
	{ "create a disk for virtio", nothing, add_disk_virtio, del, nothing, BEING_MADE, VIRTIO },
	{ "create for vhost (V13)", nothing, add_vhost, del, nothing, BEING_MADE },
	{ "create for virtio", nothing, add_virtio, del, nothing, BEING_MADE, VIRTIO },
	{ "delete", add_vhost, del, add_vhost, del },
	{ "bind to vhost", add_none, bind_vhost, bind_none, del, BEING_BOUND },
	{ "bind to virtio", add_none, bind_virtio, bind_none, del, BEING_BOUND, VIRTIO },
	{ "unbind from vhost", add_vhost, bind_none, bind_vhost, del },
	{ "set the address", add_with_mac, set_mac, set_old_mac, del },
	{ "set the link", add_none, set_link_down, set_link_up, del },
	{ "list devices", add_none, list, nothing, del },
	{ "show the configuration", add_none, config, nothing, del },
	{ "show statistics", add_virtio, stats, nothing, del, 0, VIRTIO },
	{ "open (V14, 21)", find_chardev, open_nic, close_nic, del },
	{ "start", open_owned, start_nic, stop_nic, close_owned, .works = packets_fly },
	{ "map", open_running, map_more, unmap_more, close_owned, .works = device_knows },
	{ "map in a batch (27)", open_running, map_batched, unmap_more, close_owned,
	  .works = device_knows },
	{ "map in the second space", open_spaces, map_second, unmap_second, close_owned,
	  .works = is_mapped_in_second },
	{ "map for a parent that takes whole spaces", open_parent, map_more, unmap_more,
	  close_parent, .works = is_mapped },
	{ "map for a parent that takes the owner's addresses", open_by_va, map_more, unmap_more,
	  close_parent, .works = is_mapped },
	{ "unmap", open_owned, unmap_middle, map_whole, close_owned },
	{ "take a PCI function", leave_function, take_function, leave_function, take_function,
	  .set = PCI },
	{ "open, with an IOMMU", find_ifcvf, open_nic, close_nic, del, .set = PCI },
	{ "map, with an IOMMU", open_ifcvf, map_more, unmap_more, close_owned, .set = PCI,
	  .works = is_mapped },
	{ "unmap, with an IOMMU", open_ifcvf, unmap_middle, map_whole, close_owned, .set = PCI },
};

const size_t fault_n_paths = sizeof(fault_paths) / sizeof(fault_paths[0]);
