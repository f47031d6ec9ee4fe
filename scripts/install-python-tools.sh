#!/bin/sh
# Sees to it that the mail server (aiosmtpd) and the OpenID provider (canaille) that the tests talk to can be run: silent
# when they can. Prints the Python interpreter to use on standard output; the Makefile hands it to the tests as
# NETRAL_TEST_PYTHON. Order: a Python that has both already, else PyPI's into the cache folder. Versions: python-tools.txt.
set -eu

pins=$(dirname "$0")/python-tools.txt
if [ "$(id -u)" -eq 0 ]; then default_cache=/var/cache/netral; else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/netral; fi
# Another list of versions is another folder.
folder=${NETRAL_CACHE:-$default_cache}/python-$(cksum <"$pins" | cut -d' ' -f1)

# The first Python that has pip.
with_pip() { for python in python3 /usr/bin/python3; do "$python" -m pip --version >/dev/null 2>&1 && return; done; return 1; }

say() { printf '%s\n' "$*" >&2; }

# Prints the first interpreter that has the modules: the one asked for, the cache's, the one in PATH, the system's.
found() {
    for python in ${NETRAL_TEST_PYTHON:-} "$folder/bin/python3" python3 /usr/bin/python3; do
        if "$python" -c 'import aiosmtpd.controller, canaille.backends.sql.backend, canaille.oidc.provider' >/dev/null 2>&1; then
            command -v "$python"
            return
        fi
    done
    return 1
}

install_debian_pip() {
    say "installing Debian's python3-pip package"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends python3-pip >/dev/null
}

# Not a virtual environment, whose module Debian keeps in a package of its own: a folder and a starter that names it.
# The packages go aside first, so that an installation that was cut off is no installation.
install() {
    say "installing aiosmtpd and canaille into $folder"
    umask 022
    mkdir -p "$folder/bin" && work=$(mktemp -d "$folder/new.XXXXXX") && python=$("$python" -c 'import sys; print(sys.executable)') || return
    trap 'rm -rf "$work"' EXIT
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install -q --no-cache-dir --no-warn-conflicts --disable-pip-version-check --target "$work/packages" \
        --constraint "$pins" aiosmtpd 'canaille[oidc,sqlite]' >&2 &&
        rm -rf "$folder/packages" && mv "$work/packages" "$folder/packages" &&
        printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" "$@"\n' "$folder/packages" "$python" >"$work/python3" &&
        chmod 755 "$work/python3" &&
        mv "$work/python3" "$folder/bin/python3"
}

if found; then exit 0; fi
if ! with_pip && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then install_debian_pip || true; fi
if with_pip && install && found; then exit 0; fi
say "the tests need Python's aiosmtpd and canaille: give pip to this account (Debian: python3-pip), or name a Python that has" \
    "both by NETRAL_TEST_PYTHON (pip install -c scripts/python-tools.txt aiosmtpd 'canaille[oidc,sqlite]')"
exit 1
