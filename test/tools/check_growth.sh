#!/bin/bash
# A library that has grown serves programs that have not: a copy of the sources, in which every
# public structure that begins with its size has one more member at its end, passes the test that
# hands in structures of the recorded first sizes.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

make=${MAKE:-make}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

jobs=-j$(nproc)
case ${MAKEFLAGS:-} in *jobserver*) jobs= ;; esac

cp -r --parents Makefile include lib test/unit test/tools "$tree"
cd "$tree"

# What has a size gets one more member, and its first size ends before that.
for name in $(awk -f test/tools/structures.awk include/dm/*.h | awk '$1 == "member" && $3 == "size" { print $2 }'); do
  sed -i "s/^} $name;/  uint64_t member_of_tomorrow;\n&/" include/dm/*.h
done
sed -i -E 's/(#define [A-Z0-9_]+_FIRST_SIZE +)sizeof\((dm_[a-z0-9_]+)\)/\1offsetof(\2, member_of_tomorrow)/' \
  lib/*/*.[ch]

test/tools/check_abi.sh
"$make" --no-print-directory -s $jobs BUILD=build SANITIZE=address,undefined build/test/unit/test_growth
build/test/unit/test_growth
