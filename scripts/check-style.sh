#!/usr/bin/env bash
# What no linter of ours counts: files that are too long to know by heart, work
# left open in comments, skipped tests, and pipes that fail now and then. A
# missing tool is an error of `make test-full`, never a skipped test.
set -euo pipefail

cd "$(dirname "$0")/.."
failed=0

# written FILES...: those that a person wrote.
written() {
    git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        if [[ -f $file ]] && ! grep -qm1 '^// Code generated .* DO NOT EDIT\.$' "$file"; then
            echo "$file"
        fi
    done
}

while IFS= read -r file; do
    limit=400
    [[ $file == *_test.go ]] && limit=600
    lines=$(wc -l <"$file")
    if [[ $lines -gt $limit ]]; then
        echo "$file: $lines lines, the limit is $limit"
        failed=1
    fi
done < <(written '*.go')

sources=$(written '*.go' '*.ts' '*.tsx' '*.mjs' ':!contract/ts/schema.d.ts' ':!web/dist')
if [[ -n $sources ]] && xargs grep -nE '\b(TODO|FIXME|XXX)\b|\bt\.Skip(Now|f)?\(' <<<"$sources"; then
    echo "finish it, or open an issue"
    failed=1
fi

# A reader that leaves early kills the writer with SIGPIPE if it is still at it,
# and under pipefail the pipe has then failed.
if git grep -nE '\|[[:space:]]*(grep( -[[:alpha:]]+)* -[[:alpha:]]*[qm][[:alpha:]]*|head)\b' -- '*.sh' ':!scripts/check-style.sh' .ci/run Makefile '*.md' 'e2e/*.go'; then
    echo "let the last command read all of its input: grep >/dev/null, sed -n 1p"
    failed=1
fi
exit $failed
