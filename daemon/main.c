// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <vdpactl.h>

#include "daemon.h"
#include "log.h"
#include "util/cleanup.h"

static const char usage[] = "Usage: vdpactld [OPTION...]\n"
			    "Manage vDPA devices for clients of the D-Bus service org.vdpactl1.\n"
			    "\n"
			    "  -t, --timeout SECONDS  tell a client so when a change takes longer "
			    "(1 to 3600, default 20)\n"
			    "  -h, --help             show this text\n"
			    "  -V, --version          show the version\n"
			    "\n"
			    "See vdpactld(8).\n";

static int library_ctx(void *userdata, struct vdpactl_ctx **ret_ctx)
{
	return vdpactl_new(ret_ctx);
}

static int parse_timeout(const char *text, uint64_t *ret_usec)
{
	unsigned long seconds;
	char *end;

	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (errno || *end || end == text || text[0] == '-' || seconds < 1 || seconds > 3600) {
		fprintf(stderr, "vdpactld: --timeout %s: not a number of seconds from 1 to 3600\n",
			text);
		return -EINVAL;
	}
	*ret_usec = seconds * 1000000ULL;
	return 0;
}

/* Returns 1 to go on, 0 when all is said, -errno for bad arguments. */
static int parse_arguments(int argc, char **argv, struct daemon_config *config)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c, r;

	while ((c = getopt_long(argc, argv, "t:hV", options, NULL)) >= 0) {
		switch (c) {
		case 't':
			r = parse_timeout(optarg, &config->manager.timeout);
			if (r < 0)
				return r;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("vdpactld " VDPACTL_VERSION);
			return 0;
		default:
			return -EINVAL;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vdpactld: unexpected argument %s\n", argv[optind]);
		return -EINVAL;
	}
	return 1;
}

/* SIGTERM and SIGINT end the loop; they have to be blocked before the first thread starts. */
static int add_signals(sd_event *event)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
	if (r < 0)
		return r;
	return sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
}

static int run(const struct daemon_config *config)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(cleanup_daemon_free) struct daemon *daemon = NULL;
	int r;

	r = sd_event_default(&event);
	if (r >= 0)
		r = add_signals(event);
	if (r >= 0)
		r = sd_event_set_watchdog(event, 1);
	if (r >= 0)
		r = daemon_new(event, config, &daemon);
	if (r >= 0)
		r = sd_event_loop(event);
	if (r < 0)
		log_error("stopping: %s", strerrordesc_np(-r));
	return r;
}

int main(int argc, char **argv)
{
	static const char *const directories[] = {
		"/etc/vdpactl/devices.d",
		"/run/vdpactl/devices.d",
		"/usr/lib/vdpactl/devices.d",
		NULL,
	};
	struct daemon_config config = {
		.manager = { .ctx_new = library_ctx,
			     .workplace = { directories, "/dev/vdpa/by-name",
					    "/run/vdpactl/started",
					    "/run/vdpactl-drivers/load-error" },
			     .timeout = 20 * 1000000ULL },
		.notify = true,
	};
	int r;

	r = parse_arguments(argc, argv, &config);
	if (r <= 0)
		return r < 0 ? 2 : EXIT_SUCCESS;
	return run(&config) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
