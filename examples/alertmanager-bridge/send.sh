#!/usr/bin/env bash
# Asks Belay to look at a release now: send.sh <release> <reason>
# Needs BELAY_REPOSITORY (owner/name), BELAY_SOURCE and BELAY_DISPATCH_KEY. With GITHUB_TOKEN it sends, without it prints the body.
set -euo pipefail

# one line of ASCII, without the two signs that JSON would escape
reason="$(printf '%s' "$2" | LC_ALL=C tr -c '[:print:]' ' ' | tr -d '"\\' | cut -c 1-200)"
id="$(openssl rand -hex 16 | sed -E 's/^(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/')"
issued="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
expires="$(date -u -d '+5 minutes' +%Y-%m-%dT%H:%M:%SZ)"

# what is signed: the fields in alphabetical order, without blanks
text="$(printf '{"expiresAt":"%s","id":"%s","issuedAt":"%s","reason":"%s","release":"%s","repository":"%s","source":"%s"}' \
  "$expires" "$id" "$issued" "$reason" "$1" "$BELAY_REPOSITORY" "$BELAY_SOURCE")"
# for a moment the key is an argument: let nobody else have a shell on this machine
signature="$(printf '%s' "$text" | openssl dgst -sha256 -hmac "$BELAY_DISPATCH_KEY" | sed 's/^.*= //')"
body="{\"event_type\":\"belay-rollback\",\"client_payload\":${text%\}},\"signature\":\"$signature\"}}"

if [ -z "${GITHUB_TOKEN:-}" ]; then
  printf '%s\n' "$body"
else
  printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" | curl --silent --show-error --fail --config - \
    --data "$body" "${GITHUB_API_URL:-https://api.github.com}/repos/$BELAY_REPOSITORY/dispatches"
fi
