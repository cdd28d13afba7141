#!/usr/bin/env bash
# Sets up what a target needs: setup.sh lint|run|test. Does nothing that is done already.
set -euo pipefail
cd "$(dirname "$0")/.."
need=${1:?usage: setup.sh lint|run|test}
venv=${VENV:-.venv}
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}

missing() { echo "setup: $1" >&2; exit 1; }

case $need in
  lint) sections=() ;;
  run) sections=(window); [ -n "${DISPLAY:-}" ] || sections+=(screen) ;;
  test) sections=(window screen test) ;;
  *) missing "there is no target $need: lint, run or test." ;;
esac

mkdir -p build
exec 9>build/setup.lock
flock 9

packages_of() {  # the names in a section of the list
  awk -v section="[$1]" '/^\[/ {inside = ($1 == section); next} inside && NF && !/^#/ {print $1}' scripts/debian-packages.txt
}

absent_packages() {
  local entry entries=() names=() there
  for section in ${sections[@]+"${sections[@]}"}; do
    mapfile -t -O ${#entries[@]} entries < <(packages_of "$section")
  done
  for entry in ${entries[@]+"${entries[@]}"}; do [[ $entry == *=* ]] || names+=("$entry"); done
  [ ${#names[@]} -gt 0 ] || return 0
  there=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' "${names[@]}" 2>/dev/null || true)"
  for entry in "${entries[@]}"; do
    if [[ $entry == *=* ]]; then
      command -v "${entry#*=}" >/dev/null || echo "${entry%=*}"
    elif [[ $there != *" installed=$entry "* ]]; then
      echo "$entry"
    fi
  done
}

python311() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

install_packages() {
  local ours=""
  if [ ! -e "$policy" ]; then  # servers are for the tests to start, not for the installation
    ours=$policy
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  echo "setup: installing $# Debian packages" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; } >build/apt.log 2>&1 9>&- ||
    missing "apt could not install the Debian packages ($(grep -m1 '^E:' build/apt.log || echo see build/apt.log)); check the network and run this again."
  if [ -n "$ours" ]; then
    rm -f "$ours"
    trap - EXIT
  fi
}

absent=()
if command -v dpkg-query >/dev/null; then
  mapfile -t absent < <(absent_packages)
  [ -n "$(python311)" ] || absent+=(python3 python3-venv)
elif [ "$need" != lint ]; then
  echo "setup: this is no Debian; the libraries of scripts/debian-packages.txt must be there already." >&2
fi
if [ ${#absent[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] ||
    missing "these Debian packages are missing and only root may install them; run: sudo apt-get install --no-install-recommends ${absent[*]}"
  install_packages "${absent[@]}"
fi

python=$(python311)
[ -n "$python" ] || missing "Python 3.11 with venv is missing; install it, or name it: make PYTHON=/path/to/python3.11"

if ! "$venv/bin/python" -c '' 2>/dev/null; then
  echo "setup: making $venv" >&2
  "$python" -m venv "$venv" || missing "the virtual environment $venv could not be made; is the folder writable?"
fi
lock=$(sha256sum <requirements.lock)
if [ "$(cat "$venv/.locked" 2>/dev/null)" != "$lock" ]; then
  echo "setup: installing the locked dependencies into $venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >build/pip.log 2>&1 ||
    missing "the locked dependencies could not be installed ($(grep -m1 -o 'ERROR: .*' build/pip.log | cut -c1-160 || echo see build/pip.log)); check the network and run this again."
  echo "$lock" >"$venv/.locked"
fi

if [ "$need" = test ]; then
  npm_lock=$(cat tests/simulators/npm/*.json | sha256sum)
  if [ "$(cat build/npm/.locked 2>/dev/null)" != "$npm_lock" ]; then
    command -v npm >/dev/null || missing "npm is missing; install Debian's packages nodejs and npm."
    echo "setup: installing the npm packages that the tests use into build/npm" >&2
    mkdir -p build/npm
    cp tests/simulators/npm/package*.json build/npm/
    (cd build/npm && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >../npm.log 2>&1) ||
      missing "the npm packages could not be installed (see build/npm.log); check the network and run this again."
    echo "$npm_lock" >build/npm/.locked
  fi
fi
