#!/usr/bin/env bash
# test_package.sh BUILD: the Debian package is built, installed into a root of its own, and works
# there: read-only, without root's rights, without locked or shared memory. What it needs is named.
set -euo pipefail
build=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skipped: $*" && exit 77; }
command -v dpkg-shlibdeps >/dev/null || skip "no dpkg-shlibdeps (Debian: apt-get install dpkg-dev)"
[ "$(id -u)" = 0 ] || skip "a root of its own, and read-only, needs root"
! grep -q '^MGP_SANITIZE:.*=.' "$build/CMakeCache.txt" || skip "a sanitized build is not packaged"
work=$(mktemp -d /tmp/mgprove-package.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
checks=0
ok() { checks=$((checks + 1)) && echo "ok: $*"; }
fail() { echo "FAIL $*" && exit 1; }

(cd "$build" && cpack -G DEB -B "$work/out") >"$work/log" 2>&1 || { cat "$work/log" && fail "cpack"; }
deb=$(echo "$work"/out/*.deb)
ok "built $(basename "$deb"), $(stat -c %s "$deb") bytes"

# its dependencies are packages, and those that the programs need
mapfile -t needs < <(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/,/\n/g' | tr -d ' ')
[ ${#needs[@]} -gt 0 ] || fail "depends on nothing"
for package in "${needs[@]}"; do
  dpkg-query -W "$package" >/dev/null || fail "depends on $package, which is not installed here"
done
ok "depends on ${needs[*]}"

mkdir -p "$work/root/var/lib/dpkg/updates" "$work/root/var/lib/dpkg/info"
touch "$work/root/var/lib/dpkg/status" "$work/root/var/lib/dpkg/available"
dpkg --root="$work/root" --force-depends --no-triggers -i "$deb" >"$work/log" 2>&1 ||
  { cat "$work/log" && fail "dpkg -i"; }
[ "$(dpkg-query --admindir="$work/root/var/lib/dpkg" -W -f '${Status}' mgprove)" = \
  "install ok installed" ] || fail "not installed"
for file in bin/mgprove bin/mgverify include/mgprove/verify.h share/mgprove/slurm/env.sh \
  share/doc/mgprove/copyright share/bash-completion/completions/mgprove \
  share/zsh/site-functions/_mgprove share/fish/vendor_completions.d/mgprove.fish; do
  [ -f "$work/root/usr/$file" ] || fail "no $file"
done
[ -n "$(find "$work/root" -name 'mgprove-prove.1*')" ] || fail "no manual page"
ok "installed"

# as nobody, read-only, no locked memory, no shared memory
cp "$root/guest/prebuilt/silent.elf" "$work"
mkdir -m 777 "$work/run"
unshare --mount bash -c '
  set -e
  mount --bind "$0/root" "$0/root" && mount -o remount,ro,bind "$0/root"
  mount -t tmpfs -o ro tmpfs /dev/shm
  cd "$0/run"
  ! touch "$0/root/usr/bin/x" 2>/dev/null
  ulimit -l 0
  nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; }
  nobody "$0/root/usr/bin/mgprove" demo --threads 1
  nobody "$0/root/usr/bin/mgprove" prove ../silent.elf --ranks 2 --threads 1 -q >/dev/null
  nobody "$0/root/usr/bin/mgverify" --elf ../silent.elf silent.mgp' "$work" >"$work/log" 2>&1 ||
  { cat "$work/log" && fail "the installed programs"; }
grep -q 'the proof was accepted' "$work/log" && grep -q '^verdict  *accepted' "$work/log" ||
  fail "no proof: $(cat "$work/log")"
ok "works read-only, as nobody, without locked or shared memory"

# the module file, as far as it goes without the modules command: Tcl that sets the right places
if command -v tclsh >/dev/null; then
  cat >"$work/module.tcl" <<'END'
set ModulesCurrentModulefile [lindex $argv 0]
proc module-whatis {text} {}
proc conflict {args} {}
proc prepend-path {name path} { puts "$name=$path" }
proc setenv {name value} { puts "$name=$value" }
source $ModulesCurrentModulefile
END
  moved=$work/moved
  cp -r "$work/root/usr" "$moved"
  tclsh "$work/module.tcl" "$(echo "$moved"/share/mgprove/modulefiles/mgprove/*)" >"$work/module"
  grep -qx "PATH=$moved/bin" "$work/module" && grep -qx "MGPROVE_SLURM=$moved/share/mgprove/slurm" \
    "$work/module" || fail "module: $(cat "$work/module")"
  ok "module file, of an installation that was moved"
else
  echo "without tclsh: the module file was not checked"
fi
echo "$checks checks"
