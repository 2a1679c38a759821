#!/bin/bash
# examples/CONFIGURATION.md names each key of the configuration that the programs read, and no
# other.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

# A row of a table of settings: its first string is the key.
read_keys() {
  grep -hE '^ *(\{|[A-Z_]+\().*"[A-Za-z0-9]+"' "$@" | grep -v TLS_CLIENTS_ | # those are values
    sed -nE 's/^ *(\{(\.key = )?(\(word\))?|[A-Z_]+\()"([A-Za-z0-9]+)".*/\4/p' | sort -u
}

# Everything in the first column of a table, and the keys of its objects in lists.
told_keys() {
  sed -nE 's/^\| (`[^|]*) \|.*/\1/p' "$1" | grep -oE '[A-Za-z0-9]+'
  grep -oE '^\| `(otherCertificates|accessKeys|certificates|thing)`.*' "$1" |
    sed -E 's/\{"CommonName"[^}]*\}//' | grep -oE '`[a-zA-Z0-9]+`|"[a-zA-Z0-9]+":' |
    grep -oE '[A-Za-z0-9]+'
}

tables=(examples/common/config/settings_rows.c examples/common/config/tls_settings.c
  examples/common/access/principals_read.c
  examples/common/access/certificate_rules.c examples/broker/broker_settings.c
  examples/sidecar/sidecar_settings.c)
diff --label 'keys of the programs' <(read_keys "${tables[@]}") \
  --label examples/CONFIGURATION.md <(told_keys examples/CONFIGURATION.md | sort -u)
