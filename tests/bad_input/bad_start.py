"""What keeps a server from starting, or from going on: configurations, stores, disks."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile

from server import Http, Server
from shop import BEGIN

TEN_FAULTS = """\
store:
  directory: {directory}/store
  partitions: 0
engine:
  shards: many
  ack: sometimes
  clokc: events
server:
  port: 70000
  io_threads: 2
sites:
  - name: shop
    currency: EURO
  - name: shop
    currency: EUR
    late_max: soon
audiences:
  Bad Name:
    when: did(purchase, 1h)
  broken:
    when: count(purchase 1h) > 3
  mistyped:
    when: >
      did(purchase, 1h) and
      conut(view_item, 7d) >= 2
  impossible:
    when: cart.value > 30m
log:
  level: loud
"""
# line → a word its message must have
WANTED = {3: "partitions", 5: "shards", 6: "ack", 7: "clokc", 9: "port", 13: "currency",
          16: "late_max", 18: "name", 21: "','", 25: "conut", 27: "", 29: "level"}


def run(patient, binary):
    configuration(patient, binary)
    no_configuration(patient, binary)
    no_keys(patient, binary)
    second_process(patient, binary)
    store_of_another_version(patient, binary)
    other_partitions(patient, binary)
    foreign_directory(patient, binary)
    full_disk(patient, binary)


def attempt(binary, config):
    """(exit code, what it said) of a serve that must not come up."""
    result = subprocess.run([binary, "serve", "--config", str(config)], capture_output=True,
                            stdin=subprocess.DEVNULL)
    return result.returncode, (result.stdout + result.stderr).decode(errors="replace")


def configuration(patient, binary):
    name = "a configuration with many faults"
    patient.cases += 1
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "faulty.yaml"
        path.write_text(TEN_FAULTS.format(directory=directory))
        for command in (["serve", "--config"], ["check"]):
            result = subprocess.run([binary, *command, str(path)], capture_output=True,
                                    stdin=subprocess.DEVNULL)
            said = (result.stdout + result.stderr).decode()
            patient.expect(name, result.returncode == 2, f"exit code {result.returncode}: {said}")
            places = re.findall(rf"^{re.escape(str(path))}:(\d+):(\d+): (.*)$", said, re.MULTILINE)
            messages = {}
            for line, _, message in places:
                messages.setdefault(int(line), []).append(message)
            for line, word in WANTED.items():
                found = any(word in message for message in messages.get(line, []))
                patient.expect(name, found, f"line {line} has no fault about '{word}':\n{said}")
        patient.expect(name, not (pathlib.Path(directory) / "store").exists(),
                       "a store was made all the same")


def no_configuration(patient, binary):
    patient.cases += 2
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "config.yaml"
        code, said = attempt(binary, path)
        patient.expect("no configuration file", code == 2 and str(path) in said, f"{code}: {said}")
        path.write_text("sites: [\n  {name: 'x'")
        code, said = attempt(binary, path)
        patient.expect("broken YAML", code == 2 and f"{path}:" in said, f"{code}: {said}")


def no_keys(patient, binary):
    """Reachable by others without a key: refused, with the way out; a key's text is never shown."""
    secret = "sk_written_here_by_mistake"
    cases = {
        "an open address without keys": ({"server": {"address": "0.0.0.0", "port": 0}}, {},
                                         "rekindle key new"),
        "a secret key instead of its hash": (
            {"server": {"port": 0}},
            {"secret_keys": [{"name": "a", "scopes": ["admin"], "hash": secret}]}, "sha256:"),
    }
    for name, (sections, site, wanted) in cases.items():
        patient.cases += 1
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory) / "config.yaml"
            config.write_text(json.dumps({
                "store": {"directory": f"{directory}/store"}, **sections,
                "sites": [{"name": "shop", "currency": "EUR", **site}]}, indent=1))
            code, said = attempt(binary, config)
        patient.expect(name, code == 2 and wanted in said, f"exit {code}, said {said!r}")
        patient.expect(name, secret not in said, f"a secret was shown: {said!r}")


def second_process(patient, binary):
    patient.cases += 1
    code, said = attempt(binary, patient.server.config_path)
    patient.expect("a second process on the store",
                   code == 3 and f"in use by process {patient.server.process.pid}" in said,
                   f"{code}: {said}")
    patient.send_good_event("a second process on the store")


def stopped_store(binary, directory):
    with Server(binary, directory=directory) as server:
        server.start()
        server.http.post("/v1/events", {"visitor": "v", "type": "page_view", "at": BEGIN})
        server.stop()
        return server.config_path, server.config


def store_of_another_version(patient, binary):
    patient.cases += 3
    with tempfile.TemporaryDirectory() as directory:
        config, _ = stopped_store(binary, directory)
        version = pathlib.Path(directory) / "store" / "VERSION"
        written = version.read_text()
        for step, word in ((1, "newer"), (-2, "older")):
            version.write_text(f"{int(written) + step}\n")
            code, said = attempt(binary, config)
            patient.expect(f"a store of a {word} version", code == 3 and word in said,
                           f"{code}: {said}")
        version.write_text(f"{int(written) - 1}\n")  # one that is still read
        with Server(binary, directory=directory) as server:
            server.start()
            patient.expect("the store afterwards",
                           server.http.get("/v1/visitors/v").status == 200, "its visitor is lost")
            patient.expect("its version", version.read_text() == written, "it is not this release's")


def other_partitions(patient, binary):
    patient.cases += 1
    with tempfile.TemporaryDirectory() as directory:
        path, config = stopped_store(binary, directory)
        config["store"]["partitions"] += 1
        path.write_text(json.dumps(config))
        code, said = attempt(binary, path)
        patient.expect("another partition count", code == 2 and "partitions" in said,
                       f"{code}: {said}")


def foreign_directory(patient, binary):
    patient.cases += 1
    with tempfile.TemporaryDirectory() as directory:
        server = Server(binary, directory=directory)
        store = pathlib.Path(directory) / "store"
        store.mkdir()
        (store / "holiday.jpg").write_text("not a store")
        server.config_path.write_text(json.dumps(server.config))
        code, said = attempt(binary, server.config_path)
        patient.expect("a directory of other files", code == 2 and "holiday.jpg" in said,
                       f"{code}: {said}")
        patient.expect("a directory of other files",
                       [path.name for path in store.iterdir()] == ["holiday.jpg"],
                       "something was written there")


# --- a full disk ----------------------------------------------------------------------------------


def full_disk(patient, binary):
    directory = tempfile.mkdtemp(prefix="rekindle-disk-")
    may_mount = os.geteuid() == 0 and shutil.which("mount") is not None
    mounted = may_mount and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", directory],
        capture_output=True).returncode == 0
    if not mounted:
        print("   a full disk: skipped: a small file system cannot be mounted here")
        os.rmdir(directory)
        return
    patient.cases += 1
    try:
        fill_disk(patient, binary, directory)
    finally:
        subprocess.run(["umount", directory], check=True)
        shutil.rmtree(directory)


def fill_disk(patient, binary, directory):
    name = "a full disk"
    # Small buffers, because files of logs are laid out in advance.
    sections = {"store": {"directory": directory + "/store", "log_write_buffer": "1MiB",
                          "log_wal_bytes": "1MiB", "write_buffer": "1MiB"},
                "server": {"free_disk_min": "8MiB"}}
    with tempfile.TemporaryDirectory() as home:
        with Server(binary, directory=home, **sections) as server:
            server.start()
            ballast = pathlib.Path(directory) / "ballast"
            taken, refusal = fill_up(server, ballast)
            patient.expect(name, refusal is not None, f"{taken} events and still no refusal")
            if refusal is not None:
                good = refusal.status in (503, 507) and b"code" in refusal.body
                patient.expect(name, good, f"the refusal is {refusal}")
                ready = Http(server.port).get("/health/ready")
                patient.expect(name, ready.status == 503, f"ready says {ready}")
                live = Http(server.port).get("/metrics")
                patient.expect(name, live.status == 200, f"metrics say {live.status}")
        ballast.unlink()
        with Server(binary, directory=home, **sections) as server:
            server.start()
            stored = server.http.get("/v1/visitors/filler").json()["lifetime"]["events"]
            # The refused body may be in the log or not: it was not acknowledged.
            patient.expect(name, stored in (taken, taken + FILLER_EVENTS),
                           f"{taken} events acknowledged, {stored} there after a restart")


FILLER_EVENTS = 400


def fill_up(server, ballast):
    """Sends events until the disk is full. (events acknowledged, the refusal or None)."""
    taken = 0
    dice = random.Random(5)  # noise, so that compression does not make room
    for number in range(600):
        events = [{"visitor": "filler", "type": "page_view", "at": BEGIN + number,
                   "event_id": f"{number}-{place}",
                   "url": "https://shop.example/" + dice.randbytes(120).hex()}
                  for place in range(FILLER_EVENTS)]
        answer = server.http.post_lines(events)
        if answer.status != 200:
            return taken, answer
        taken += answer.json()["accepted"]
        if number == 5:
            leave_free(ballast, 4 << 20)
    return taken, None


def leave_free(ballast, wanted):
    """Fills the file system with a file until only `wanted` bytes are left."""
    with open(ballast, "wb") as out:
        status = os.statvfs(ballast.parent)
        for _ in range((status.f_bavail * status.f_frsize - wanted) // 65536):
            out.write(b"\0" * 65536)
