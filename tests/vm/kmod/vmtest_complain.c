// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest_complain: does what the VM lane has to notice. The tests of the lane itself load it.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/timer.h>

static char *what = "nothing";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "what is done; one of the names in the table of the source, or nothing");

static int complain_warn(void)
{
	WARN(1, "vmtest_complain was asked to warn\n");
	return 0;
}

static int complain_oops(void)
{
	WRITE_ONCE(*(int *)16, 1);
	return 0;
}

static int complain_panic(void)
{
	panic("vmtest_complain was asked to panic");
}

/* Several, as one address may still be seen on some stack. */
static int complain_leak(void)
{
	void *p;
	int i;

	for (i = 0; i < 20; i++) {
		p = kmalloc(100, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
	return 0;
}

/* What only a kernel that watches itself complains of; elsewhere it passes, or breaks something. */

static int complain_kasan(void)
{
	char *p = kmalloc(100, GFP_KERNEL);
	char c;

	if (!p)
		return -ENOMEM;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	c = READ_ONCE(*p);
	OPTIMIZER_HIDE_VAR(c);
	return 0;
}

static int complain_ubsan(void)
{
	int value = 1, by = 40;

	OPTIMIZER_HIDE_VAR(by);
	value <<= by;
	OPTIMIZER_HIDE_VAR(value);
	return 0;
}

static int complain_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
	return 0;
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

/* Two locks in both orders, one after the other: nothing hangs, but two tasks could. */
static int complain_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static void tick(struct timer_list *timer)
{
}

/* A timer that runs is freed. Debug objects stop it, so that it does no harm. */
static int complain_object(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return -ENOMEM;
	timer_setup(timer, tick, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
	return 0;
}

static int complain_dma(void)
{
	struct platform_device *device;
	int err;

	device = platform_device_register_simple("vmtest_complain", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	err = dma_set_mask_and_coherent(&device->dev, DMA_BIT_MASK(64));
	/* What was never mapped. */
	if (!err)
		dma_unmap_page(&device->dev, PAGE_SIZE, PAGE_SIZE, DMA_TO_DEVICE);
	platform_device_unregister(device);
	return err;
}

/* A task that waits without end, as long as hung tasks are looked for every second. */
static int complain_hung(void)
{
	DECLARE_COMPLETION_ONSTACK(never);

	wait_for_completion_timeout(&never, 8 * HZ);
	return 0;
}

static const struct {
	const char *name;
	int (*complain)(void);
} complaints[] = {
	{ "warn", complain_warn },	 { "oops", complain_oops },
	{ "panic", complain_panic },	 { "leak", complain_leak },
	{ "kasan", complain_kasan },	 { "ubsan", complain_ubsan },
	{ "sleep", complain_sleep },	 { "order", complain_order },
	{ "object", complain_object },	 { "dma", complain_dma },
	{ "hung", complain_hung },
};

static int __init vmtest_complain_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(complaints); i++)
		if (!strcmp(what, complaints[i].name))
			return complaints[i].complain();
	return strcmp(what, "nothing") ? -EINVAL : 0;
}

static void __exit vmtest_complain_exit(void)
{
}

module_init(vmtest_complain_init);
module_exit(vmtest_complain_exit);
MODULE_DESCRIPTION("Makes the kernel complain on demand, for the tests of the test machine");
MODULE_LICENSE("GPL");
