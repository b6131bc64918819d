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

static void post(u32 slot, u32 value)
{
	const u32 off = GUEST_DATA + slot * 64;
	u16 old = d.avail_idx;

	memcpy(d.mem + off, &value, sizeof(value));
	driver_desc(&d, slot, driver_iova(off), 4, VRING_DESC_F_NEXT, slot + NUM / 2);
	driver_desc(&d, slot + NUM / 2, driver_iova(off + 32), 4, VRING_DESC_F_WRITE, 0);
	driver_post(&d, slot);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (d.cfg.event_idx) {
		u16 event = __atomic_load_n(&vring_avail_event(&d.ring), __ATOMIC_RELAXED);

		if (!vring_need_event(event, d.avail_idx, old))
			return;
	} else if (__atomic_load_n(&d.ring.used->flags, __ATOMIC_RELAXED) &
		   VRING_USED_F_NO_NOTIFY) {
		return;
	}
	kicks++;
	signal_fd(kick_fd);
}

static bool used_ready(void)
{
	return __atomic_load_n(&d.ring.used->idx, __ATOMIC_ACQUIRE) != d.used_idx;
}

static void wait_used(void)
{
	if (used_ready())
		return;
	if (d.cfg.event_idx)
		__atomic_store_n(&vring_used_event(&d.ring), d.used_idx, __ATOMIC_RELAXED);
	else
		__atomic_store_n(&d.ring.avail->flags, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while (!used_ready())
		ck_assert_msg(wait_fd(call_fd), "no call for 20 s");
	if (!d.cfg.event_idx)
		__atomic_store_n(&d.ring.avail->flags, VRING_AVAIL_F_NO_INTERRUPT,
				 __ATOMIC_RELAXED);
}

START_TEST(no_wakeup_is_lost)
{
	u32 next = 0, seen = 0, free_slots = NUM / 2, value[NUM];
	struct vring_used_elem e;
	pthread_t thread;
	void *ret;

	driver_init(&d, NUM, _i ? 1ull << VIRTIO_RING_F_EVENT_IDX : 0, 65000);
	kick_fd = eventfd(0, EFD_CLOEXEC);
	call_fd = eventfd(0, EFD_CLOEXEC);
	ck_assert_int_eq(pthread_create(&thread, NULL, device, NULL), 0);

	while (next < NUM / 2 && next < BUFFERS) {
		value[next] = next;
		post(next, next);
		next++;
		free_slots--;
	}
	while (seen < BUFFERS) {
		u32 answer;

		wait_used();
		ck_assert(driver_take(&d, &e));
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
	tcase_add_loop_test(tc, no_wakeup_is_lost, 0, 2);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
