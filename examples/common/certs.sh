#!/bin/bash
# Makes throw-away certificates to try TLS with: certs.sh DIR [DEVICE...]
#
# An authority (ca.pem), a server's certificate for localhost (server.pem, server.key) and
# one for each device, whose name is its common name (myDevice.pem, myDevice.key). What is
# there already stays as it is.
#
# SPDX-License-Identifier: MIT
set -eu
umask 077
directory=${1:?usage: certs.sh DIR [DEVICE...]}
shift
[ $# -gt 0 ] || set -- myDevice
mkdir -p "$directory"
cd "$directory"

# openssl talks about each thing it does.
quietly() {
  local said
  said=$("$@" 2>&1) || {
    printf '%s\n' "$said" >&2
    return 1
  }
}

key() {
  quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# issue NAME EXTENSION...: a certificate of the authority's, if there is none.
issue() {
  local name=$1 extensions
  shift
  [ ! -f "$name.pem" ] || return 0
  extensions=$(printf '%s\n' 'basicConstraints = critical, CA:FALSE' \
    'keyUsage = critical, digitalSignature' "$@")
  key "$name.key"
  quietly openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
  quietly openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -days 365 -sha256 \
    -set_serial "0x$(openssl rand -hex 16)" -extfile <(echo "$extensions") -out "$name.pem"
  rm "$name.csr"
}

if [ ! -f ca.pem ]; then
  key ca.key
  quietly openssl req -x509 -new -key ca.key -days 3650 -sha256 -subj '/CN=libdm test authority' \
    -addext 'keyUsage = critical, keyCertSign, cRLSign' -out ca.pem
fi
issue server 'extendedKeyUsage = serverAuth' \
  'subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1'
for device; do
  issue "$device" 'extendedKeyUsage = clientAuth'
done
echo "certificates in $PWD: ca.pem, server.pem, $(printf '%s.pem ' "$@")and their .key"
