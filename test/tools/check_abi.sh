#!/bin/bash
# A program that was compiled against an older header goes on working: the public structures
# grow at their ends alone, from the first sizes that test/tools/abi.txt has recorded; those that
# cannot grow say so and stay as they are; and the numbers of test/tools/abi_values.txt mean what
# they have meant.
#
#   check_abi.sh --record   writes the record anew; a structure that was released is never
#                           recorded again
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

record=test/tools/abi.txt
values=test/tools/abi_values.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ "$(getconf LONG_BIT)" != 64 ]; then
  echo 'not checked: the record is of machines whose pointers have 8 bytes'
  exit 0
fi

# #define SIGV4_CLAIMS_FIRST_SIZE sizeof(dm_sigv4_claims), in each room that reads such a structure.
constants() {
  grep -hE '^#define [A-Z0-9_]+_FIRST_SIZE ' lib/*/*.[ch] | sort
}

# The program that prints what structures.awk does, with offsets and sizes.
facts_program() {
  printf '#include <stdio.h>\n'
  printf '#include "%s"\n' include/dm/*.h
  constants | sort -u
  printf 'int main(void) {\n'
  awk '
    $1 == "structure" { printf "printf(\"%s %%zu\\n\", sizeof(%s));\n", $0, $2 }
    $1 == "member" {
      printf "printf(\"%s %%zu %%zu\\n\", offsetof(%s, %s), sizeof(((%s *)0)->%s));\n", $0, $2, $3, $2, $3
    }
    $1 == "taken" || $1 == "points" { printf "puts(\"%s\");\n", $0 }' "$work/structures"
  constants | awk '{
    name = tolower($2)
    sub(/_first_size$/, "", name)
    printf "printf(\"constant dm_%s %%zu\\n\", (size_t)%s);\n", name, $2
  }'
  printf '}\n'
}

# The numbers of the public headers: those of enums, and what is defined as a number. Versions may
# change, and what says which of its kind is the last.
value_names() {
  {
    sed -nE 's/^ +(DM_[A-Z0-9_]+) = .*/\1/p' include/dm/*.h
    sed -nE 's/^#define (DM_[A-Z0-9_]+) +(\(|[0-9]|U?INT|SIZE).*/\1/p' include/dm/*.h
  } | grep -vE '^DM_VERSION_|_LAST$'
}

values_program() {
  printf '#include <stdio.h>\n'
  printf '#include "%s"\n' include/dm/*.h
  printf 'int main(void) {\n'
  value_names | sed 's/.*/printf("& %lld\\n", (long long)(&));/'
  printf '}\n'
}

find_values() {
  values_program >"$work/values.c"
  gcc -std=c11 -I. -Iinclude "$work/values.c" -o "$work/values.program"
  "$work/values.program" | sort
}

# Each number that was recorded is still that one, and a new one is recorded.
compare_values() {
  comm -23 <(sort $values) "$work/values" | sed 's/$/ was recorded, and is not so any more/'
  comm -13 <(sort $values) "$work/values" | sed 's/$/ is not recorded: see check_abi.sh/'
}

find_facts() {
  awk -f test/tools/structures.awk include/dm/*.h >"$work/structures"
  facts_program >"$work/facts.c"
  gcc -std=c11 -I. -Iinclude "$work/facts.c" -o "$work/facts.program"
  "$work/facts.program" >"$work/facts"
}

write_record() {
  echo '# What a program knows that was compiled against the first version of each public structure,'
  echo '# on machines whose pointers have 8 bytes: NAME SIZE, and its members: NAME OFFSET SIZE.'
  awk '
    $1 == "structure" { printf "\n%s %s\n", $2, $4 }
    $1 == "member" { printf "  %s %s %s\n", $3, $4, $5 }' "$work/facts"
}

find_facts
find_values >"$work/values"
if [ "${1:-}" = --record ]; then
  write_record >$record
  cp "$work/values" $values
  exit
fi
{
  awk -v size_of_size=8 -f test/tools/abi.awk $record "$work/facts" | sort
  compare_values
} >"$work/found"
cat "$work/found"
[ ! -s "$work/found" ]
