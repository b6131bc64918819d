// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest_bypass: does what KVM does to take over a device's interrupt: it listens at the bypass manager for the producer of
 * one eventfd. Writing the number of an eventfd of the writer's to parameter "fd" begins that, -1 ends it; parameter "irq"
 * is the interrupt that is passed by just now, or -1.
 */
#include <linux/eventfd.h>
#include <linux/irqbypass.h>
#include <linux/module.h>

static int irq = -1;
module_param(irq, int, 0444);
MODULE_PARM_DESC(irq, "interrupt that is passed by, -1 for none");

static int add_producer(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(irq, producer->irq);
	return 0;
}

static void del_producer(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(irq, -1);
}

/* Its token is the eventfd that it listens for, NULL for none. Parameters are written one at a time. */
static struct irq_bypass_consumer consumer = {
	.add_producer = add_producer,
	.del_producer = del_producer,
};

static void stop(void)
{
	struct eventfd_ctx *ctx = consumer.token;

	if (!ctx)
		return;
	irq_bypass_unregister_consumer(&consumer);
	consumer.token = NULL;
	eventfd_ctx_put(ctx);
}

static int set_fd(const char *value, const struct kernel_param *param)
{
	struct eventfd_ctx *ctx;
	int fd, err;

	err = kstrtoint(value, 0, &fd);
	if (err)
		return err;
	stop();
	if (fd < 0)
		return 0;
	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	consumer.token = ctx;
	err = irq_bypass_register_consumer(&consumer);
	if (err) {
		consumer.token = NULL;
		eventfd_ctx_put(ctx);
	}
	return err;
}

static const struct kernel_param_ops fd_ops = { .set = set_fd };
module_param_cb(fd, &fd_ops, NULL, 0200);
MODULE_PARM_DESC(fd, "eventfd to listen for, -1 for none");

static int __init vmtest_bypass_init(void)
{
	return 0;
}

static void __exit vmtest_bypass_exit(void)
{
	stop();
}

module_init(vmtest_bypass_init);
module_exit(vmtest_bypass_exit);
MODULE_DESCRIPTION("A user of passed-by interrupts, for tests");
MODULE_LICENSE("GPL");
