#!/usr/bin/env bash
# Compares the contract with that of the last release (the newest v* tag) and
# fails where a client that works today would not work any more.
set -euo pipefail

cd "$(dirname "$0")/.."
release=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [[ -z $release ]]; then
    echo "breaking: no release yet, nothing to compare the contract with"
    exit 0
fi
before=$(mktemp)
trap 'rm -f "$before"' EXIT
git show "$release:openapi.yaml" >"$before"
bin/oasdiff breaking --fail-on ERR "$before" openapi.yaml
