"""The programs that are measured: a Rekindle server on a store that outlives it, an nginx beside it, and
`rekindle load`, which calls either."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from report import ROOT

BUILD = pathlib.Path(os.environ.get("REKINDLE_BUILD", ROOT / "build/release"))
PROGRAM = BUILD / "cli/rekindle"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_of(pid):
    """CPU seconds of a process: {(thread's name, "user"|"kernel"): seconds}."""
    tick = os.sysconf("SC_CLK_TCK")
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            head, tail = (task / "stat").read_text(encoding="utf-8").rsplit(")", 1)
        except FileNotFoundError:  # it ended meanwhile
            continue
        fields = tail.split()
        name = head.split("(", 1)[1]
        for kind, field in (("user", 11), ("kernel", 12)):
            seconds[name, kind] = seconds.get((name, kind), 0.0) + int(fields[field]) / tick
    return seconds


def pinned(core, command):
    return command if core is None else ["taskset", "-c", str(core), *command]


class Server:
    """A server on a store that outlives it."""

    def __init__(self, config, store, core=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        began = time.monotonic()
        self.process = subprocess.Popen(
            pinned(core, [str(PROGRAM), "serve", "--config", str(config), "--data", str(store),
                          "--port", str(self.port)]), stdout=subprocess.DEVNULL)
        self.wait_until_ready()
        self.seconds_to_ready = time.monotonic() - began

    def wait_until_ready(self):
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.005)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        return connection.getresponse().read()

    def send(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 300:
            raise RuntimeError(f"{method} {path} was answered {response.status}: {answer}")
        return answer

    def redefine(self, name, when):
        """Puts a definition and waits until it is in force. Seconds."""
        began = time.monotonic()
        self.send("PUT", f"/v1/audiences/{name}", {"when": when})
        now = {"next": True}
        while "next" in now or now["status"] != "in_force":
            time.sleep(0.02)
            now = json.loads(self.get(f"/v1/audiences/{name}"))
        return time.monotonic() - began

    def metric(self, name):
        """The sum over all labels."""
        return sum(float(line.rsplit(b" ", 1)[1]) for line in self.get("/metrics").splitlines()
                   if line.startswith(name.encode()) and line[len(name):len(name) + 1] in b"{ ")

    def wait_until_sessions_are_over(self):
        """They all end within the minute after a fill; a model is learnt from them."""
        closed = -1.0
        while closed <= 0 or closed != self.metric("rekindle_sessions_total"):
            closed = self.metric("rekindle_sessions_total")
            time.sleep(5)

    def wait_for_model(self):
        """A start does not wait until decisions know what was learnt before."""
        while json.loads(self.get("/v1/decide?site=shop&visitor=v1&n=1"))["model_version"] == 0:
            time.sleep(0.02)

    def share_offered(self, visitors=200):
        """Of so many visitors, for which share there is something to offer."""
        answers = [json.loads(self.get(f"/v1/decide?site=shop&visitor=v{n}&n=3"))
                   for n in range(visitors)]
        return sum(1 for answer in answers if answer["offers"]) / visitors

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            raise RuntimeError(f"the server ended with {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def load(url, *options, core=None):
    done = subprocess.run(pinned(core, [str(PROGRAM), "load", "--json", "--to", url, *options]),
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"rekindle load ended with {done.returncode}")
    result = json.loads(done.stdout)
    if result["failed"] or result["unanswered"]:
        raise RuntimeError(f"answers were wrong: {done.stdout.strip()}")
    return result


def nginx_config(folder, port):
    """One worker that answers an empty GIF, with its usual access log, all of it in `folder`."""
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log {folder}/access.log; keepalive_requests 1000000000; {temporary}
  server {{ listen 127.0.0.1:{port}; location = /pixel.gif {{ empty_gif; }} }}
}}"""


class Nginx:
    """nginx with empty_gif and its usual access log, one worker on one core."""

    def __init__(self, folder, core):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "nginx"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "nginx.conf").write_text(nginx_config(self.folder, self.port),
                                                encoding="utf-8")
        self.process = subprocess.Popen(
            pinned(core, ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]))
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx did not start")

    def worker(self):
        """The process that answers: the master only watches it."""
        master = self.process.pid
        children = pathlib.Path(f"/proc/{master}/task/{master}/children")
        return int(children.read_text(encoding="utf-8").split()[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
