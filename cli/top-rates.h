/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rates from two readings of counters, see stats-read.h. */
#ifndef VDPACTL_CLI_TOP_RATES_H
#define VDPACTL_CLI_TOP_RATES_H

#include <json-c/json.h>

#include "output.h"

/*
 * What was counted in a second of the time between.
 * @before, @now: devices, each an array of queues
 * @ret_rates: the same with each counter's rate instead of its value, numbers; owned
 * A queue that was not there before, or whose counters began anew, has no rates yet and is left out.
 * Returns 0 or -ENOMEM.
 */
int top_rates(json_object *before, json_object *now, double seconds, json_object **ret_rates);

/* The column of the table in which rates begin. */
#define TOP_NUMBERS_FROM 3

/*
 * A line for each queue, the busiest first.
 * @max_rows: besides the heading; 0: all
 * @ret_left_out: how many there are besides
 * @ret_table: owned
 * Returns 0 or -ENOMEM.
 */
int top_table(json_object *rates, size_t max_rows, size_t *ret_left_out, struct table **ret_table);

/* 1234567 as "1.23M", in at most five characters. */
void top_number(double value, char buf[16]);

#endif
