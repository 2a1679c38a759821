#!/bin/bash
# SPDX-License-Identifier: MIT
#
# libnats delivers a request seconds after it has told the caller that it timed out.
#
# natsConnection_Request() has a time-out of its own, so it looks as if the request were over
# when NATS_TIMEOUT comes back. While the server is away the request lies in the client's buffer
# for reconnecting, and the time-out does not take it out. When the server is back, the device
# gets it: "open the door" long after the caller was told no and did something else. It needs
# the device to have come back first; which of the two does is chance, so a test with one
# restart may never see it. Here the caller waits longer between its tries to connect.
#
# So: natsOptions_SetReconnectBufSize(options, 0) makes such a request fail at once and for good
# (shown second), or each request carries the time until which it is meant.
set -euo pipefail

server=2.9.10-1+b3 library=3.4.1-1+b1
dir=$(mktemp -d)
pid=
trap 'kill $pid 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download "nats-server=$server" \
  "libnats3.4=$library" "libnats-dev=$library" libprotobuf-c1=1.4.1-1+b1
for package in *.deb; do dpkg -x "$package" root; done

cat > finding.c <<'END'
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_request(natsConnection *c, natsSubscription *s, natsMsg *message, void *ignored) {
  (void)c, (void)s, (void)ignored;
  printf("device: got \"%.*s\"\n", natsMsg_GetDataLength(message), natsMsg_GetData(message));
  natsMsg_Destroy(message);
}

static natsConnection *dial(const char *url, int wait, int buffer) {
  natsOptions *options = NULL;
  natsConnection *connection = NULL;
  natsOptions_Create(&options);
  natsOptions_SetURL(options, url);
  natsOptions_SetReconnectWait(options, wait); /* ms between two tries */
  natsOptions_SetReconnectJitter(options, 0, 0);
  if (buffer == 0) natsOptions_SetReconnectBufSize(options, 0);
  if (natsConnection_Connect(&connection, options) != NATS_OK) exit(2);
  return connection;
}

int main(int count, char **url) {
  natsSubscription *subscription = NULL;
  natsMsg *answer = NULL;
  setvbuf(stdout, NULL, _IONBF, 0);
  natsConnection *device = dial(url[1], 100, 1);
  natsConnection *caller = dial(url[1], 2000, 1), *careful = dial(url[1], 2000, 0);
  natsConnection_Subscribe(&subscription, device, "door", on_request, NULL);
  natsConnection_Flush(device);
  printf("stop\n"); /* the shell script does that */
  sleep(1);
  natsStatus status = natsConnection_RequestString(&answer, caller, "door", "open", 500);
  printf("caller: %s\n", natsStatus_GetText(status));
  status = natsConnection_RequestString(&answer, careful, "door", "open without a buffer", 500);
  printf("caller without a buffer: %s\n", natsStatus_GetText(status));
  printf("start\n");
  sleep(4);
}
END
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
gcc -Iroot/usr/include finding.c -o finding root/usr/lib/*/libnats.so.3.4

start() { root/usr/sbin/nats-server -a 127.0.0.1 -p "$port" > server.log 2>&1 & pid=$!; sleep 1; }
for _ in 1 2 3 4 5; do # a port that is in use ends the server
  port=$((20000 + RANDOM % 12000))
  start
  kill -0 "$pid" 2> /dev/null && break
done

echo "version:   libnats $library, nats-server $server
guess:     a request that timed out is over
behaviour: it is delivered when the server is back
output:"
while read -r line; do
  echo "  $line" | tee -a seen
  if [ "$line" = stop ]; then kill "$pid"; fi
  if [ "$line" = start ]; then start; fi
done < <(timeout 20 ./finding "nats://127.0.0.1:$port")
printf '  %s\n' stop 'caller: Timeout' 'caller without a buffer: Insufficient Buffer' start \
  'device: got "open"' > expected
cmp -s seen expected || { echo 'the behaviour has changed' >&2; exit 1; }
