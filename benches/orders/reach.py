"""How soon an order reaches all who follow, and what a thousand of them cost who searches.

Arguments: the file with the line that `bayhub demo` printed first, and one of

sse [N]   N streams (10,000) that follow one zone; an emergency elsewhere: when the last of them has it
hooks     200 endpoints, of which 20 take the connection and never answer: when the last of the others has it
          (the demo with BAYHUB__WEBHOOKS__ENDPOINTS=250 BAYHUB__WEBHOOKS__LOOPBACK=true)
nearby    a search over HTTP before and after 1,000 orders are in force, and what a further order costs

10,000 streams need as many descriptors of the hub: BAYHUB__MQTT__MAX_CONNECTIONS=500 leaves it enough of 20,000. Only
hubs at 127.0.0.1 are asked."""

import asyncio
import http.client
import json
import statistics
import sys
import time
from urllib.parse import urlsplit

READY = json.load(open(sys.argv[1], encoding="utf-8"))
PORT = urlsplit(READY["http"]).port


class Client:
    """One connection that is kept."""

    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT)

    def call(self, method, path, key=None, body=None):
        headers = {"content-type": "application/json"}
        if key:
            headers["authorization"] = f"Bearer {READY['keys'][key]}"
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        told = json.loads(answer.read())
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {told}")
        return told


CLIENT = Client()


def zones(most):
    return CLIENT.call("GET", f"/v1/zones?limit={most}")["zones"]


async def issued(body):
    """Issues an order; when it was accepted."""
    await asyncio.get_running_loop().run_in_executor(None, CLIENT.call, "POST", "/v1/orders", "order", body)
    return time.monotonic()


def told(at, accepted, wanted):
    at = sorted(t - accepted for t in at)
    half, most = at[len(at) // 2], at[int(len(at) * 0.99)]
    print(f"{len(at)} of {wanted} after acceptance: p50 {half:.3f}, p99 {most:.3f}, last {at[-1]:.3f} s", flush=True)


async def sse(n):
    here, elsewhere = (z["zone"] for z in zones(2))
    heard, is_open = [], 0

    async def follow(i):
        nonlocal is_open
        # Addresses of their own: one has not that many ports.
        own = (f"127.0.{1 + i // 2000}.{1 + i % 200}", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT, local_addr=own)
        writer.write(f"GET /v1/stream?zones={here} HTTP/1.1\r\nhost: hub\r\n\r\n".encode())
        while b"event: zone" not in await reader.read(65536):
            pass
        is_open += 1
        while part := await reader.read(65536):
            if b"event: order" in part and b'"emergency"' in part:
                heard.append(time.monotonic())
                return

    tasks = []
    for i in range(n):
        tasks.append(asyncio.create_task(follow(i)))
        while is_open < i - 200:
            await asyncio.sleep(0.01)
    while is_open < n:
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    accepted = await issued({"kind": "emergency", "target": {"zones": [elsewhere]}})
    await asyncio.wait(tasks, timeout=30)
    told(heard, accepted, n)


async def hooks():
    heard = {}

    async def living(reader, writer):
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.split(b":")[1]))
            if b"order.issued" in body:
                heard.setdefault(head.split(b" ")[1], time.monotonic())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def dead(reader, _writer):
        # Until the hub gives it up.
        while await reader.read(65536):
            pass

    servers = [await asyncio.start_server(of, "127.0.0.1", 0) for of in (living, dead)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    loop = asyncio.get_running_loop()
    for i in range(200):
        url = f"http://127.0.0.1:{ports[i % 10 == 0]}/{i}"
        body = {"url": url, "events": ["order.*"]}
        await loop.run_in_executor(None, CLIENT.call, "POST", "/v1/webhooks", "partner", body)
    await asyncio.sleep(3)
    for zone in zones(5):
        heard.clear()
        accepted = await issued({"kind": "closure", "target": {"zones": [zone["zone"]]}})
        while len(heard) < 180 and time.monotonic() - accepted < 30:
            await asyncio.sleep(0.01)
        told(heard.values(), accepted, 180)
        await asyncio.sleep(2)


def nearby():
    places = zones(1000)

    def searched():
        took = []
        for i in range(3000):
            z = places[i % len(places)]
            path = f"/v1/bays/nearby?lat={z['lat']}&lon={z['lon']}&limit=20"
            began = time.perf_counter()
            CLIENT.call("GET", path)
            took.append((time.perf_counter() - began) * 1e6)
        took.sort()
        return f"p50 {took[1500]:.0f}, p99 {took[2970]:.0f} us"

    searched()
    before = [searched() for _ in range(3)]
    took = []
    for i in range(1000):
        z = places[i % len(places)]
        began = time.perf_counter()
        CLIENT.call("POST", "/v1/orders", "order", {"kind": "works", "target": {"zones": [z["zone"]]}})
        took.append((time.perf_counter() - began) * 1e3)
    time.sleep(1)
    after = [searched() for _ in range(3)]
    print(f"before: {before}\nafter: {after}")
    print(f"an order: {statistics.median(took[:50]):.1f} ms, the last {statistics.median(took[-50:]):.1f} ms")


WHAT = sys.argv[2]
if WHAT == "sse":
    asyncio.run(sse(int(sys.argv[3]) if len(sys.argv) > 3 else 10_000))
elif WHAT == "hooks":
    asyncio.run(hooks())
else:
    nearby()
