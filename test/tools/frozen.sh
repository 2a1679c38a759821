# To be sourced by a check that has to live with what it finds today, for a while: the lines of
# LIST are allowed, a new one fails, and so does one that is no longer needed.
#
# SPDX-License-Identifier: MIT

# frozen LIST FOUND [--shrink]: FOUND has a line for each fault, `what is wrong: more about it`;
# LIST has what stands before the colon. --shrink takes out of LIST what is mended.
frozen() {
  local list=$1 found=$2 known new mended
  known=$(grep -v '^#' "$list" 2>/dev/null | sort -u || true)
  new=$(comm -13 <(echo "$known") <(sed 's/: .*//' "$found" | sort -u))
  mended=$(comm -23 <(echo "$known") <(sed 's/: .*//' "$found" | sort -u))
  if [ "${3:-}" = --shrink ] && [ -n "$mended" ]; then
    grep -vxFf <(echo "$mended") "$list" >"$list.new"
    mv "$list.new" "$list"
    mended=
  fi
  [ ! -f "$list" ] || echo "$(grep -vc '^#' "$list") exceptions in $list"
  [ -z "$new" ] || grep -Ff <(echo "$new") "$found"
  [ -z "$mended" ] || sed 's/^/mended, so run this check with --shrink: /' <<<"$mended"
  [ -z "$new" ] && [ -z "$mended" ]
}
