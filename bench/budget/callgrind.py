"""Instructions an event, by part: bench_budget under callgrind, its output read here; and how many lines
of memory an event brings into a cache of the proportions of a real one."""
import json
import pathlib
import subprocess
import tempfile

from parts import PART_OF, PARTS, plain

# What is counted is the same in every run: 30,000 visitors, 20,000 events after as many that are not
# counted. A checkpoint comes so often that about as many visitors are encoded for an event as in the
# large run that times are taken of.
WORKLOAD = ("--visitors", "30000", "--events", "20000", "--dirty", "400")
# 1,000,000 visitors are about 13 times what the last cache of a server's processor holds for one core's
# share; so these 30,000 are of this one.
CACHES = ("--cache-sim=yes", "--LL=1048576,16,64")


class Profile:
    """Of a callgrind output file: what each function took itself, and what its calls took, of the costs
    named `events` together."""

    def __init__(self, lines, events=("Ir",)):
        self.events = events
        self.columns = (1,)
        self.own = {}    # function → instructions
        self.calls = {}  # (caller, callee) → instructions, those of the callee's callees included
        self.names = {}  # callgrind's number → function
        self.read(lines)

    def name(self, text):
        """`(12) name` the first time, `(12)` afterwards."""
        number, _, name = text.partition(" ")
        if name:
            self.names[number] = plain(name)
        return self.names[number]

    def read(self, lines):
        function = callee = None
        for line in lines:
            if line.startswith("fn="):
                function = self.name(line[3:].rstrip("\n"))
            elif line.startswith("cfn="):
                callee = self.name(line[4:].rstrip("\n"))
            elif line.startswith("events:"):
                of = line.split()
                self.columns = [of.index(event) for event in self.events]
            elif line[0] in "0123456789+-*":
                words = line.split()  # costs at the end that are 0 are left out
                cost = sum(int(words[at]) for at in self.columns if at < len(words))
                if callee is None:
                    self.own[function] = self.own.get(function, 0) + cost
                else:  # the line after calls=
                    edge = function, callee
                    self.calls[edge] = self.calls.get(edge, 0) + cost
                    callee = None

    def by_part(self):
        """{part: instructions}"""
        costs = dict.fromkeys(PARTS, 0)
        for function, part in PART_OF.items():
            costs[part] += self.own.get(function, 0)
        for (caller, callee), cost in self.calls.items():
            if caller in PART_OF and callee not in PART_OF:
                costs[PART_OF[caller]] += cost
        return costs

    def between(self):
        """Functions that are no part's, called by a part, through which another part is called: what that
        takes would count twice."""
        callees = {}
        for caller, callee in self.calls:
            callees.setdefault(caller, set()).add(callee)
        called = {callee for caller in PART_OF for callee in callees.get(caller, ())} - set(PART_OF)
        found = set()
        for function in called:
            seen, ahead = {function}, [function]
            while ahead:
                for callee in callees.get(ahead.pop(), ()):
                    if callee in PART_OF:
                        found.add(f"{function} (to {callee})")
                    elif callee not in seen:
                        seen.add(callee)
                        ahead.append(callee)
        return sorted(found)


def instructions(program, config):
    """(instructions an event by part, what bench_budget says of the run)"""
    return run(program, config, (), ("Ir",))


def lines_from_memory(program, config):
    """{part: lines an event}"""
    return run(program, config, CACHES, ("ILmr", "DLmr", "DLmw"))[0]


def run(program, config, options, events):
    with tempfile.TemporaryDirectory(prefix="rekindle-budget-") as folder:
        output = pathlib.Path(folder) / "callgrind.out"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=yes", "-q", *options,
             f"--callgrind-out-file={output}", program, "--config", config,
             "--data", f"{folder}/store", *WORKLOAD],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"bench_budget under callgrind ended with {done.returncode}:\n"
                               f"{done.stdout}{done.stderr}")
        about = json.loads(done.stdout.splitlines()[-1])
        with open(output, encoding="utf-8") as lines:
            profile = Profile((line for line in lines if line.strip()), events)
    missing = [name for name in PART_OF if name not in profile.own]
    if missing:
        raise RuntimeError("bench/budget/parts.py names what no profile has: " + ", ".join(missing))
    if profile.between():
        raise RuntimeError("bench/budget/parts.py must name too: " + ", ".join(profile.between()))
    return {part: cost / about["events"] for part, cost in profile.by_part().items()}, about
