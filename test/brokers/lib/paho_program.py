"""A client with paho: options as JSON in its argument, messages to publish as lines of JSON
on standard input, what happens as lines of JSON on standard output. The end of standard
input is DISCONNECT; the end of the connection is the end of the program.

SPDX-License-Identifier: MIT
"""

import json
import os
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

options = json.loads(sys.argv[1])
output = threading.Lock()


def tell(event, **values):
    with output:
        print(json.dumps({"event": event, **values}), flush=True)


def make_client():
    client_id, clean = options["clientId"], options["clean"]
    # Version 2 wants to know how it is to call us: as version 1 did.
    calls = getattr(mqtt, "CallbackAPIVersion", None)
    first = (calls.VERSION1, client_id) if calls else (client_id,)
    if options["level"] == 5:
        return mqtt.Client(*first, protocol=mqtt.MQTTv5)
    return mqtt.Client(*first, clean_session=clean, protocol=mqtt.MQTTv311)


def connect(client):
    more = {}
    if options["level"] == 5:
        properties = Properties(PacketTypes.CONNECT)
        if not options["clean"]:
            properties.SessionExpiryInterval = options["sessionExpiry"]
        more = {"clean_start": options["clean"], "properties": properties}
    client.connect("127.0.0.1", options["port"], options["keepAlive"], **more)


def on_connect(client, user, flags, reason, properties=None):
    if reason != 0:
        tell("refused", reason=str(reason))
        os._exit(1)
    if options["filter"]:
        client.subscribe(*options["filter"])
    else:
        tell("ready")


def on_message(client, user, message):
    tell(
        "message",
        topic=message.topic,
        payload=message.payload.decode(),
        qos=message.qos,
        retain=bool(message.retain),
    )


def on_disconnect(client, user, reason, properties=None):
    os._exit(0 if reason == 0 else 2)


client = make_client()
client.on_connect = on_connect
client.on_subscribe = lambda *_: tell("ready")
client.on_message = on_message
client.on_publish = lambda *_: tell("published")
client.on_disconnect = on_disconnect
if options["will"]:
    client.will_set(options["will"]["topic"], options["will"]["payload"], options["will"]["qos"])
connect(client)
client.loop_start()
for line in sys.stdin:
    client.publish(**json.loads(line))
client.disconnect()
threading.Event().wait()
