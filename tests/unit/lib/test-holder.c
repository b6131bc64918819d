// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds a device, where the kernel does not tell: found among open files, named where it is asked for or in the way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "run-suite.h"
#include "sysfs-holder.h"
#include "vdpactl.h"

#define EVERYTHING (VDPACTL_DEVICE_ENDPOINT | VDPACTL_DEVICE_HOLDER | VDPACTL_DEVICE_SEARCH)

static char proc[] = "/tmp/test-holder-XXXXXX";

static void make_directory(const char *path)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", proc, path);
	ck_assert_int_eq(mkdir(name, 0755), 0);
}

static void make_link(const char *path, const char *target)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", proc, path);
	ck_assert_int_eq(symlink(target, name), 0);
}

static void make_comm(const char *path, const char *text)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", proc, path);
	f = fopen(name, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

/* A /proc of some processes; one ends while it is looked at, and what is not a process is there too. */
static void make_proc(void)
{
	ck_assert_ptr_nonnull(mkdtemp(proc));
	make_directory("sys");
	make_link("self", "77");
	make_directory("77");
	make_directory("77/fd");
	make_link("77/fd/0", "/dev/null");
	make_link("77/fd/3", "/dev/vhost-vdpa-10");
	make_link("77/fd/4", "anon_inode:[eventfd]");
	make_link("77/fd/5", "/dev/vhost-vdpa-2");
	make_comm("77/comm", "qemu-system-x86\n");
	make_directory("9000");
	make_directory("9000/fd");
	make_link("9000/fd/7", "/dev/vhost-vdpa-1");
	make_directory("12");
	/* A child of the first. */
	make_directory("100");
	make_directory("100/fd");
	make_link("100/fd/3", "/dev/vhost-vdpa-10");
	make_link("100/fd/5", "/dev/vhost-vdpa-2");
}

static void remove_proc(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r '%s'", proc);
	ck_assert_int_eq(system(command), 0);
	strcpy(proc + strlen(proc) - 6, "XXXXXX");
}

START_TEST(found_among_open_files)
{
	const struct sysfs_holder *holder;
	struct sysfs_holder *holders = NULL;
	size_t n = 0;

	make_proc();
	ck_assert_int_eq(sysfs_holders(proc, &holders, &n), 0);
	ck_assert_uint_eq(n, 5);
	holder = sysfs_holder_find(holders, n, "/dev/vhost-vdpa-2");
	ck_assert_ptr_nonnull(holder);
	ck_assert_uint_eq(holder->pid, 77);
	ck_assert_str_eq(holder->comm, "qemu-system-x86");
	holder = sysfs_holder_find(holders, n, "/dev/vhost-vdpa-10");
	ck_assert_ptr_nonnull(holder);
	ck_assert_uint_eq(holder->pid, 77);
	/* It has ended before it could tell its name. */
	holder = sysfs_holder_find(holders, n, "/dev/vhost-vdpa-1");
	ck_assert_ptr_nonnull(holder);
	ck_assert_uint_eq(holder->pid, 9000);
	ck_assert_ptr_null(holder->comm);
	ck_assert_ptr_null(sysfs_holder_find(holders, n, "/dev/vhost-vdpa-0"));
	sysfs_holders_free(holders, n);
	remove_proc();
	ck_assert_int_eq(sysfs_holders("/nonexistent", &holders, &n), -ENOENT);
}
END_TEST

START_TEST(named_where_the_kernel_does_not)
{
	struct fake *fake = fake_new();
	struct vdpactl_ctx *ctx = fake_ctx(fake);
	struct vdpactl_device_list *list = NULL;
	struct vdpactl_device *device = NULL;

	fake->has_ext = false;
	fake_add_device(fake, "a", "vdpasim_net");
	fake_add_device(fake, "b", "vdpasim_net");
	fake_find(fake, "b")->held = true;
	ck_assert_int_eq(vdpactl_device_get(ctx, "b", EVERYTHING, &device), 0);
	ck_assert_int_eq(vdpactl_device_get_in_use(device), 1);
	ck_assert_uint_eq(vdpactl_device_get_holder_pid(device), 4711);
	ck_assert_str_eq(vdpactl_device_get_holder_comm(device), "qemu");
	device = vdpactl_device_unref(device);
	/* Who is not looked for, or not found, is not known. */
	ck_assert_int_eq(vdpactl_device_get(ctx, "b", EVERYTHING & ~VDPACTL_DEVICE_SEARCH, &device),
			 0);
	ck_assert_int_eq(vdpactl_device_get_in_use(device), -ENODATA);
	device = vdpactl_device_unref(device);
	ck_assert_int_eq(vdpactl_device_list(ctx, EVERYTHING, &list), 0);
	ck_assert_int_eq(vdpactl_device_get_in_use(vdpactl_device_list_at(list, 0)), -ENODATA);
	ck_assert_uint_eq(vdpactl_device_get_holder_pid(vdpactl_device_list_at(list, 1)), 4711);
	vdpactl_device_list_unref(list);
	ck_assert_int_eq(vdpactl_device_delete(ctx, "b"), -EBUSY);
	ck_assert_str_eq(vdpactl_get_error_message(ctx), "held open by qemu (pid 4711)");
	vdpactl_unref(ctx);
	fake_free(fake);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("holder");
	TCase *tcase = tcase_create("holder");

	tcase_add_test(tcase, found_among_open_files);
	tcase_add_test(tcase, named_where_the_kernel_does_not);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
