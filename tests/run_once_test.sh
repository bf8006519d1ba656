#!/usr/bin/env bash
# The demonstration end to end: everything `./dev run` promises is in what it prints.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=$(mktemp)
trap 'rm -f "$out"' EXIT
python3 demo/run.py --once --port 0 > "$out" 2>&1 || { cat "$out"; exit 1; }

expect() {
  grep -Eq "$1" "$out" || { cat "$out"; echo "missing: $1"; exit 1; }
}
# The file has 22,190 invoices with a customer and a usable line (18,536 purchases, 3,654 refunds).
expect '^sent 22190, accepted 22190, duplicates 0, rejected 0'
expect 'sent -> acknowledged'
expect '99.00 % +[0-9.]+ us'
expect '^ +[1-9][0-9]* +[a-z_]+ +[0-9]+'
expect 'because '
expect 'curl .*/v1/decide'
grep -E '^sent ' "$out"
