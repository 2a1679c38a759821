#!/bin/bash
# SPDX-License-Identifier: MIT
#
# mosquitto_pub exits with 0 when the broker has refused the message.
#
# By its manual the exit status tells success from error. With MQTT 5 and QoS 1 or 2 a broker says
# in PUBACK or PUBREC that the message was refused and why. mosquitto_pub reads it, prints a
# warning and exits with 0, so "mosquitto_pub ... || alarm" in a script never sees it; --quiet
# takes the warning away too. A refused connection does exit with an error.
#
# So: a script has to look at what it prints on the second output, which is empty on success.
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

echo 'topic read #' > rules # nobody may write
chmod 755 . # the broker may run as somebody else
for _ in 1 2 3 4 5; do # a port that is in use ends the broker
  port=$((20000 + RANDOM % 12000))
  printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' "acl_file $dir/rules" \
    'clientid_prefixes known-' > configuration
  root/usr/sbin/mosquitto -c configuration > log 2>&1 &
  pid=$!
  sleep 1
  kill -0 "$pid" 2> /dev/null && break
done

# publish OPTION...: what was printed and the exit status.
publish() {
  local status=0
  root/usr/bin/mosquitto_pub -V 5 -h 127.0.0.1 -p "$port" -t lamp -m on "$@" 2>&1 || status=$?
  echo "exit status $status"
}
refused=$(publish -i known-1 -q 1)
quiet=$(publish -i known-1 -q 2 --quiet)
unconnected=$(publish -i unknown -q 1)

echo "version:   mosquitto_pub, mosquitto $version
guess:     a message that the broker refuses is an error
behaviour: it is a warning, and the exit status says success
output:    message refused, QoS 1:          ${refused//$'\n'/; }
           message refused, QoS 2, --quiet: ${quiet//$'\n'/; }
           connection refused:              ${unconnected//$'\n'/; }"
warning='Warning: Publish 1 failed: Not authorized.'
if [ "$refused" != "$warning"$'\nexit status 0' ] || [ "${quiet##*$'\n'}" != 'exit status 0' ] \
  || [ "${unconnected##*$'\n'}" = 'exit status 0' ]; then
  echo 'the behaviour has changed' >&2
  exit 1
fi
