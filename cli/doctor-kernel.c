// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel and the machine below it have. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <vdpactl.h>

#include "doctor.h"
#include "kernel-modules.h"
#include "objects.h"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static bool is_there(const struct doctor *d, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", d->cli->env->root, path);
	return access(full, F_OK) == 0;
}

/* ---- vDPA itself ------------------------------------------------------------------------------- */

static void no_module(struct doctor *d)
{
	char headers[sizeof(d->kernel) + 32], remedy[512];

	snprintf(headers, sizeof(headers), "/lib/modules/%s/build", d->kernel);
	if (strncmp(d->kernel, "6.1.", 4) != 0)
		snprintf(remedy, sizeof(remedy),
			 "use a kernel that is built with CONFIG_VDPA; this project's modules are "
			 "for Debian's 6.1");
	else
		snprintf(remedy, sizeof(remedy), "%s%s%sdkms install vdpactl/" VDPACTL_VERSION,
			 is_there(d, headers) ? "" : "apt install linux-headers-",
			 is_there(d, headers) ? "" : d->kernel,
			 is_there(d, headers) ? "" : ", then ");
	doctor_add(d, SEVERITY_PROBLEM, remedy, "kernel %s has no module vdpa", d->kernel);
}

void doctor_check_kernel(struct doctor *d)
{
	int ext;

	if (doctor_read(d, "/proc/sys/kernel/osrelease", d->kernel, sizeof(d->kernel)) < 0)
		strcpy(d->kernel, "?");
	d->kernel[strcspn(d->kernel, "\n")] = '\0';
	switch (kernel_modules_find("vdpa", d->cli->env->root)) {
	case KERNEL_MODULE_LOADED:
		d->has_vdpa = true;
		ext = vdpactl_has_extension(d->cli->ctx);
		doctor_add(d, SEVERITY_OK, NULL, "kernel %s has vDPA, %s", d->kernel,
			   ext > 0 ? "with the extension of this project's modules"
				   : "without the extension of this project's modules");
		break;
	case KERNEL_MODULE_INSTALLED:
		doctor_add(d, SEVERITY_PROBLEM, "modprobe vdpa",
			   "kernel %s has the module vdpa, but it is not loaded", d->kernel);
		break;
	case KERNEL_MODULE_ABSENT:
		no_module(d);
		break;
	}
}

static void check_bus_driver(struct doctor *d, const char *module, const char *driver)
{
	char remedy[128];

	switch (kernel_modules_find(module, d->cli->env->root)) {
	case KERNEL_MODULE_LOADED:
		doctor_add(d, SEVERITY_OK, NULL, "devices can be bound to %s: %s is loaded", driver,
			   module);
		break;
	case KERNEL_MODULE_INSTALLED:
		snprintf(remedy, sizeof(remedy), "modprobe %s", module);
		doctor_add(d, SEVERITY_WARNING, remedy,
			   "devices cannot be bound to %s: %s is not loaded", driver, module);
		break;
	case KERNEL_MODULE_ABSENT:
		snprintf(remedy, sizeof(remedy), "install what %s comes with, if you need %s",
			 module, driver);
		doctor_add(d, SEVERITY_NOTE, remedy,
			   "devices cannot be bound to %s: this kernel has no %s", driver, module);
		break;
	}
}

void doctor_check_modules(struct doctor *d)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;
	int r;

	if (!d->has_vdpa)
		return;
	check_bus_driver(d, "vhost_vdpa", "vhost");
	check_bus_driver(d, "virtio_vdpa", "virtio");
	r = vdpactl_mgmtdev_list(d->cli->ctx, &list);
	if (r < 0)
		doctor_add(d, SEVERITY_PROBLEM, "look into the kernel's log: dmesg",
			   "management devices cannot be listed: %s",
			   vdpactl_get_error_message(d->cli->ctx) ?: strerrordesc_np(-r));
	else if (!vdpactl_mgmtdev_list_size(list))
		doctor_add(d, SEVERITY_WARNING,
			   "load the driver of your hardware, or a simulator: modprobe "
			   "vdpa_sim_net, modprobe vdpa_sim_blk",
			   "there is no management device, so no device can be made");
	else
		doctor_add(d, SEVERITY_OK, NULL, "management devices: %zu",
			   vdpactl_mgmtdev_list_size(list));
}

/* ---- the machine ------------------------------------------------------------------------------- */

void doctor_check_secure_boot(struct doctor *d)
{
	char value[8];
	bool on;
	int n;

	/* Four bytes of attributes, then the value. */
	n = doctor_read(d, SECURE_BOOT, value, sizeof(value));
	on = n == 5 && value[4] == 1;
	if (n < 0 && n != -ENOENT)
		doctor_add(d, SEVERITY_NOTE, NULL, "whether Secure Boot is on cannot be read: %s",
			   strerrordesc_np(-n));
	else if (!on)
		doctor_add(d, SEVERITY_OK, NULL, "Secure Boot is off: modules need no signature");
	else if (d->has_vdpa)
		doctor_add(d, SEVERITY_OK, NULL, "Secure Boot is on, and vdpa is loaded");
	else
		doctor_add(d, SEVERITY_WARNING,
			   "have DKMS sign them, and trust its key: mokutil --import "
			   "/var/lib/dkms/mok.pub, then reboot",
			   "Secure Boot is on: modules that are built here load only when they are "
			   "signed with a key that the machine trusts");
}

/* Whether some management device is hardware. */
static bool has_hardware(struct doctor *d)
{
	_cleanup_(cleanup_vdpactl_mgmtdev_list_unref) struct vdpactl_mgmtdev_list *list = NULL;

	if (vdpactl_mgmtdev_list(d->cli->ctx, &list) < 0)
		return false;
	for (size_t i = 0; i < vdpactl_mgmtdev_list_size(list); i++)
		if (strchr(vdpactl_mgmtdev_get_name(vdpactl_mgmtdev_list_at(list, i)), '/'))
			return true;
	return false;
}

void doctor_check_iommu(struct doctor *d)
{
	size_t n = doctor_count(d, "/sys/class/iommu");

	if (n)
		doctor_add(d, SEVERITY_OK, NULL, "IOMMUs at work: %zu", n);
	else if (has_hardware(d))
		doctor_add(d, SEVERITY_PROBLEM,
			   "turn it on in the firmware's setup, and with intel_iommu=on on the "
			   "kernel's command line",
			   "no IOMMU is at work, so hardware cannot be bound to vhost");
	else
		doctor_add(d, SEVERITY_OK, NULL,
			   "no IOMMU is at work; simulated devices need none");
}

void doctor_check_autoprobe(struct doctor *d)
{
	char value[8];

	if (doctor_read(d, "/sys/bus/vdpa/drivers_autoprobe", value, sizeof(value)) < 0)
		return;
	if (value[0] != '0')
		doctor_add(d, SEVERITY_OK, NULL, "the kernel binds new devices by itself");
	else if (is_there(d, "/run/vdpactl/autoprobe.open"))
		doctor_add(d, SEVERITY_WARNING, "as root, create any device: that restores it",
			   "a program that died left automatic binding off");
	else
		doctor_add(d, SEVERITY_NOTE, "echo 1 >/sys/bus/vdpa/drivers_autoprobe",
			   "somebody turned automatic binding off: new devices stay unbound "
			   "unless they are made with a driver");
}
