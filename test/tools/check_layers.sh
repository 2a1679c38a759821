#!/bin/bash
# Includes point downwards only: a file includes what the table below allows its folder and
# nothing else.
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

status=0
covered=$(mktemp)
trap 'rm -f "$covered"' EXIT

# Prints the #includes of some C files as FILE:LINE NAME, the name with its <> or "".
includes() {
  grep -nHE '^[[:space:]]*#[[:space:]]*include' "$@" |
    sed -E 's/^([^:]*:[^:]*):[^"<]*(["<][^">]*[">]).*/\1 \2/'
}

# may PATH ALLOWED...: PATH is a header or a folder; ALLOWED the headers, "base/*" a folder.
may() {
  local path=$1 files place name allowed
  shift
  files=$(find "$path" -name '*.[ch]' 2>/dev/null || true)
  [ -n "$files" ] || return 0
  echo "$files" >>"$covered"
  while read -r place name; do
    for allowed in '<limits.h>' '<stdalign.h>' '<stdbool.h>' '<stddef.h>' '<stdint.h>' \
      '<string.h>' "$@"; do
      case $name in $allowed | \"$allowed\") continue 2 ;; esac
    done
    echo "$place may not include $name"
    status=1
  done < <(includes $files)
}

may include/dm/types.h
may include/dm/policy.h dm/types.h
may include/dm/mqtt.h   dm/types.h
may include/dm/auth.h   dm/types.h
may include/dm/dm.h     dm/types.h dm/policy.h
may include/dm/relay.h  dm/types.h dm/mqtt.h
may include/dm/http.h   dm/types.h dm/policy.h dm/dm.h

may lib/base   dm/types.h 'base/*' '<stdlib.h>' '<jansson.h>' '<jansson.h>'
may lib/policy dm/types.h dm/policy.h 'base/*' 'policy/*' '<jansson.h>'
may lib/core   dm/types.h dm/policy.h dm/dm.h 'base/*' 'policy/*' 'core/*'
may lib/query  dm/types.h dm/policy.h dm/dm.h 'base/*' 'policy/*' 'core/*' 'query/*'
may lib/http   dm/types.h dm/policy.h dm/dm.h dm/http.h 'base/*' 'policy/*' 'core/*' 'http/*' \
  '<jansson.h>'
may lib/mqtt   dm/types.h dm/mqtt.h 'base/*' 'mqtt/*'
may lib/relay  dm/types.h dm/mqtt.h dm/relay.h 'base/*' 'mqtt/*' 'relay/*'
may lib/auth   dm/types.h dm/auth.h 'base/*' 'auth/*' '<mbedtls/*>'

# An example is a user of the library: the public headers, what the examples share, its
# own folder, and whatever the system has.
for folder in examples/*/ examples/common/*/; do
  own=$(cd "$folder" && find . -name '*.h' | sed 's|^\./||')
  may "$folder" 'dm/*' 'common/*' '<*>' $own
done

# A new folder needs a line of its own above.
unknown=$(find include lib examples -name '*.[ch]' | grep -vxFf <(sed 's|//|/|' "$covered") || true)
if [ -n "$unknown" ]; then
  printf 'no rule says what these may include:\n%s\n' "$unknown"
  status=1
fi
exit $status
