#!/bin/bash
# Prints how many lines of each file of the library the unit tests and the simulation reach.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

make=${MAKE:-make}
build=${BUILD:-build}/cover

"$make" --no-print-directory -s -j"$(nproc)" unit-programs sim-programs BUILD="$build" \
  CFLAGS='-O0 -g --coverage'
find "$build" -name '*.gcda' -delete
for source in $(grep -lsw '^int main' test/unit/*.c test/sim/*.c); do
  "$build/${source%.c}" >/dev/null 2>&1 || echo "failed: $source"
done
gcov -n $(find "$build/obj/lib" -name '*.gcda' | sort) 2>/dev/null |
  awk -F "[':% ]+" '
    /^File/ { file = $2 }
    /^Lines executed/ && file ~ /^lib\// {
      lines[file] = $5
      reached[file] = $3 * $5 / 100
      file = ""
    }
    END {
      for (file in lines) {
        printf "%-32s %5.1f %% of %4d lines\n", file, 100 * reached[file] / lines[file], lines[file] | "sort"
        all += lines[file]
        sum += reached[file]
      }
      close("sort")
      printf "%-32s %5.1f %% of %4d lines\n", "all", 100 * sum / all, all
    }'
