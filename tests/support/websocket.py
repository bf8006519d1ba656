"""A WebSocket client for tests, small enough to send frames that are wrong on purpose."""
import base64
import json
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Closed(Exception):
    """The other side closed; `code` is its close code, None without a close frame."""

    def __init__(self, code=None, reason=""):
        super().__init__(f"closed with {code} {reason}")
        self.code = code
        self.reason = reason


def frame(opcode, payload, final=True, masked=True, reserved=0):
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 1 << 16:
        head += bytes([mask_bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = mask * (size // 4 + 1)
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:size], "big")
    return head + mask + hidden.to_bytes(size, "big")


class WebSocket:
    def __init__(self, port, path="/v1/ws"):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                             f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.received:
            self._receive_more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101"):
            raise OSError(f"no upgrade: {head[:200]!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive_more(self):
        more = self.socket.recv(65536)
        if not more:
            raise Closed()
        self.received += more

    def _take(self, size):
        while len(self.received) < size:
            self._receive_more()
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def send(self, payload, opcode=TEXT, **how):
        self.socket.sendall(frame(opcode, payload, **how))

    def send_json(self, value):
        self.send(json.dumps(value).encode())

    def receive_frame(self):
        """(opcode, payload), control frames too."""
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size, = struct.unpack(">H", self._take(2))
        elif size == 127:
            size, = struct.unpack(">Q", self._take(8))
        return first & 0x0F, self._take(size)

    def receive(self):
        """The next message as JSON; pings are answered. Raises Closed, OSError."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == PING:
                self.send(payload, PONG)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else None
                raise Closed(code, payload[2:].decode(errors="replace"))
            elif opcode in (TEXT, BINARY):
                return json.loads(payload)
