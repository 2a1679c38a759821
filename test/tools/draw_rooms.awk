# With rooms.awk: draws the rooms as a house, each with its lines of code and the rooms that it
# includes; what stands on a floor needs nothing but floors below it.
#
# SPDX-License-Identifier: MIT

# 12345 as 12,300: enough to compare rooms.
function rounded(lines) {
  lines = int(lines / 100 + 0.5) * 100
  return lines < 1000 ? lines : int(lines / 1000) "," substr(lines, length(lines) - 2)
}

function is_program(room) {
  return room ~ /^examples\/[^\/]*$/ && room != "examples/common"
}

# lib, examples or include.
function half_of(room) {
  sub(/\/.*/, "", room)
  return room
}

# The rooms of its own half that a room includes, the highest first.
function included_by(room,  i, text) {
  for (i = row_count; i >= 1; i--)
    if (half_of(rows[i]) == half_of(room) && (room, rows[i]) in visits) text = text " " base_of(rows[i])
  return text == "" ? "" : "->" text
}

# The rooms of one half, `lib` or `examples`, from the roof down.
function draw(half,  top, at, i) {
  for (i = 1; i <= row_count; i++)
    if (half_of(rows[i]) == half && level[rows[i]] > top) top = level[rows[i]]
  line()
  for (at = top + 1; at >= 1; at--) draw_floor(half, at, at > top)
}

function draw_floor(half, at, roof,  i, label) {
  label = roof ? "" : at
  for (i = 1; i <= row_count; i++) {
    if (half_of(rows[i]) != half || is_program(rows[i]) != roof) continue
    if (!roof && level[rows[i]] != at) continue
    printf "| %-2s %-9s %7s   %-58s |\n", label, base_of(rows[i]), rounded(code_lines[rows[i]]), \
      included_by(rows[i])
    label = " "
    drawn++
  }
  if (drawn > 0) line()
  drawn = 0
}

function line() {
  print "+-------------------------------------------------------------------------------------+"
}

function visit(from, to) {
  if (to == "" || !may_call(from, to) || is_header(to)) return
  if (room_of(from) != room_of(to)) visits[room_of(from), room_of(to)] = 1
}

END {
  for (i = 1; i <= include_count; i++) visit(include_from[i], include_to[i])
  for (i = 1; i <= use_count; i++) visit(user[i], used_of[i])
  for (i = 1; i <= row_count; i++) if (is_header(rows[i])) headers += code_lines[rows[i]]
  print "  floor, room, lines of code   -> the rooms that it includes and calls"
  draw("examples")
  printf "     dm/*.h   %7s   the public headers: all that the programs see of the library\n", \
    rounded(headers)
  draw("lib")
}
