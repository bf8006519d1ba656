"""A program on one core, in a folder of its own, gone when its `with` is over."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Pinned:
    """Subclasses give the command, and say when it answers."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rekindle-peer-"))
        self.process = None

    def command(self):
        raise NotImplementedError

    def answers(self):
        raise NotImplementedError

    def __enter__(self):
        self.process = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), *self.command()],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"{type(self).__name__} ended with {self.process.returncode}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Window:
    """Prebuilt requests over one connection, so many unanswered at a time. The client must cost
    little: it shares the machine with what it measures."""

    def __init__(self, connection, in_flight):
        self.connection = connection
        self.in_flight = in_flight
        self.buffer = b""

    def run(self, requests, read_answer):
        """Sends all; `read_answer(self)` reads one answer. Returns (seconds, answers)."""
        answers = []
        began = time.monotonic()
        for number, request in enumerate(requests):
            if number >= self.in_flight:
                answers.append(read_answer(self))
            self.connection.sendall(request)
        while len(answers) < len(requests):
            answers.append(read_answer(self))
        return time.monotonic() - began, answers

    def until(self, mark):
        """What comes up to a mark, which is taken too."""
        while (at := self.buffer.find(mark)) < 0:
            self.more()
        found, self.buffer = self.buffer[:at], self.buffer[at + len(mark):]
        return found

    def exactly(self, size):
        while len(self.buffer) < size:
            self.more()
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def more(self):
        received = self.connection.recv(1 << 20)
        if not received:
            raise RuntimeError("the connection ended")
        self.buffer += received
