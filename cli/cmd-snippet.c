// SPDX-License-Identifier: GPL-2.0-or-later
/* What a user of the device has to be told about it, ready to be pasted. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vdpactl.h>

#include "commands.h"
#include "device-show.h"
#include "mac.h"
#include "objects.h"
#include "output.h"

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._-"

/* What the texts are made of. */
struct subject {
	const struct vdpactl_device *device;
	char path[PATH_MAX]; /* that stays the same, where there is one */
	char id[64];	     /* the name as programs take it */
	char mac[32];	     /* "" when it has none of its own */
	uint16_t pairs;	     /* of queues */
};

static void write_qemu(FILE *f, const struct subject *s)
{
	if (s->device->device_id != VIRTIO_ID_NET) {
		fprintf(f, "-device vhost-vdpa-device-pci,vhostdev=%s,id=%s", s->path, s->id);
		return;
	}
	fprintf(f, "-netdev vhost-vdpa,id=%s,vhostdev=%s", s->id, s->path);
	if (s->pairs > 1)
		fprintf(f, ",queues=%u", s->pairs);
	fprintf(f, " -device virtio-net-pci,netdev=%s", s->id);
	if (*s->mac)
		fprintf(f, ",mac=%s", s->mac);
	/* A vector for each queue, one for the control queue, one for changes of the configuration. */
	if (s->pairs > 1)
		fprintf(f, ",mq=on,vectors=%d", 2 * s->pairs + 2);
}

static void write_libvirt(FILE *f, const struct subject *s)
{
	if (s->device->device_id != VIRTIO_ID_NET) {
		fprintf(f,
			"<disk type='vhostvdpa' device='disk'>\n"
			"  <driver name='qemu' type='raw' cache='none'/>\n"
			"  <source dev='%s'/>\n"
			"  <target dev='vda' bus='virtio'/>\n"
			"</disk>",
			s->path);
		return;
	}
	fputs("<interface type='vdpa'>\n", f);
	if (*s->mac)
		fprintf(f, "  <mac address='%s'/>\n", s->mac);
	fprintf(f, "  <source dev='%s'/>\n  <model type='virtio'/>\n", s->path);
	if (s->pairs > 1)
		fprintf(f, "  <driver queues='%u'/>\n", s->pairs);
	fputs("</interface>", f);
}

static void write_dpdk(FILE *f, const struct subject *s)
{
	/* By the kernel's own name: from that DPDK tells what it is. */
	fprintf(f, "--vdev=net_virtio_user0,path=%s", s->device->chardev);
	if (s->pairs > 1)
		fprintf(f, ",queues=%u", s->pairs);
}

static const struct {
	const char *option;
	void (*write)(FILE *f, const struct subject *subject);
	uint32_t classes; /* of device that it can use, by virtio id */
} snippets[] = {
	{ "qemu", write_qemu, 1 << VIRTIO_ID_NET | 1 << VIRTIO_ID_BLOCK },
	{ "libvirt", write_libvirt, 1 << VIRTIO_ID_NET | 1 << VIRTIO_ID_BLOCK },
	{ "dpdk", write_dpdk, 1 << VIRTIO_ID_NET },
};

/* ---- the command ------------------------------------------------------------------------------ */

static void fill(struct cli *cli, const struct vdpactl_device *device,
		 const struct vdpactl_config *config, struct subject *s)
{
	static const uint8_t none[6];
	const uint8_t *mac = vdpactl_config_get_mac(config);
	char full[PATH_MAX + 64];

	*s = (struct subject){ .device = device };
	snprintf(s->path, sizeof(s->path), "/dev/vdpa/by-name/%s", device->name);
	snprintf(full, sizeof(full), "%s%s", cli->env->root, s->path);
	/* What would have to be quoted, each program quotes in a way of its own. */
	if (device->name[strspn(device->name, PLAIN)] || access(full, F_OK) < 0)
		snprintf(s->path, sizeof(s->path), "%s", device->chardev);
	snprintf(s->id, sizeof(s->id), "%s%.58s",
		 isalpha((unsigned char)*device->name) ? "" : "vdpa-", device->name);
	for (char *c = s->id; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-._", *c))
			*c = '_';
	if (mac && memcmp(mac, none, sizeof(none)) != 0)
		mac_format(mac, s->mac);
	vdpactl_config_get_max_vq_pairs(config, &s->pairs);
}

/* @text: owned by the caller */
static enum exit_code print(struct cli *cli, const char *name, const char *what, const char *text)
{
	_cleanup_json_ json_object *root = NULL;
	json_object *snippet;

	if (!cli->json) {
		fprintf(cli->out, "%s\n", text);
		return EXIT_CODE_OK;
	}
	root = json_object_new_object();
	snippet = json_object_new_object();
	if (!root || json_object_object_add(root, "snippet", snippet) < 0 ||
	    json_object_object_add(snippet, "name", json_object_new_string(name)) < 0 ||
	    json_object_object_add(snippet, "for", json_object_new_string(what)) < 0 ||
	    json_object_object_add(snippet, "text", json_object_new_string(text)) < 0)
		return cli_no_memory(cli);
	output_json(cli, root);
	return EXIT_CODE_OK;
}

/* Which of them was asked for: an index. */
static size_t which(const struct verb_args *args)
{
	size_t i = 0;

	while (i + 1 < sizeof(snippets) / sizeof(snippets[0]) &&
	       !verb_value(args, snippets[i].option))
		i++;
	return i;
}

static enum exit_code refuse(struct cli *cli, const struct vdpactl_device *device, const char *what)
{
	if (!device->chardev) {
		cli_fail(cli, EOPNOTSUPP, "it is not bound to vhost",
			 "cannot give device \"%s\" to %s", device->name, what);
		cli_hint(cli, "vdpactl dev bind %s vhost", device->name);
		return EXIT_CODE_NOT_SUPPORTED;
	}
	return cli_fail(cli, EOPNOTSUPP, "it does not take this type of device",
			"cannot give device \"%s\" to %s", device->name, what);
}

enum exit_code cmd_snippet(struct cli *cli, const struct verb_args *args)
{
	_cleanup_(cleanup_vdpactl_device_unref) struct vdpactl_device *device = NULL;
	_cleanup_(cleanup_vdpactl_config_unref) struct vdpactl_config *config = NULL;
	const char *name = verb_value(args, "name");
	_cleanup_free_ char *text = NULL;
	struct subject subject;
	struct vdpactl_ctx *ctx;
	size_t size, i = which(args);
	enum exit_code code;
	FILE *f;
	int r;

	code = cli_open(cli, &ctx);
	if (code != EXIT_CODE_OK)
		return code;
	r = vdpactl_device_get(ctx, name, VDPACTL_DEVICE_ENDPOINT, &device);
	if (r >= 0)
		r = vdpactl_config_get(ctx, name, &config);
	if (r < 0) {
		code = cli_fail(cli, r, vdpactl_get_error_message(ctx), "cannot show device \"%s\"",
				name);
		if (code == EXIT_CODE_NOT_FOUND)
			hint_device(cli);
		return code;
	}
	if (!device->chardev || device->device_id > 31 ||
	    !(snippets[i].classes >> device->device_id & 1))
		return refuse(cli, device, snippets[i].option);
	fill(cli, device, config, &subject);
	f = open_memstream(&text, &size);
	if (!f)
		return cli_no_memory(cli);
	snippets[i].write(f, &subject);
	if (fclose(f) < 0)
		return cli_no_memory(cli);
	return print(cli, name, snippets[i].option, text);
}
