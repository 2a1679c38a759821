#!/bin/bash
# Names: one base name, one place; the library's prefix on what its objects and headers declare;
# guards that follow the path; none of the words that have given way to the field's own.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
found=$(mktemp)
trap 'rm -f "$found"' EXIT

sources=$(find include lib examples test -name '*.[ch]' -not -path '*/node_modules/*' | sort)
headers=$(grep '\.h$' <<<"$sources")
lib_headers=$(grep '^lib/' <<<"$headers")

# foo.c and foo.h of a folder are one, and so are a public header and what is in lib for it. A
# script may have the name of the program that it drives.
twice() {
  {
    sed 's/\.[ch]$//' <<<"$sources" | sort -u
    find examples test \( -name '*.sh' -o -name '*.mjs' -o -name '*.py' \) -not -path '*/node_modules/*'
  } | awk -F / '
    /^include/ { public[$NF] = 1; next }
    $NF in public && /^lib/ && !($NF in implemented) { implemented[$NF] = $0; next }
    { places[$NF] = places[$NF] " " $0; count[$NF]++ }
    END {
      for (name in places) {
        if (name in public) count[name]++
        if (count[name] > 1) print "there is more than one " name ":" places[name] " " implemented[name]
      }
    }'
}

# External symbols of the library's objects.
symbols() {
  nm -A -P -g --defined-only $(sed -n "s|^\(lib/.*\)\.c$|$build/obj/\1.o|p" <<<"$sources") |
    awk '$2 !~ /^dmi?_/ { gsub(/^.*\/obj\/|:$/, "", $1); print $1 " defines " $2 }'
}

# Types and inline functions of its headers.
declared() {
  awk '
    function judge(name) { if (name !~ /^dmi?_/) print FILENAME " declares " name }
    /^typedef .*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); judge(name); next }
    /^(typedef|}) .*;$/ { name = $0; sub(/;.*/, "", name); sub(/.*[ *]/, "", name); judge(name) }
    /^(typedef )?(struct|union|enum) [a-z0-9_]+ \{/ { judge($1 == "typedef" ? $3 : $2) }
    /^(static )?inline .*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); judge(name) }
  ' $lib_headers
}

# include/dm/dm.h has DM_DM_H, lib/base/span.h DM_BASE_SPAN_H, examples/common/tls/tls_files.h
# COMMON_TLS_TLS_FILES_H.
guards() {
  awk '
    /^#ifndef / && FILENAME != last {
      last = FILENAME
      guard = toupper(FILENAME)
      sub(/^(INCLUDE|EXAMPLES)\//, "", guard)
      sub(/^LIB\//, "DM/", guard)
      gsub(/[\/.]/, "_", guard)
      if ($2 != guard) print FILENAME " has another guard than " guard
    }' $headers
}

# A word alone, or between the underscores of an identifier, and in a file's name; "shut down" is
# what sockets and servers do.
words() {
  local list='deaf|shut|gathered|flying|passages?|shelf|shelves|patience|departures?'
  local edge='(^|[^A-Za-z])' end='([^A-Za-z]|$)'
  {
    grep -HiE "$edge($list)$end" $(grep -v '^test/' <<<"$sources")
    grep -v '^test/' <<<"$sources" | sed 's/.*/&:&/'
  } | sed -E 's/[Ss]hut down//; s/SHUT_[A-Z]+//' | awk -v pattern="$edge($list)$end" '{
    file = $0; sub(/:.*/, "", file)
    text = tolower(substr($0, length(file) + 2))
    while (match(text, pattern)) {
      word = substr(text, RSTART, RLENGTH)
      gsub(/[^a-z]/, "", word)
      print file " says " word
      text = substr(text, RSTART + RLENGTH - 1)
    }
  }' | sort -u
}

{ twice; symbols; declared; guards; words; } | sort >"$found"
cat "$found"
[ ! -s "$found" ]
