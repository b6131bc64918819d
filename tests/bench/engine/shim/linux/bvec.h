/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is needed of it is in uio.h. */
