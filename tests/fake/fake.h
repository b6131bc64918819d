/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for tests: management devices, devices, bus drivers, families "vdpa" and "vdpactl" as bytes of
 * netlink, the bus in sysfs. The library runs on it unchanged through the seams of its context.
 */
#ifndef VDPACTL_FAKE_H
#define VDPACTL_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "ctx.h"

#define FAKE_MAX  64
#define FAKE_NAME 128

struct fake_mgmtdev {
	char bus[FAKE_NAME]; /* "" when it has none */
	char name[FAKE_NAME];
	uint64_t classes;
	uint64_t features;
};

struct fake_device {
	char name[FAKE_NAME];
	const struct fake_mgmtdev *mgmtdev;
	uint32_t id; /* 1 net, 2 block */
	uint8_t mac[6];
	uint16_t mtu;
	uint16_t max_vqp;
	uint64_t features;
	char driver[FAKE_NAME]; /* "" when unbound */
	char override[FAKE_NAME];
	bool held;
	bool no_link;
	char peer[FAKE_NAME];
	uint8_t backpressure;
	/* of a disk */
	uint64_t capacity;
	uint32_t block_size;
	uint16_t num_queues;
	uint8_t read_only, shared;
	uint32_t backing; /* a descriptor of whoever asked */
};

struct fake {
	struct fake_mgmtdev mgmtdevs[FAKE_MAX];
	size_t n_mgmtdevs;
	struct fake_device devices[FAKE_MAX];
	size_t n_devices;

	/* What kernel it is. */
	bool has_vdpa;
	bool has_ext;
	bool old_features;	    /* tells a network device's features as Linux 6.1 does */
	char drivers[4][FAKE_NAME]; /* loaded, the first takes what nobody else wants */
	bool autoprobe;

	/* What goes wrong; counters run down to 0. */
	int fail_command, fail_errno; /* of family vdpa; the answer is this error ... */
	const char *fail_text;	      /* ... with this text, NULL for none */
	bool fail_uncapped;	      /* ... and the whole request back */
	int interrupted;	      /* dumps that come with NLM_F_DUMP_INTR */
	int lost;		      /* dumps of which a part is lost, as ENOBUFS */
	int silent;		      /* requests that get no answer */
	size_t cut;		      /* bytes missing at the end of each message's attributes */
	size_t per_part;	      /* messages in one datagram of a dump */
	char refuses[FAKE_NAME];      /* a driver whose probe fails */
	const char *stranger;	      /* created by somebody else together with the next device */
	int fail_write;		      /* errno of every write into sysfs */
	int fail_look;		      /* the look at a device's driver that fails: 1 is the next */
	uint16_t next_type; /* family ids begin here; change it: the module was reloaded */

	/* What has happened. */
	char log[4096];	       /* commands and writes, one a line */
	bool autoprobe_at_new; /* state of automatic binding at the last creation */

	struct fake_port *ports; /* fake-netlink.c's */
	struct sysfs_event events[FAKE_MAX];
	size_t n_events;
	int event_fds[2];
	struct ctx_seams seams;
	char run_dir[64];
};

/* vdpasim_net, pci/0000:01:00.0 (net), vdpasim_blk; vhost_vdpa and virtio_vdpa loaded; mainline's. */
struct fake *fake_new(void);
struct fake *fake_free(struct fake *fake);

/* A context on it: owned, vdpactl_unref(). Aborts when there is none. */
struct vdpactl_ctx *fake_ctx(struct fake *fake);

struct fake_mgmtdev *fake_add_mgmtdev(struct fake *fake, const char *bus, const char *name,
				      uint64_t classes);
/* Added as the kernel does it: bound at once when automatic binding is on. */
struct fake_device *fake_add_device(struct fake *fake, const char *name, const char *mgmtdev);
struct fake_device *fake_find(struct fake *fake, const char *name);
struct fake_mgmtdev *fake_find_mgmtdev(struct fake *fake, const char *bus, const char *name);
void fake_remove(struct fake *fake, struct fake_device *device);
/* Let drivers look at an unbound device. */
void fake_probe(struct fake *fake, struct fake_device *device);
void fake_log(struct fake *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An event of the bus in sysfs; one of the kernel's own to all who listen. */
void fake_uevent(struct fake *fake, char action, bool module, const char *name);
void fake_event(struct fake *fake, int command, const char *device, const char *mgmtdev);
/* Those who listen lose some. */
void fake_lose_events(struct fake *fake);

extern const struct nl_transport_ops fake_netlink;
extern const struct sysfs_ops fake_sysfs;

#endif
