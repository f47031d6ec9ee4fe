#!/bin/sh
# Sees to it that aiosmtpd, the mail server that the tests talk to, can be run: silent when it can.
# Prints the Python interpreter to use on standard output; the Makefile hands it to the tests as NETRAL_TEST_PYTHON.
# Order: a Python that has it already, the cache folder, Debian's package as root, PyPI's into the cache folder.
set -eu

package=aiosmtpd==1.4.6
if [ "$(id -u)" -eq 0 ]; then default_cache=/var/cache/netral; else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/netral; fi
folder=${NETRAL_CACHE:-$default_cache}/python

# The first Python that has pip.
with_pip() { for python in python3 /usr/bin/python3; do "$python" -m pip --version >/dev/null 2>&1 && return; done; return 1; }

say() { printf '%s\n' "$*" >&2; }

# Prints the first interpreter that has the module: the one asked for, the cache's, the one in PATH, the system's.
found() {
    for python in ${NETRAL_TEST_PYTHON:-} "$folder/bin/python3" python3 /usr/bin/python3; do
        if "$python" -c 'import aiosmtpd.controller' >/dev/null 2>&1; then
            command -v "$python"
            return
        fi
    done
    return 1
}

install_debian() {
    say "installing Debian's python3-aiosmtpd package"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends python3-aiosmtpd >/dev/null
}

# Not a virtual environment, whose module Debian keeps in a package of its own: a folder and a starter that names it.
install_pip() {
    say "installing $package into $folder"
    mkdir -p "$folder/bin" && python=$("$python" -c 'import sys; print(sys.executable)') || return
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install -q --no-cache-dir --disable-pip-version-check --upgrade --target "$folder/packages" "$package" &&
        printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" "$@"\n' "$folder/packages" "$python" >"$folder/bin/python3.new" &&
        chmod 755 "$folder/bin/python3.new" &&
        mv "$folder/bin/python3.new" "$folder/bin/python3"
}

if found; then exit 0; fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && install_debian && found; then exit 0; fi
if with_pip && install_pip && found; then exit 0; fi
say "the tests need Python's aiosmtpd: install it (Debian: python3-aiosmtpd), or name a Python that has it by NETRAL_TEST_PYTHON"
exit 1
