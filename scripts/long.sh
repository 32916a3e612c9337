#!/usr/bin/env bash
# Runs the packages that have tests behind the build tag "long". With SHORT=1
# those tests keep their shape and shrink their numbers (testing.Short).
set -euo pipefail

cd "$(dirname "$0")/.."
files=$(git grep --untracked -lE '^//go:build .*\blong\b' -- '*_test.go' || true)
if [[ -z $files ]]; then
    echo "long: no test file has the build tag long" >&2
    exit 1
fi
# shellcheck disable=SC2046 # folders of Go packages have no spaces
go test -tags full,long -timeout 120m ${SHORT:+-short} $(xargs -n 1 dirname <<<"$files" | sort -u | sed 's|^|./|')
