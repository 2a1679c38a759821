# Reads rooms.txt, what nm says of the objects, then the source files, and prints what breaks the
# rules of rooms.txt: one line each, `FILE does what`, then perhaps `: more about it`.
#
# SPDX-License-Identifier: MIT

FNR == 1 && row != "" { read_row(row); row = "" }

# A name in rooms.txt as a path in the tree.
function path_of(name) {
  if (name ~ /^dm\//) return "include/" name
  if (name ~ /^common\//) return "examples/" name
  return name
}

# "<sys/*>" as a regular expression.
function pattern_of(name) {
  gsub(/\./, "[.]", name)
  gsub(/\*/, ".*", name)
  return "^" name "$"
}

function folder_of(path) {
  sub(/\/[^\/]*$/, "", path)
  return path
}

# The room of a file: its folder, or the public header itself.
function room_of(path) {
  return path ~ /^include\// ? path : folder_of(path)
}

# foo.c and foo.h of one folder are one unit.
function unit_of(path) {
  sub(/\.[choO]$/, "", path)
  return path
}

function report(text) {
  if (!(text in reported)) print text
  reported[text] = 1
}

# ---- The table ------------------------------------------------------------------------

function allow(room, name,  i, count, names) {
  if (name in set) {
    count = split(set[name], names, " ")
    for (i = 1; i <= count; i++) allow(room, names[i])
  } else
    rule[room] = rule[room] " " path_of(name)
}

function read_row(row,  i, count, words, list) {
  count = split(row, words, " ")
  list = ""
  for (i = 3; i <= count; i++) {
    list = list " " words[i]
    if (words[2] == ":") allow(path_of(words[1]), words[i])
    if (words[2] == "~") header_of[words[i]] = words[1]
    if (words[2] == "!") never[path_of(words[1]) " " words[i]] = 1
    if (words[2] == "!") identifiers[words[i]] = 1
    if (words[2] == "~") identifiers[words[i]] = 1
  }
  if (words[2] == "=") set[words[1]] = list
  if (words[2] == ":") rows[++row_count] = path_of(words[1])
}

FILENAME ~ /rooms\.txt$/ {
  if ($0 ~ /^ /) row = row $0
  else {
    if (row != "") read_row(row)
    row = $0 ~ /^#/ ? "" : $0
  }
  next
}

# Whether the rules for a place, a room or a file, name what is asked for or the room of it.
function named(place, what,  i, count, names) {
  count = split(rule[place], names, " ")
  for (i = 1; i <= count; i++)
    if (what ~ pattern_of(names[i]) || room_of(what) == names[i]) return 1
  return 0
}

function may(file, what) {
  return room_of(file) == room_of(what) || named(room_of(file), what) || named(file, what)
}

# ---- What the objects define and use ---------------------------------------------------

# build/obj/lib/base/span.o: dmi_span T 0 1c
FILENAME ~ /symbols$/ {
  file = $1
  sub(/^.*\/obj\//, "", file)
  sub(/\.o:$/, ".c", file)
  if ($3 == "U") uses[++use_count] = file " " $2
  else {
    defined[$2] = defined[$2] " " file
    count_of[$2]++
    in_room[room_of(file), $2] = file
  }
  next
}

# The file that defines a symbol as another one sees it; programs may use a name twice.
function definer(file, symbol) {
  if ((room_of(file), symbol) in in_room) return in_room[room_of(file), symbol]
  return count_of[symbol] == 1 ? substr(defined[symbol], 2) : ""
}

# A call goes where an include may go: into a room that the rules name, be it one header of it.
function may_call(file, other,  i, count, names) {
  if (may(file, other)) return 1
  count = split(rule[room_of(file)], names, " ")
  for (i = 1; i <= count; i++)
    if (folder_of(names[i]) == room_of(other)) return 1
  return 0
}

function judge_calls(  i, words, other) {
  for (i = 1; i <= use_count; i++) {
    split(uses[i], words, " ")
    other = definer(words[1], words[2])
    if (other == "") continue
    edge(words[1], other)
    if (!public_call(words[1], other) && !may_call(words[1], other))
      report(words[1] " calls " other ": " words[2])
  }
}

# The examples call the library through the headers that they include.
function public_call(file, other) {
  return file ~ /^examples\// && other ~ /^lib\//
}

# ---- The sources ----------------------------------------------------------------------

FNR == 1 { sources[FILENAME] = 1 }

/^[ \t]*#[ \t]*include/ {
  name = $0
  sub(/^[^"<]*/, "", name)
  sub(/[^">]*$/, "", name)
  includes[++include_count] = FILENAME " " name
}

{
  for (name in identifiers) {
    pattern = name
    if (!sub(/\*$/, "", pattern)) pattern = pattern "([^A-Za-z0-9_]|$)"
    if (match($0, "(^|[^A-Za-z0-9_])" pattern)) found[FILENAME " " name] = 1
  }
}

# The file that #include "NAME" means in a file.
function find(file, name) {
  if (folder_of(file) "/" name in sources) return folder_of(file) "/" name
  if ("include/" name in sources) return "include/" name
  if (substr(file, 1, 4) == "lib/" && "lib/" name in sources) return "lib/" name
  if (file ~ /^examples/ && "examples/" name in sources) return "examples/" name
  return ""
}

function judge_includes(  i, words, target) {
  for (i = 1; i <= include_count; i++) {
    split(includes[i], words, " ")
    target = words[2]
    if (target ~ /^"/) target = find(words[1], substr(target, 2, length(target) - 2))
    if (target == "") report(words[1] " includes " words[2] ", which is not there")
    else if (!may(words[1], target)) report(words[1] " includes " words[2])
    if (target in sources) edge(words[1], target)
  }
}

function judge_identifiers(  key, words, header) {
  for (key in found) {
    split(key, words, " ")
    header = header_of[words[2]]
    if (header != "" && !(words[2] in header_of && allows_header(words[1], header)))
      report(words[1] " uses " words[2])
    if ((room_of(words[1]) " " words[2]) in never) report(words[1] " uses " words[2])
  }
}

function allows_header(file, header) {
  sub(/\*/, "x.h", header)
  return may(file, header)
}

# ---- The rules themselves --------------------------------------------------------------

# Each room has a floor: one more than the highest of those that it may include.
function give_floors(  i, changed, pass, floor_now) {
  do {
    changed = 0
    for (i = 1; i <= row_count; i++) {
      floor_now = floor_above(rows[i])
      if (floor_now != floor[rows[i]]) changed = 1
      floor[rows[i]] = floor_now
    }
  } while (changed && ++pass <= row_count)
  if (changed) report("rooms.txt has rooms in a circle")
}

function floor_above(room,  i, j, count, names, highest) {
  count = split(rule[room], names, " ")
  highest = 0
  for (i = 1; i <= count; i++)
    for (j = 1; j <= row_count; j++)
      if (rows[j] != room && covers(names[i], rows[j]) && floor[rows[j]] + 1 > highest)
        highest = floor[rows[j]] + 1
  return highest
}

# Whether the rule `name` speaks of a room, or of one header in it.
function covers(name, room) {
  return room ~ pattern_of(name) || (name ~ /\.h$/ && name !~ /^include/ && folder_of(name) == room)
}

function judge_rooms(  file, i, inhabited) {
  for (file in sources) {
    inhabited[room_of(file)] = 1
    inhabited[file] = 1
    if (!(room_of(file) in rule)) report(room_of(file) " has no rule in rooms.txt")
  }
  for (i = 1; i <= row_count; i++)
    if (!(rows[i] in inhabited)) report("rooms.txt speaks of " rows[i] ", which is not there")
}

# ---- Circles --------------------------------------------------------------------------

function edge(from, to) {
  from = unit_of(from)
  to = unit_of(to)
  if (from == to || folder_of(from) != folder_of(to) || ((from, to) in known)) return
  known[from, to] = 1
  next_of[from] = next_of[from] " " to
}

# The shortest way from a unit back to itself, breadth first.
function judge_circle(start,  queue, head, tail, i, count, names, before, path, at) {
  queue[tail = 1] = start
  for (head = 1; head <= tail; head++) {
    count = split(next_of[queue[head]], names, " ")
    for (i = 1; i <= count; i++) {
      if (!(names[i] in before)) {
        before[names[i]] = queue[head]
        queue[++tail] = names[i]
      }
    }
    if (start in before) break
  }
  if (!(start in before)) return
  at = start
  do {
    at = before[at]
    path = base_of(at) " > " path
  } while (at != start)
  report(start " is in a circle: " path base_of(start))
}

function base_of(path) {
  sub(/^.*\//, "", path)
  return path
}

END {
  judge_rooms()
  give_floors()
  judge_includes()
  judge_identifiers()
  judge_calls()
  for (unit in next_of) judge_circle(unit)
}
