#!/bin/bash
# The rooms of rooms.txt: includes and calls point downwards only, the files of a room form no
# circle, and other libraries are used where the table says. Reads the sources and the objects.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
exceptions=test/tools/layers_exceptions.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=$(find include lib examples -name '*.[ch]' | sort)
objects=$(echo "$sources" | sed -n "s|\(.*\)\.c$|$build/obj/\1.o|p")
nm -A -P -g $objects >"$work/symbols"
awk -f test/tools/layers.awk test/tools/rooms.txt "$work/symbols" $sources | sort >"$work/told"

# What is known already and may not grow: a line says what is wrong, up to its colon.
touch "$work/exceptions"
[ ! -f $exceptions ] || grep -v '^#' $exceptions | sort -u >"$work/exceptions" || true
sed 's/: .*//' "$work/told" | sort -u >"$work/found"
comm -13 "$work/exceptions" "$work/found" >"$work/new"
comm -23 "$work/exceptions" "$work/found" >"$work/gone"

if [ "${1:-}" = --shrink ]; then
  grep '^#' $exceptions >"$work/kept"
  comm -12 "$work/exceptions" "$work/found" >>"$work/kept"
  cp "$work/kept" $exceptions
  : >"$work/gone"
fi
[ ! -s "$work/exceptions" ] || echo "$(comm -12 "$work/exceptions" "$work/found" | wc -l) exceptions left in $exceptions"
[ ! -s "$work/new" ] || grep -Ff "$work/new" "$work/told"
[ ! -s "$work/gone" ] || sed 's/^/no longer needed, run check_layers.sh --shrink: /' "$work/gone"
[ ! -s "$work/new" ] && [ ! -s "$work/gone" ]
