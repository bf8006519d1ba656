#!/usr/bin/env python3
"""Who may include whom: everything may include core/; operators/, state/ and io/ include only core/
and themselves; only cli/ (with tests/ and bench/) joins them."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALLOWED = {
    "core": {"core"},
    "operators": {"core", "operators"},
    "state": {"core", "state"},
    "io": {"core", "io"},
    "cli": {"core", "operators", "state", "io", "cli"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def faults_of(folder, allowed):
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            where = f"{path.relative_to(ROOT)}:{number}"
            target = match.group(1)
            if target.split("/")[0] not in allowed:
                yield f"{where}: {folder}/ must not include {target}"
            elif not (ROOT / target).is_file():
                yield f"{where}: {target} is not a path from the repository's root"


def main():
    faults = [fault for folder, allowed in ALLOWED.items() for fault in faults_of(folder, allowed)]
    print("\n".join(faults) if faults else "   every include is allowed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
