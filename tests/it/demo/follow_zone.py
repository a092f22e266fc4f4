"""A client made with Eclipse Paho: reports at every QoS, then follows a zone. Prints what it was told, as JSON.

Arguments: host port version(3|5) transport(tcp|websockets) user password bay zone
"""

import json
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties

PATIENCE_S = 30
host, port, version, transport, user, password, bay, zone = sys.argv[1:]
five = version == "5"
report = f"bayhub/v1/{user}/report"
topic = f"bayhub/v1/zones/{zone}/availability"
connected, acked, granted, heard = queue.Queue(), queue.Queue(), queue.Queue(), queue.Queue()


def on_connect(_client, _data, _flags, reason, properties):
    limits = properties.json() if isinstance(properties, Properties) else {}
    connected.put({"reason": reason.value, "limits": limits})


def on_publish(_client, _data, mid, reason, properties):
    text = getattr(properties, "ReasonString", None)
    acked.put((mid, {"reason": reason.value, "text": text}))


def on_subscribe(_client, _data, _mid, reasons, _properties):
    granted.put([r.value for r in reasons])


def on_message(_client, _data, m):
    heard.put({"topic": m.topic, "retain": m.retain, "qos": m.qos, "payload": json.loads(m.payload)})


def publish(payload, qos):
    sent = client.publish(report, payload, qos)
    while True:
        mid, told = acked.get(timeout=PATIENCE_S)
        if mid == sent.mid:
            return told


def claim(state):
    return json.dumps({"bay": bay, "state": state})


def subscribe(path, qos=1):
    client.subscribe(path, qos)
    return granted.get(timeout=PATIENCE_S)


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    client_id="" if five else "it-paho",
    protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311,
    transport=transport,
)
client.username_pw_set(user, password)
client.on_connect, client.on_publish = on_connect, on_publish
client.on_subscribe, client.on_message = on_subscribe, on_message
client.connect(host, int(port))
client.loop_start()
told = {"connack": connected.get(timeout=PATIENCE_S)}
told["acks"] = [publish(claim("occupied"), qos) for qos in (0, 1, 2)]
told["bad"] = [publish('{"bay":', 1), publish(json.dumps({"bay": "nobody-knows-me", "state": "vacant"}), 1)]
told["shared"] = subscribe(f"$share/g/{topic}")
told["foreign"] = subscribe("bayhub/#")
told["granted"] = subscribe(topic)
told["first"] = heard.get(timeout=PATIENCE_S)
publish(claim("vacant"), 1)
seen = told["first"]
while not sum(seen["payload"]["vacant"].values()):
    seen = heard.get(timeout=PATIENCE_S)
told["change"] = seen
client.disconnect()
client.loop_stop()
print(json.dumps(told))
