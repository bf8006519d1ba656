#!/usr/bin/env python3
"""More than a small inbox holds: the server says "later" before it acknowledges, and what it did
acknowledge is there, once.

    overload_test.py [BINARY]
"""
import http.client
import json
import pathlib
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from server import Http, Server, default_binary  # noqa: E402
from shop import BEGIN  # noqa: E402
from websocket import WebSocket  # noqa: E402

THREADS = 8
BODIES = 12          # of each thread
EVENTS_A_BODY = 4_000
REFUSALS_WANTED = 10
VISITORS = 50


def body_of(thread, number):
    lines = [json.dumps({"event_id": f"{thread}-{number}-{place}", "type": "page_view",
                         "visitor": f"visitor-{place % VISITORS}", "at": BEGIN + place,
                         "url": "https://shop.example/" + "x" * 120})
             for place in range(EVENTS_A_BODY)]
    return "\n".join(lines).encode()


class Flood:
    def __init__(self, port):
        self.port = port
        self.bodies = [[body_of(thread, number) for number in range(BODIES)]
                       for thread in range(THREADS)]
        self.lock = threading.Lock()
        self.refused = {}      # status → how often
        self.accepted = 0      # events, by POST
        self.pixels = 0        # answered with the GIF
        self.frames = 0        # events acknowledged over the WebSocket
        self.faults = []
        self.posting = THREADS

    def note_refusal(self, answer, statuses):
        with self.lock:
            self.refused[answer.status] = self.refused.get(answer.status, 0) + 1
            if answer.status not in statuses or not answer.headers.get("Retry-After"):
                self.faults.append(f"a refusal must be {statuses} with Retry-After: {answer}")

    def post_all(self, thread):
        client = Http(self.port)
        for body in self.bodies[thread]:
            while True:
                answer = client.post("/v1/events", body, "application/x-ndjson")
                if answer.status == 200:
                    break
                self.note_refusal(answer, (429,))
                if self.faults:
                    return
            verdict = answer.json()
            with self.lock:
                # Part of a refused body may have been taken: then it is a duplicate now.
                self.accepted += verdict["accepted"] + verdict["duplicates"]
                if verdict["rejected"]:
                    self.faults.append(f"good events were rejected: {answer}")

    def pixels_meanwhile(self):
        client = Http(self.port)
        number = 0
        while self.posting > 0:
            answer = client.get(f"/pixel.gif?e=page_view&v=pixel&id={number}&t={BEGIN + number}")
            number += 1
            if answer.status == 200:
                self.pixels += 1
            else:
                self.note_refusal(answer, (503,))

    def frames_meanwhile(self):
        """A WebSocket is not refused: it is read more slowly."""
        with WebSocket(self.port) as socket:
            number = 0
            while self.posting > 0:
                socket.send_json([{"event_id": f"ws-{number}-{place}", "type": "page_view",
                                   "visitor": "frames", "at": BEGIN + number}
                                  for place in range(20)])
                number += 1
                verdict = socket.receive()
                if verdict.get("accepted") != 20:
                    self.faults.append(f"WebSocket: {verdict}")
                    return
                self.frames += 20

    def guarded(self, work, *arguments):
        try:
            work(*arguments)
        except (OSError, http.client.HTTPException) as problem:
            self.faults.append(f"{work.__name__}: {problem!r}")

    def post_thread(self, thread):
        self.guarded(self.post_all, thread)
        with self.lock:
            self.posting -= 1

    def run(self):
        threads = [threading.Thread(target=self.post_thread, args=(number,))
                   for number in range(THREADS)]
        threads += [threading.Thread(target=self.guarded, args=(work,))
                    for work in (self.pixels_meanwhile, self.frames_meanwhile)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def counted(server, who):
    answer = server.http.get(f"/v1/visitors/{who}")
    return answer.json()["lifetime"]["events"] if answer.status == 200 else 0


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    with Server(binary, engine={"inbox": "1MiB", "ack": "fsync"}) as server:
        server.start()
        flood = Flood(server.port)
        flood.run()
        faults = flood.faults
        sent = THREADS * BODIES * EVENTS_A_BODY
        stored = sum(counted(server, f"visitor-{number}") for number in range(VISITORS))
        if not sent == flood.accepted == stored:
            faults.append(f"POST: sent {sent}, acknowledged {flood.accepted}, counted {stored}")
        for who, acknowledged in (("pixel", flood.pixels), ("frames", flood.frames)):
            if counted(server, who) != acknowledged:
                faults.append(f"{who}: acknowledged {acknowledged}, counted {counted(server, who)}")
        if sum(flood.refused.values()) < REFUSALS_WANTED:
            faults.append(f"the test did not overload the server: {flood.refused}")
    print(f"   {sent} events by POST, {flood.pixels} pixels, {flood.frames} by WebSocket; refused "
          f"{flood.refused}; {len(faults)} faults")
    print("\n".join(faults[:20]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
