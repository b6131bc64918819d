// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top-rates.h"

/* More kinds of counters than this have no column; they are in JSON. */
#define COLUMNS_MAX 8

static bool is_counter(const char *key)
{
	return strcmp(key, "queue") != 0 && strcmp(key, "queue_type") != 0;
}

static int add(json_object *object, const char *key, json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* ---- rates ------------------------------------------------------------------------------------- */

/* One queue: 1 and its rates, 0 when there are none yet, or -ENOMEM. */
static int queue_rates(json_object *before, json_object *now, double seconds, json_object **ret)
{
	_cleanup_json_ json_object *rates = json_object_new_object();
	int r = rates ? 0 : -ENOMEM;

	json_object_object_foreach(now, key, value) {
		uint64_t old, new = json_object_get_uint64(value);
		json_object *counter;

		if (r < 0)
			return r;
		if (!is_counter(key)) {
			r = add(rates, key, json_object_get(value));
			continue;
		}
		if (!json_object_object_get_ex(before, key, &counter))
			return 0;
		old = json_object_get_uint64(counter);
		if (new < old)
			return 0;
		r = add(rates, key, json_object_new_double((double)(new - old) / seconds));
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rates);
	return 1;
}

static int device_rates(json_object *before, json_object *now, double seconds,
			json_object **ret_queues)
{
	_cleanup_json_ json_object *queues = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(now); i++) {
		json_object *rates;
		int r;

		if (i >= json_object_array_length(before))
			break;
		r = queue_rates(json_object_array_get_idx(before, i),
				json_object_array_get_idx(now, i), seconds, &rates);
		if (r > 0 && (!queues || json_object_array_add(queues, rates) < 0)) {
			json_object_put(rates);
			r = -ENOMEM;
		}
		if (r < 0)
			return r;
	}
	*ret_queues = TAKE_PTR(queues);
	return *ret_queues ? 0 : -ENOMEM;
}

int top_rates(json_object *before, json_object *now, double seconds, json_object **ret_rates)
{
	_cleanup_json_ json_object *rates = json_object_new_object();
	int r = rates ? 0 : -ENOMEM;

	json_object_object_foreach(now, name, queues) {
		json_object *old, *found = NULL;

		if (r < 0)
			return r;
		if (!json_object_object_get_ex(before, name, &old))
			continue;
		r = device_rates(old, queues, seconds, &found);
		if (r >= 0 && json_object_array_length(found))
			r = add(rates, name, found);
		else
			json_object_put(found);
	}
	if (r < 0)
		return r;
	*ret_rates = TAKE_PTR(rates);
	return 0;
}

/* ---- as a table --------------------------------------------------------------------------------- */

void top_number(double value, char buf[16])
{
	static const char units[] = " kMGTPE";
	size_t unit = 0;

	while (value >= 999.5 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	snprintf(buf, 16, "%.*f%.*s", unit && value < 9.995 ? 2 : unit && value < 99.95, value,
		 unit ? 1 : 0, &units[unit]);
}

/* "rx packets" of a queue of type "rx" is "packets": the same column for all types. */
static const char *column_of(const char *counter)
{
	static const char *const types[] = { "rx ", "tx ", "cvq ", NULL };

	for (const char *const *t = types; *t; t++)
		if (strncmp(counter, *t, strlen(*t)) == 0)
			return counter + strlen(*t);
	return counter;
}

struct row {
	const char *device;
	json_object *queue;
	double activity;
	size_t index;
};

static int compare(const void *a, const void *b)
{
	const struct row *ra = a, *rb = b;

	if (ra->activity != rb->activity)
		return ra->activity < rb->activity ? 1 : -1;
	return ra->index < rb->index ? -1 : 1;
}

static int collect(json_object *rates, struct row **ret_rows, size_t *ret_n)
{
	struct row *rows = NULL;
	size_t n = 0;

	json_object_object_foreach(rates, name, queues) {
		size_t n_queues = json_object_array_length(queues);
		struct row *more = reallocarray(rows, n + n_queues + 1, sizeof(*rows));

		if (!more) {
			free(rows);
			return -ENOMEM;
		}
		rows = more;
		for (size_t i = 0; i < n_queues; i++, n++) {
			json_object *queue = json_object_array_get_idx(queues, i);

			rows[n] = (struct row){ .device = name, .queue = queue, .index = n };
			json_object_object_foreach(queue, key, value)
				if (is_counter(key))
					rows[n].activity += json_object_get_double(value);
		}
	}
	*ret_rows = rows;
	*ret_n = n;
	return 0;
}

/* Columns in the order in which the rows have them. Returns how many. */
static size_t find_columns(const struct row *rows, size_t n_rows, const char **columns)
{
	size_t n = 0;

	for (size_t i = 0; i < n_rows; i++) {
		json_object_object_foreach(rows[i].queue, key, value) {
			size_t c = 0;

			(void)value;
			while (c < n && strcmp(columns[c], column_of(key)) != 0)
				c++;
			if (is_counter(key) && c == n && n < COLUMNS_MAX)
				columns[n++] = column_of(key);
		}
	}
	return n;
}

static void add_row(struct table *table, const struct row *row, const char *const *columns,
		    size_t n)
{
	json_object *type = json_object_object_get(row->queue, "queue_type");
	enum style style = row->activity > 0 ? STYLE_PLAIN : STYLE_DIM;

	table_add(table, STYLE_NAME, row->device);
	table_add(table, style,
		  json_object_get_string(json_object_object_get(row->queue, "queue")));
	table_add(table, style, type ? json_object_get_string(type) : NULL);
	for (size_t c = 0; c < n; c++) {
		char buf[16] = "";

		json_object_object_foreach(row->queue, key, value)
			if (is_counter(key) && strcmp(column_of(key), columns[c]) == 0)
				top_number(json_object_get_double(value), buf);
		table_add(table, style, buf);
	}
}

int top_table(json_object *rates, size_t max_rows, size_t *ret_left_out, struct table **ret_table)
{
	const char *columns[COLUMNS_MAX];
	struct table *table;
	struct row *rows;
	size_t n, n_columns, shown;
	int r;

	r = collect(rates, &rows, &n);
	if (r < 0)
		return r;
	if (rows)
		qsort(rows, n, sizeof(*rows), compare);
	shown = max_rows && n > max_rows ? max_rows : n;
	n_columns = find_columns(rows, shown, columns);
	r = table_new(TOP_NUMBERS_FROM + n_columns, &table);
	if (r >= 0) {
		table_add(table, STYLE_HEAD, "device");
		table_add(table, STYLE_HEAD, "queue");
		table_add(table, STYLE_HEAD, "type");
		for (size_t c = 0; c < n_columns; c++) {
			char heading[64];

			snprintf(heading, sizeof(heading), "%s/s", columns[c]);
			table_add(table, STYLE_HEAD, heading);
		}
		for (size_t i = 0; i < shown; i++)
			add_row(table, &rows[i], columns, n_columns);
		*ret_table = table;
		*ret_left_out = n - shown;
	}
	free(rows);
	return r;
}
