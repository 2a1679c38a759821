#!/bin/sh
# Shows direct messages through dm-sidecar, which stands in front of a mosquitto that is as
# Debian ships it; mosquitto_sub is the device, curl the backend. Everything stays on loopback
# and is gone at the end.
#
#   examples/sidecar/sidecar_demo.sh [DM-SIDECAR]
#
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
sidecar=${1:-build/dm-sidecar}
PATH=$PATH:/usr/sbin
. examples/common/demo_steps.sh

# Sets $broker to the port of a mosquitto that has just been started.
start_mosquitto() {
  for broker in $(shuf -i 20000-31999 -n 20); do
    mosquitto -p "$broker" >"$work/mosquitto" 2>&1 &
    pid=$!
    wait_for "$work/mosquitto" 'running\|in use'
    if grep -q running "$work/mosquitto"; then
      started="$pid $started"
      return
    fi
    wait "$pid" || true
  done
  cat "$work/mosquitto" >&2
  exit 1
}

say 'A mosquitto starts, without a line of configuration'
start_mosquitto
echo "  \$ mosquitto -p $broker"

say 'The sidecar stands in front of it: devices connect to the port it listens on'
echo "  \$ dm-sidecar --listen 127.0.0.1:0 --broker 127.0.0.1:$broker --http 127.0.0.1:0"
start "$sidecar" --listen 127.0.0.1:0 --broker "127.0.0.1:$broker" --http 127.0.0.1:0

say 'A device connects and subscribes to the weather, as ever'
connect boiler-7
device=$pid

say 'Publish and subscribe go on as before, through the sidecar and beside it'
echo "  \$ mosquitto_pub -p $broker -t weather -m 'rain, said to mosquitto'"
mosquitto_pub -h 127.0.0.1 -p "$broker" -t weather -q 1 -m 'rain, said to mosquitto'
received rain
echo "  \$ mosquitto_pub -p $port -t weather -m 'sun, said through the sidecar'"
mosquitto_pub -h 127.0.0.1 -p "$port" -t weather -q 1 -m 'sun, said through the sidecar'
received sun

say 'A direct message, confirmed: answered when the device has acknowledged'
send boiler-7 commands%2Freboot '' 'now, please'
received 'now, please'

say 'Offline: answered at once'
send boiler-8 commands%2Freboot '' 'now, please'

say 'Timed out: the device hangs (SIGSTOP) and acknowledges nothing'
kill -STOP "$device"
send boiler-7 commands%2Freboot '&timeout=2' 'again'
kill -CONT "$device"
received again

say 'Both ways at once: five direct messages among five ordinary ones'
for n in 1 2 3 4 5; do
  mosquitto_pub -h 127.0.0.1 -p "$broker" -t weather -q 1 -m "cloud $n" &
  send boiler-7 commands%2Fstep '' "$n" >"$work/answer"
  grep -q '"message":"OK"' "$work/answer"
  received "cloud $n"
  received "step: $n"
done

say 'The line of the last call in the log'
tail -n 1 "$work/log" | show /dev/stdin
echo
