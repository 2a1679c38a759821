#!/bin/bash
# The rooms of rooms.txt: includes and calls go as the table says, the files of a room form no
# circle, and other libraries are used where the table allows it. Reads sources and objects.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
. test/tools/frozen.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=$(find include lib examples -name '*.[ch]' | sort)
objects=$(echo "$sources" | sed -n "s|\(.*\)\.c$|$build/obj/\1.o|p")
nm -A -P -g $objects >"$work/symbols"
awk -f test/tools/layers.awk test/tools/rooms.txt "$work/symbols" $sources | sort >"$work/found"
frozen test/tools/layers_exceptions.txt "$work/found" "${1:-}"
