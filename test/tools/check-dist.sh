#!/usr/bin/env bash
# Builds dist/ anew and fails when anything in it differs from what is committed, files that git does not know included.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run --silent build
changes="$(git status --porcelain --untracked-files=all -- dist)"
if [ -n "$changes" ]; then
  printf 'dist/ is not what the sources give; run "npm run build" and commit it:\n%s\n' "$changes" >&2
  git --no-pager diff --stat -- dist >&2
  exit 1
fi
echo 'dist/ is what the sources give'
