#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# gcc's static analyzer finds nothing in the programs and the library: each file is compiled as the build does it, but
# without optimisation, which would take away what the analyzer has to see.
. "$(dirname "$0")/../lib/tree.sh"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
# gcc 12 takes reallocarray() for free(), and knows what realloc() does.
cat >"$temp/known.h" <<'END'
#include <stdlib.h>
#define reallocarray(p, n, size) realloc(p, (n) * (size))
END
# It loses sight of memory that is handed to the caller through a pointer, and calls that a leak; the address sanitizer
# finds the real ones.
OPTIONS=(-O0 -fanalyzer -Wno-analyzer-malloc-leak -include "$temp/known.h" -fdiagnostics-path-format=none
	-fno-diagnostics-show-caret -o /dev/null)

# analyze LIST: what it says of files, whose commands are in LIST, NUL between them. That a command does not run is a
# finding as well.
analyze() {
	xargs -0 -r -P2 -n1 bash -c <"$1" 2>&1
}

cat >"$temp/planted.c" <<'END'
#include "known.h"
char *planted(char *text)
{
	free(text);
	return text[0] ? text : NULL;
}
END
printf '%s\0' "cc ${OPTIONS[*]} -c $temp/planted.c" >"$temp/planted"
like "$(analyze "$temp/planted")" 'use-after-free' "a planted bug is found"

commands=${BUILD_DIR:-build/dev}/compile_commands.json
jq -rj --arg options "${OPTIONS[*]}" '.[] | select(.file | test("/(libvdpactl|daemon|cli|kmod)/[^.]*[.]c$"))
	| select(.file | test("/tests/") | not)
	| "cd \(.directory) && \(.command | sub(" -o [^ ]+"; "") | gsub(" -Werror"; "")) \($options)\u0000"' \
	"$commands" >"$temp/commands"
check "there are files to look at" test "$(tr -cd '\0' <"$temp/commands" | wc -c)" -gt 60
none_found "the analyzer has no complaint" analyze "$temp/commands"
done_testing
