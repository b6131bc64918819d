// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver and a device that sleep until they are told. If a notification were suppressed that is
 * needed, or an entry shown before its content, this hangs or sees the wrong bytes.
 */
#include <pthread.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "driver.h"
#include "tap.h"

#define NUM	8u
#define BUFFERS 60000u

static struct driver d;
static int kick_fd, call_fd;
static u32 kicks, calls;

static void signal_fd(int fd)
{
	u64 one = 1;

	ck_assert_int_eq(write(fd, &one, sizeof(one)), sizeof(one));
}

static bool wait_fd(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 value;

	if (poll(&p, 1, 20000) != 1)
		return false;
	return read(fd, &value, sizeof(value)) == sizeof(value);
}

/* Answer each buffer with its first four bytes plus one. */
static void *device(void *unused)
{
	struct dvq_chain c;
	u32 done = 0;

	while (done < BUFFERS) {
		dvq_kick_disable(&d.q);
		while (dvq_pop(&d.q, &c) == 1) {
			struct dvq_iter out, in;
			u32 value;

			dvq_iter_out(&out, &d.q, &c);
			dvq_iter_in(&in, &d.q, &c);
			if (dvq_read(&out, &value, sizeof(value)) < 0)
				return NULL;
			value++;
			if (dvq_write(&in, &value, sizeof(value)) < 0)
				return NULL;
			dvq_push(&d.q, &c, sizeof(value));
			if (++done % 3 == 0 && dvq_publish(&d.q)) {
				calls++;
				signal_fd(call_fd);
			}
		}
		if (dvq_publish(&d.q)) {
			calls++;
			signal_fd(call_fd);
		}
		if (done < BUFFERS && !dvq_kick_enable(&d.q) && !wait_fd(kick_fd))
			return NULL;
	}
	return &d;
}

/* ---- the driver: what differs with the kind of ring ------------------------------------------- */

struct kind {
	void (*init)(struct driver *d, u32 num, u64 features, u16 index);
	void (*post)(u32 slot, u64 out, u64 in);
	bool (*wants_kick)(u16 old);
	bool (*take)(struct driver *d, struct vring_used_elem *ret);
	void (*listen)(void);
	void (*do_not_listen)(void);
};

static void split_post(u32 slot, u64 out, u64 in)
{
	driver_desc(&d, slot, out, 4, VRING_DESC_F_NEXT, slot + NUM / 2);
	driver_desc(&d, slot + NUM / 2, in, 4, VRING_DESC_F_WRITE, 0);
	driver_post(&d, slot);
}

static bool split_wants_kick(u16 old)
{
	if (d.cfg.event_idx)
		return vring_need_event(
			__atomic_load_n(&vring_avail_event(&d.ring), __ATOMIC_RELAXED), d.avail_idx,
			old);
	return !(__atomic_load_n(&d.ring.used->flags, __ATOMIC_RELAXED) & VRING_USED_F_NO_NOTIFY);
}

static void split_listen(void)
{
	if (d.cfg.event_idx)
		__atomic_store_n(&vring_used_event(&d.ring), d.used_idx, __ATOMIC_RELAXED);
	else
		__atomic_store_n(&d.ring.avail->flags, 0, __ATOMIC_RELAXED);
}

static void split_do_not_listen(void)
{
	if (!d.cfg.event_idx)
		__atomic_store_n(&d.ring.avail->flags, VRING_AVAIL_F_NO_INTERRUPT,
				 __ATOMIC_RELAXED);
}

static void packed_post_both(u32 slot, u64 out, u64 in)
{
	struct vring_packed_desc chain[] = {
		{ out, 4, (u16)slot, 0 },
		{ in, 4, (u16)slot, VRING_DESC_F_WRITE },
	};

	packed_post(&d, chain, 2);
}

static bool packed_wants_kick(u16 old)
{
	u32 wish = __atomic_load_n((u32 *)d.device_wish, __ATOMIC_RELAXED);
	u16 place = (u16)wish;

	if (wish >> 16 != VRING_PACKED_EVENT_FLAG_DESC)
		return wish >> 16 == VRING_PACKED_EVENT_FLAG_ENABLE;
	for (; old != d.avail_idx; old = packed_advance(&d, old, 1))
		if (old == place)
			return true;
	return false;
}

static void packed_wish(u32 how)
{
	__atomic_store_n((u32 *)d.wish, how << 16 | d.used_idx, __ATOMIC_RELAXED);
}

static void packed_listen(void)
{
	packed_wish(d.cfg.event_idx ? VRING_PACKED_EVENT_FLAG_DESC
				    : VRING_PACKED_EVENT_FLAG_ENABLE);
}

static void packed_do_not_listen(void)
{
	packed_wish(VRING_PACKED_EVENT_FLAG_DISABLE);
}

static const struct kind kinds[] = {
	{ driver_init, split_post, split_wants_kick, driver_take, split_listen,
	  split_do_not_listen },
	{ packed_init, packed_post_both, packed_wants_kick, packed_take, packed_listen,
	  packed_do_not_listen },
};
static const struct kind *kind;

/* ---- the driver ------------------------------------------------------------------------------ */

static void post(u32 slot, u32 value)
{
	const u32 off = GUEST_DATA + slot * 64;
	u16 old = d.avail_idx;

	memcpy(d.mem + off, &value, sizeof(value));
	kind->post(slot, driver_iova(off), driver_iova(off + 32));
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!kind->wants_kick(old))
		return;
	kicks++;
	signal_fd(kick_fd);
}

/* Take one used entry, waited for. */
static void take(struct vring_used_elem *ret)
{
	if (kind->take(&d, ret))
		return;
	kind->listen();
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (!kind->take(&d, ret))
		ck_assert_msg(wait_fd(call_fd), "no call for 20 s");
	kind->do_not_listen();
}

START_TEST(no_wakeup_is_lost)
{
	u32 next = 0, seen = 0, value[NUM];
	struct vring_used_elem e;
	pthread_t thread;
	void *ret;

	kind = &kinds[_i / 2];
	kind->init(&d, NUM, _i % 2 ? 1ull << VIRTIO_RING_F_EVENT_IDX : 0,
		   _i / 2 ? DVQ_WRAP | (NUM - 1) : 65000);
	kicks = calls = 0;
	kick_fd = eventfd(0, EFD_CLOEXEC);
	call_fd = eventfd(0, EFD_CLOEXEC);
	ck_assert_int_eq(pthread_create(&thread, NULL, device, NULL), 0);

	while (next < NUM / 2 && next < BUFFERS) {
		value[next] = next;
		post(next, next);
		next++;
	}
	while (seen < BUFFERS) {
		u32 answer;

		take(&e);
		ck_assert_uint_eq(e.len, 4);
		memcpy(&answer, d.mem + GUEST_DATA + e.id * 64 + 32, sizeof(answer));
		ck_assert_uint_eq(answer, value[e.id] + 1);
		seen++;
		if (next < BUFFERS) {
			value[e.id] = next;
			post(e.id, next++);
		}
	}
	pthread_join(thread, &ret);
	ck_assert_ptr_eq(ret, &d);
	ck_assert_uint_gt(kicks, 0);
	ck_assert_uint_gt(calls, 0);
	close(kick_fd);
	close(call_fd);
	driver_fini(&d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-threads");
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 90);
	tcase_add_loop_test(tc, no_wakeup_is_lost, 0, 4);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
