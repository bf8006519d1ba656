"""Bodies and events that cannot be taken, or only in part."""
import gzip
import json
import zlib

from patient import event

NOT_READABLE = {  # body → (status, code)
    "an empty body": (b"", 400, "malformed_json"),
    "no JSON": (b"hello", 400, "malformed_json"),
    "a bare number": (b"42", 400, "malformed_json"),
    "half an object": (event()[:20], 400, "malformed_json"),
    "half an array": (b"[" + event() + b", " + event()[:10], 400, "malformed_json"),
    "an array that is broken late": (b"[" + event() + b", " + event() + b" x]", 400,
                                     "malformed_json"),
    "a hundred thousand brackets": (b"[" * 100_000, 400, "malformed_json"),
    "a hundred thousand nested objects": (b'{"a":' * 100_000, 400, "malformed_json"),
    "invalid UTF-8 in an array": (b'[{"visitor": "\xff\xfe", "type": "page_view"}]', 400,
                                  "invalid_utf8"),
    "too many events": (b"[" + b",".join([b"{}"] * 20_001) + b"]", 413, "body_too_large"),
}

REJECTED = {  # event → reason
    "no visitor": ({"visitor": None}, "missing_field"),
    "no type": ({"type": ""}, "missing_field"),
    "a visitor that is an object": ({"visitor": {"id": 1}}, "wrong_type"),
    "a type that is a number": ({"type": 7}, "wrong_type"),
    "items that are a number": ({"items": 5}, "wrong_type"),
    "an item that is a list": ({"items": [[1]]}, "wrong_type"),
    "a quantity in words": ({"items": [{"product": "p", "quantity": "two"}]}, "wrong_type"),
    "props that are a list": ({"props": [1, 2]}, "wrong_type"),
    "an unknown type": ({"type": "teleport"}, "unknown_event_type"),
    "a custom type without a name": ({"type": "custom:"}, "unknown_event_type"),
    "an unknown site": ({"site": "elsewhere"}, "unknown_site"),
    "an unknown currency": ({"currency": "XXQ", "value": 1}, "unknown_currency"),
    "a currency without a rate": ({"currency": "JPY", "value": 1}, "unknown_currency"),
    "a time in words": ({"at": "yesterday"}, "invalid_time"),
    "a time far ahead": ({"at": "2999-01-01T00:00:00Z"}, "invalid_time"),
    "a time before shops": ({"at": "1066-10-14T00:00:00Z"}, "invalid_time"),
    "a time with a fraction": ({"at": 1767225600.5}, "invalid_time"),
    "a February 30th": ({"at": "2026-02-30T00:00:00Z"}, "invalid_time"),
    "an immense time": ({"at": 10 ** 18}, "invalid_time"),
    "a time beyond 64 bits": ({"at": 10 ** 30}, "invalid_time"),
    "a price beyond all money": ({"value": 1e30}, "invalid_money"),
    "a price in words": ({"value": "twelve"}, "invalid_money"),
    "a price with a comma": ({"value": "12,50"}, "invalid_money"),
    "a price that is not a number": ({"value": "NaN"}, "invalid_money"),
    "a negative price": ({"items": [{"product": "p", "price": -5}]}, "invalid_money"),
    "a price of true": ({"value": True}, "wrong_type"),
    "a quantity of nothing": ({"items": [{"product": "p", "quantity": 0}]}, "invalid_quantity"),
    "a negative quantity": ({"items": [{"product": "p", "quantity": -3}]}, "invalid_quantity"),
    "half a piece": ({"items": [{"product": "p", "quantity": 0.5}]}, "invalid_quantity"),
    "a billion pieces": ({"items": [{"product": "p", "quantity": 10 ** 9}]}, "invalid_quantity"),
    "a visitor of 129 bytes": ({"visitor": "v" * 129}, "string_too_long"),
    "an event id of a megabyte": ({"event_id": "i" * (1 << 20)}, "string_too_long"),
    "props of five thousand bytes": ({"props": {"a": "b" * 5_000}}, "string_too_long"),
    "two thousand and one items": ({"items": [{"product": "p"}] * 2_001}, "too_many_items"),
    "props nested a hundred deep": ({"props": json.loads('{"a":' * 100 + "1" + "}" * 100)},
                                    "malformed_json"),
    "an event too large to keep": ({"items": [{"product": "p" * 120 + str(number),
                                               "category": "c" * 120} for number in range(1_900)]},
                                   "event_too_large"),
}


def post(patient, body, **headers):
    return patient.server.http.post("/v1/events", body, **headers)


def run(patient):
    for name, (body, status, code) in NOT_READABLE.items():
        with patient.case(name, "answers", "4xx"):
            answer = post(patient, body)
            patient.expect(name, answer.status == status and answer.json()["code"] == code,
                           f"wanted {status} {code}, got {answer}")
    for name, (fields, reason) in REJECTED.items():
        with patient.case(name, "rejected"):
            rejected(patient, name, fields, reason)
    mixed(patient)
    invalid_utf8(patient)
    compression(patient)
    pixel(patient)
    replay(patient)
    patient.expect("all of these", patient.visitor_events("bad") == 0, "a bad event was counted")


def rejected(patient, name, fields, reason):
    last = patient.last_quarantined()
    body = event(**fields)
    answer = post(patient, body)
    verdict = answer.json()
    good = (answer.status == 200 and verdict["accepted"] == 0
            and [entry["reason"] for entry in verdict["rejected"]] == [reason])
    patient.expect(name, good, f"wanted {reason}, got {answer}")
    entries = patient.quarantine(last)
    good = len(entries) == 1 and entries[0]["reason"] == reason and entries[0]["source"] == "json"
    patient.expect(name, good, f"in quarantine: {str(entries)[:300]}")
    if good and len(body) < 10_000:
        patient.expect(name, entries[0]["raw"] == body.decode(), f"raw: {entries[0]['raw'][:300]}")


def mixed(patient):
    """One bad event spoils nothing else."""
    good = [event(visitor="mixed", event_id=str(number)) for number in range(4)]
    for name, body in (("a bad line among good ones", b"\n".join([good[0], b'{"visitor": oops}',
                                                                  good[1]])),
                       ("a bad event in an array", b"[" + b",".join([good[2], event(type="no"),
                                                                     good[3]]) + b"]")):
        with patient.case(name, "rejected"):
            verdict = post(patient, body).json()
            patient.expect(name, verdict["accepted"] == 2 and len(verdict["rejected"]) == 1
                           and verdict["rejected"][0]["index"] == 1, verdict)
    patient.expect("good events among bad ones", patient.visitor_events("mixed") == 4,
                   f"{patient.visitor_events('mixed')} of 4 were counted")


def invalid_utf8(patient):
    lines = event(visitor="utf8", event_id="a"), b'{"visitor": "\xc3\x28", "type": "page_view"}'
    with patient.case("invalid UTF-8 in a line", "rejected"):
        verdict = post(patient, b"\n".join(lines)).json()
        patient.expect("invalid UTF-8 in a line", verdict["accepted"] == 1
                       and verdict["rejected"][0]["reason"] == "invalid_utf8", verdict)
    with patient.case("half a surrogate", "rejected"):
        verdict = post(patient, b'{"visitor": "\\ud800", "type": "page_view"}').json()
        patient.expect("half a surrogate", verdict["accepted"] == 0, verdict)


def compression(patient):
    good = gzip.compress(event())
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(bomb.compress(b" " * (1 << 20)) for _ in range(600)) + bomb.flush()
    cases = {
        "gzip that is none": (b"this is not gzip at all", 400, "broken_compression"),
        "gzip that is cut": (good[:-12], 400, "broken_compression"),
        "gzip with a wrong checksum": (good[:-8] + b"\0\0\0\0" + good[-4:], 400,
                                       "broken_compression"),
        "gzip with a flipped byte": (good[:15] + bytes([good[15] ^ 0xFF]) + good[16:], 400, None),
        "gzip that swells to 600 MB": (bomb, 413, "body_too_large"),
        "nothing, compressed": (b"", 400, None),
    }
    for name, (body, status, code) in cases.items():
        with patient.case(name, "answers", "4xx"):
            answer = post(patient, body, **{"Content-Encoding": "gzip"})
            patient.expect(name, answer.status == status
                           and code in (None, answer.json()["code"]),
                           f"wanted {status} {code}, got {answer}")


def pixel(patient):
    """A page cannot do anything about it, so it gets its picture, and we get the bytes."""
    for name, query, reason in (
            ("a pixel of an unknown type", "e=teleport&v=bad", "unknown_event_type"),
            ("a pixel without a type", "v=bad", "missing_field"),
            ("a pixel with a broken time", "e=page_view&v=bad&t=soon", "invalid_time"),
            ("a pixel with invalid UTF-8", "e=page_view&v=%FF%FE", "invalid_utf8"),
            ("a pixel with an absurd price", "e=purchase&v=bad&val=1e99", "invalid_money")):
        with patient.case(name, "rejected"):
            last = patient.last_quarantined()
            answer = patient.server.http.get("/pixel.gif?" + query)
            patient.expect(name, answer.status == 200 and answer.body.startswith(b"GIF89a"),
                           f"got {answer}")
            reasons = [entry["reason"] for entry in patient.quarantine(last)]
            patient.expect(name, reasons == [reason], f"wanted {reason} in quarantine: {reasons}")


def replay(patient):
    """Still bad when replayed: it stays. Deleted: it is gone."""
    with patient.case("replay of a bad event"):
        last = patient.last_quarantined()
        post(patient, event(type="teleport"))
        entry = patient.quarantine(last)[0]
        path = f"/v1/quarantine/{entry['id']}"
        answer = patient.server.http.post(path + "/replay", b"")
        still = patient.quarantine(last)
        patient.expect("replay of a bad event", still and "unknown_event_type" in str(answer),
                       f"got {answer}; quarantine has {str(still)[:200]}")
        for entry in still:
            patient.server.http.ask("DELETE", f"/v1/quarantine/{entry['id']}")
        patient.expect("a deleted entry", patient.quarantine(last) == [], "it is still there")
