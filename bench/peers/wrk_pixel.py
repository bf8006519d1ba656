"""The pixel by wrk: our whole pipeline against nginx that answers an empty GIF and logs. One
connection after the other is kept and asked again, or asked eight times at once, or used once."""
import re
import subprocess

from ours import Ours
from pinned import CLIENT_CORE, Pinned, free_port
from servers import nginx_config

CONNECTIONS = 64
DEPTH = 8

# Each request of another visitor out of 100,000, so that nobody answers from a cache.
SCRIPT = """
local number, mode = 0, '%s'
local function one()
  number = number + 7919
  local headers = mode == 'new' and { ['Connection'] = 'close' } or {}
  return wrk.format('GET', '/pixel.gif?e=page_view&v=v' .. number %% 100000, headers)
end
function request()
  if mode ~= 'pipelined' then return one() end
  local all = {}
  for i = 1, %d do all[i] = one() end
  return table.concat(all)
end
"""


class Nginx(Pinned):
    name = "nginx"

    def __init__(self):
        super().__init__()
        self.port = free_port()
        (self.folder / "nginx.conf").write_text(nginx_config(self.folder, self.port),
                                                encoding="utf-8")

    def command(self):
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    def answers(self):
        done = subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{self.port}/pixel.gif"],
                              check=False)
        return done.returncode == 0


def requests_per_s(server, mode, seconds):
    script = server.folder / f"{mode}.lua"
    script.write_text(SCRIPT % (mode, DEPTH), encoding="utf-8")
    done = subprocess.run(["taskset", "-c", str(CLIENT_CORE), "wrk", "-t1", f"-c{CONNECTIONS}",
                           f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{server.port}"],
                          capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{server.name} refused pixels: {done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))


def measure(report, program, runs, seconds):
    with Nginx() as nginx, Ours(program, clock="wall") as ours:
        for mode in ("keep_alive", "pipelined", "new"):
            theirs, own = [], []
            for _ in range(runs):
                theirs.append(requests_per_s(nginx, mode, seconds))
                own.append(requests_per_s(ours, mode, seconds))
            report.add(f"wrk.{mode}.vs_nginx", [a / b for a, b in zip(own, theirs)], "ratio")
            report.add(f"wrk.{mode}.rekindle_per_s", own, "1/s")
            report.add(f"wrk.{mode}.nginx_per_s", theirs, "1/s")
