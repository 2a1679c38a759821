# Reads the public headers and prints, a line each,
#   structure NAME KIND      KIND: grows (it begins with its size, or says that it may grow),
#                            fixed (it says that it cannot), or unsaid
#   member NAME MEMBER       in their order, those of a union without a name among them
#   taken NAME               a function of the library has one of these as a parameter
#   points NAME OTHER        one of its members points to one of the others
#
# A structure says so in the comment that ends right above it, or the header for all of its
# structures in its first comment: "The structures here ... cannot grow".
#
# SPDX-License-Identifier: MIT

function begin_file() {
  file_comment = comment = body = inside_comment = ""
  structure = declaration = ""
  first_comment = 1
}

# Takes the comments out of a line, and keeps the last one.
function code_of(line,    at, code) {
  code = ""
  while (line != "") {
    if (inside_comment) {
      at = index(line, "*/")
      sub(/^ *\*+ /, " ", line)
      at = index(line, "*/")
      comment = comment " " (at ? substr(line, 1, at - 1) : line)
      if (!at) return code
      inside_comment = ""
      if (first_comment) file_comment = comment
      first_comment = 0
      line = substr(line, at + 2)
    } else {
      at = index(line, "/*")
      if (!at) return code line
      code = code substr(line, 1, at - 1)
      line = substr(line, at + 2)
      inside_comment = "yes"
      if (structure == "") comment = ""
    }
  }
  return code
}

# The last name of a declarator, without what says how many.
function last_name(text) {
  gsub(/\[[^]]*\]/, "", text)
  gsub(/[^A-Za-z0-9_]+$/, "", text)
  sub(/^.*[^A-Za-z0-9_]/, "", text)
  return text
}

function add_member(name) {
  member_count++
  member[member_count] = name
}

# One declaration inside a structure, without its semicolon.
function take_declaration(text,    names, count, i) {
  if (match(text, /\(\*[A-Za-z0-9_]+/)) {
    add_member(substr(text, RSTART + 2, RLENGTH - 2))
    return
  }
  if (match(text, /dm_[a-z0-9_]+ \*/))
    points[++point_count] = substr(text, RSTART, RLENGTH - 2)
  count = split(text, names, ",")
  for (i = 1; i <= count; i++)
    add_member(last_name(names[i]))
}

function take_body(text,    i, c, depth, start, inner, one, rest) {
  depth = 0
  start = 1
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "{" && depth++ == 0) inner = i
    else if (c == "}") { if (--depth == 0) rest = i }
    else if (c == "(") depth++
    else if (c == ")") depth--
    else if (c == ";" && depth == 0) {
      one = substr(text, start, i - start)
      if (inner >= start && substr(text, rest + 1, i - rest - 1) ~ /^ *$/)
        take_body(substr(text, inner + 1, rest - inner - 1))
      else if (inner >= start)
        take_declaration(substr(text, rest + 1, i - rest - 1))
      else
        take_declaration(one)
      start = i + 1
    }
  }
}

function kind() {
  gsub(/ +/, " ", said)
  gsub(/ +/, " ", file_comment)
  if (member[1] == "size" || said ~ /may grow/) return "grows"
  if (said ~ /[Cc]annot grow/ || file_comment ~ /structures here [^.]*cannot grow/) return "fixed"
  return "unsaid"
}

function end_structure(    i) {
  member_count = point_count = 0
  take_body(body)
  print "structure", structure, kind()
  for (i = 1; i <= member_count; i++) print "member", structure, member[i]
  for (i = 1; i <= point_count; i++) print "points", structure, points[i]
  structure = comment = ""
}

# The structures among a function's parameters.
function take_function(text) {
  sub(/^[^(]*[(]/, "", text)
  while (match(text, /dm_[a-z0-9_]+ \*/)) {
    print "taken", substr(text, RSTART, RLENGTH - 2)
    text = substr(text, RSTART + RLENGTH)
  }
}

FNR == 1 { begin_file() }

{
  code = code_of($0)
  blank = code ~ /^[ \t]*$/
  if (structure != "" && code ~ /^}/) {
    if (structure == "?") structure = last_name(code)
    end_structure()
  } else if (structure != "") {
    body = body " " code
  } else if (code ~ /^(typedef )?(struct|union) [a-z0-9_]* *[{]/) {
    match(code, /(struct|union) [a-z0-9_]*/)
    structure = substr(code, RSTART, RLENGTH)
    sub(/^(struct|union) /, "", structure)
    if (structure == "") structure = "?"
    said = comment
    body = ""
  } else if (code ~ /^DM_EXPORT/ || declaration != "") {
    declaration = declaration " " code
    if (code ~ /;/) {
      take_function(declaration)
      declaration = ""
    }
  }
  # What stands between a comment and a structure parts them; so does an empty line.
  if (structure == "" && (!blank || $0 ~ /^[ \t]*$/) && !inside_comment) comment = ""
}
