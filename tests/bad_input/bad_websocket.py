"""Frames that break RFC 6455, and good frames with bad contents."""
import contextlib
import os
import struct

from patient import event, status_of
from websocket import BINARY, CLOSE, PING, PONG, TEXT, Closed, WebSocket, frame

CONTINUATION = 0
PROTOCOL_ERROR, BAD_PAYLOAD, TOO_BIG = 1002, 1007, 1009


def close_code(patient, raw):
    """The close code the server answers raw bytes with; None when it just closes."""
    with WebSocket(patient.server.port) as socket:
        with contextlib.suppress(ConnectionError):
            socket.socket.sendall(raw)
        try:
            while True:
                socket.receive()
        except Closed as closed:
            return closed.code
        except ConnectionError:
            return None


def run(patient):
    violations(patient)
    handshakes(patient)
    halves(patient)
    contents(patient)


def violations(patient):
    good = event(visitor="frames")
    cases = {
        "a frame without a mask": (frame(TEXT, good, masked=False), PROTOCOL_ERROR),
        "reserved bits": (frame(TEXT, good, reserved=7), PROTOCOL_ERROR),
        "an unknown opcode": (frame(3, good), PROTOCOL_ERROR),
        "an unknown control opcode": (frame(11, b""), PROTOCOL_ERROR),
        "a continuation of nothing": (frame(CONTINUATION, good), PROTOCOL_ERROR),
        "a new message inside another": (frame(TEXT, b"{", final=False) + frame(TEXT, b"}"),
                                         PROTOCOL_ERROR),
        "a ping of 126 bytes": (frame(PING, b"x" * 126), PROTOCOL_ERROR),
        "a ping in pieces": (frame(PING, b"x", final=False), PROTOCOL_ERROR),
        "a close code that does not exist": (frame(CLOSE, struct.pack(">H", 999)), PROTOCOL_ERROR),
        "a close of one byte": (frame(CLOSE, b"x"), PROTOCOL_ERROR),
        "text that is not UTF-8": (frame(TEXT, b'{"visitor": "\xff"}'), BAD_PAYLOAD),
        "a message of five million bytes": (frame(TEXT, b" " * 5_000_000), TOO_BIG),
        "pieces without end": (frame(TEXT, b" " * 1_000_000, final=False)
                               + frame(CONTINUATION, b" " * 1_000_000, final=False) * 6, TOO_BIG),
        "a length beyond all memory": (bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 62) + b"mask",
                                       TOO_BIG),
    }
    for name, (raw, code) in cases.items():
        with patient.case(name, "websockets_closed"):
            found = close_code(patient, raw)
            patient.expect(name, found == code, f"wanted close code {code}, got {found}")
    with patient.case("noise"):
        close_code(patient, os.urandom(10_000))


def handshakes(patient):
    head = ("GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\n")
    for name, lines in (("no key", "Sec-WebSocket-Version: 13\r\n"),
                        ("a key too short", "Sec-WebSocket-Version: 13\r\n"
                                            "Sec-WebSocket-Key: c2hvcnQ=\r\n"),
                        ("a key too long", "Sec-WebSocket-Version: 13\r\n"
                                           f"Sec-WebSocket-Key: {'a' * 100}\r\n"),
                        ("an old version", "Sec-WebSocket-Version: 8\r\n"
                                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")):
        with patient.case(name):
            answer = patient.converse((head + lines + "\r\n").encode())
            patient.expect(name, status_of(answer) in (400, 426), f"got {answer[:200]!r}")


def halves(patient):
    """Frames whose second half never comes."""
    whole = frame(TEXT, event(visitor="halves"))
    with patient.case("a half-written frame", "websockets_closed"):
        for size in (1, 2, 5, len(whole) // 2, len(whole) - 1):
            with WebSocket(patient.server.port) as socket:
                socket.socket.sendall(whole[:size])
    with patient.case("half a message", "websockets_closed"):
        with WebSocket(patient.server.port) as socket:
            socket.send(event(visitor="halves"), final=False)
    patient.expect("half frames", patient.visitor_events("halves") == 0,
                   "an event of half a frame was counted")


def contents(patient):
    """A bad frame gets an answer, and the connection goes on."""
    name = "bad contents"
    with patient.case(name, "rejected"), WebSocket(patient.server.port) as socket:
        for payload, code in ((b"no json", "malformed_json"), (b"[1,", "malformed_json"),
                              (b"", "malformed_json"),
                              (b"[" + b",".join([b"{}"] * 20_001) + b"]", "body_too_large"),
                              (b'{"subscribe": {"audiences": ["nothing"]}}', "not_found"),
                              (b'{"subscribe": 5}', "wrong_type"),
                              (b'{"subscribe": {"audiences": ["*"], "after": "???"}}',
                               "invalid_argument"),
                              (b'{"decide": {"n": 5}}', "missing_field")):
            socket.send(payload)
            answer = socket.receive()
            patient.expect(name, answer.get("error", {}).get("code") == code,
                           f"{payload[:60]!r}: wanted {code}, got {answer}")
        socket.send(event(type="teleport"))
        answer = socket.receive()
        patient.expect(name, [entry["reason"] for entry in answer["rejected"]]
                       == ["unknown_event_type"], answer)
        socket.send(event(visitor="after"), opcode=BINARY)
        patient.expect(name, socket.receive().get("accepted") == 1, "a good frame after bad ones")
        socket.send(b"are you there", PING)
        patient.expect(name, socket.receive_frame() == (PONG, b"are you there"), "no pong")
