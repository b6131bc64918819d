// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autoprobe.h"
#include "ctx.h"
#include "uapi/vdpactl-netlink.h"

#define TIMEOUT_MS (10 * 1000)
#define RUN_DIR	   "/run/vdpactl"

/* A host on which devices come and go all the time still gets an answer: that of the last attempt fails. */
#define DUMP_ATTEMPTS 20

static const struct {
	const char *name;
	int version;
} families[CTX_FAMILIES] = {
	[CTX_VDPA] = { VDPANL_FAMILY, VDPANL_VERSION },
	[CTX_EXT] = { VDPACTL_NL_FAMILY, VDPACTL_NL_VERSION },
};

int ctx_new_with(const struct ctx_seams *seams, struct vdpactl_ctx **ret_ctx)
{
	struct vdpactl_ctx *ctx;

	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	ctx->n_refs = 1;
	ctx->seams = *seams;
	/* Somebody may have crashed with automatic binding turned off: whoever may turns it on again. */
	autoprobe_recover(ctx);
	*ret_ctx = ctx;
	return 0;
}

int vdpactl_new(struct vdpactl_ctx **ret_ctx)
{
	static const struct ctx_seams kernel = {
		.nl = &nl_transport_kernel,
		.sysfs = &sysfs_kernel,
		.run_dir = RUN_DIR,
		.timeout_ms = TIMEOUT_MS,
	};

	return ctx_new_with(&kernel, ret_ctx);
}

struct vdpactl_ctx *vdpactl_ref(struct vdpactl_ctx *ctx)
{
	ctx->n_refs++;
	return ctx;
}

struct vdpactl_ctx *vdpactl_unref(struct vdpactl_ctx *ctx)
{
	if (!ctx || --ctx->n_refs)
		return NULL;
	autoprobe_let_go(ctx);
	nl_conn_free(ctx->conn);
	free(ctx->error);
	free(ctx);
	return NULL;
}

const char *vdpactl_get_error_message(struct vdpactl_ctx *ctx)
{
	return ctx->error;
}

void ctx_begin(struct vdpactl_ctx *ctx)
{
	free(ctx->error);
	ctx->error = NULL;
}

int ctx_fail(struct vdpactl_ctx *ctx, int error, const char *format, ...)
{
	char *text;
	va_list ap;
	int r;

	va_start(ap, format);
	r = vasprintf(&text, format, ap);
	va_end(ap);
	if (r < 0)
		return error;
	/* Only now: the old text may be one of the arguments. */
	free(ctx->error);
	ctx->error = text;
	return error;
}

int ctx_connection(struct vdpactl_ctx *ctx, struct nl_conn **ret_conn)
{
	int r;

	if (!ctx->conn) {
		r = nl_conn_new(ctx->seams.nl, ctx->seams.nl_userdata, ctx->seams.timeout_ms,
				&ctx->conn);
		if (r < 0)
			return ctx_fail(ctx, r, "cannot open a netlink socket: %s",
					strerrordesc_np(-r));
	}
	*ret_conn = ctx->conn;
	return 0;
}

int ctx_family(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_family *ret_family)
{
	struct nl_family *known = &ctx->families[family];
	struct nl_conn *conn;
	int r;

	if (!known->id) {
		r = ctx_connection(ctx, &conn);
		if (r < 0)
			return r;
		r = nl_conn_family(conn, families[family].name, known);
		if (r == -EPROTONOSUPPORT)
			return ctx_fail(ctx, r,
					"the kernel has no netlink family \"%s\" (is module vdpa "
					"loaded?)",
					families[family].name);
		if (r < 0)
			return r;
	}
	*ret_family = *known;
	return 0;
}

/*
 * A module that was unloaded and loaded again has other ids, or is another one: what is known of both is
 * only good together.
 */
static void forget_families(struct vdpactl_ctx *ctx)
{
	memset(ctx->families, 0, sizeof(ctx->families));
}

int ctx_has_ext(struct vdpactl_ctx *ctx)
{
	struct nl_family family;
	int r;

	r = ctx_family(ctx, CTX_EXT, &family);
	if (r == -EPROTONOSUPPORT)
		ctx_begin(ctx);
	return r == -EPROTONOSUPPORT ? 0 : r < 0 ? r : 1;
}

int vdpactl_has_extension(struct vdpactl_ctx *ctx)
{
	ctx_begin(ctx);
	/* The module may be another one by now. */
	forget_families(ctx);
	return ctx_has_ext(ctx);
}

struct nl_msg *ctx_message(int command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	/* Family and version are filled in when it is sent. */
	if (msg && !genlmsg_put(msg, 0, 0, 0, 0, flags, command, 1)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int send_once(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_msg *msg,
		     nl_handler handler, void *userdata)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));
	struct nl_family known;
	struct nl_conn *conn;
	int r;

	r = ctx_family(ctx, family, &known);
	if (r >= 0)
		r = ctx_connection(ctx, &conn);
	if (r < 0)
		return r;
	nlmsg_hdr(msg)->nlmsg_type = known.id;
	header->version = families[family].version;
	r = nl_conn_request(conn, msg, handler, userdata);
	if (r < 0 && nl_conn_error(conn))
		ctx_fail(ctx, r, "%s", nl_conn_error(conn));
	return r;
}

/* A family id that has become void is known by this error and nothing was done. */
static int send_to_family(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_msg *msg,
			  nl_handler handler, void *userdata)
{
	int r;

	r = send_once(ctx, family, msg, handler, userdata);
	if (r != -ENOENT)
		return r;
	forget_families(ctx);
	return send_once(ctx, family, msg, handler, userdata);
}

int ctx_request(struct vdpactl_ctx *ctx, enum ctx_family family, struct nl_msg *msg,
		nl_handler handler, void (*restart)(void *userdata), void *userdata)
{
	int r = -EINTR;

	for (int i = 0; i < (restart ? DUMP_ATTEMPTS : 1); i++) {
		r = send_to_family(ctx, family, msg, handler, userdata);
		if (r != -EINTR)
			break;
		if (restart)
			restart(userdata);
	}
	if (r == -EINTR && restart)
		return ctx_fail(ctx, -EAGAIN, "devices change faster than they can be listed");
	if (r == -EINTR)
		return ctx_fail(ctx, -ENOBUFS, "the kernel's answer was lost");
	if (r == -ETIMEDOUT)
		return ctx_fail(ctx, r, "the kernel did not answer in time");
	if (r == -EBADMSG)
		return ctx_fail(ctx, r, "the kernel's answer is not understood");
	return r;
}
