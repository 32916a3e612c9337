#!/usr/bin/env bash
# Builds the tools of one module below tools/ into bin/. What was built before
# for the same versions, Go and platform is taken from the user's cache, so
# that another clone on the machine does not build it again.
#
# usage: tools.sh MODULE-FOLDER
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/$1"
key=$( (go env GOVERSION GOOS GOARCH && cat go.mod go.sum) | git hash-object --stdin)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/admin-api/tools/$key

if [[ ! -e $cache/.complete ]]; then
    echo "building the tools of $1; this happens once and can take minutes"
    mkdir -p "$cache"
    fresh=$(mktemp -d "$cache/.build.XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    CGO_ENABLED=0 go build -trimpath -o "$fresh/" tool
    # Somebody else may be building the same: each file is replaced whole.
    mv -f "$fresh"/* "$cache/"
    touch "$cache/.complete"
fi
mkdir -p "$root/bin"
for tool in "$cache"/*; do
    name=$(basename "$tool")
    cp "$tool" "$root/bin/.$name.$$"
    mv -f "$root/bin/.$name.$$" "$root/bin/$name"
done
