#!/bin/bash
# Every public header stands alone, twice over, in strict C11 and C++17, without warnings.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

status=0
for header in include/dm/*.h; do
  name=${header#include/}
  for compiler in 'gcc -x c -std=c11' 'clang -x c -std=c11' 'g++ -x c++ -std=c++17' \
    'clang++ -x c++ -std=c++17'; do
    printf '#include "%s"\n#include "%s"\n' "$name" "$name" |
      $compiler -Iinclude -Wall -Wextra -Wpedantic -pedantic-errors -Wshadow -Wconversion -Werror \
        -fsyntax-only - || {
      echo "$name: $compiler"
      status=1
    }
  done
done
exit $status
