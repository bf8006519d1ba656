#!/usr/bin/env python3
"""What `./dev run` shows: starts the demo server, replays a real shop's year through the server's own
sockets so that it ends now, switches to the wall clock, and prints what came of it.

Only the standard library. The server's store is temporary and goes away at the end.
"""
import argparse
import json
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/cli/rekindle"
HISTORY = ROOT / "data/uci_online_retail.csv.zst"
MEMBERS_SHOWN = 3
DECISIONS_SHOWN = 3


def say(text=""):
    print(text, flush=True)


def ask(base, path):
    with urllib.request.urlopen(base + path, timeout=30) as answer:
        return json.load(answer)


def start_server(port):
    # A session of its own: Ctrl-C reaches this script, which then stops the server in order.
    server = subprocess.Popen([PROGRAM, "serve", "--demo", "--port", str(port)], cwd=ROOT,
                              stdout=subprocess.PIPE, text=True, start_new_session=True)
    line = server.stdout.readline()
    if "http://" not in line:
        raise SystemExit(f"the server did not start (exit status {server.wait()})")
    return server, line[line.index("http://"):].strip()


def replay(base):
    socket = base.replace("http://", "ws://") + "/v1/ws"
    command = [PROGRAM, "replay", HISTORY, "--preset", "uci", "--site", "shop", "--to", socket,
               "--shift-to", "now", "--then-clock", "wall"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"the replay failed (exit status {done.returncode})")
    return done.stdout


def sessions_closed(base):
    with urllib.request.urlopen(base + "/metrics", timeout=30) as answer:
        return sum(float(line.rsplit(" ", 1)[1]) for line in answer.read().decode().splitlines()
                   if line.startswith("rekindle_sessions_total{"))


def wait_until_learnt(base):
    """Decisions are of a model that learns from closed sessions, a moment behind the replay."""
    while ask(base, "/v1/decide?visitor=none&n=1")["model_version"] < sessions_closed(base):
        time.sleep(0.05)


def show_audiences(base):
    """Prints every audience with some members; returns members to decide for."""
    say("\nAudiences, live")
    visitors = []
    for audience in ask(base, "/v1/audiences")["audiences"]:
        name = audience["name"]
        page = ask(base, f"/v1/audiences/{name}/members?limit={MEMBERS_SHOWN}")
        members = [member["visitor"] for member in page["members"]]
        # The page's own size: right after the replay people still leave, by time alone.
        say(f"  {page['size']:>6}  {name:<28} {', '.join(members)}")
        visitors += members[:1]
    return list(dict.fromkeys(visitors))[:DECISIONS_SHOWN]


def show_decisions(base, visitors):
    say("\nDecisions")
    for visitor in visitors:
        query = urllib.parse.urlencode({"visitor": visitor, "n": 2})
        decision = ask(base, f"/v1/decide?{query}")
        say(f"  visitor {visitor}")
        for offer in decision["offers"]:
            price = f"{offer.get('price', '')} {offer.get('currency', '')}".strip()
            say(f"    {offer['product']}  {offer.get('title', '')}  {price}")
            for reason in offer["reasons"]:
                say(f"        because {reason}")
        if not decision["offers"]:
            say(f"    nothing: {decision.get('nothing_because', '')}")


def show_addresses(base, visitors):
    visitor = visitors[0] if visitors else "12347"
    say(f"""
The shop, in a browser
  {base}/demo/

Try it
  curl '{base}/v1/audiences'
  curl '{base}/v1/audiences/NAME/members?limit=5'
  curl '{base}/v1/audiences/NAME/changes?after=0'
  curl '{base}/v1/visitors/{visitor}'
  curl '{base}/v1/decide?visitor={visitor}&n=3'
  curl '{base}/pixel.gif?s=shop&v=me&e=view_item&i=85123A' -o /dev/null -w '%{{http_code}}\\n'
  curl '{base}/v1/events' -d '{{"visitor":"me","type":"add_to_cart","items":[{{"product":"85123A","price":"2.95"}}]}}'
  curl '{base}/v1/visitors/me'
  curl '{base}/metrics'
  curl '{base}/health/ready'""")


def stop(server):
    server.send_signal(signal.SIGTERM)
    return server.wait()


def main():
    parser = argparse.ArgumentParser(prog="./dev run", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0: any free one")
    parser.add_argument("--once", action="store_true", help="stop after printing")
    options = parser.parse_args()

    say("== Starting the server on configs/demo.yaml, events clock, temporary store")
    server, base = start_server(options.port)
    try:
        say(f"   {base}")
        say("== Replaying a real gift shop's year (UCI Online Retail), moved to end now")
        say("\n" + replay(base).rstrip())
        visitors = show_audiences(base)
        wait_until_learnt(base)
        show_decisions(base, visitors)
        show_addresses(base, visitors)
        if not options.once:
            say("\nThe server stays up. Ctrl-C ends it.")
            while True:
                signal.pause()
    except KeyboardInterrupt:
        pass
    except urllib.error.URLError as error:
        say(f"the server's answer: {error}")
        stop(server)
        return 1
    finally:
        status = stop(server) if server.poll() is None else server.returncode
    return status


if __name__ == "__main__":
    # SIGTERM ends the demonstration like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
