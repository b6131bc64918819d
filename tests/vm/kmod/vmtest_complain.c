// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest_complain: does what the VM lane has to notice. The tests of the lane itself load it.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

static char *what = "nothing";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "warn, oops, panic, leak or nothing");

/* Several, as one address may still be seen on some stack. */
static void leak(void)
{
	void *p;
	int i;

	for (i = 0; i < 20; i++) {
		p = kmalloc(100, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
}

static int __init vmtest_complain_init(void)
{
	if (!strcmp(what, "warn"))
		WARN(1, "vmtest_complain was asked to warn\n");
	else if (!strcmp(what, "oops"))
		WRITE_ONCE(*(int *)16, 1);
	else if (!strcmp(what, "panic"))
		panic("vmtest_complain was asked to panic");
	else if (!strcmp(what, "leak"))
		leak();
	else if (strcmp(what, "nothing"))
		return -EINVAL;
	return 0;
}

static void __exit vmtest_complain_exit(void)
{
}

module_init(vmtest_complain_init);
module_exit(vmtest_complain_exit);
MODULE_DESCRIPTION("Makes the kernel complain on demand, for the tests of the test machine");
MODULE_LICENSE("GPL");
