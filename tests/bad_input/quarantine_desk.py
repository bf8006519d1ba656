"""What was refused, in the hands of `rekindle quarantine`: listed, counted, shown, repaired,
replayed, given up."""
import json
import pathlib
import subprocess
import tempfile

from patient import event

SOURCE = "json"


def run(patient, binary):
    start = patient.last_quarantined()

    def desk(*arguments, wanted=0):
        result = subprocess.run(
            [binary, "quarantine", *arguments, "--to", f"http://127.0.0.1:{patient.server.port}"],
            capture_output=True, stdin=subprocess.DEVNULL)
        said = (result.stdout + result.stderr).decode()
        patient.expect(f"quarantine {arguments}", result.returncode == wanted,
                       f"exit {result.returncode}: {said}")
        return said

    patient.cases += 1
    bad = json.loads(event(visitor="desk", type="teleport"))
    for _ in range(3):
        patient.server.http.post("/v1/events", bad)
    since = ("--after", str(start), "--reason", "unknown_event_type", "--source", SOURCE)
    lines = desk("ls", *since).splitlines()
    patient.expect("quarantine ls", len(lines) == 3 and all("teleport" in line for line in lines),
                   lines)
    patient.expect("quarantine ls", len(desk("ls", *since, "--limit", "2").splitlines()) == 2, "")
    patient.expect("quarantine ls", desk("ls", "--after", str(start), "--source", "pixel") == "", "")
    patient.expect("quarantine count",
                   desk("count", *since).split() == ["3", "unknown_event_type", SOURCE], "")
    first, second, third = (line.split()[0] for line in lines)
    shown = desk("show", first)
    patient.expect("quarantine show", json.dumps(bad) in shown, shown)
    desk("replay", first, wanted=2)
    desk("replay", wanted=2)
    patient.expect("quarantine replay", "0 of 3" in desk("replay", "--all", *since), "")
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "event"
        file.write_text(json.dumps({**bad, "type": "page_view"}))
        desk("fix", first, str(file))
    patient.expect("quarantine fix", patient.visitor_events("desk") == 1, "it is not counted")
    desk("rm", second)
    desk("rm", second, wanted=2)
    left = [line.split()[0] for line in desk("ls", *since).splitlines()]
    patient.expect("quarantine", left == [third], left)
    desk("show", first, wanted=2)
    patient.send_good_event("quarantine")
