#!/usr/bin/env bash
# Provides Debian sid's python3.13, python3.14 and python3.15 beside the machine's own, for the tests and for trying things:
# static, link-time optimised and stripped builds, the other kind than pyenv's.
#
#   scripts/interpreters.sh [--tools] [FOLDER]      FOLDER is ${XDG_CACHE_HOME:-~/.cache}/pyallocs/sid unless given
#   PATH="$PATH:FOLDER/bin" python3.14              the first line on stdout is FOLDER/bin, or nothing where it cannot be had
#
# It needs an x86-64 Debian or a relative of it (apt-get), and no root: the packages (31 MB) are fetched with apt's own
# signature check into FOLDER, and nothing outside it changes. A second run does nothing. --tools also installs gcc, gdb,
# valgrind, pypy3 and chromium on the machine itself, as far as they are missing and this is root. PYALLOCS_DEBIAN_MIRROR names
# another mirror than the one this machine uses, REFRESH=1 fetches newer packages.
#
# Where it cannot be done it says so on stderr and still exits 0: then those tests are skipped.
#
# sid's interpreters need sid's own C library, so FOLDER/bin holds wrappers that start them through sid's dynamic loader. The
# loader tells Python the wrapper's name as its argv[0], from which it finds FOLDER/lib/python3.X: no PYTHONHOME, so -I and -E
# work; sys.executable is the wrapper, so subprocesses, multiprocessing and virtual environments come back through it; sys.prefix
# is FOLDER. LD_PRELOAD reaches the interpreter, after the shell of the wrapper. /proc/self/exe is the loader.
set -euo pipefail

versions="3.13 3.14 3.15"
tools=no
folder="${XDG_CACHE_HOME:-$HOME/.cache}/pyallocs/sid"
for argument in "$@"; do
  case "$argument" in
    --tools) tools=yes ;;
    -*) echo "interpreters.sh does not know $argument: scripts/interpreters.sh [--tools] [FOLDER]" >&2; exit 2 ;;
    *) folder="$argument" ;;
  esac
done

say() { echo "interpreters: $*" >&2; }
give_up() { say "$* Tests on Debian sid's Pythons will be skipped."; exit 0; }

install_tools() {
  local missing=()
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  for tool in gdb valgrind pypy3 chromium; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "${missing[*]} missing, and this is not root on Debian: tests that need them will be skipped."
    return 0
  fi
  say "installing ${missing[*]} …"
  { timeout 300 apt-get -qq update && DEBIAN_FRONTEND=noninteractive timeout 900 apt-get -qq -y --no-install-recommends install "${missing[@]}"; } \
    >/dev/null 2>&1 || say "apt-get install ${missing[*]} failed: tests that need them will be skipped."
}

# Whether every wrapper starts.
complete() {
  local version
  for version in $versions; do
    [ "$("$folder/bin/python$version" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$version" ] || return 1
  done
}

# The Debian mirror of this machine's own apt.
own_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$'
}

# Downloads the packages and all they depend on, as if nothing were installed, with apt's state kept in $work.
download() {
  local mirror="${PYALLOCS_DEBIAN_MIRROR:-$(own_mirror)}" keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -n "$mirror" ] || return 1
  if [ ! -e "$keys" ]; then # Ubuntu has the keys in a package of its own
    (cd "$work" && timeout 120 apt-get -qq download debian-archive-keyring && dpkg-deb -x debian-archive-keyring_*.deb keyring) || return 1
    keys="$work/keyring$keys"
  fi
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  echo "deb [arch=amd64 signed-by=$keys] $mirror sid main" >"$work/sources.list"
  local apt=(timeout 300 apt-get -qq -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache"
    -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Architecture=amd64 -o APT::Architectures=amd64
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Update::Error-Mode=any)
  "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends --download-only $(printf 'python%s ' $versions)
}

unpack() {
  local package version
  # Debian's merged /usr: made first, so that a package which still has files in /lib puts them in the right place.
  mkdir -p "$tree/usr/bin" "$tree/usr/lib" "$tree/usr/lib64" "$tree/usr/sbin" "$tree/bin"
  ln -s usr/lib "$tree/lib"
  ln -s usr/lib64 "$tree/lib64"
  for package in "$work"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$tree" --keep-directory-symlink --no-same-owner --exclude='./usr/share/*' --exclude='./var/*' || return 1
  done
  for version in $versions; do
    cat >"$tree/bin/python$version" <<WRAPPER
#!/bin/sh
# Debian sid's python$version, started through sid's own C library: see scripts/interpreters.sh of pyallocs.
exec '$folder/usr/lib64/ld-linux-x86-64.so.2' --library-path '$folder/usr/lib/x86_64-linux-gnu' --argv0 "\$0" '$folder/usr/bin/python$version' "\$@"
WRAPPER
    chmod 755 "$tree/bin/python$version"
  done
}

[ $tools = no ] || install_tools

mkdir -p "$folder" 2>/dev/null || give_up "$folder cannot be made."
folder="$(cd "$folder" && pwd -P)"
if command -v flock >/dev/null; then exec 9<"$(dirname "$folder")" && flock 9; fi # a second one waits, and finds it done
if [ "${REFRESH:-0}" != 1 ] && complete; then echo "$folder/bin"; exit 0; fi

[ "$(uname -sm)" = "Linux x86_64" ] || give_up "$(uname -sm) is not Linux x86_64."
for command in apt-get dpkg-deb tar; do command -v "$command" >/dev/null || give_up "There is no $command: this is not Debian."; done
# What stands there already must be ours, or nothing.
[ -z "$(ls -A "$folder")" ] || [ -e "$folder/.pyallocs-sid" ] || give_up "$folder holds something else: name an empty folder."

say "fetching python$(echo $versions | sed 's/ /, python/g') of Debian sid (31 MB) into $folder …"
touch "$folder/.pyallocs-sid"
work="$(mktemp -d)"
tree="$folder.$$"
trap 'rm -rf "$work" "$tree"' EXIT
download >"$work/log" 2>&1 || { tail -5 "$work/log" >&2; give_up "The packages could not be downloaded (no network, or no Debian mirror: set PYALLOCS_DEBIAN_MIRROR)."; }
mkdir "$tree"
unpack 2>"$work/log" || { tail -5 "$work/log" >&2; give_up "The packages could not be unpacked."; }
touch "$tree/.pyallocs-sid"
rm -rf "$folder"
mv -T "$tree" "$folder"
complete || give_up "The interpreters were unpacked but do not start: try $folder/bin/python3.14 -I -c pass."
for version in $versions; do say "$folder/bin/python$version is $("$folder/bin/python$version" -c 'import platform; print(platform.python_version())')"; done
echo "$folder/bin"
