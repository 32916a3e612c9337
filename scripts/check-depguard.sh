#!/usr/bin/env bash
# Proves that the import rules of .golangci.yml bite. Makes a small module with
# our package names, in which every room imports every other package and every
# framework, lints it with our configuration and compares what was refused with
# the two tables below. Nothing is downloaded: the frameworks are empty, too.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
lint=$root/bin/golangci-lint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Who may import whom: package, colon, what it may import of ours.
# "families" stands for every folder of a family, "platforms" for what families
# share, "testplatforms" for the doubles of those.
arrows='
files:
models:
secret: files
strict:
web:
validation: secret
paging: models secret
input: strict validation
outbound: models
store: files models
store/storetest: files models store
integrations: models secret strict validation
integrations/zendesk: integrations secret validation platforms
integrations/singlesignon: integrations secret validation platforms
integrations/scimaccount: integrations secret validation platforms
integrations/platform: integrations secret validation platforms
integrations/platform/aws: integrations secret validation platforms
integrations/platform/aws/awstest: integrations secret validation platforms testplatforms
integrations/platform/saml: integrations secret validation platforms
integrations/catalog: integrations families platforms
integrations/integrationtest: integrations models outbound secret strict validation
api: integrations models validation
reference: integrations strict validation
setfile: integrations strict
audit: files input models paging secret store strict validation
access: audit input models paging secret store strict validation
events: access audit input models outbound paging secret store strict validation
accounts: access audit events input integrations models outbound paging secret store strict validation
sso: access audit input integrations integrations/platform/saml integrations/singlesignon models outbound paging secret sso/assertion store validation
sso/assertion: integrations/platform/saml
sso/assertion/assertiontest: integrations/platform/saml sso/assertion
scim: access integrations/scimaccount models secret store strict validation
monitor: accounts audit events models store
handlers: access accounts api audit events integrations models paging reference scim sso strict validation web
cmd/openapi: api integrations integrations/catalog families platforms models validation
cmd/reference: accounts handlers integrations integrations/catalog families platforms models reference
cmd/admin-api: access accounts api audit events files handlers input integrations integrations/catalog families platforms models monitor outbound paging reference scim secret setfile sso sso/assertion store strict validation web
bench:
e2e/program:
e2e/identity:
newcomer:
'
families='integrations/zendesk integrations/singlesignon integrations/scimaccount'
platforms='integrations/platform integrations/platform/aws integrations/platform/saml'
testplatforms='integrations/platform/aws/awstest'

# Which room has which framework: import path, colon, its rooms ("*": all;
# "tests": every test). Tests may import all of ours.
rooms='
github.com/labstack/echo/v4: handlers bench
gorm.io/gorm: store store/storetest
gorm.io/driver/sqlite: store store/storetest
github.com/pressly/goose/v3: store store/storetest
github.com/jackc/pgx/v5: store store/storetest tests
github.com/mattn/go-sqlite3: store store/storetest tests
modernc.org/sqlite: store store/storetest tests
github.com/go-playground/validator/v10: validation
github.com/tink-crypto/tink-go/v2: secret
github.com/alecthomas/kong: cmd/openapi cmd/reference cmd/admin-api
github.com/russellhaering/gosaml2: sso sso/assertion sso/assertion/assertiontest tests
github.com/russellhaering/goxmldsig: sso sso/assertion sso/assertion/assertiontest tests
github.com/beevik/etree: sso sso/assertion sso/assertion/assertiontest tests
github.com/elimity-com/scim: scim
github.com/crewjam/saml: testplatforms integrations/integrationtest sso/assertion/assertiontest store/storetest tests
github.com/stretchr/testify/require: testplatforms integrations/integrationtest sso/assertion/assertiontest store/storetest tests
github.com/stretchr/testify/assert:
github.com/stretchr/testify/suite:
github.com/stretchr/testify/mock:
github.com/aws/aws-sdk-go-v2/service/s3: families platforms testplatforms integrations integrations/catalog integrations/integrationtest tests
github.com/pkg/sftp: families platforms testplatforms integrations integrations/catalog integrations/integrationtest tests
github.com/jlaffaye/ftp: families platforms testplatforms integrations integrations/catalog integrations/integrationtest tests
log:
io/ioutil:
math/rand:
log/slog: *
math/rand/v2: *
'

# What is for tests is named one by one in test-support-only-in-tests, because
# the linter knows packages by the beginning of their path only.
missing=$(cd "$root" && git ls-files --cached --others --exclude-standard -- 'integrations/*test/*.go' 'sso/*test/*.go' 'store/*test/*.go' |
    sed 's|/[^/]*$||' | sort -u | while IFS= read -r dir; do
    grep -qF "{pkg: admin-api/$dir," .golangci.yml || echo "$dir"
done)
if [[ -n $missing ]]; then
    printf 'check-depguard: %s is for tests; name it in test-support-only-in-tests of .golangci.yml\n' $missing >&2
    exit 1
fi

cd "$work"
cp "$root/.golangci.yml" .

# Writes the module and prints "FILE IMPORT" for all that must be refused. The
# imports stand in a folder below the room, which nobody imports, so that they
# make no cycle; only integrations/ itself has rules of its own for its files.
awk -v arrows="$arrows" -v rooms="$rooms" -v families="$families" -v platforms="$platforms" \
    -v testplatforms="$testplatforms" '
function parse(table, order, allowed,    lines, n, i, at, count) {
    n = split(table, lines, "\n")
    for (i = 1; i <= n; i++) {
        at = index(lines[i], ":")
        if (at == 0) continue
        order[++count] = substr(lines[i], 1, at - 1)
        allowed[order[count]] = substr(lines[i], at + 1) " "
        sub(/ families /, " " families " ", allowed[order[count]])
        sub(/ platforms /, " " platforms " ", allowed[order[count]])
        sub(/ testplatforms /, " " testplatforms " ", allowed[order[count]])
    }
    return count
}
function has(list, word) {
    return index(list, " * ") || index(list, " " word " ")
}
function write(file, text) {
    dir = file
    sub(/\/[^\/]*$/, "", dir)
    system("mkdir -p " dir)
    print text > file
    close(file)
}
function import_of(path, permitted) {
    text = text "\t_ \"" path "\"\n"
    if (!permitted) print file, path
}
BEGIN {
    packages = parse(arrows, package, may)
    frameworks = parse(rooms, framework, room)
    module = "module admin-api\n\ngo 1.26.0\n"
    for (f = 1; f <= frameworks; f++) {
        path = framework[f]
        if (path !~ /\./) continue
        write("fake/" path "/empty.go", "package empty")
        write("fake/" path "/go.mod", "module " path)
        version = match(path, /\/v[0-9]+$/) ? substr(path, RSTART + 1) : "v0"
        module = module "\nrequire " path " " version ".0.0\nreplace " path " => ./fake/" path
    }
    write("./go.mod", module)
    for (p = 1; p <= packages; p++) {
        write(package[p] "/empty.go", "package empty")
        dir = package[p] (package[p] == "integrations" ? "" : "/planted")
        file = dir "/imports.go"
        text = "package empty\n\nimport (\n"
        for (o = 1; o <= packages; o++)
            if (o != p && package[o] !~ /^(cmd\/|bench|newcomer)/)
                import_of("admin-api/" package[o], has(may[package[p]], package[o]))
        for (f = 1; f <= frameworks; f++)
            import_of(framework[f], has(room[framework[f]], package[p]))
        write(file, text ")")

        file = dir "/imports_test.go"
        text = "package empty\n\nimport (\n"
        for (o = 1; o <= packages; o++)
            if (dir != package[p] && package[o] !~ /^(cmd\/|bench|newcomer)/)
                import_of("admin-api/" package[o], 1)
        for (f = 1; f <= frameworks; f++)
            import_of(framework[f], has(room[framework[f]], package[p]) || has(room[framework[f]], "tests"))
        write(file, text ")")
    }
}' | sort >expected

"$lint" run --enable-only depguard --output.text.print-issued-lines=false \
    --output.text.colors=false ./... >report 2>&1 || true
sed -n "s|^\([^:]*\):[0-9:]* import '\([^']*\)' is not allowed.*|\1 \2|p" report | sort -u >refused

if [[ ! -s refused ]]; then
    cat report
    echo "check-depguard: the linter refused nothing" >&2
    exit 1
fi
if ! diff expected refused >difference; then
    sed -n -e 's/^</not refused:/p' -e 's/^>/refused, but allowed by the table:/p' difference >&2
    echo "check-depguard: .golangci.yml and the tables of this script differ" >&2
    exit 1
fi
echo "check-depguard: all $(wc -l <expected) planted imports were refused"
