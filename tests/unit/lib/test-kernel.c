// SPDX-License-Identifier: GPL-2.0-or-later
/* The library against a kernel that misbehaves: interrupted, lost, cut and missing answers, refusals, other kernels. */
#include <errno.h>
#include <string.h>

#include "autoprobe.h"
#include "fake.h"
#include "run-suite.h"
#include "vdpactl.h"

static struct fake *fake;
static struct vdpactl_ctx *ctx;

static void setup(void)
{
	fake = fake_new();
	fake_add_device(fake, "a", "vdpasim_net");
	fake_add_device(fake, "b", "vdpasim_blk");
	fake_add_device(fake, "c", "vdpasim_net");
	ctx = fake_ctx(fake);
}

static void teardown(void)
{
	vdpactl_unref(ctx);
	fake_free(fake);
}

/* The number of devices that are listed, or -errno. */
static int list(void)
{
	struct vdpactl_device_list *devices = NULL;
	int r = vdpactl_device_list(ctx, 0, &devices);

	if (!r)
		r = (int)vdpactl_device_list_size(devices);
	vdpactl_device_list_unref(devices);
	return r;
}

static int add(const char *name, const char *driver)
{
	struct vdpactl_device_request *request;
	struct vdpactl_device *device = NULL;
	int r = vdpactl_device_request_new("vdpasim_net", name, &request);

	if (r < 0)
		return r;
	if (driver)
		vdpactl_device_request_set_driver(request, driver);
	r = vdpactl_device_add(ctx, request, &device);
	if (!r)
		ck_assert_str_eq(vdpactl_device_get_name(device), name);
	vdpactl_device_unref(device);
	vdpactl_device_request_free(request);
	return r;
}

START_TEST(list_interrupted)
{
	fake->interrupted = 2;
	ck_assert_int_eq(list(), 3);
	ck_assert_int_eq(fake->interrupted, 0);
}
END_TEST

START_TEST(list_interrupted_for_ever)
{
	fake->interrupted = 1000000;
	ck_assert_int_lt(list(), 0);
}
END_TEST

/* The kernel starts no other dump on a socket before the end of the first was read. */
START_TEST(list_lost)
{
	fake->lost = 1;
	ck_assert_int_eq(list(), 3);
}
END_TEST

START_TEST(list_in_parts)
{
	fake->per_part = 1;
	ck_assert_int_eq(list(), 3);
}
END_TEST

START_TEST(list_cut)
{
	int r, bad = 0;

	/* What is cut between two attributes is an answer of an older kernel, with less in it. */
	for (fake->cut = 1; fake->cut < 40; fake->cut++) {
		r = list();
		ck_assert(r == -EBADMSG || r == 3);
		bad += r == -EBADMSG;
	}
	ck_assert_int_gt(bad, 20);
	fake->cut = 0;
	ck_assert_int_eq(list(), 3);
}
END_TEST

START_TEST(list_no_family)
{
	fake->has_vdpa = false;
	ck_assert_int_eq(list(), -EPROTONOSUPPORT);
}
END_TEST

START_TEST(list_module_reloaded)
{
	ck_assert_int_eq(list(), 3);
	fake->next_type += 5;
	ck_assert_int_eq(list(), 3);
}
END_TEST

START_TEST(get_missing)
{
	struct vdpactl_device *device;

	ck_assert_int_eq(vdpactl_device_get(ctx, "nope", 0, &device), -ENODEV);
}
END_TEST

START_TEST(refused_with_text)
{
	fake->fail_command = 4; /* DEV_DEL */
	fake->fail_errno = EBUSY;
	fake->fail_text = "Device is in use";
	ck_assert_int_eq(vdpactl_device_delete(ctx, "a"), -EBUSY);
	ck_assert_str_eq(vdpactl_get_error_message(ctx), "Device is in use");
	/* The text is that of the last call, and none of an older one. */
	fake->fail_command = 0;
	ck_assert_int_eq(vdpactl_device_delete(ctx, "a"), 0);
	ck_assert_ptr_null(vdpactl_get_error_message(ctx));
}
END_TEST

START_TEST(refused_without_text)
{
	fake->fail_command = 4;
	fake->fail_errno = EPERM;
	fake->fail_uncapped = true;
	ck_assert_int_eq(vdpactl_device_delete(ctx, "a"), -EPERM);
	ck_assert_ptr_null(vdpactl_get_error_message(ctx));
}
END_TEST

START_TEST(add_with_driver)
{
	fake->has_ext = _i;
	ck_assert_int_eq(add("x", "virtio"), 0);
	ck_assert_str_eq(fake_find(fake, "x")->driver, "virtio_vdpa");
	ck_assert_int_eq(add("y", "none"), 0);
	ck_assert_str_eq(fake_find(fake, "y")->driver, "");
	ck_assert_int_eq(add("z", "vhost"), 0);
	ck_assert_str_eq(fake_find(fake, "z")->driver, "vhost_vdpa");
	ck_assert(fake->autoprobe);
	ck_assert_int_eq(add("x", "vhost"), -EEXIST);
	ck_assert(fake->autoprobe);
}
END_TEST

START_TEST(add_refused_by_driver)
{
	fake->has_ext = _i;
	strcpy(fake->refuses, "virtio_vdpa");
	ck_assert_int_lt(add("x", "virtio"), 0);
	ck_assert_ptr_null(fake_find(fake, "x"));
	ck_assert(fake->autoprobe);
}
END_TEST

/* What a disk is chosen to be reaches kernels that know of it, and is refused for others before anything is made. */
START_TEST(add_disk)
{
	struct vdpactl_device_request *request;
	const struct fake_device *d;
	int r;

	fake->has_ext = _i;
	ck_assert_int_eq(vdpactl_device_request_new("vdpasim_blk", "d", &request), 0);
	ck_assert_int_eq(vdpactl_device_request_set_capacity(request, 0), -EINVAL);
	ck_assert_int_eq(vdpactl_device_request_set_block_size(request, 511), -EINVAL);
	ck_assert_int_eq(vdpactl_device_request_set_num_queues(request, 0), -EINVAL);
	ck_assert_int_eq(vdpactl_device_request_set_capacity(request, 1ull << 33), 0);
	ck_assert_int_eq(vdpactl_device_request_set_block_size(request, 4096), 0);
	ck_assert_int_eq(vdpactl_device_request_set_num_queues(request, 3), 0);
	ck_assert_int_eq(vdpactl_device_request_set_read_only(request, 7), 0);
	ck_assert_int_eq(vdpactl_device_request_set_shared(request, 1), 0);
	ck_assert_int_eq(vdpactl_device_request_set_backing(request, -1), -EBADF);
	ck_assert_int_eq(vdpactl_device_request_set_backing(request, STDERR_FILENO), 0);
	r = vdpactl_device_add(ctx, request, NULL);
	vdpactl_device_request_free(request);
	d = fake_find(fake, "d");
	if (!_i) {
		ck_assert_int_eq(r, -EOPNOTSUPP);
		ck_assert_ptr_nonnull(strstr(vdpactl_get_error_message(ctx), "capacity"));
		ck_assert_ptr_null(d);
		return;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(d->capacity, 1ull << 33);
	ck_assert_uint_eq(d->block_size, 4096);
	ck_assert_uint_eq(d->num_queues, 3);
	ck_assert_uint_eq(d->read_only, 1);
	ck_assert_uint_eq(d->shared, 1);
	/* A descriptor of the request's own, which is as long there as the kernel looks. */
	ck_assert_uint_ge(d->backing, 3);
}
END_TEST

START_TEST(add_with_peer)
{
	struct vdpactl_device_request *request;
	struct vdpactl_device *device = NULL;
	int r;

	fake->has_ext = _i;
	ck_assert_int_eq(vdpactl_device_request_new("vdpasim_net", "n", &request), 0);
	ck_assert_int_eq(vdpactl_device_request_set_peer(request, "a/b"), -EINVAL);
	ck_assert_int_eq(vdpactl_device_request_set_peer(request, "a"), 0);
	ck_assert_int_eq(vdpactl_device_request_set_backpressure(request, 1), 0);
	r = vdpactl_device_add(ctx, request, &device);
	vdpactl_device_request_free(request);
	ck_assert_int_eq(r, _i ? 0 : -EOPNOTSUPP);
	if (_i) {
		ck_assert_str_eq(vdpactl_device_get_peer(device), "a");
		ck_assert_uint_eq(fake_find(fake, "n")->backpressure, 1);
	} else {
		ck_assert_ptr_null(fake_find(fake, "n"));
	}
	vdpactl_device_unref(device);
}
END_TEST

/* Somebody else's device, made while automatic binding was off, is not left without its driver. */
START_TEST(add_beside_a_stranger)
{
	fake->has_ext = false;
	fake->stranger = "theirs";
	ck_assert_int_eq(add("x", "none"), 0);
	ck_assert(!fake->autoprobe_at_new);
	ck_assert_str_ne(fake_find(fake, "theirs")->driver, "");
	ck_assert_str_eq(fake_find(fake, "x")->driver, "");
}
END_TEST

/* Several in one window: it is open until it is let go, and then others' devices are made up for. */
START_TEST(add_several_in_one_window)
{
	fake->has_ext = false;
	ck_assert_int_eq(autoprobe_let_go(ctx), 0);
	ck_assert_int_eq(autoprobe_hold(ctx), 0);
	ck_assert_int_eq(autoprobe_hold(ctx), 0);
	fake->stranger = "theirs";
	ck_assert_int_eq(add("x", "none"), 0);
	ck_assert_int_eq(add("y", "virtio"), 0);
	ck_assert(!fake->autoprobe && !fake->autoprobe_at_new);
	ck_assert_str_eq(fake_find(fake, "theirs")->driver, "");
	ck_assert_str_eq(fake_find(fake, "y")->driver, "virtio_vdpa");
	/* With a context that goes the window closes, as it does when it is let go. */
	if (_i)
		ctx = vdpactl_unref(ctx);
	else
		ck_assert_int_eq(autoprobe_let_go(ctx), 0);
	ck_assert(fake->autoprobe);
	ck_assert_str_ne(fake_find(fake, "theirs")->driver, "");
	ck_assert_str_eq(fake_find(fake, "x")->driver, "");
	ck_assert_str_eq(fake_find(fake, "a")->driver, "vhost_vdpa");
}
END_TEST

/* Without the extension, with it; of what has no link, and of what is not there. */
START_TEST(set_link)
{
	struct vdpactl_config *config;

	ck_assert_int_eq(vdpactl_device_set_link(ctx, "a", 0), -EOPNOTSUPP);
	fake->has_ext = true;
	for (int up = 0; up < 2; up++) {
		ck_assert_int_eq(vdpactl_device_set_link(ctx, "a", up), 0);
		ck_assert_int_eq(vdpactl_config_get(ctx, "a", &config), 0);
		ck_assert_int_eq(vdpactl_config_get_link(config), up);
		vdpactl_config_unref(config);
	}
	ck_assert_int_eq(vdpactl_device_set_link(ctx, "b", 1), -EINVAL);
	ck_assert_int_eq(vdpactl_device_set_link(ctx, "z", 1), -ENODEV);
}
END_TEST

START_TEST(bind_and_back)
{
	ck_assert_int_eq(vdpactl_device_bind(ctx, "a", "virtio"), 0);
	ck_assert_str_eq(fake_find(fake, "a")->driver, "virtio_vdpa");
	strcpy(fake->refuses, "vhost_vdpa");
	ck_assert_int_lt(vdpactl_device_bind(ctx, "a", "vhost"), 0);
	ck_assert_str_eq(fake_find(fake, "a")->driver, "virtio_vdpa");
	ck_assert_int_eq(vdpactl_device_bind(ctx, "a", "nonsense"), -EINVAL);
}
END_TEST

/* Held open, it stays where it is, unless it is taken away; that is not begun where the kernel would wait. */
START_TEST(release_takes_away)
{
	fake->has_ext = _i;
	fake_find(fake, "a")->held = true;
	ck_assert_int_eq(vdpactl_device_bind(ctx, "a", "virtio"), -EBUSY);
	ck_assert_str_eq(fake_find(fake, "a")->driver, "vhost_vdpa");
	ck_assert_int_eq(vdpactl_device_release(ctx, "a"), _i ? 0 : -EOPNOTSUPP);
	ck_assert_str_eq(fake_find(fake, "a")->driver, _i ? "" : "vhost_vdpa");
	fake_find(fake, "a")->held = false;
	ck_assert_int_eq(vdpactl_device_release(ctx, "a"), 0);
	ck_assert_str_eq(fake_find(fake, "a")->driver, "");
	ck_assert_int_eq(vdpactl_device_release(ctx, "nosuch"), -ENODEV);
}
END_TEST

/* Bound, but whether it is cannot be read: that is no success, so it is as it was before. */
START_TEST(bind_not_seen)
{
	struct fake_device *a = fake_find(fake, "a");
	char driver[FAKE_NAME], override[FAKE_NAME];
	int failed = 0, r;

	strcpy(driver, a->driver);
	strcpy(override, a->override);
	for (int look = 1;; look++) {
		fake->fail_look = look;
		r = vdpactl_device_bind(ctx, "a", "virtio");
		if (fake->fail_look)
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_str_eq(a->driver, driver);
		ck_assert_str_eq(a->override, override);
		failed++;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(a->driver, "virtio_vdpa");
	ck_assert_int_ge(failed, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel");
	TCase *tcase = tcase_create("kernel");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, list_interrupted);
	tcase_add_test(tcase, list_interrupted_for_ever);
	tcase_add_test(tcase, list_lost);
	tcase_add_test(tcase, list_in_parts);
	tcase_add_test(tcase, list_cut);
	tcase_add_test(tcase, list_no_family);
	tcase_add_test(tcase, list_module_reloaded);
	tcase_add_test(tcase, get_missing);
	tcase_add_test(tcase, refused_with_text);
	tcase_add_test(tcase, refused_without_text);
	tcase_add_loop_test(tcase, add_with_driver, 0, 2);
	tcase_add_loop_test(tcase, add_refused_by_driver, 0, 2);
	tcase_add_loop_test(tcase, add_disk, 0, 2);
	tcase_add_loop_test(tcase, add_with_peer, 0, 2);
	tcase_add_test(tcase, add_beside_a_stranger);
	tcase_add_loop_test(tcase, add_several_in_one_window, 0, 2);
	tcase_add_loop_test(tcase, release_takes_away, 0, 2);
	tcase_add_test(tcase, set_link);
	tcase_add_test(tcase, bind_and_back);
	tcase_add_test(tcase, bind_not_seen);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
