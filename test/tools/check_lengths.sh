#!/bin/bash
# Functions stay short: the lines between their braces, over lib/ and examples/, each for itself.
# Prints the figures and, where they are too large, the longest functions.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

median_most=8
p90_most=16
longest_most=40

# The functions of C files as clang-format leaves them: LINES FILE:LINE NAME, the shortest first.
lengths() {
  awk '
    FNR == 1 { inside = 0 }
    !inside && /^[a-z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    !inside && /^[^#\/].*\) \{$/ { inside = 1; start = FNR; next }
    inside && /^}/ { print FNR - start - 1, FILENAME ":" start, name; inside = 0 }
  ' $(find "$1" -name '*.[ch]') | sort -n
}

status=0
for folder in lib examples; do
  lengths=$(lengths $folder)
  read -r count median p90 longest < <(awk '{ length_of[NR] = $1 }
    END { print NR, length_of[int((NR + 1) / 2)], length_of[int(NR * 0.9 + 0.5)], length_of[NR] }' <<<"$lengths")
  echo "$folder: $count functions, median $median, p90 $p90, longest $longest lines"
  if [ "$median" -gt $median_most ] || [ "$p90" -gt $p90_most ] || [ "$longest" -gt $longest_most ]; then
    echo "at most $median_most, $p90_most, $longest_most; the longest:"
    tail -n 10 <<<"$lengths"
    status=1
  fi
done
exit $status
