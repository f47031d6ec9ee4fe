#!/bin/sh
# Checks the dependencies' licences, sources, bans and advisories by cargo-deny, installing it first if it is missing.
# The advisories come from a Git repository of their own: when it cannot be reached, that one check is left out and said so.
set -eu

version=0.20.2

if ! cargo deny --version >/dev/null 2>&1; then
    echo "installing cargo-deny $version (about three minutes on two cores)" >&2
    cargo install --quiet --locked --version "$version" cargo-deny
fi

cargo deny check bans licenses sources

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if cargo deny check advisories >"$log" 2>&1; then
    cat "$log"
elif grep -q 'failed to fetch advisory database' "$log"; then
    echo 'advisories NOT CHECKED: the advisory database cannot be reached from here'
else
    cat "$log" >&2
    exit 1
fi
