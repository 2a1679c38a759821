# Reads rooms.txt, what nm says of the objects in a file "symbols", then the sources: what may be
# included where, and what is included and called. To be loaded before the awk file that does
# something with it.
#
#   rows[1 to row_count]                 the rooms, in the order of rooms.txt
#   sources[FILE]                        the files
#   include_from, include_name, include_to[1 to include_count]
#                                        what a file includes, and where that is, if in the tree
#   user, used, used_of[1 to use_count]  a file, a symbol that it uses, and the file that has that
#   found[FILE IDENTIFIER]               which of the table's identifiers a file uses
#   code_lines[ROOM]                     without blank lines and comments
#
# SPDX-License-Identifier: MIT

function folder_of(path) {
  sub(/\/[^\/]*$/, "", path)
  return path
}

function base_of(path) {
  sub(/^.*\//, "", path)
  return path
}

function is_header(path) {
  return path ~ /^include\//
}

# The room of a file: its folder, or the public header itself.
function room_of(path) {
  return is_header(path) ? path : folder_of(path)
}

# ---- The table ------------------------------------------------------------------------

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

function allow(place, name,  i, count, names) {
  if (name in set) {
    count = split(set[name], names, " ")
    for (i = 1; i <= count; i++) allow(place, names[i])
  } else
    rule[place] = rule[place] " " path_of(name)
}

function read_row(text,  i, count, words, place) {
  count = split(text, words, " ")
  place = path_of(words[1])
  for (i = 3; i <= count; i++) {
    if (words[2] == "=") set[words[1]] = set[words[1]] " " words[i]
    if (words[2] == ":") allow(place, words[i])
    if (words[2] == "~") header_of[words[i]] = words[1]
    if (words[2] == "!") never[place " " words[i]] = 1
    if (words[2] == "~" || words[2] == "!") identifiers[words[i]] = 1
  }
  if (words[2] == ":" && place !~ /\.c$/) rows[++row_count] = place
}

function end_row() {
  if (row != "") read_row(row)
  row = ""
}

FNR == 1 { end_row() }

FILENAME ~ /rooms\.txt$/ {
  if ($0 !~ /^ /) end_row()
  if ($0 !~ /^#/) row = row $0
  next
}

# Whether the rules of a place, a room or a file, name WHAT or the room that it stands in.
function named(place, what,  i, count, names) {
  count = split(rule[place], names, " ")
  for (i = 1; i <= count; i++)
    if (what ~ pattern_of(names[i]) || room_of(what) == names[i]) return 1
  return 0
}

function may(file, what) {
  return room_of(file) == room_of(what) || named(room_of(file), what) || named(file, what)
}

# A call goes where an include may go: into a room of which the rules name at least a header.
# The examples reach the library through public headers, and so only what these declare.
function may_call(file, other,  i, count, names) {
  if (may(file, other) || (file ~ /^examples/ && other ~ /^lib/)) return 1
  count = split(rule[room_of(file)] rule[file], names, " ")
  for (i = 1; i <= count; i++)
    if (covers(names[i], room_of(other))) return 1
  return 0
}

# Each room has a floor: one above the highest of those that it may include; public headers
# have floors of their own. 0 where the table goes in a circle.
function give_floors(  i, now, changed, pass) {
  do {
    changed = 0
    for (i = 1; i <= row_count; i++) {
      now = floor_above(rows[i])
      if (now != level[rows[i]]) changed = 1
      level[rows[i]] = now
    }
  } while (changed && ++pass <= row_count)
  return !changed
}

function floor_above(room,  i, j, count, names, highest) {
  count = split(rule[room], names, " ")
  for (i = 1; i <= count; i++)
    for (j = 1; j <= row_count; j++)
      if (counts(rows[j], room) && covers(names[i], rows[j]) && level[rows[j]] > highest)
        highest = level[rows[j]]
  return highest + 1
}

function counts(lower, room) {
  return lower != room && (is_header(room) || !is_header(lower))
}

# Whether a rule's name means a room, or one header in it.
function covers(name, room) {
  return room ~ pattern_of(name) || (name ~ /\.h$/ && !is_header(name) && folder_of(name) == room)
}

# ---- The objects ----------------------------------------------------------------------

# nm -A -P says: build/obj/lib/base/span.o: dmi_span T 0 1c
FILENAME ~ /symbols$/ {
  file = $1
  sub(/^.*\/obj\//, "", file)
  sub(/\.o:$/, ".c", file)
  if ($3 == "U") {
    user[++use_count] = file
    used[use_count] = $2
  } else {
    defined[$2] = file
    definitions[$2]++
    defined_in[room_of(file), $2] = file
  }
}

# The file that defines a symbol as another one sees it: two programs may each have one.
function definer(file, symbol) {
  if ((room_of(file), symbol) in defined_in) return defined_in[room_of(file), symbol]
  return definitions[symbol] == 1 ? defined[symbol] : ""
}

# ---- The sources ----------------------------------------------------------------------

FILENAME !~ /\.[ch]$/ { next }
FNR == 1 { sources[FILENAME] = 1; inside_comment = 0 }

/^[ \t]*\/\*/ { inside_comment = 1 }
!inside_comment && NF > 0 { code_lines[room_of(FILENAME)]++ }
/\*\/[ \t]*$/ { inside_comment = 0 }

/^[ \t]*#[ \t]*include/ {
  include_from[++include_count] = FILENAME
  sub(/^[^"<]*/, "")
  sub(/[^">]*$/, "")
  include_name[include_count] = $0
}

{
  for (name in identifiers) {
    pattern = name
    if (!sub(/\*$/, "", pattern)) pattern = pattern "([^A-Za-z0-9_]|$)"
    if ($0 ~ "(^|[^A-Za-z0-9_])" pattern) found[FILENAME " " name] = 1
  }
}

# The file that #include "NAME" means in a file.
function find(file, name) {
  if ((folder_of(file) "/" name) in sources) return folder_of(file) "/" name
  if (("include/" name) in sources) return "include/" name
  if (file ~ /^lib/ && ("lib/" name) in sources) return "lib/" name
  if (file ~ /^examples/ && ("examples/" name) in sources) return "examples/" name
  return ""
}

END {
  for (i = 1; i <= include_count; i++)
    if (include_name[i] ~ /^"/)
      include_to[i] = find(include_from[i], substr(include_name[i], 2, length(include_name[i]) - 2))
  for (i = 1; i <= use_count; i++) used_of[i] = definer(user[i], used[i])
  table_is_straight = give_floors()
}
