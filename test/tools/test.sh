#!/bin/bash
# Runs the suites named, or all of them, and adds up what passed and what failed. What a
# test prints is shown only where it failed.
#
# SPDX-License-Identifier: MIT
set -u
cd "$(dirname "$0")/../.." || exit

make=${MAKE:-make}
build=${BUILD:-build}
log=$build/test.log
passed=0
failed=0
skipped=0

jobs=-j$(nproc)
case ${MAKEFLAGS:-} in *jobserver*) jobs= ;; esac

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
unset CMOCKA_MESSAGE_OUTPUT CMOCKA_TEST_ABORT CMOCKA_XML_FILE

heading() {
  printf '\n== %s\n' "$1"
}

# Nothing takes as many seconds unless it hangs.
at_most=$((1200 + ${FUZZ_SECONDS:-0}))

# record NAME PASSED FAILED [SKIPPED]
record() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  skipped=$((skipped + ${4:-0}))
  if [ "$3" -gt 0 ]; then
    sed 's/^/    /' "$log"
    printf '%-36s %5d passed, %d FAILED\n' "$1" "$2" "$3"
  else
    printf '%-36s %5d passed\n' "$1" "$2"
  fi
}

# fail NAME TEXT
fail() {
  echo "$2" >"$log"
  record "$1" 0 1
}

# run NAME COMMAND...: one test, which passes when the command does.
run() {
  local name=$1 status=0
  shift
  timeout $at_most "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ $status -eq 0 ]; then
    record "$name" 1 0
  else
    echo "exit status $status" >>"$log"
    record "$name" 0 1
  fi
}

# The sum of the numbers that the group of a pattern finds in the log.
sum() {
  sed -n "s/^$1\$/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'
}

# run_counting NAME PASSED FAILED SKIPPED COMMAND...: a program that counts its tests
# itself and prints the numbers as these patterns say. A crash prints none, and a program
# that ran no test has not passed.
run_counting() {
  local name=$1 good=$2 bad=$3 skip=$4 status=0
  shift 4
  timeout $at_most "$@" >"$log" 2>&1 </dev/null || status=$?
  good=$(sum "$good") bad=$(sum "$bad") skip=$(sum "$skip")
  if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then
    echo "exit status $status after $good passed tests" >>"$log"
    bad=1
  fi
  record "$name" "$good" "$bad" "$skip"
}

run_cmocka() {
  run_counting "$(basename "$1")" '\[  PASSED  \] \([0-9]*\) test(s)\.' \
    '\[  FAILED  \] \([0-9]*\) test(s), listed below:' \
    '\[  SKIPPED \] \([0-9]*\) test(s), listed below:' "$1"
}

# build GOAL ARGUMENT...: silent; what cannot be built counts as one failed test.
build() {
  "$make" --no-print-directory -s -k $jobs "$@" >"$log" 2>&1 </dev/null ||
    record "building $1" 0 1
}

build_asan() {
  build "$1" BUILD="$build/asan" SANITIZE=address,undefined
}

# Sets `programs` to the programs among some C files, without ".c".
find_programs() {
  mapfile -t programs < <(grep -lsw '^int main\|^int LLVMFuzzerTestOneInput' "$@" | sed 's/\.c$//')
  [ ${#programs[@]} -gt 0 ] || fail 'programs' "there is none in $*"
}

suite_check() {
  heading 'checks without running'
  build all
  local name
  for name in layers names lengths abi growth pure exports headers format readme configuration install; do
    run "$name" "$make" --no-print-directory "check-$name" BUILD="$build"
  done
}

suite_unit() {
  heading 'unit tests: gcc, AddressSanitizer, UndefinedBehaviorSanitizer'
  build_asan unit-programs
  find_programs test/unit/*.c test/examples/*.c
  local program
  for program in "${programs[@]}"; do
    run_cmocka "$build/asan/$program"
  done
}

suite_clang() {
  heading 'unit tests: clang, NDEBUG'
  build unit-programs BUILD="$build/clang" CC=clang CPPFLAGS=-DNDEBUG
  find_programs test/unit/*.c test/examples/*.c
  local program
  for program in "${programs[@]}"; do
    run_cmocka "$build/clang/$program"
  done
}

suite_sim() {
  heading 'simulation: gcc, AddressSanitizer, UndefinedBehaviorSanitizer'
  build_asan sim-programs
  find_programs test/sim/*.c
  local program
  for program in "${programs[@]}"; do
    run "$(basename "$program")" "$build/asan/$program"
    tail -n 1 "$log"
  done
}

# Briefly with a fixed seed, so that a fuzzer cannot rot; FUZZ_SECONDS: in earnest. FUZZER:
# this one only.
suite_fuzz() {
  heading "fuzzers: clang, libFuzzer${FUZZ_SECONDS:+, $FUZZ_SECONDS s each}"
  build fuzz-programs BUILD="$build/fuzz" CC=clang SANITIZE=fuzzer-no-link,address,undefined
  find_programs test/fuzz/fuzz_${FUZZER:-*}.c
  local program name corpus limit=-runs=20000
  [ -z "${FUZZ_SECONDS:-}" ] || limit=-max_total_time=$FUZZ_SECONDS
  for program in "${programs[@]}"; do
    name=$(basename "$program")
    corpus=$build/fuzz/corpus/$name
    [ -n "${FUZZ_SECONDS:-}" ] || rm -rf "$corpus"
    mkdir -p "$corpus"
    run "$name" "$build/fuzz/$program" "$limit" -seed=1 -artifact_prefix="$build/fuzz/$name-" \
      "$corpus" $(find "test/fuzz/corpus/$name" -maxdepth 0 -type d 2>/dev/null)
  done
}

suite_examples() {
  heading 'examples with the sanitizers'
  build_asan programs
  run minimal "$build/asan/minimal"
  run demo examples/broker/broker_demo.sh "$build/asan/dm-broker"
  run demo-mosquitto examples/sidecar/sidecar_demo.sh "$build/asan/dm-sidecar"
}

# run_node FOLDER: its tests, against the programs with the sanitizers. They mostly wait for
# programs, so there is a file for each processor; a node without the option leaves one idle.
run_node() {
  local built files parallel=
  build_asan programs
  built=$(realpath "$build")/asan
  files=$(find "test/$1" -maxdepth 1 -name '*.test.mjs' | sort)
  [ -n "$files" ] || fail "$1" "there are no tests in test/$1"
  node --test-concurrency=2 --version >/dev/null 2>&1 && parallel=--test-concurrency=$(nproc)
  DM_BROKER=$built/dm-broker DM_SIDECAR=$built/dm-sidecar DM_POLICY=$built/dm-policy run_counting "$1" \
    '# pass \([0-9]*\)' '# fail \([0-9]*\)' '# skipped \([0-9]*\)' \
    node --test --test-reporter=tap $parallel $files
}

# The programs as their users meet them: MQTT and HTTP clients of other people.
suite_conformance() {
  heading 'conformance: MQTT.js and HTTP against the programs with the sanitizers'
  run_node conformance
}

# Brokers of other people too: not among the suites that run by default.
suite_brokers() {
  heading 'brokers: mosquitto, RabbitMQ and aedes behind dm-sidecar with the sanitizers'
  run_node brokers
}

mkdir -p "$build"
if [ $# -eq 0 ]; then
  set -- check unit clang sim fuzz examples conformance
fi
for suite in "$@"; do
  started=$SECONDS
  "suite_$suite"
  echo "($((SECONDS - started)) s)"
done
rm -f "$log"

total="$passed passed, $failed failed"
[ $skipped -eq 0 ] || total="$total, $skipped skipped"
printf '\n%s\n' "$total"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
