#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mosquitto_rr takes a message on any topic for the response, even before it has asked.
#
# mosquitto_rr sends a request, waits for a response on the topic of option -e, prints it and
# exits with 0. It looks neither at the topic of what arrives nor at the correlation data. With
# a session that is kept (-c) a message that waited there from before ends it: the request is
# never sent, and the exit status says that all went well. A message that a broker sends without
# a subscription does the same.
#
# So: with this tool use a client ID that nothing else uses, print the topic (-v) and compare it.
set -euo pipefail

version=2.0.11-1.2+deb12u2
dir=$(mktemp -d)
pid=
trap 'kill $pid 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download "mosquitto=$version" \
  "mosquitto-clients=$version" "libmosquitto1=$version" libcjson1=1.7.15-1+deb12u4 \
  libdlt2=2.18.8-6 libwrap0=7.6.q-32
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH

for _ in 1 2 3 4 5; do # a port that is in use ends the broker
  port=$((20000 + RANDOM % 12000))
  root/usr/sbin/mosquitto -v -p "$port" > log 2>&1 &
  pid=$!
  sleep 1
  kill -0 "$pid" 2> /dev/null && break
done
run() { "root/usr/bin/mosquitto_$1" -V 5 -h 127.0.0.1 -p "$port" -q 1 "${@:2}"; }
session=(-i device -c -x 60)

# The session of the client ID "device" gets a subscription, and a message while it is away.
run sub "${session[@]}" -t news -E
run pub -t news -m 'not the response'

request() {
  local status=0
  run rr "${session[@]}" -t question -e answer -m 'how are you' -v -W 3 2>&1 || status=$?
  echo "exit status $status"
}
first=$(request)
sleep 1
sent_first=$(grep -c "Received PUBLISH from device .*'question'" log || true)
second=$(request)
sent_second=$(grep -c "Received PUBLISH from device .*'question'" log || true)

echo "version:   mosquitto_rr, mosquitto $version
guess:     only a message on the topic 'answer' is the response; nobody answers here, so: timed out
behaviour: an older message on the topic 'news' is the response, and no request was sent
output:"
echo "           first call:  ${first//$'\n'/; }; requests at the broker: $sent_first"
echo "           second call: ${second//$'\n'/; }; requests at the broker: $sent_second"
expected='news not the response
exit status 0 0
Timed out
exit status 27 1'
[ "$first $sent_first"$'\n'"$second $sent_second" = "$expected" ] \
  || { echo 'the behaviour has changed' >&2; exit 1; }
