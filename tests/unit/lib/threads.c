// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libvdpactl(3) says about threads, for ThreadSanitizer: contexts of their own, one that is shared
 * under a lock, and objects that all read. See tests/unit/lib/threads.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define THREADS 4
#define ROUNDS	20

struct shared {
	struct vdpactl_ctx *ctx;
	pthread_mutex_t lock;
	struct vdpactl_device_list *list; /* read by all */
	bool without_lock;		  /* what may not be done, to see that it is seen */
};

static void must(int r, const char *what)
{
	if (r >= 0)
		return;
	printf("# %s: %s\n", what, strerror(-r));
	exit(2);
}

/* The life of a device, all in one context. */
static void live(struct vdpactl_ctx *ctx)
{
	struct vdpactl_device_request *request;
	struct vdpactl_device *device;
	struct vdpactl_config *config;
	struct vdpactl_stats *stats;

	must(vdpactl_device_request_new("vdpasim_net", "t%d", &request), "request");
	must(vdpactl_device_request_set_driver(request, "vhost"), "driver");
	must(vdpactl_device_add(ctx, request, &device), "add");
	must(vdpactl_config_get(ctx, vdpactl_device_get_name(device), &config), "config");
	must(vdpactl_stats_get(ctx, vdpactl_device_get_name(device), 0, &stats), "stats");
	must(vdpactl_device_bind(ctx, vdpactl_device_get_name(device), "none"), "bind");
	must(vdpactl_device_delete(ctx, vdpactl_device_get_name(device)), "delete");
	vdpactl_stats_unref(stats);
	vdpactl_config_unref(config);
	vdpactl_device_unref(device);
	vdpactl_device_request_free(request);
}

static void read_list(const struct vdpactl_device_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < vdpactl_device_list_size(list); i++)
		n += strlen(vdpactl_device_get_name(vdpactl_device_list_at(list, i))) +
		     !!vdpactl_class_name(
			     vdpactl_device_get_device_id(vdpactl_device_list_at(list, i))) +
		     !!vdpactl_feature_name(1, (unsigned int)i);
	must(n ? 0 : -1, "names");
}

static void *work(void *userdata)
{
	struct shared *shared = userdata;
	struct fake *fake = fake_new();
	struct vdpactl_ctx *own = fake_ctx(fake);

	for (int i = 0; i < ROUNDS; i++) {
		live(own);
		read_list(shared->list);
		if (!shared->without_lock)
			pthread_mutex_lock(&shared->lock);
		live(shared->ctx);
		if (!shared->without_lock)
			pthread_mutex_unlock(&shared->lock);
	}
	vdpactl_unref(own);
	fake_free(fake);
	return NULL;
}

int main(int argc, char **argv)
{
	struct shared shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .without_lock = argc > 1 };
	struct fake *fake = fake_new();
	pthread_t threads[THREADS];

	fake_add_device(fake, "web0", "vdpasim_net");
	fake_add_device(fake, "disk0", "vdpasim_blk");
	shared.ctx = fake_ctx(fake);
	must(vdpactl_device_list(shared.ctx, VDPACTL_DEVICE_ENDPOINT, &shared.list), "list");
	for (int i = 0; i < THREADS; i++)
		must(-pthread_create(&threads[i], NULL, work, &shared), "thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	vdpactl_device_list_unref(shared.list);
	vdpactl_unref(shared.ctx);
	fake_free(fake);
	return 0;
}
