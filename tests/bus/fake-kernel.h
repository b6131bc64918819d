/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel behind the library's public calls, for tests of the daemon: it defines those vdpactl_*
 * functions that the daemon uses, so the daemon is the real one and what it meets is under control.
 * Everything here may be called from any thread.
 */
#ifndef TESTS_BUS_FAKE_KERNEL_H
#define TESTS_BUS_FAKE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* Forget everything: no management device, no device, the family is there. */
void fake_reset(void);

/* Is there a family "vdpa"? Without, every call fails with -EPROTONOSUPPORT. Sends an event. */
void fake_set_family(bool present);

void fake_add_mgmtdev(const char *name);

/*
 * Somebody else changes the kernel's state.
 * @driver: "vhost", "virtio", "none"; NULL: the device goes
 * @event: does the kernel tell the monitor?
 */
void fake_outside(const char *name, const char *driver, bool event);

/* The character device of whatever is at vhost. Borrowed. */
void fake_set_chardev(const char *path);

/* Tell the monitor that events were lost. */
void fake_overflow(void);

/* The next change of this device fails. @message: the kernel's text or NULL */
void fake_fail(const char *name, int error, const char *message);

/* The next @times changes of it fail. */
void fake_fail_often(const char *name, int error, unsigned int times);

/* How many devices were created so far, or tried to. */
unsigned int fake_adds(void);

/* All devices go, and how many were created is forgotten; nobody is told. */
void fake_drop_devices(void);

/* A management device goes, and its devices with it; the kernel tells. */
void fake_remove_mgmtdev(const char *name);

/* Changes of this device, and of no other, do not return before fake_release(). */
void fake_hold(const char *name);
void fake_release(void);

/* A process has this device open, or no more. */
void fake_set_open(const char *name, bool open);

/* How many calls are held just now. */
size_t fake_held(void);

/* Does the kernel have this device? */
bool fake_has(const char *name);

#endif
