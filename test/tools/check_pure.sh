#!/bin/bash
# The libraries do no I/O, keep no global state and know no clock: their object files ask for
# nothing but what is listed here, and have no writable data.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
everywhere='mem(cpy|move|set|cmp|chr)|strlen|__mem(cpy|move|set)_chk|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_'
status=0
objects=$(find lib -name '*.c' | sort | sed "s|\(.*\)\.c$|$build/obj/\1.o|")

defined=$(nm --defined-only --extern-only --format=posix $objects | awk 'NF > 1 { print $1 }' | sort -u)
for object in $objects; do
  case ${object#"$build/obj/"} in
  lib/base/memory.o) allowed="$everywhere|realloc|free" ;;
  lib/base/json_read.o | lib/policy/* | lib/http/*) allowed="$everywhere|json_[a-z0-9_]+" ;;
  lib/auth/*) allowed="$everywhere|mbedtls_[a-z0-9_]+" ;;
  *) allowed=$everywhere ;;
  esac
  foreign=$(nm --undefined-only --format=posix "$object" | awk '{ print $1 }' |
    grep -vxFf <(echo "$defined") | grep -vxE "$allowed" || true)
  if [ -n "$foreign" ]; then
    echo "${object#"$build/obj/"} uses" $foreign
    status=1
  fi
  # Sections that a program can write to; .data.rel.ro is constant once it is loaded.
  writable=$(size -A "$object" | awk '/^\.(data|bss|tdata|tbss)/ && !/^\.data\.rel\.ro/ && $2 > 0 { print $1 }')
  if [ -n "$writable" ]; then
    echo "${object#"$build/obj/"} has writable data in" $writable
    status=1
  fi
done

# needs NAME PATTERN: what libNAME.a asks for beyond that, of other libraries.
needs() {
  local foreign
  foreign=$(nm --undefined-only --format=posix "$build/lib$1.a" | awk 'NF > 1 { print $1 }' |
    grep -vxE "$everywhere|$2" || true)
  if [ -n "$foreign" ]; then
    echo "lib$1 needs" $foreign
    status=1
  fi
}
needs dm 'realloc|free|json_[a-z0-9_]+'
needs dm-auth 'mbedtls_[a-z0-9_]+'
exit $status
