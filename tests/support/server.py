"""Starts `rekindle serve` for a test: a generated configuration in a directory of its own, a free
port of 127.0.0.1, its log kept beside it. Stops it gracefully or kills it; asks it over HTTP.

A test that ends, however it ends, leaves no server behind: use it as a context manager.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SITE = "shop"
LISTENING = re.compile(rb"listening.*?127\.0\.0\.1:(\d+)")


def default_binary():
    return os.environ.get("REKINDLE", str(ROOT / "build" / "release" / "cli" / "rekindle"))


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {self.body[:500]!r}"


class Http:
    """One keep-alive connection. Opens a new one rather than use one that the server may just be
    closing because it was idle."""
    IDLE_MAX = 10  # seconds; the server waits longer

    def __init__(self, port):
        self.port = port
        self.connection = None
        self.used_at = 0

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """Raises OSError or http.client.HTTPException when there is no whole answer."""
        if time.monotonic() - self.used_at > self.IDLE_MAX:
            self.close()
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            self.connection.request(method, path, body=body, headers=headers or {})
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        self.used_at = time.monotonic()
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body, content_type="application/json", **headers):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        return self.ask("POST", path, body, {"Content-Type": content_type, **headers})

    def post_lines(self, events):
        """Events as NDJSON."""
        body = b"\n".join(json.dumps(event).encode() for event in events)
        return self.post("/v1/events", body, "application/x-ndjson")


def configuration(store_directory, audiences, currency="EUR", **sections):
    """A configuration as the server reads it; JSON is YAML. `sections` override, key by key."""
    config = {
        "store": {"directory": str(store_directory), "partitions": 8},
        "engine": {"clock": "events"},
        "server": {"address": "127.0.0.1", "port": 0, "free_disk_min": 0},
        "log": {"level": "info"},
        "sites": [{"name": SITE, "currency": currency}],
        "audiences": {name: {"when": when} for name, when in audiences.items()},
    }
    for name, values in sections.items():
        config[name].update(values)
    return config


class Server:
    """`config` is what configuration() gives; without a directory a temporary one is made."""

    def __init__(self, binary, audiences=None, directory=None, environment=None, **sections):
        self.binary = binary
        self.is_temporary = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="rekindle-test-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.config_path = self.directory / "config.yaml"
        self.log_path = self.directory / "server.log"
        self.environment = environment
        self.config = configuration(self.directory / "store", audiences or {}, **sections)
        self.process = None
        self.port = 0
        self.http = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind is not None:
            print(f"--- the end of {self.log_path}", *self.log_tail(), sep="\n")
        if self.is_temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def log_tail(self, lines=30):
        if not self.log_path.exists():
            return []
        return self.log_path.read_text(errors="replace").splitlines()[-lines:]

    def spawn(self):
        """Starts the process and does not wait for it."""
        self.config_path.write_text(json.dumps(self.config, indent=1))
        with open(self.log_path, "ab") as log:
            self.log_begin = log.tell()
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", str(self.config_path)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        return self

    def start(self):
        """Starts the process; returns when /health/ready says yes."""
        self.spawn()
        self.wait_ready()
        return self

    def wait_ready(self):
        self.port = 0
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            if self.port == 0:
                self.port = self.port_in_log()
            if self.port != 0 and self.is_ready():
                self.http = Http(self.port)
                return
            time.sleep(0.005)

    def port_in_log(self):
        with open(self.log_path, "rb") as log:
            log.seek(self.log_begin)
            found = LISTENING.search(log.read())
        return int(found.group(1)) if found else 0

    def is_ready(self):
        try:
            return Http(self.port).get("/health/ready").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_on_time(self):
        """Until no deadline is due: beside events they fire in portions, with rests between them."""
        while self.http.get("/health/ready").json()["deadline_lag_ms"] > 0:
            time.sleep(0.01)

    def kill(self):
        """kill -9."""
        if self.http is not None:
            self.http.close()
            self.http = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self):
        """Asks it to stop; returns its exit code."""
        if self.http is not None:
            self.http.close()
            self.http = None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait()
        self.process = None
        return code

    # --- asking -----------------------------------------------------------------------------------

    def tick(self, ms, settle=False):
        """`settle`: and brings ranks, lifetime values and persons up to date."""
        answer = self.http.post("/v1/clock", {"tick": ms, "settle": settle})
        if answer.status != 200:
            raise RuntimeError(f"POST /v1/clock: {answer}")

    def members(self, audience):
        """(size as the server says, names of all members), page by page."""
        names, cursor = [], ""
        while True:
            answer = self.http.get(f"/v1/audiences/{audience}/members?limit=10000{cursor}")
            if answer.status != 200:
                raise RuntimeError(f"members of {audience}: {answer}")
            page = answer.json()
            names += [member["visitor"] for member in page["members"]]
            if "cursor" not in page:
                return page["size"], names
            cursor = "&cursor=" + page["cursor"]

    def changes(self, cursor="0"):
        """(changes after the cursor, the cursor after them), of all audiences."""
        changes = []
        while True:
            answer = self.http.get(f"/v1/changes?limit=10000&after={cursor}")
            if answer.status != 200:
                raise RuntimeError(f"changes: {answer}")
            page = answer.json()
            changes += page["changes"]
            cursor = page["cursor"]
            if not page["more"]:
                return changes, cursor

    def model(self):
        """The parameters of the site's newest lifetime value model, as text; {} without one."""
        begin = f'rekindle_model_parameter{{site="{SITE}",parameter="'
        lines = self.http.get("/metrics").body.decode().splitlines()
        return {line[len(begin):line.index('"', len(begin))]: line.rsplit(" ", 1)[1]
                for line in lines if line.startswith(begin)}

    def metrics(self):
        """Prometheus text as {"name{labels}": value}."""
        values = {}
        for line in self.http.get("/metrics").body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values
