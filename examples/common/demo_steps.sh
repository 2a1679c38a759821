# What the demos share. To be sourced by a shell script that has set -eu and stands in the
# project's top folder; makes $work, a folder that is gone at the end.
#
# SPDX-License-Identifier: MIT

work=$(mktemp -d)
started=''

# Stops what was started in the background, the last first.
finish() {
  for pid in $started; do
    kill -CONT "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

say() {
  printf '\n\033[1m%s\033[0m\n' "$1"
}

# show FILE: what a program said.
show() {
  sed 's/^/    /' "$1"
}

# wait_for FILE TEXT: until the text stands in the file.
wait_for() {
  timeout 20 sh -c 'until grep -q "$2" "$1" 2>/dev/null; do sleep 0.05; done' wait "$1" "$2" || {
    echo "demo: no \"$2\" came; this is what did:" >&2
    cat "$1" >&2
    exit 1
  }
}

# start PROGRAM ARGUMENT...: in the background, its outputs in $work/log and $work/messages;
# sets $pid, $http and $port, where devices connect.
start() {
  "$@" >"$work/log" 2>"$work/messages" &
  pid=$!
  started="$pid $started"
  wait_for "$work/messages" ' http '
  show "$work/messages"
  http=http://$(sed -n 's/.* http \([^ ,]*\).*/\1/p' "$work/messages")
  port=$(sed -n 's/.* \(mqtt\|listen\) [^ ]*:\([0-9]*\),.*/\2/p' "$work/messages")
}

# connect CLIENT: a device that subscribes to something else than its commands; sets $pid.
connect() {
  echo "  \$ mosquitto_sub -p $port -i $1 -V mqttv5 -t weather -q 1 ..."
  stdbuf -oL mosquitto_sub -h 127.0.0.1 -p "$port" -i "$1" -V mqttv5 -t weather -q 1 -d \
    -F "$1 received on %t: %p" >"$work/device" 2>&1 &
  pid=$!
  started="$pid $started"
  wait_for "$work/device" 'SUBACK'
}

# received TEXT: shows the line of the device that holds the text.
received() {
  wait_for "$work/device" "received on .*$1"
  sed -n "/received on .*$1/s/^/    /p" "$work/device"
}

# send CLIENT TOPIC OPTIONS TEXT: one call of the HTTP API, shown as it is made.
send() {
  url="$http/connections/$1/messages?topic=$2&confirmation=true$3"
  echo "  \$ curl --request POST --data '$4' '$url'"
  curl --silent --show-error --request POST --data "$4" --write-out '\n%{http_code} after %{time_total} s' \
    "$url" | sed -n 'h;n;s/^/    /;G;s/\n/\n    /;p'
}
