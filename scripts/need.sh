#!/usr/bin/env bash
# Checks that the programs a make target needs are on the machine and names the
# Debian packages of those that are not.
#
# usage: need.sh [--print] NAME...
#
# A NAME is a tool below, or one of the groups test, full and bench. With
# --print the missing packages are listed and nothing is an error.
set -euo pipefail

# expand NAME: the tools of a group.
expand() {
    case $1 in
    test) echo git gcc make ;;
    full) echo git gcc make postgresql chromium node npm sshd vsftpd curl jq openssl php php-xml simplesamlphp lasso xmlsec1 ;;
    bench) echo git gcc make wrk ;;
    *) echo "$1" ;;
    esac
}

have() { command -v "$1" >/dev/null 2>&1; }

# present TOOL: whether it can be used.
present() {
    case $1 in
    postgresql) have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    php-xml) have php && php -r 'exit(extension_loaded("dom") ? 0 : 1);' ;;
    lasso) /usr/bin/python3 -c 'import lasso' 2>/dev/null ;;
    simplesamlphp) [[ -d /usr/share/simplesamlphp ]] ;;
    sshd) [[ -x /usr/sbin/sshd ]] || have sshd ;;
    vsftpd) [[ -x /usr/sbin/vsftpd ]] || have vsftpd ;;
    node) have node && [[ $(node --version | sed 's/^v\([0-9]*\).*/\1/') -ge 20 ]] ;;
    *) have "$1" ;;
    esac
}

# package TOOL: where Debian has it.
package() {
    case $1 in
    node) echo nodejs ;;
    lasso) echo python3-lasso ;;
    php) echo php-cli ;;
    sshd) echo openssh-server ;;
    *) echo "$1" ;;
    esac
}

print=no
if [[ ${1-} == --print ]]; then
    print=yes
    shift
fi
missing=()
for name in "$@"; do
    for tool in $(expand "$name"); do
        present "$tool" || missing+=("$(package "$tool")")
    done
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

packages=$(printf '%s\n' "${missing[@]}" | sort -u | paste -s -d ' ')
if [[ $print == yes ]]; then
    echo "$packages"
    exit 0
fi
echo "missing on this machine: $packages" >&2
echo "with Debian: apt-get install $packages" >&2
exit 1
