#!/usr/bin/env bash
# Asks Belay to look at a release now: send.sh <release> <reason>
# Needs BELAY_REPOSITORY (owner/name), BELAY_SOURCE, BELAY_DISPATCH_KEY and, to send, GITHUB_TOKEN; without it, prints the body.
set -euo pipefail

# one line, without what JSON would have to write otherwise
reason="$(printf '%s' "$2" | tr -d '"\\' | tr -s '[:space:][:cntrl:]' ' ' | cut -c 1-200)"
id="$(cat /proc/sys/kernel/random/uuid)"
issued="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
expires="$(date -u -d '+5 minutes' +%Y-%m-%dT%H:%M:%SZ)"

# the signed text: the fields in alphabetical order, without blanks
text="$(printf '{"expiresAt":"%s","id":"%s","issuedAt":"%s","reason":"%s","release":"%s","repository":"%s","source":"%s"}' \
  "$expires" "$id" "$issued" "$reason" "$1" "$BELAY_REPOSITORY" "$BELAY_SOURCE")"
# the key is no argument, where a list of processes would show it
signature="$(printf '%s' "$text" | BELAY_DISPATCH_KEY="$BELAY_DISPATCH_KEY" \
  perl -MDigest::SHA=hmac_sha256_hex -0777 -ne 'print hmac_sha256_hex($_, $ENV{BELAY_DISPATCH_KEY})')"
body="$(printf '{"event_type":"belay-rollback","client_payload":%s,"signature":"%s"}}' "${text%\}}" "$signature")"

if [ -z "${GITHUB_TOKEN:-}" ]; then
  printf '%s\n' "$body"
else
  printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" | curl --silent --show-error --fail --config - \
    --data "$body" "${GITHUB_API_URL:-https://api.github.com}/repos/$BELAY_REPOSITORY/dispatches"
fi
