# With rooms.awk: prints what breaks the rules of rooms.txt, one line each, `FILE does what`, then
# perhaps `: more about it`.
#
# SPDX-License-Identifier: MIT

function report(text) {
  if (!(text in reported)) print text
  reported[text] = 1
}

# ---- Rooms and includes ---------------------------------------------------------------

function judge_rooms(  file, i, inhabited) {
  for (file in sources) {
    inhabited[room_of(file)] = inhabited[file] = 1
    if (!(room_of(file) in rule)) report(room_of(file) " has no rule in rooms.txt")
  }
  for (i = 1; i <= row_count; i++)
    if (!(rows[i] in inhabited)) report("rooms.txt speaks of " rows[i] ", which is not there")
  if (!table_is_straight) report("rooms.txt has rooms in a circle")
}

function judge_includes(  i, file, what) {
  for (i = 1; i <= include_count; i++) {
    file = include_from[i]
    what = include_to[i] != "" ? include_to[i] : include_name[i]
    if (what ~ /^"/) report(file " includes " what ", which is not there")
    else if (!may(file, what)) report(file " includes " include_name[i])
    if (include_to[i] != "") edge(file, include_to[i])
  }
}

function judge_identifiers(  key, words, header) {
  for (key in found) {
    split(key, words, " ")
    header = header_of[words[2]]
    sub(/\*/, "x.h", header)
    if (header != "" && !may(words[1], header)) report(words[1] " uses " words[2])
    if ((room_of(words[1]) " " words[2]) in never) report(words[1] " uses " words[2])
  }
}

# ---- Calls ----------------------------------------------------------------------------

function judge_calls(  i, file, other) {
  for (i = 1; i <= use_count; i++) {
    file = user[i]
    other = used_of[i]
    if (other == "") continue
    if (!may_call(file, other)) report(file " calls " other ": " used[i])
    edge(file, other)
  }
}

# ---- Circles between the files of a room ------------------------------------------------

# foo.c and foo.h of one folder are one unit.
function unit_of(path) {
  sub(/\.[ch]$/, "", path)
  return path
}

function edge(from, to) {
  from = unit_of(from)
  to = unit_of(to)
  if (from == to || folder_of(from) != folder_of(to) || ((from, to) in known)) return
  known[from, to] = 1
  next_of[from] = next_of[from] " " to
}

# Looks for the shortest way from a unit back to itself, breadth first.
function judge_circle(start,  queue, head, tail, i, count, names, before) {
  queue[tail = 1] = start
  for (head = 1; head <= tail && !(start in before); head++) {
    count = split(next_of[queue[head]], names, " ")
    for (i = 1; i <= count; i++) {
      if (names[i] in before) continue
      before[names[i]] = queue[head]
      queue[++tail] = names[i]
    }
  }
  if (start in before) report(start " is in a circle: " way_back(start, before))
}

function way_back(start, before,  at, way) {
  at = start
  do {
    at = before[at]
    way = base_of(at) " > " way
  } while (at != start)
  return way base_of(start)
}

END {
  judge_rooms()
  judge_includes()
  judge_identifiers()
  judge_calls()
  for (unit in next_of) judge_circle(unit)
}
