#!/bin/bash
# Installs into an empty tree, builds one program there as a user would, as C, as C++, shared
# and static, runs them, and uninstalls: nothing may be left.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

make=${MAKE:-make}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
prefix=/opt/dm

"$make" --no-print-directory install DESTDIR="$tree" PREFIX=$prefix

export PKG_CONFIG_SYSROOT_DIR=$tree
export PKG_CONFIG_PATH=$tree$prefix/lib/pkgconfig
compile=$(pkg-config --cflags dm)
link=$(pkg-config --libs dm)
link_static=$(pkg-config --static --libs dm)
version=$(pkg-config --modversion dm)

# try PROGRAM: it prints the version of the library it runs with.
try() {
  local printed
  printed=$(LD_LIBRARY_PATH=$tree$prefix/lib "$1")
  echo "${1##*/}: $printed"
  [ "$printed" = "$version" ]
}

gcc -std=c11 -Wall -Wextra -Wpedantic -Werror test/install/use.c $compile $link -o "$tree/c-shared"
gcc -std=c11 -static test/install/use.c $compile $link_static -o "$tree/c-static"
g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -x c++ test/install/use.c $compile $link -o "$tree/c++-shared"
gcc -std=c11 examples/minimal/*.c $compile $link -o "$tree/minimal" -D_POSIX_C_SOURCE=200809L
gcc -std=c11 -Wall -Wextra -Wpedantic -Werror test/install/use_auth.c $(pkg-config --cflags --libs dm-auth) \
  -o "$tree/auth-shared"
gcc -std=c11 -static test/install/use_auth.c $(pkg-config --static --cflags --libs dm-auth) \
  -o "$tree/auth-static"
try "$tree/c-shared"
try "$tree/c-static"
try "$tree/c++-shared"

# So is the example that README.md shows.
LD_LIBRARY_PATH=$tree$prefix/lib "$tree/minimal"

# libdm-auth stands alone.
LD_LIBRARY_PATH=$tree$prefix/lib "$tree/auth-shared"
"$tree/auth-static"

# The soname is what a program asks for when it starts.
readelf -d "$tree/c-shared" | grep -F "[libdm.so.${version%%.*}]"
readelf -d "$tree/auth-shared" | grep -F "[libdm-auth.so.${version%%.*}]"

"$make" --no-print-directory uninstall DESTDIR="$tree" PREFIX=$prefix
rm -f "$tree"/c-shared "$tree"/c-static "$tree"/c++-shared "$tree"/auth-shared \
  "$tree"/auth-static "$tree"/minimal
left=$(find "$tree" ! -type d; find "$tree" -path '*/include/dm')
if [ -n "$left" ]; then
  printf 'left behind:\n%s\n' "$left"
  exit 1
fi
