#!/usr/bin/env bash
# Whether dist/ is, byte for byte, what src/ gives, types and size included. Needs npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
node=$(node --version)
if (($(cut -d. -f1 <<< "${node#v}") < 18)) || ! command -v npm > /dev/null; then
  echo "skipped: this needs Node 18 and npm, and finds Node $node"
  exit 77
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
exec npm run --silent check
