#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls.
#
# VULNDB           offline copy of the Go vulnerability database: a folder, or
#                  a .tgz of one; without it the public database is asked
# VULNDB_OPTIONAL  when set, an unreachable public database is no error
set -euo pipefail

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

database=()
if [[ -n ${VULNDB-} ]]; then
    folder=$VULNDB
    if [[ -f $VULNDB ]]; then
        tar -xzf "$VULNDB" -C "$work"
        folder=$work
    fi
    index=$(find "$folder" -maxdepth 3 -path '*/index/modules.json' -print -quit)
    if [[ -z $index ]]; then
        echo "vulncheck: no index/modules.json in $VULNDB" >&2
        exit 1
    fi
    database=(-db "file://$(cd "$(dirname "$index")/.." && pwd)")
fi

status=0
bin/govulncheck "${database[@]}" ./... >"$work/report" 2>&1 || status=$?
cat "$work/report"
if [[ $status -eq 1 && -z ${VULNDB-} && -n ${VULNDB_OPTIONAL-} ]] &&
    grep -qE 'dial tcp|no such host|fetching vulnerabilities|connection refused' "$work/report"; then
    echo "vulncheck: not run, no vulnerability database is reachable"
    exit 0
fi
exit "$status"
