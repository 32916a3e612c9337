#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other.
#
# usage: fuzz.sh DURATION, such as 60s
set -euo pipefail

cd "$(dirname "$0")/.."
duration=${1:?usage: fuzz.sh DURATION}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz PACKAGE TARGET
# Making interesting inputs small is cut short: with documents of some kilobytes
# it would take nearly all of the time.
fuzz() {
    go test -tags full,long -run '^$' -fuzz "^$2\$" -fuzztime "$duration" -fuzzminimizetime 100x "$1" >"$log" 2>&1
}

# The fuzzer can lose the race against its own deadline and then reports that
# as a failure without an input: on a busy machine, once in a dozen runs. Only
# that gets another try, and with all the targets there are two would not do.
lost_the_race() {
    grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input written' "$log"
}

# passes PACKAGE TARGET
passes() {
    local try
    for try in 1 2 3 4 5; do
        if fuzz "$@"; then
            return
        fi
        lost_the_race || return 1
        echo "fuzz: $* lost the race against its deadline, try $try"
    done
    return 1
}

targets=$(git grep --untracked -hoE '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go' | wc -l)
echo "fuzzing $targets targets for $duration each"
passed=0
while IFS=: read -r file target; do
    package=./$(dirname "$file")
    if ! passes "$package" "$target"; then
        cat "$log"
        echo "fuzz: $package $target failed" >&2
        exit 1
    fi
    echo "ok  $package $target: $(grep -o 'execs: [0-9]*' "$log" | tail -n 1)"
    passed=$((passed + 1))
done < <(git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go' | sed -e 's/func //' -e 's/($//')

if [[ $passed -ne $targets || $passed -eq 0 ]]; then
    echo "fuzz: ran $passed of $targets targets" >&2
    exit 1
fi
