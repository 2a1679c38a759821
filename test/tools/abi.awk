# Compares the recorded structures, the first file, with what the compiler says of today's, and
# prints what would break a program that was compiled against an older header.
#
# The record: NAME SIZE, and below it, indented, MEMBER OFFSET SIZE, as in the first version.
# Today's: what structures.awk prints, but "structure NAME KIND SIZE", "member NAME MEMBER OFFSET
# SIZE", and "constant NAME SIZE" for each ..._FIRST_SIZE.
#
# SPDX-License-Identifier: MIT

function complain(structure, text) {
  print structure ": " text
}

function is(offset, size) {
  return "at " offset " with " size " bytes"
}

NR == FNR && /^#/ { next }
NR == FNR && /^[^ ]/ { name = $1; first[name] = $2; next }
NR == FNR && NF == 3 { recorded[name, $1] = is($2, $3); members[name] = members[name] " " $1 }
NR == FNR { next }

$1 == "structure" {
  kind[$2] = $3
  size[$2] = $4
  if ($3 == "unsaid") complain($2, "has no size and does not say that it cannot grow")
  if ($2 in first) end[$2] = first[$2]
  else complain($2, "is not recorded: see check_abi.sh")
}

$1 == "member" && ($2 in first) {
  now[$2, $3] = is($4, $5)
  if (($2, $3) in recorded) {
    if (recorded[$2, $3] != now[$2, $3])
      complain($2, $3 " was " recorded[$2, $3] " and is " now[$2, $3])
  } else if (kind[$2] == "fixed") {
    complain($2, $3 " is new in what cannot grow")
  } else if ($4 < first[$2]) {
    complain($2, $3 " is new and lies within the " first[$2] " bytes of the first version")
  } else {
    if ($4 != end[$2]) complain($2, "padding before " $3 ", of which nobody knows what it holds")
    end[$2] = $4 + $5
  }
}

$1 == "member" && $3 == "size" && ($4 != 0 || $5 != size_of_size) {
  complain($2, "size is not at its beginning, or not a size_t")
}

$1 == "constant" {
  has_constant[$2] = 1
  if ($2 in first && $3 != first[$2])
    complain($2, "the library takes " $3 " bytes for its first size, which is " first[$2])
  if (!($2 in size)) complain($2, "there is a first size, but no such structure")
}

$1 == "taken" { taken[$2] = 1 }
$1 == "points" { points[$2, $3] = 1 }

# What the host hands in, and what that points to, is read with its first size.
function follow(    pair, part, found) {
  do {
    found = 0
    for (pair in points) {
      split(pair, part, SUBSEP)
      if (taken[part[1]] && !taken[part[2]]) found = taken[part[2]] = 1
    }
  } while (found)
}

END {
  follow()
  for (name in first) {
    if (!(name in size)) {
      complain(name, "is gone")
      continue
    }
    count = split(members[name], list, " ")
    for (i = 1; i <= count; i++)
      if (!((name, list[i]) in now)) complain(name, list[i] " is gone")
    if (size[name] != end[name])
      complain(name, "has " size[name] " bytes where its members make it " end[name])
  }
  for (name in size)
    if (kind[name] == "grows" && taken[name] && !has_constant[name])
      complain(name, "is handed in by hosts, and lib/ has no constant of its first size")
}
