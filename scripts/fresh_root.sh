#!/usr/bin/env bash
# Runs make targets in a new, minimal Debian 12 where no library is there by luck: fresh_root.sh [test] [run] ...
# The clone has what is committed. Mounts and processes live in namespaces of their own: they end with this script.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD/build/fresh-root
packages=python3,python3-venv,make,git,ca-certificates

missing() { echo "fresh-root: $1" >&2; exit 1; }

if [ "${1:-}" = --inside ]; then
  shift
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/shm" "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for folder in $(cat "$root/root/host-folders"); do
    mkdir -p "$root$folder"
    mount --bind -o ro "$folder" "$root$folder"
  done
  for step; do
    echo "fresh-root: make $step"
    began=$SECONDS
    chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      $(cat "$root/root/host-environment") make --no-print-directory -C /root/omnix "$step" || missing "make $step failed after $((SECONDS - began)) s."
    echo "fresh-root: make $step passed in $((SECONDS - began)) s"
  done
  exit
fi

[ "$(id -u)" = 0 ] || missing "only root can make a Debian root; run: sudo make fresh-root"
command -v debootstrap >/dev/null || missing "debootstrap is missing; run: apt-get install --no-install-recommends debootstrap"
git diff --quiet HEAD || echo "fresh-root: what is not committed is not tried." >&2

rm -rf --one-file-system "$root"
mkdir -p "$root"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
debootstrap --variant=minbase --include="$packages" bookworm "$root" ${mirror:+"$mirror"} >build/debootstrap.log 2>&1 ||
  missing "debootstrap failed (see build/debootstrap.log); check the network."
echo "fresh-root: a new root with $(dpkg --root="$root" -l | grep -c '^ii') packages"

# how this machine reaches its sources is this machine's business: copied now, never committed
cp -aL /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
rm -f "$root/etc/apt/sources.list"
cp -a /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list "$root/etc/apt/sources.list.d/" 2>/dev/null || true
[ ! -s /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
cp -a /etc/apt/apt.conf.d/*registry* /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/ssl/certs/ca-certificates.crt "$root/root/host-certificates.crt" 2>/dev/null || true
for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.npmrc"; do
  target=$root${file/#$HOME//root}
  [ ! -f "$file" ] || { mkdir -p "$(dirname "$target")"; cp "$file" "$target"; }
done
{ cat /etc/pip.conf "$HOME/.config/pip/pip.conf" 2>/dev/null; env | grep '^PIP_'; } |
  grep -oE '(file://)?/[^ ]+' | sed 's,^file://,,; s,/simple/*$,,' |  # an index has its files beside its pages
  while read -r path; do [ ! -d "$path" ] || echo "$path"; done |
  sort -u >"$root/root/host-folders" || true
{ env | grep -E '^(PIP_(DEFAULT_TIMEOUT|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS)|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)=' || true
  for name in PIP_CERT NODE_EXTRA_CA_CERTS SSL_CERT_FILE; do
    [ -z "${!name:-}" ] || echo "$name=/root/host-certificates.crt"
  done; } >"$root/root/host-environment"
git clone -q --no-hardlinks . "$root/root/omnix"

unshare --mount --pid --fork --kill-child --propagation private bash scripts/fresh_root.sh --inside "$@"
