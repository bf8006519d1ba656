#!/usr/bin/env python3
"""Whoever follows the change feed ends with the members the server lists, and can prove it: by long
poll, event stream and webhook; killed and resumed at random, under load, while the server is killed
with -9 again and again.

    consumer_test.py [--runs N] [--seed N] [BINARY]

While it goes on, poll and stream compare the checksum of their copies with the server's at their own
cursor: they must be equal at every place. In the end the members of every audience, and checksums
again. The webhook's receiver fails at random, before and after it has taken a message.
"""
import argparse
import pathlib
import random
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "crash"), str(HERE.parent / "support")]

from consumers import Poller, Receiver, Streamer  # noqa: E402
from sender import LOST, Sender  # noqa: E402
from server import Http, Server, default_binary  # noqa: E402
from shop import AUDIENCES, HOUR, VISITORS, time_of  # noqa: E402

ENGINE = {"clock": "events", "checkpoint_visitors": 40, "checkpoint_events": 150, "shards": 2}


class Place:
    """Where the server is. Port 1 while it is away: nobody listens there."""
    port = 1


class Load(threading.Thread):
    """Sends until told to stop, whatever happens to the server."""

    def __init__(self, place, seed):
        super().__init__(daemon=True)
        self.place = place
        self.dice = random.Random(seed)
        self.sender = Sender("load", self.dice, ticks=True)
        self.ending = threading.Event()
        self.answers = 0
        self.faults = []

    def run(self):
        while not self.ending.is_set():
            try:
                self.answer(self.place.port)
                frame = self.sender.next_frame + self.dice.randrange(4, 40)
                self.sender.post(self.place.port, lambda: self.sender.next_frame >= frame or
                                 self.ending.is_set())
            except LOST:
                time.sleep(0.005)
            except Exception as problem:  # a thread's failure must reach the verdict
                self.faults.append(f"load: {problem!r}")
                return

    def answer(self, port):
        """Some visitors answer about advertising: changes that are neither entry nor exit."""
        client = Http(port)
        client.post_lines([
            {"visitor": f"visitor-{int(VISITORS * self.dice.random() ** 2)}", "type": "consent",
             "at": time_of(self.sender.next_frame), "consent": {"ads": self.dice.random() < 0.5}}
            for _ in range(20)])
        self.answers += 20
        client.close()


def new_server(binary, receiver):
    server = Server(binary, AUDIENCES, engine=ENGINE)
    secret = server.directory / "secret"
    secret.write_text(receiver.secret() + "\n")
    server.config["webhooks"] = [{
        "name": "receiver", "url": f"http://127.0.0.1:{receiver.port}/in", "audiences": "*",
        "secret_file": str(secret), "retry": "10ms", "timeout": "2s", "batch": 50}]
    return server


def shake(server, place, consumers, dice, runs):
    """Starts and kills the server, and consumers meanwhile."""
    for run in range(runs):
        server.config["engine"]["shards"] = dice.choice((1, 2))
        server.start()
        place.port = server.port
        until = time.monotonic() + dice.uniform(0.1, 0.6)
        while time.monotonic() < until:
            time.sleep(dice.uniform(0, 0.1))
            dice.choice(consumers).kill()
        if run + 1 < runs:
            place.port = 1
            server.kill()


def wait_caught_up(server, consumers):
    def end():
        return server.http.get("/v1/changes?after=now").json()["cursor"]

    def is_delivered():
        status = server.http.get("/v1/webhooks").json()["webhooks"][0]
        return status["behind"] == 0 and status["state"] == "idle"

    for consumer in consumers:
        is_webhook = isinstance(consumer, Receiver)
        while not consumer.faults and not (is_delivered() if is_webhook else
                                           consumer.copy.cursor == end()):
            time.sleep(0.02)


def compare(server, consumer):
    for audience in AUDIENCES:
        size, names = server.members(audience)
        ours = consumer.copy.members.get(audience, set())
        if ours != set(names):
            yield (f"{consumer.name}: {audience}: has {len(ours)}, the server {size}; e.g. "
                   f"{sorted(ours ^ set(names))[:3]}")
        yield from consumer.prove(server.http, audience)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=default_binary())
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    place = Place()
    consumers = [kind(kind.__name__.lower(), place, list(AUDIENCES), dice.random())
                 for kind in (Poller, Streamer, Receiver)]
    load = Load(place, dice.random())
    with new_server(arguments.binary, consumers[2]) as server:
        for thread in (*consumers, load):
            thread.start()
        shake(server, place, consumers, dice, arguments.runs)
        load.ending.set()
        load.join()
        load.sender.post(server.port, is_over=lambda: True)
        server.tick(time_of(load.sender.next_frame) + 3 * HOUR)
        consumers[2].is_calm = True
        wait_caught_up(server, consumers)
        faults = load.faults + [fault for consumer in consumers for fault in consumer.faults]
        changes = 0
        if not faults:
            for consumer in consumers:
                faults += compare(server, consumer)
            changes = len(server.changes()[0])
        for consumer in consumers:
            consumer.ending.set()
    receiver = consumers[2]
    print(f"   {arguments.runs} starts, {arguments.runs - 1} kills of the server; "
          f"{changes} changes; deaths " +
          ", ".join(f"{consumer.name} {consumer.deaths}" for consumer in consumers) +
          f"; {sum(consumer.proofs for consumer in consumers)} checksums compared; webhook: "
          f"{receiver.failures} failures, {receiver.repeats} changes twice, "
          f"{receiver.resyncs} resyncs; {load.answers} answers about ads; {len(faults)} faults")
    if not faults and (min(consumer.deaths for consumer in consumers[:2]) == 0 or changes == 0):
        faults.append("nothing happened: the test did not test it")
    print("\n".join(faults[:40]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
