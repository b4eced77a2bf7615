#!/usr/bin/env bash
# Runs one Belay command with the node that is on PATH. Called by the action.yml files; inputs come in BELAY_* variables.
set -euo pipefail
# What an earlier step left in the environment must not change what runs here.
# Proxies are heeded, so certificates must be checked.
unset NODE_OPTIONS NODE_PATH BASH_ENV NODE_TLS_REJECT_UNAUTHORIZED
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if ! command -v node >/dev/null 2>&1; then
  echo "::error title=Belay::node was not found on PATH: Belay needs Node 20 or newer. Add a step that uses actions/setup-node before this one, or install it on the runner."
  exit 3
fi
# Answered without starting the engine: 4 ms, where `node -p` takes as long as a whole program.
version="$(node --version 2>/dev/null || echo unknown)"
version="${version#v}"
major="${version%%.*}"
if ! [ "$major" -ge 20 ] 2>/dev/null; then
  echo "::error title=Belay::node $version is too old: Belay needs Node 20 or newer. Add a step that uses actions/setup-node with node-version 20 before this one."
  exit 3
fi
exec node "$here/../dist/index.js" action "$1"
