#!/bin/sh
# Shows direct messages through dm-broker, with mosquitto_sub as the device and curl as the
# backend: confirmed, offline, denied and timed out. Everything stays on loopback and is
# gone at the end.
#
#   examples/broker/demo.sh [DM-BROKER]
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
broker=${1:-build/dm-broker}
work=$(mktemp -d)
broker_pid='' device_pid=''

finish() {
  [ -z "$device_pid" ] || kill -CONT "$device_pid" 2>/dev/null || true
  for pid in $device_pid $broker_pid; do
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

# wait_for FILE TEXT: until the text stands in the file.
wait_for() {
  timeout 20 sh -c 'until grep -q "$2" "$1" 2>/dev/null; do sleep 0.05; done' wait "$1" "$2" || {
    echo "demo: no \"$2\" came; this is what did:" >&2
    cat "$1" >&2
    exit 1
  }
}

# send CLIENT TOPIC OPTIONS TEXT: one call of the HTTP API, shown as it is made.
send() {
  url="$http/connections/$1/messages?topic=$2&confirmation=true$3"
  echo "  \$ curl --request POST --data '$4' '$url'"
  curl --silent --show-error --request POST --data "$4" --write-out '\n%{http_code} after %{time_total} s' \
    "$url" | sed -n 'h;n;s/^/    /;G;s/\n/\n    /;p'
}

cat >"$work/broker.json" <<END
{
  "mqtt": "127.0.0.1:0",
  "http": "127.0.0.1:0",
  "account": "123456789012",
  "region": "eu-west-1",
  "senderPolicies": ["$PWD/examples/policies/send-any-client-some-topics.json"],
  "receiverPolicies": ["receive-commands.json"]
}
END
cat >"$work/receive-commands.json" <<END
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "iot:Receive",
    "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/commands/*"
  }
}
END

say 'An MQTT broker with direct messaging starts on loopback'
"$broker" --config "$work/broker.json" >"$work/log" 2>"$work/broker" &
broker_pid=$!
wait_for "$work/broker" ' http '
sed 's/^/    /' "$work/broker"
mqtt_port=$(sed -n 's/.*mqtt [^ ]*:\([0-9]*\).*/\1/p' "$work/broker")
http=http://$(sed -n 's/.*http \([^ ,]*\).*/\1/p' "$work/broker")

say 'A device connects: boiler-7. It subscribes to something else, not to its commands'
echo "  \$ mosquitto_sub -i boiler-7 -V mqttv5 -t weather -q 1 ..."
stdbuf -oL mosquitto_sub -h 127.0.0.1 -p "$mqtt_port" -i boiler-7 -V mqttv5 -t weather -q 1 -d \
  -F 'boiler-7 received on %t: %p' >"$work/device" 2>&1 &
device_pid=$!
wait_for "$work/device" 'SUBACK'

say 'Confirmed: answered when the device has acknowledged'
send boiler-7 commands%2Freboot '' 'now, please'
wait_for "$work/device" 'received'
grep 'received on' "$work/device" | sed 's/^/    /'

say 'Offline: answered at once'
send boiler-8 commands%2Freboot '' 'now, please'

say "Denied: the sender's policies do not allow this topic"
send boiler-7 firmware%2Fflash '' 'v2'

say "Denied: the device's own policies do not allow this one"
send boiler-7 alerts%2Flevel-1 '' 'storm'

say 'Timed out: the device hangs (SIGSTOP) and acknowledges nothing'
kill -STOP "$device_pid"
send boiler-7 commands%2Freboot '&timeout=2' 'again'

say 'The device goes on, and its late acknowledgement is in the log'
kill -CONT "$device_pid"
wait_for "$work/log" 'LatePuback'
tail -n 1 "$work/log" | sed 's/^/    /'

say 'Each call has its line in the log; the one of the first'
head -n 1 "$work/log" | sed 's/^/    /'
echo
