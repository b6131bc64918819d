// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rings full of nonsense. Memory is an exact allocation, so that the address sanitizer sees a byte
 * touched outside; what is asserted here is that the engine ends and keeps its own promises.
 */
#include <stdio.h>

#include "driver.h"
#include "tap.h"

#define NUM 16u

static u64 state;

static u32 rnd(u32 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 20) % below;
}

/* Mostly plausible, so that the walk gets past the first check. */
static struct vring_desc rnd_desc(void)
{
	static const u64 odd[] = { 0, 1, U64_MAX, U64_MAX - 15, 1ull << 63, IOVA_BASE - 1 };
	struct vring_desc desc = {
		.addr = driver_iova(rnd(GUEST_SIZE)),
		.len = rnd(4) ? rnd(3000) : rnd(20) * 16,
		.flags = rnd(8),
		.next = rnd(NUM),
	};

	if (!rnd(16))
		desc.addr = odd[rnd(6)];
	if (!rnd(16))
		desc.len = rnd(2) ? UINT32_MAX : 0;
	if (!rnd(16))
		desc.flags = rnd(65536);
	if (!rnd(16))
		desc.next = rnd(65536);
	return desc;
}

/* Mostly available; a table's or a split ring's descriptor has its flags where this has its id. */
static void scribble_packed(struct driver *d)
{
	u16 place = d->q.next_avail, flags;

	for (u32 i = 0; i < d->cfg.num; i++, place = packed_advance(d, place, 1)) {
		struct vring_desc desc = rnd_desc();

		flags = (u16)((desc.flags & 7) | (place & DVQ_WRAP ? 0x80 : 0x8000));
		if (!rnd(8))
			flags = (u16)rnd(65536);
		d->packed[place & DVQ_PLACE] =
			(struct vring_packed_desc){ desc.addr, desc.len, desc.next, flags };
	}
	d->wish->off_wrap = (u16)rnd(65536);
	d->wish->flags = (u16)(rnd(8) ? rnd(3) : rnd(65536));
}

static void scribble_split(struct driver *d)
{
	for (u32 i = 0; i < NUM; i++)
		d->ring.desc[i] = rnd_desc();
	for (u32 i = 0; i < NUM; i++)
		d->ring.avail->ring[i] = rnd(64) ? rnd(NUM) : rnd(65536);
	d->ring.avail->flags = rnd(65536);
	vring_used_event(&d->ring) = rnd(65536);
	d->ring.avail->idx = d->q.next_avail + (rnd(8) ? rnd(NUM + 1) : rnd(65536));
}

static void scribble(struct driver *d)
{
	for (u32 off = GUEST_DATA; off < GUEST_SIZE; off += sizeof(struct vring_desc))
		*(struct vring_desc *)(d->mem + off) = rnd_desc();
	(d->cfg.packed ? scribble_packed : scribble_split)(d);
	for (u32 i = 0; i < d->as->n; i++)
		d->as->map[i].perm = rnd(8) ? DVQ_READ | DVQ_WRITE : rnd(4);
}

static void use_chain(struct driver *d, const struct dvq_chain *c)
{
	struct dvq_iter out, in;
	u8 buf[512];
	u32 len;

	ck_assert_uint_le(c->nout + c->nin, d->cfg.num);
	if (c->error) {
		ck_assert_uint_eq(c->out_len + c->in_len, 0);
		return;
	}
	dvq_iter_out(&out, &d->q, c);
	dvq_iter_in(&in, &d->q, c);
	dvq_read(&out, buf, rnd(sizeof(buf)));
	dvq_write(&in, buf, rnd(sizeof(buf)));
	len = (u32)min_t(u64, min_t(u64, out.left, in.left), 100000);
	dvq_copy(&in, &out, len);
}

static bool drain(struct driver *d)
{
	struct dvq_chain c;
	u32 n = 0;
	int r = 0;

	/* What is written into buffers may well make more available. */
	while (++n < 4 * NUM && (r = dvq_pop(&d->q, &c)) == 1) {
		use_chain(d, &c);
		dvq_push(&d->q, &c, rnd(UINT32_MAX));
		if (n % 5 == 0)
			dvq_publish(&d->q);
		ck_assert(!d->cfg.packed || (d->q.next_avail & DVQ_PLACE) < d->cfg.num);
		ck_assert(!d->cfg.packed || (d->q.next_used & DVQ_PLACE) < d->cfg.num);
	}
	dvq_publish(&d->q);
	dvq_kick_enable(&d->q);
	return r >= 0;
}

START_TEST(ends_and_stays_inside)
{
	u32 served = 0, unmapped = 0, refused = 0;

	state = 0x9e3779b97f4a7c15ull * ((u64)_i + 1);
	for (u32 round = 0; round < 300; round++) {
		struct driver d;
		u64 features = rnd(2) ? 3ull << VIRTIO_RING_F_INDIRECT_DESC : 0;

		if (_i % 2)
			packed_init(&d, NUM - 3, features, (u16)(rnd(2) * DVQ_WRAP + rnd(NUM - 3)));
		else
			driver_init(&d, NUM, features, rnd(65536));
		for (u32 i = 0; i < 4; i++) {
			scribble(&d);
			dvq_set_as(&d.q, d.as);
			if (dvq_map(&d.q) < 0) {
				unmapped++;
				break;
			}
			if (!drain(&d)) {
				refused++;
				break;
			}
			served++;
		}
		driver_fini(&d);
	}
	/* The generator must reach all sides. */
	ck_assert_uint_gt(served, 50);
	ck_assert_uint_gt(unmapped, 20);
	ck_assert_uint_gt(refused, 20);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vring-hostile");
	TCase *tc = tcase_create("hostile");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, ends_and_stays_inside, 0, 20);
	suite_add_tcase(s, tc);
	return tap_main(s);
}
