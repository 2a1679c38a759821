#!/bin/bash
# README.md shows the code of examples/minimal/minimal.c, so that it is known to work: its
# block of C equals the lines between the two marks.
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
diff --label README.md <(echo "$shown") --label examples/minimal/minimal.c <(echo "$compiled")
