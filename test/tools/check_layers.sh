#!/bin/bash
# The rooms of rooms.txt: includes and calls go as the table says, the files of a room form no
# circle, other libraries are used where the table allows it, and examples/ARCHITECTURE.md shows
# what is there. Reads sources and objects.
#
#   check_layers.sh --draw     prints the drawing of the rooms
#   check_layers.sh --redraw   puts it into the page
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
page=examples/ARCHITECTURE.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=$(find include lib examples -name '*.[ch]' | sort)
objects=$(echo "$sources" | sed -n "s|\(.*\)\.c$|$build/obj/\1.o|p")
nm -A -P -g $objects >"$work/symbols"

# rooms WITH.awk: what it says of the rooms.
rooms() {
  awk -f test/tools/rooms.awk -f "test/tools/$1" test/tools/rooms.txt "$work/symbols" $sources
}

# The page's drawing, which stands between two marks.
drawn() {
  sed -n '/^<!-- drawing/,/^<!-- end/ { /^<!--/d; /^```/d; p; }' $page
}

redraw() {
  {
    sed '/^<!-- drawing/q' $page
    printf '```text\n%s\n```\n' "$(rooms draw_rooms.awk)"
    sed -n '/^<!-- end/,$p' $page
  } >"$work/page"
  cp "$work/page" $page
}

# The same rooms, floors and arrows; lines of code may differ a little, so that not every change
# of the code needs a new drawing.
drawing_is_old() {
  paste -d '\n' <(rooms draw_rooms.awk) <(drawn) | awk '
    {
      text = $0
      lines = match(text, / [0-9,]+   /) ? substr(text, RSTART, RLENGTH) : 0
      gsub(/[ ,]/, "", lines)
      sub(/ [0-9,]+   /, "", text)
      gsub(/ +/, " ", text)
    }
    NR % 2 == 1 { fresh = text; fresh_lines = lines + 0; next }
    text != fresh || lines + 0 > fresh_lines * 1.2 + 200 || lines + 0 < fresh_lines * 0.8 - 200 { old = 1 }
    END { exit !old }'
}

# Files, folders and functions that the page speaks of and nobody finds.
names_that_are_gone() {
  local name
  for name in $(grep -oE '`[A-Za-z0-9_./-]+(\.[a-z]+|/)`' $page | tr -d '`' | sort -u); do
    [ -e "$name" ] || echo "$page speaks of $name, which is not there"
  done
  for name in $(grep -oE '`[a-z0-9_]+\(\)`' $page | tr -d '`()' | sort -u); do
    grep -qw "$name" $sources || echo "$page speaks of $name(), which is not there"
  done
}

case ${1:-} in
--draw) rooms draw_rooms.awk ;;
--redraw) redraw ;;
*)
  {
    rooms layers.awk
    names_that_are_gone
    ! drawing_is_old || echo "$page has an old drawing: run test/tools/check_layers.sh --redraw"
  } | sort >"$work/found"
  cat "$work/found"
  [ ! -s "$work/found" ]
  ;;
esac
