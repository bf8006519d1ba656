"""Requests of each tracker's protocol, and a loader that costs little: for `./dev bench protocols`.

One event a request, all the same story (a product is looked at), each with an id of its own, so that
none is a duplicate. Requests are made before they are timed, and sent 32 at a time on a connection.
"""
import base64
import json
import os
import selectors
import socket
import time
import urllib.parse

from report import say
from servers import Server

IN_FLIGHT = 32  # on a connection; the server takes up to 64
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
PRODUCT = {"product": "p17", "category": "c3", "brand": "b5", "price": "12.50", "quantity": 1}
KEY = "shop-key"


def query(**fields):
    return urllib.parse.urlencode(fields)


def get(target):
    return f"GET {target} HTTP/1.1\r\nHost: bench\r\nUser-Agent: {AGENT}\r\n\r\n".encode()


def post(path, body):
    data = json.dumps(body, separators=(",", ":")).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: {AGENT}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n")
    return head.encode() + data


def native_get(who, number):
    return get("/pixel.gif?" + query(s="shop", v=who, id=number, e="view_item",
                                     i="p17~c3~b5~12.50~1"))


def native_post(who, number):
    return post("/v1/events", {"site": "shop", "visitor": who, "event_id": number,
                               "type": "view_item", "items": [PRODUCT]})


def segment_get(who, number):
    event = {"writeKey": KEY, "anonymousId": who, "messageId": number, "event": "Product Viewed",
             "properties": {"product_id": "p17", "category": "c3", "brand": "b5", "price": 12.5}}
    data = base64.b64encode(json.dumps(event).encode()).decode()
    return get("/v1/pixel/track?" + query(data=data))


def segment_post(who, number):
    return post("/v1/track", {"writeKey": KEY, "anonymousId": who, "messageId": number,
                              "event": "Product Viewed",
                              "properties": {"product_id": "p17", "category": "c3", "brand": "b5",
                                             "price": 12.5}})


def snowplow_get(who, number):
    return get("/i?" + query(e="pv", p="web", aid=KEY, duid=who, eid=number,
                             url="https://shop.example/p17"))


def snowplow_post(who, number):
    return post("/com.snowplowanalytics.snowplow/tp2",
                {"schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
                 "data": [{"e": "pv", "p": "web", "aid": KEY, "duid": who, "eid": number,
                           "url": "https://shop.example/p17"}]})


def ga4_get(who, number):
    return get("/g/collect?" + query(v="2", tid=KEY, cid=who, en="view_item", _s=number,
                                     pr1="idp17~cac3~brb5~pr12.50~qt1"))


def ga4_post(who, number):
    return post(f"/mp/collect?measurement_id={KEY}&api_secret=x",
                {"client_id": who, "events": [{"name": "view_item", "params": {
                    "session_id": number, "items": [{"item_id": "p17", "item_category": "c3",
                                                     "item_brand": "b5", "price": 12.5}]}}]})


def matomo_get(who, number):
    return get("/matomo.php?" + query(idsite=KEY, rec=1, cid=who, rand=number,
                                      url="https://shop.example/p17", action_name="p17"))


def meta_get(who, number):
    return get("/tr?" + query(id=KEY, ev="ViewContent", fbp=who, eid=number,
                              **{"cd[content_ids]": '["p17"]'}))


def meta_post(who, number):
    return post(f"/v20.0/{KEY}/events",
                {"data": [{"event_name": "ViewContent", "event_id": number,
                           "event_time": int(time.time()), "user_data": {"fbp": who},
                           "custom_data": {"contents": [{"id": "p17", "quantity": 1}]}}]})


def posthog_post(who, number):
    return post("/capture", {"api_key": KEY, "distinct_id": who, "uuid": number,
                             "event": "Product Viewed",
                             "properties": {"product_id": "p17", "price": 12.5}})


# name: (request, the native one it is compared with)
PROTOCOLS = {
    "native_get": (native_get, None), "native_post": (native_post, None),
    "segment_get": (segment_get, "native_get"), "segment_post": (segment_post, "native_post"),
    "snowplow_get": (snowplow_get, "native_get"), "snowplow_post": (snowplow_post, "native_post"),
    "ga4_get": (ga4_get, "native_get"), "ga4_post": (ga4_post, "native_post"),
    "matomo_get": (matomo_get, "native_get"), "meta_get": (meta_get, "native_get"),
    "meta_post": (meta_post, "native_post"), "posthog_post": (posthog_post, "native_post"),
}


class Connection:
    def __init__(self, port, requests):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bundles = [(b"".join(part), len(part)) for part in
                        (requests[i:i + IN_FLIGHT] for i in range(0, len(requests), IN_FLIGHT))]
        self.place = 0
        self.owed = 0
        self.tail = b""

    def send_next(self):
        """False: nothing is left."""
        if self.place == len(self.bundles):
            return False
        data, self.owed = self.bundles[self.place]
        self.place += 1
        self.socket.sendall(data)
        return True

    def take(self):
        """Reads what is there; True when all that was sent is answered."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise RuntimeError("the server closed a connection")
        text = self.tail + data
        answers = text.count(b"HTTP/1.1 2")
        if text.count(b"HTTP/1.1 ") - text.endswith(b"HTTP/1.1 ") != answers:
            raise RuntimeError("an answer was no success: " + text[:200].decode("latin-1"))
        self.tail = partial(text)
        self.owed -= answers
        return self.owed == 0


def partial(text):
    """The end of `text` that may begin a status line, which the next read goes on with."""
    status = b"HTTP/1.1 2"
    for size in range(min(len(status) - 1, len(text)), 0, -1):
        if status.startswith(text[-size:]):
            return text[-size:]
    return b""


def requests_per_s(port, name, run, connections=8, each=8_000, visitors=100_000):
    """So many requests of a protocol, made first, then sent as fast as they are answered."""
    make = PROTOCOLS[name][0]
    tag = f"{run}-{os.getpid()}"
    open_ones = []
    for c in range(connections):
        requests = [make(f"v{(c * each + i) * 7919 % visitors}", f"{tag}-{name}-{c}-{i}")
                    for i in range(each)]
        open_ones.append(Connection(port, requests))
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for connection in open_ones:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send_next()
        busy = len(open_ones)
        while busy > 0:
            for key, _ in selector.select():
                if key.data.take() and not key.data.send_next():
                    selector.unregister(key.fileobj)
                    busy -= 1
    seconds = time.monotonic() - began
    for connection in open_ones:
        connection.socket.close()
    return connections * each / seconds


def measure(bench):
    """Each tracker's requests a second against our own, one event a request, in turns."""
    bench.fill()
    say("== Protocols against our own, the server on core 0, the loader on core 1, in turns")
    each = 1_000 if bench.quick else 8_000
    rates = {name: [] for name in PROTOCOLS}
    os.sched_setaffinity(0, {1})
    try:
        with Server(bench.config, bench.store, core=0) as server:
            for run in range(bench.runs + 1):  # the first warms up
                for name, all_rates in rates.items():
                    rate = requests_per_s(server.port, name, run, each=each)
                    if run > 0:
                        all_rates.append(rate)
            lost = (server.metric("rekindle_intake_rejected_total") +
                    server.metric("rekindle_duplicates_total"))
            server.stop()
    finally:
        os.sched_setaffinity(0, range(os.cpu_count()))
    if lost:
        raise RuntimeError(f"{lost:,.0f} events were refused or seen before")
    for name, (_, native) in PROTOCOLS.items():
        bench.report.add(f"protocols.{name}.per_s", rates[name], "1/s")
        if native:
            ratios = [a / b for a, b in zip(rates[name], rates[native])]
            bench.report.add(f"protocols.{name}.vs_native", ratios, "ratio")
