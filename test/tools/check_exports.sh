#!/bin/bash
# Each library exports the functions that its public headers declare, all of them and nothing
# else; shared and static.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
status=0

complain() {
  if [ -n "$2" ]; then
    printf '%s:\n%s\n' "$1" "$2"
    status=1
  fi
}

# check NAME: libNAME.so and libNAME.a.
check() {
  local library=$build/lib$1 declared exported
  declared=$(test/tools/exports.sh "$1")
  exported=$(nm -D --defined-only --format=posix "$library.so" |
    awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }' | sort)
  complain "lib$1: declared but not exported" "$(comm -23 <(echo "$declared") <(echo "$exported"))"
  complain "lib$1: exported but not declared" "$(comm -13 <(echo "$declared") <(echo "$exported"))"
  complain "lib$1: exported, but not as a function" \
    "$(nm -D --defined-only --format=posix "$library.so" | awk '$2 != "A" && $2 != "T"')"
  complain "global in lib$1.a, where it could clash with a name of the host" \
    "$(nm --defined-only --extern-only --format=posix "$library.a" |
      awk 'NF > 1 { print $1 }' | sort | comm -13 <(echo "$declared") -)"
}

check dm
check dm-auth
complain 'DM_EXPORT that test/tools/exports.sh cannot read' \
  "$(grep -hE '^[^#]*DM_EXPORT' include/dm/*.h | grep -vE '^DM_EXPORT .*[ *]dm_[a-z0-9_]+\(' || true)"
complain 'a declared function without DM_EXPORT' \
  "$(grep -hE '^[a-z][a-z0-9_ ]*[ *]+dm_[a-z0-9_]+\(' include/dm/*.h | grep -v '^static inline' || true)"
exit $status
