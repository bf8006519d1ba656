#!/usr/bin/env bash
# The browser script and the demo shop in Debian's Chromium: run.sh [--screenshots DIR] BINARY
# Exit status 77 and a reason where there is no Chromium, or Node is too old.
set -euo pipefail
set -- "${@:1:$#-1}" "$(realpath "${@: -1}")"
cd "$(dirname "${BASH_SOURCE[0]}")"
node=$(node --version)
if (($(cut -d. -f1 <<< "${node#v}") < 20)); then
  echo "skipped: the browser's driver needs Node 20, this is $node"
  exit 77
fi
if [[ ! -x /usr/bin/chromium ]]; then
  echo "skipped: /usr/bin/chromium is missing (Debian package chromium)"
  exit 77
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
exec node browser_test.mjs "$@"
