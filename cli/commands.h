/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of the verb table run. Each reports its own failures and returns the exit status. */
#ifndef VDPACTL_CLI_COMMANDS_H
#define VDPACTL_CLI_COMMANDS_H

#include "cli.h"

enum exit_code cmd_mgmtdev_show(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_show(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_snippet(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_add(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_add_file(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_del(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_bind(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_set(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_open(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_config_show(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_dev_stats(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_tree(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_doctor(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_top(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_metrics(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_batch(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_show(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_add(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_promote(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_set(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_start(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_stop(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_del(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_def_reload(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_apply(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_export(struct cli *cli, const struct verb_args *args);
enum exit_code cmd_monitor(struct cli *cli, const struct verb_args *args);

#endif
