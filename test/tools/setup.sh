#!/bin/bash
# Checks that what a purpose needs is there and, as root on a Debian system, installs what
# is missing: setup.sh build | certs | demo | demo-mosquitto | test | brokers
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d)
policy=
trap 'rm -rf "$scratch" $policy' EXIT
missing=()

# need PACKAGE COMMAND...: the package is missing when the command fails.
need() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

have() {
  command -v "$1"
}

library() {
  pkg-config --exists "$1"
}

# compiles COMPILER FLAG...: whether a small program can be built, from the headers to the
# start-up code and the runtime that the flags ask for.
compiles() {
  local compiler=$1
  shift
  printf '#include <stdlib.h>\nint main(void) { return 0; }\n' >"$scratch/program.c"
  "$compiler" "$@" "$scratch/program.c" -o "$scratch/program"
}

fuzzes() {
  printf '#include <stddef.h>\nint LLVMFuzzerTestOneInput(const char *, size_t);\n%s\n' \
    'int LLVMFuzzerTestOneInput(const char *d, size_t n) { return n && d == 0; }' \
    >"$scratch/fuzzer.c"
  clang -fsanitize=fuzzer,address,undefined "$scratch/fuzzer.c" -o "$scratch/fuzzer"
}

llhttp() {
  library libllhttp || [ -f /usr/share/llhttp/llhttp.c ]
}

# Debian 12 has its sources, in a package for node; newer systems have a library.
llhttp_package() {
  if apt-cache show libllhttp-dev >/dev/null 2>&1; then
    echo libllhttp-dev
  else
    echo node-llhttp
  fi
}

# Without a pkg-config file before 3.6.
mbedtls() {
  printf '#include <mbedtls/sha256.h>\nint main(void) { return 0; }\n' >"$scratch/mbedtls.c"
  gcc "$scratch/mbedtls.c" -lmbedcrypto -o "$scratch/mbedtls"
}

# Debian puts it where not everybody's PATH leads.
mosquitto_broker() {
  PATH=$PATH:/usr/sbin have mosquitto
}

# Where the tests look for it: another one may come first on the PATH.
aws_cli() {
  [ -x /usr/bin/aws ]
}

# The server itself: the command on the PATH runs it as another user.
rabbitmq_server() {
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && have epmd
}

need_for_build() {
  need gcc have gcc
  need libc6-dev compiles gcc
  need make have make
  need pkg-config have pkg-config
  need libjansson-dev library jansson
  need libmbedtls-dev mbedtls
  need libuv1-dev library libuv
  need "$(llhttp_package)" llhttp
}

need_for_certs() {
  need openssl have openssl
}

need_for_demo() {
  need_for_build
  need curl have curl
  need mosquitto-clients have mosquitto_sub
}

need_for_demo-mosquitto() {
  need_for_demo
  need mosquitto mosquitto_broker
}

need_for_test() {
  need_for_demo-mosquitto
  need_for_certs
  need g++ compiles g++ -x c++
  need clang have clang
  need libclang-rt-dev fuzzes
  need clang-format have clang-format
  need libcmocka-dev library cmocka
  need nodejs have node
  need npm have npm
  need python3-boto3 /usr/bin/python3 -c 'import boto3'
  need awscli aws_cli
}

need_for_brokers() {
  need_for_test
  need rabbitmq-server rabbitmq_server
  need python3-paho-mqtt /usr/bin/python3 -c 'import paho.mqtt.client'
}

# Prints the packages that a purpose lacks, on one line.
lacking() {
  missing=()
  "need_for_$1"
  echo ${missing[@]+"${missing[@]}"}
}

install_packages() {
  local packages=$1 install='apt-get install -y --no-install-recommends'
  if ! have apt-get >/dev/null; then
    echo "Not found, by the names of their Debian packages: $packages" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    printf 'Some packages are missing. Install them and try again:\n  sudo %s %s\n' "$install" \
      "$packages" >&2
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  packages=$(lacking "$purpose") # what they are called may be known only now
  echo "setup: installing $packages"
  without_services $install -qq -o DPkg::Lock::Timeout=600 $packages >/dev/null
}

# without_services COMMAND...: installs without starting the brokers that come along, now or
# when the machine boots: the tests start their own, on other ports. The packages ask
# policy-rc.d whether to start; one that is there already decides alone. What was installed
# before stays as it is.
without_services() {
  local units=/lib/systemd/system unit new=()
  for unit in mosquitto.service rabbitmq-server.service epmd.service epmd.socket; do
    [ -e $units/$unit ] || new+=("$unit")
  done
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\ncase " %s " in *" ${1%%.service}.service "* | *" $1 "*) exit 101 ;; esac\n' \
      "${new[*]}" >$policy
    chmod 755 $policy
  fi
  "$@"
  rm -f $policy
  for unit in ${new[@]+"${new[@]}"}; do
    [ ! -e $units/$unit ] || ! have systemctl >/dev/null || systemctl --quiet disable $unit
  done
}

# The conformance tests' packages, as their lock file says.
install_modules() {
  local lock=test/conformance/package-lock.json installed=test/conformance/node_modules/.lock
  if [ ! -f $lock ] || cmp -s $lock $installed; then
    return
  fi
  (cd test/conformance && npm ci --no-audit --no-fund --ignore-scripts)
  cp $lock $installed
}

purpose=${1:-build}
case $purpose in
build | certs | demo | demo-mosquitto | test | brokers) ;;
*)
  echo 'usage: setup.sh build | certs | demo | demo-mosquitto | test | brokers' >&2
  exit 2
  ;;
esac

packages=$(lacking "$purpose")
if [ -n "$packages" ]; then
  install_packages "$packages"
  packages=$(lacking "$purpose")
  if [ -n "$packages" ]; then
    echo "Still missing: $packages" >&2
    exit 1
  fi
fi
case $purpose in
test | brokers) install_modules ;;
esac
echo "setup: everything for '$purpose' is there"
