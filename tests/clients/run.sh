#!/usr/bin/env bash
# Installs the clients if they are not there yet, then tests with them: run.sh [CLIENT…] BINARY
set -euo pipefail
set -- "${@:1:$#-1}" "$(realpath "${@: -1}")"
cd "$(dirname "${BASH_SOURCE[0]}")"
node=$(node --version)
if (($(cut -d. -f1 <<< "${node#v}") < 20)); then
  echo "skipped: the clients need Node 20, this is $node"
  exit 77
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
exec node clients_test.mjs "$@"
