#!/usr/bin/env python3
"""Everything a server must survive: each piece of bad input gets a clear error or a quarantine
entry, a counter moves, and a good event right after it works.

    bad_input_test.py [BINARY]
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parent / "crash")]

import bad_decide  # noqa: E402
import bad_events  # noqa: E402
import bad_http  # noqa: E402
import bad_smuggling  # noqa: E402
import bad_start  # noqa: E402
import bad_websocket  # noqa: E402
import quarantine_desk  # noqa: E402
from patient import Patient  # noqa: E402
from server import Server, default_binary  # noqa: E402


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else default_binary()
    with Server(binary, {"viewers": "did(page_view, 7d)"}) as server:
        server.start()
        patient = Patient(server)
        slow_senders = bad_http.SlowSenders(patient)
        bad_http.run(patient)
        bad_smuggling.run(patient)
        bad_events.run(patient)
        bad_websocket.run(patient)
        quarantine_desk.run(patient, binary)
        bad_start.run(patient, binary)
        bad_decide.run(patient, binary)
        slow_senders.check()
        patient.expect("in the end", patient.visitor_events("good") == patient.good_events,
                       f"{patient.good_events} good events were acknowledged, "
                       f"{patient.visitor_events('good')} are counted")
        code = server.stop()
        patient.expect("in the end", code == 0, f"the server ended with {code}")
    print(f"   {patient.cases} cases of bad input, {len(patient.faults)} faults")
    print("\n".join(patient.faults[:60]))
    return 1 if patient.faults else 0


if __name__ == "__main__":
    sys.exit(main())
