#!/usr/bin/env bash
# Whether crawlers.tsv is what the pinned package gives. Needs npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if ! command -v npm > /dev/null; then
  echo "skipped: this needs npm"
  exit 77
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
exec npm run --silent check
