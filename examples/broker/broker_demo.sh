#!/bin/sh
# Shows direct messages through dm-broker, with mosquitto_sub as the device and curl as the
# backend: confirmed, offline, denied and timed out. Everything stays on loopback and is
# gone at the end.
#
#   examples/broker/broker_demo.sh [DM-BROKER]
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
broker=${1:-build/dm-broker}
. examples/common/demo_steps.sh

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
start "$broker" --config "$work/broker.json"

say 'A device connects: boiler-7. It subscribes to something else, not to its commands'
connect boiler-7
device=$pid

say 'Confirmed: answered when the device has acknowledged'
send boiler-7 commands%2Freboot '' 'now, please'
received 'now, please'

say 'Offline: answered at once'
send boiler-8 commands%2Freboot '' 'now, please'

say "Denied: the sender's policies do not allow this topic"
send boiler-7 firmware%2Fflash '' 'v2'

say "Denied: the device's own policies do not allow this one"
send boiler-7 alerts%2Flevel-1 '' 'storm'

say 'Timed out: the device hangs (SIGSTOP) and acknowledges nothing'
kill -STOP "$device"
send boiler-7 commands%2Freboot '&timeout=2' 'again'

say 'The device goes on, and its late acknowledgement is in the log'
kill -CONT "$device"
wait_for "$work/log" 'LatePuback'
tail -n 1 "$work/log" | sed 's/^/    /'

say 'Each call has its line in the log; the one of the first'
head -n 1 "$work/log" | sed 's/^/    /'
echo
