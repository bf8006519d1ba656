"""A client that loses nothing: it remembers which frames were acknowledged and, after the server
died, sends the others again, in order."""
import collections
import gzip
import http.client
import json

from server import Http
from shop import make_frame, time_of
from websocket import Closed, WebSocket

LOST = (OSError, http.client.HTTPException, Closed)  # the server went away
TICK_EVERY = 16  # frames


class Refused(Exception):
    """The server answered, and not as it must."""


class Sender:
    """One ordered stream of frames. Those not acknowledged are in `pending`, oldest first.

    With `ticks`, a tick of the clock stands between some frames. It is sent when everything before
    it is acknowledged, and nothing after it is sent before it was answered, so that its place in
    the order is the same however often the server dies.
    """

    def __init__(self, stream, dice, ticks=False):
        self.stream = stream
        self.dice = dice
        self.ticks = ticks
        self.ticks_done = 0
        self.pending = collections.deque()
        self.next_frame = 0
        self.sent_again = 0     # frames
        self.known_already = 0  # events of those that had been committed
        self.retries = 0        # answers that said "later"

    def frames(self):
        """All that was ever sent."""
        return [(self.stream, frame) for frame in range(self.next_frame)]

    def run(self, port, is_over):
        """One of the two below, at random."""
        if self.dice.random() < 0.5:
            self.post(port, is_over)
        else:
            self.stream_frames(port, is_over)

    # --- what comes next --------------------------------------------------------------------------

    def _tick_is_due(self):
        return self.ticks and self.next_frame // TICK_EVERY > self.ticks_done

    def _tick(self, client):
        tick = self.next_frame // TICK_EVERY
        answer = client.post("/v1/clock", {"tick": time_of(tick * TICK_EVERY)})
        if answer.status in (429, 503):
            raise OSError("the server is stopping")
        if answer.status != 200:
            raise Refused(f"tick: {answer}")
        self.ticks_done = tick

    def _take_next(self):
        self.pending.append(self.next_frame)
        self.next_frame += 1
        return self.pending[-1]

    def _acknowledge(self, verdict, frame):
        events = len(make_frame(self.stream, frame))
        if verdict["rejected"] or verdict["accepted"] + verdict["duplicates"] != events:
            raise Refused(f"frame {frame} of {events} events: {verdict}")
        if self.pending.popleft() != frame:
            raise Refused(f"the acknowledgement of frame {frame} came out of order")
        self.known_already += verdict["duplicates"]

    # --- POST -------------------------------------------------------------------------------------

    def post(self, port, is_over):
        """What is pending, then POST after POST until `is_over()` or the server dies (LOST)."""
        client = Http(port)
        try:
            for frame in list(self.pending):
                self.sent_again += 1
                self._post(client, frame)
            while not is_over():
                if self._tick_is_due():
                    self._tick(client)
                self._post(client, self._take_next())
        finally:
            client.close()

    def _post(self, client, frame):
        events = make_frame(self.stream, frame)
        shape = self.dice.randrange(3)
        body = json.dumps(events).encode() if shape == 0 else lines_of(events)
        headers = {}
        if shape == 2:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        while True:
            answer = client.post("/v1/events", body, **headers)
            if answer.status == 200:
                return self._acknowledge(answer.json(), frame)
            if answer.status not in (429, 503) or "Retry-After" not in answer.headers:
                raise Refused(f"frame {frame}: {answer}")
            if answer.status == 503:
                raise OSError("the server is stopping")
            self.retries += 1

    # --- WebSocket --------------------------------------------------------------------------------

    def stream_frames(self, port, is_over):
        """As post(), over a WebSocket with some frames in flight at once."""
        with WebSocket(port) as socket:
            in_flight_max = self.dice.randrange(1, 24)
            in_flight = collections.deque()
            again = collections.deque(self.pending)
            self.sent_again += len(again)
            while again or in_flight or not is_over():
                if len(in_flight) < in_flight_max and (again or not (is_over() or
                                                                     self._tick_is_due())):
                    frame = again.popleft() if again else self._take_next()
                    events = make_frame(self.stream, frame)
                    as_array = self.dice.random() < 0.5
                    socket.send(json.dumps(events).encode() if as_array else lines_of(events))
                    in_flight.append(frame)
                elif in_flight:
                    verdict = socket.receive()
                    if "error" in verdict:
                        raise OSError(f"not committed: {verdict}")
                    self._acknowledge(verdict, in_flight.popleft())
                elif self._tick_is_due():
                    client = Http(port)
                    self._tick(client)
                    client.close()


def lines_of(events):
    return b"\n".join(json.dumps(event).encode() for event in events)
