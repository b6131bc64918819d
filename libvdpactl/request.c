// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver-names.h"
#include "field.h"
#include "mac.h"
#include "name.h"
#include "objects.h"

static int set_string(struct vdpactl_device_request *request, const char *field, const char *value)
{
	return field_set_string(&field_table_request, field_find(&field_table_request, field),
				request, value);
}

static int set_number(struct vdpactl_device_request *request, const char *field, uint64_t value)
{
	char error[FIELD_ERROR_SIZE];

	return field_set_number(&field_table_request, field_find(&field_table_request, field),
				request, value, error);
}

int vdpactl_device_request_new(const char *mgmtdev, const char *name,
			       struct vdpactl_device_request **ret_request)
{
	_cleanup_(cleanup_vdpactl_device_request_free) struct vdpactl_device_request *request =
		NULL;
	int r;

	if (name_check_device(name) || name_check_mgmtdev(mgmtdev))
		return -EINVAL;
	request = calloc(1, sizeof(*request));
	if (!request)
		return -ENOMEM;
	r = set_string(request, "name", name);
	if (r >= 0)
		r = set_string(request, "mgmtdev", mgmtdev);
	if (r < 0)
		return r;
	*ret_request = TAKE_PTR(request);
	return 0;
}

struct vdpactl_device_request *vdpactl_device_request_free(struct vdpactl_device_request *request)
{
	if (request)
		field_clear(&field_table_request, request);
	free(request);
	return NULL;
}

int vdpactl_device_request_set_mac(struct vdpactl_device_request *request, const uint8_t mac[6])
{
	if (mac_check(mac) < 0)
		return -EINVAL;
	memcpy(request->mac, mac, sizeof(request->mac));
	request->present |= field_bit(&field_table_request, "mac");
	return 0;
}

int vdpactl_device_request_set_mtu(struct vdpactl_device_request *request, uint16_t mtu)
{
	return set_number(request, "mtu", mtu);
}

int vdpactl_device_request_set_max_vqp(struct vdpactl_device_request *request, uint16_t max_vqp)
{
	return set_number(request, "max_vqp", max_vqp);
}

int vdpactl_device_request_set_features(struct vdpactl_device_request *request, uint64_t features)
{
	return set_number(request, "features", features);
}

int vdpactl_device_request_set_peer(struct vdpactl_device_request *request, const char *peer)
{
	return name_check_device(peer) ? -EINVAL : set_string(request, "peer", peer);
}

int vdpactl_device_request_set_backpressure(struct vdpactl_device_request *request, int wait)
{
	return set_number(request, "backpressure", wait != 0);
}

int vdpactl_device_request_set_capacity(struct vdpactl_device_request *request, uint64_t sectors)
{
	return set_number(request, "capacity", sectors);
}

int vdpactl_device_request_set_block_size(struct vdpactl_device_request *request, uint32_t bytes)
{
	return set_number(request, "block_size", bytes);
}

int vdpactl_device_request_set_num_queues(struct vdpactl_device_request *request, uint16_t queues)
{
	return set_number(request, "num_queues", queues);
}

int vdpactl_device_request_set_read_only(struct vdpactl_device_request *request, int read_only)
{
	return set_number(request, "read_only", read_only != 0);
}

int vdpactl_device_request_set_shared(struct vdpactl_device_request *request, int shared)
{
	return set_number(request, "shared", shared != 0);
}

int vdpactl_device_request_set_backing(struct vdpactl_device_request *request, int fd)
{
	return field_set_file(&field_table_request, field_find(&field_table_request, "backing"),
			      request, fd);
}

int vdpactl_device_request_set_driver(struct vdpactl_device_request *request, const char *driver)
{
	return driver_to_kernel(driver) ? set_string(request, "driver", driver) : -EINVAL;
}
