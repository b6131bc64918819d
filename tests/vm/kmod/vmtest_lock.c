// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest_lock: holds the lock of a page of somebody's memory, as a file system does that waits for its server. Writing an
 * address of the writer's to parameter "address" begins that, 0 ends it.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>

static struct page *locked; /* NULL for none. Parameters are written one at a time. */

static void stop(void)
{
	if (!locked)
		return;
	unlock_page(locked);
	put_page(locked);
	locked = NULL;
}

static int set_address(const char *value, const struct kernel_param *param)
{
	unsigned long address;
	struct page *page;
	int err;

	err = kstrtoul(value, 0, &address);
	if (err)
		return err;
	stop();
	if (!address)
		return 0;
	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	lock_page(page);
	locked = page;
	return 0;
}

static const struct kernel_param_ops address_ops = { .set = set_address };
module_param_cb(address, &address_ops, NULL, 0200);
MODULE_PARM_DESC(address, "of the page to lock, 0 for none");

static int __init vmtest_lock_init(void)
{
	return 0;
}

static void __exit vmtest_lock_exit(void)
{
	stop();
}

module_init(vmtest_lock_init);
module_exit(vmtest_lock_exit);
MODULE_DESCRIPTION("Locked pages, for tests");
MODULE_LICENSE("GPL");
