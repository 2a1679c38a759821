#!/bin/bash
# README.md shows the code of examples/minimal/minimal.c, so that it is known to work: its
# block of C equals the lines between the two marks. examples/HTTP.md names each parameter and each
# header that the library reads, and no other.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

shown=$(sed -n '/^```c$/,/^```$/{/^```/!p}' README.md)
compiled=$(sed -n '\|/\* README begin \*/|,\|/\* README end \*/|{\|/\* README |!p}' \
  examples/minimal/minimal.c | sed 's/^  //')
if [ -z "$compiled" ]; then
  echo 'examples/minimal/minimal.c has no lines between "README begin" and "README end"'
  exit 1
fi
# The first column of the tables of parameters, the second of the siblings', and of headers.
told() {
  sed -nE 's/^\| (Get|List|Delete)[A-Za-z]+ \|/|/; s/^\| (`[A-Za-z0-9-]+`(, `[a-z-]+`)*) \|.*/\1/p' \
    examples/HTTP.md | grep -oE '[A-Za-z0-9-]+' | sort
}
read_by_library() {
  grep -ohE '(PARAMETER|FIELD)\("[^"]+"' lib/http/*.c | sed 's/.*"\(.*\)"/\1/'
  grep -ohE 'SPAN\("traceparent"\)' lib/http/headers.c | grep -o traceparent
}
diff --label 'lib/http' <(read_by_library | sort) --label examples/HTTP.md <(told)

diff --label README.md <(echo "$shown") --label examples/minimal/minimal.c <(echo "$compiled")
