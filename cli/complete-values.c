// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>
#include <vdpactl.h>

#include "complete-values.h"
#include "field.h"
#include "objects.h"
#include "output.h"
#include "saved.h"

void complete_offer(struct completion *c, const char *candidate, const char *help)
{
	if (strncmp(candidate, c->current, strlen(c->current)) != 0)
		return;
	output_safe(c->cli->out, candidate, "");
	output_safe(c->cli->out, help, "\t");
	fputc('\n', c->cli->out);
}

/* How to go on, in place of a candidate. */
static void tell(struct completion *c, const char *word)
{
	fprintf(c->cli->out, "\t%s\n", word);
}

/* An element of a list with commas, of which the last is begun; none twice. */
static void offer_element(struct completion *c, const char *element, const char *help)
{
	const char *comma = strrchr(c->current, ',');
	size_t n = strlen(element), done = comma ? comma + 1 - c->current : 0;
	_cleanup_free_ char *candidate = NULL;

	for (const char *p = c->current; p < c->current + done; p += strcspn(p, ",") + 1)
		if (strcspn(p, ",") == n && strncmp(p, element, n) == 0)
			return;
	if (asprintf(&candidate, "%.*s%s", (int)done, c->current, element) >= 0)
		complete_offer(c, candidate, help);
}

void complete_fields(struct completion *c, const char *const *names)
{
	tell(c, "list");
	for (; *names; names++)
		offer_element(c, *names, "field");
}

void complete_program(struct completion *c, bool is_name)
{
	tell(c, is_name ? "command" : "file");
}

/* ---- what is there now: nothing where the kernel does not tell ---------------------------------- */

static void offer_devices(struct completion *c)
{
	_cleanup_(cleanup_vdpactl_device_list_unref) struct vdpactl_device_list *list = NULL;
	struct vdpactl_ctx *ctx;

	if (cli_open(c->cli, &ctx) != EXIT_CODE_OK || vdpactl_device_list(ctx, 0, &list) < 0)
		return;
	for (size_t i = 0; i < vdpactl_device_list_size(list); i++) {
		const struct vdpactl_device *device = vdpactl_device_list_at(list, i);

		complete_offer(c, device->name, device->mgmtdev ? device->mgmtdev : "device");
	}
}

static void offer_mgmtdevs(struct completion *c)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;
	struct vdpactl_ctx *ctx;

	if (cli_open(c->cli, &ctx) != EXIT_CODE_OK || vdpactl_mgmtdev_list(ctx, &list) < 0)
		return;
	for (size_t i = 0; i < vdpactl_mgmtdev_list_size(list); i++)
		complete_offer(c, vdpactl_mgmtdev_get_name(vdpactl_mgmtdev_list_at(list, i)),
			       "management device");
}

static void offer_definitions(struct completion *c)
{
	_cleanup_json_ json_object *objects = NULL;
	_cleanup_free_ char *reason = NULL;

	if (saved_list(NULL, &objects, &reason) < 0)
		return;
	json_object_object_foreach(objects, name, definition) {
		(void)definition;
		complete_offer(c, name, "definition");
	}
}

/* Features of the management device that was named, else all that have a name. */
static void offer_features(struct completion *c, const char *mgmtdev)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_unref) struct vdpactl_mgmtdev *m = NULL;
	uint32_t device_id = VIRTIO_ID_NET;
	uint64_t known = UINT64_MAX;
	struct vdpactl_ctx *ctx;

	if (mgmtdev && cli_open(c->cli, &ctx) == EXIT_CODE_OK &&
	    vdpactl_mgmtdev_get(ctx, mgmtdev, &m) >= 0) {
		known = m->dev_features ? m->dev_features : known;
		if (!(m->supported_classes >> VIRTIO_ID_NET & 1))
			device_id = VIRTIO_ID_BLOCK;
	}
	tell(c, "list");
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vdpactl_feature_name(device_id, bit);

		if (name && known >> bit & 1)
			offer_element(c, name, "feature");
	}
}

/* ---- by parameter -------------------------------------------------------------------------------- */

/* "vhost|virtio|none": each of them. */
static void offer_alternatives(struct completion *c, const char *metavar)
{
	while (*metavar) {
		size_t n = strcspn(metavar, "|");
		char word[32];

		snprintf(word, sizeof(word), "%.*s", (int)n, metavar);
		complete_offer(c, word, "");
		metavar += n + (metavar[n] == '|');
	}
}

void complete_values(struct completion *c, const struct param *param, const char *mgmtdev)
{
	if (param->values != VALUES_ANY && c->offered >> param->values & 1)
		return;
	c->offered |= 1u << param->values;
	switch (param->values) {
	case VALUES_DEVICE:
		offer_devices(c);
		break;
	case VALUES_MGMTDEV:
		offer_mgmtdevs(c);
		break;
	case VALUES_FEATURES:
		offer_features(c, mgmtdev);
		break;
	case VALUES_DEFINITION:
		offer_definitions(c);
		break;
	case VALUES_FILE:
		tell(c, "file");
		break;
	case VALUES_ANY:
		if (strchr(param->metavar, '|'))
			offer_alternatives(c, param->metavar);
		break;
	}
}
