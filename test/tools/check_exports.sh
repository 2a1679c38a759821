#!/bin/bash
# The library exports the functions that the public headers declare, all of them and nothing
# else; shared and static.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

library=${BUILD:-build}/libdm.so
status=0

declared=$(test/tools/exports.sh)
exported=$(nm -D --defined-only --format=posix "$library" |
  awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }' | sort)

complain() {
  if [ -n "$2" ]; then
    printf '%s:\n%s\n' "$1" "$2"
    status=1
  fi
}

complain 'declared but not exported' "$(comm -23 <(echo "$declared") <(echo "$exported"))"
complain 'exported but not declared' "$(comm -13 <(echo "$declared") <(echo "$exported"))"
complain 'exported, but not as a function' \
  "$(nm -D --defined-only --format=posix "$library" | awk '$2 != "A" && $2 != "T"')"
complain 'global in libdm.a, where it could clash with a name of the host' \
  "$(nm --defined-only --extern-only --format=posix "${library%.so}.a" |
    awk 'NF > 1 { print $1 }' | sort | comm -13 <(echo "$declared") -)"
complain 'DM_EXPORT that test/tools/exports.sh cannot read' \
  "$(grep -hE '^[^#]*DM_EXPORT' include/dm/*.h | grep -vE '^DM_EXPORT .*[ *]dm_[a-z0-9_]+\(' || true)"
complain 'a declared function without DM_EXPORT' \
  "$(grep -hE '^[a-z][a-z0-9_ ]*[ *]+dm_[a-z0-9_]+\(' include/dm/*.h | grep -v '^static inline' || true)"
exit $status
