#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mosquitto as a bridge: topics that are in its configuration no more are still brought over.
#
# A line "topic old/# in 1" was replaced by "topic new/# in 1" and the broker was started again.
# The bridge has a fixed client ID and keeps its session by default, so the remote broker goes
# on with the old subscription, and the bridge does not unsubscribe from it. It also compares
# nothing when a message comes: it acknowledges each PUBLISH of the remote side and publishes it
# to its own clients, asked for or not. The log of the start shows one SUBSCRIBE, for new/#.
#
# So: whoever sends a message to a bridge's client ID sends it to everybody behind it; and after
# a change of the topics the old session has to be ended (clean_session, or a new client ID).
set -euo pipefail

version=2.0.11-1.2+deb12u2
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download "mosquitto=$version" \
  "mosquitto-clients=$version" "libmosquitto1=$version" libcjson1=1.7.15-1+deb12u4 \
  libdlt2=2.18.8-6 libwrap0=7.6.q-32
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH

# broker NAME PORT [LINES]: started; fails where the port is in use.
broker() {
  printf 'listener %s 127.0.0.1\nallow_anonymous true\n%b' "$2" "${3-}" > "$1.conf"
  root/usr/sbin/mosquitto -v -c "$1.conf" > "$1.log" 2>&1 &
  pid=$!
  sleep 2
  kill -0 "$pid" 2> /dev/null
}

for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  broker remote "$port" && break
done
bridge="connection up\naddress 127.0.0.1:$port\n"
for _ in 1 2 3 4 5; do
  near=$((20000 + RANDOM % 12000))
  broker before "$near" "${bridge}topic old/# in 1\n" && break
done
kill "$pid"
wait "$pid" || true
broker after "$near" "${bridge}topic new/# in 1\n"

root/usr/bin/mosquitto_sub -h 127.0.0.1 -p "$near" -t '#' -v -W 6 > seen 2> /dev/null &
listener=$!
sleep 2
for topic in old/x new/x third/x; do
  root/usr/bin/mosquitto_pub -h 127.0.0.1 -p "$port" -q 1 -t $topic -m hello
done
wait "$listener" || true

echo "version:   mosquitto $version
guess:     a bridge brings the topics of its configuration
behaviour: it brings also those that an earlier configuration had
output:"
sed -n 's/.*sending \(SUBSCRIBE\) .*Topic: \([^,]*\).*/           the bridge sends: \1 \2/p' after.log
sed 's/^/           behind the bridge: /' seen
if grep -q old/# after.log || ! printf '%s hello\n' old/x new/x | cmp -s - seen; then
  echo 'the behaviour has changed' >&2
  exit 1
fi
