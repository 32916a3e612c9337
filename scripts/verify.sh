#!/usr/bin/env bash
# Checks that everything generated is current: makes it again and compares the
# tree with what it was before. Works with changes that are not committed yet.
set -euo pipefail

cd "$(dirname "$0")/.."

# snapshot prints a checksum of every file that git tracks or would track.
snapshot() {
    git ls-files --cached --others --exclude-standard -z |
        while IFS= read -r -d '' file; do
            if [[ -f $file ]]; then printf '%s\n' "$file"; fi
        done | sort -u >"$1.names"
    git hash-object --no-filters --stdin-paths <"$1.names" | paste - "$1.names" >"$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
snapshot "$work/before"
"${MAKE:-make}" --no-print-directory generate
for module in . tools tools/lint tools/s3; do
    (cd "$module" && go mod tidy -diff) || {
        echo "verify: go.mod or go.sum of $module is not tidy" >&2
        exit 1
    }
done
snapshot "$work/after"

if ! diff "$work/before" "$work/after" >"$work/difference"; then
    echo "verify: generated files were not current; make generate has changed:" >&2
    sed -n 's/^[<>].*\t/  /p' "$work/difference" | sort -u >&2
    git --no-pager diff --stat >&2
    exit 1
fi
# On a clean clone the same must hold against the commit.
if [[ ${CI-} == true ]]; then
    git diff --exit-code HEAD
    untracked=$(git ls-files --others --exclude-standard)
    if [[ -n $untracked ]]; then
        printf 'verify: not committed and not ignored:\n%s\n' "$untracked" >&2
        exit 1
    fi
fi
echo "verify: generated files are current"
