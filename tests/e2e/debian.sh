#!/bin/bash
# The Debian packages, from the source to a profile: built in a fresh root of Debian, installed in another,
# tried there. It takes minutes and the network of Debian's packages, so that tools/check --long runs it.
#   tests/e2e/debian.sh [SUITE...]     bookworm (Debian 12) and trixie (Debian 13) unless named
# Needs root, debootstrap and mount namespaces; says what is missing and ends with 77. PACKAGE_ROOTS is a
# folder of roots, SUITE each, that are copied in the stead of made.
set -uo pipefail
cd "${EMUICC_SOURCE:-$(dirname "$0")/../..}" || exit 1
skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "a root of Debian is made by root"
command -v debootstrap >/dev/null || [ -n "${PACKAGE_ROOTS:-}" ] || skip "debootstrap is not installed"
unshare --mount --pid --ipc --fork true 2>/dev/null || skip "unshare may not make namespaces here"
[ $# -gt 0 ] || set -- bookworm trixie

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
fail() { echo "FAILED: $*" >&2; [ ! -s "$work/log" ] || tail -n 30 "$work/log" >&2; exit 1; }
step() { printf '== %s (%d s)\n' "$1" "$SECONDS"; }

# inside ROOT COMMAND: in namespaces of its own, with the network of this machine or (alone=1) none but lo
inside() {
  unshare --mount --pid --ipc ${alone:+--net} --fork --kill-child bash -c '
    set -e
    mount --make-rprivate / 2>/dev/null || true
    mount --bind "$1" "$1"; mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"
    mount -t tmpfs none "$1/dev/shm"; mount -t tmpfs none "$1/run"; mount -t tmpfs none "$1/tmp"
    [ -z "$3" ] || ip link set lo up
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" bash -c "$2"' _ "$1" "$2" "${alone:-}" >"$work/log" 2>&1 </dev/null
}

# Where this machine has its packages from.
mirror() {
  { grep -hE '^URIs:' /etc/apt/sources.list.d/*.sources; grep -hE '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list; } 2>/dev/null |
    grep -v security | grep -oE 'https?://[^ ]*debian/?( |$)' | head -n 1
}
# make_root SUITE FOLDER: the smallest Debian
make_root() {
  local from
  if [ -n "${PACKAGE_ROOTS:-}" ]; then
    cp -a --reflink=auto "$PACKAGE_ROOTS/$1" "$2"
    return
  fi
  from=$(mirror)
  debootstrap --variant=minbase "$1" "$2" ${from:+"$from"} >"$work/log" 2>&1 || return 1
  local setting # proxies, if there are any, and nothing that a package of this machine has brought
  for setting in /etc/apt/apt.conf.d/*; do dpkg -S "$setting" >/dev/null 2>&1 || cp "$setting" "$2/etc/apt/apt.conf.d/"; done
  cp /etc/resolv.conf /etc/hosts "$2/etc/" 2>/dev/null
}

# What a user does after the installation; each line must succeed.
tried=$(cat <<'TRY'
set -e
mkdir -p /tmp/try && cd /tmp/try
say() { echo "-- $*"; }
say 'no program lacks a library; each has its page and its completions'
for program in /usr/bin/emuicc*; do
  $program --version | head -n 1
  ! ldd $program | grep 'not found'
  test -e /usr/share/man/man1/${program##*/}.1.gz || dpkg -S man1/${program##*/}.1.gz # pages are left out of small roots
  bash -c ". /usr/share/bash-completion/completions/${program##*/}.bash; complete -p ${program##*/}" >/dev/null
done
say 'a PKI, a server, a chip in a reader of pcscd; a download'
emuicc-pki --server localhost pki
emuicc-smdpp --pki pki --profiles /usr/share/emuicc/profiles --address localhost:8443 --listen 127.0.0.1:8443 &
cat >inside.sh <<'INSIDE'
set -e
emuicc --vpcd 127.0.0.1:36000 --pki pki --state chip &
emuicc-ctl --state chip wait
emuicc-lpa --ca pki download 'LPA:1$localhost:8443$usim-milenage'
emuicc-lpa enable 8988211000000000011
emuicc-lpa list | tee list
grep -q '8988211000000000011.*enabled' list
opensc-tool --reader 0 -s 00A40004022FE2 -s 00B000000A | tee iccid
grep -q '98 88 12 01' iccid
INSIDE
pcscd-place 36000 bash inside.sh
say 'a chip without pcscd; a chip that leaves the factory with what ships'
emuicc --pcsc /tmp/try/socket --state other --personality sgp32-v1.2 --install usim-milenage,enabled &
timeout 60 sh -c 'until [ -S socket ]; do sleep 0.1; done'
PCSCLITE_CSOCK_NAME=/tmp/try/socket emuicc-lpa --json list | grep -q 8988211000000000011
say 'the library, as its example says'
cc $(find /usr/share/doc/libemuicc-dev -name 'library.c') $(pkg-config --cflags --libs emuicc) -o example
./example third usim-milenage,enabled
say 'the plugin of pytest, the suite as a user has it'
cat >test_one.py <<'SUITE'
import pytest
pytest_plugins = ["emuicc_pytest"]
@pytest.fixture(scope="module")
def emuicc_options():
    return ["--install", "usim-milenage,enabled"]
def test_a_chip(chip):
    assert chip.transmit("00A40004022FE2") == "611D"
def test_a_download(reader, smdpp):
    code = smdpp.activation_code("usim-isim-tuak")
    assert reader.run("emuicc-lpa", "--ca", smdpp.pki, "download", code).returncode == 0
SUITE
python3 -m pytest -q -p no:cacheprovider --junitxml=results.xml test_one.py
grep -q 'tests="2"' results.xml
say 'units of systemd'
for unit in /usr/lib/systemd/system/emuicc*.service /usr/lib/systemd/user/emuicc*.service /lib/systemd/system/emuicc*.service; do
  [ ! -e "$unit" ] || for program in $(sed -n 's/^ExecStart[Pre]*=\(\/[^ ]*\).*/\1/p' "$unit"); do test -x "$program"; done
done
say 'the manual as HTML'
ls /usr/share/doc/emuicc/html/index.html || dpkg -L emuicc-doc | grep html/index.html
TRY
)

for suite in "$@"; do
  step "$suite: a fresh root"
  make_root "$suite" "$work/$suite" || fail "no root of $suite can be made"
  cp -a --reflink=auto "$work/$suite" "$work/$suite-build" || fail "the root cannot be copied"
  mkdir -p "$work/$suite-build/source" "$work/$suite/packages"
  git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -c -T - | tar -x -C "$work/$suite-build/source"
  step "$suite: tools/package"
  inside "$work/$suite-build" 'cd /source && tools/package /packages' || fail "$suite: tools/package"
  grep -E '^== (lintian|done)|^[EW]: ' "$work/log"
  cp "$work/$suite-build"/packages/*.deb "$work/$suite/packages/" && rm -f "$work/$suite"/packages/*dbgsym*
  rm -rf --one-file-system "$work/$suite-build"
  step "$suite: installed"
  inside "$work/$suite" 'apt-get update && apt-get install -y --no-install-recommends /packages/*.deb \
    pcscd vsmartcard-vpcd opensc gcc libc6-dev pkg-config bash-completion git ca-certificates systemd-sysv libpam-systemd' || fail "$suite: the packages cannot be installed"
  step "$suite: tried"
  alone=1 inside "$work/$suite" "$tried" || fail "$suite: what a user does first"
  grep '^--' "$work/log"
  step "$suite: the units"
  bash tests/e2e/units.sh "$work/$suite" >"$work/log" 2>&1
  case $? in 0 | 77) tail -n 1 "$work/log" ;; *) fail "$suite: the units under systemd" ;; esac
  # What a CI server would run: with the packages as they are, and no network any more.
  recipe=$([ "$suite" = bookworm ] && echo gitlab || echo github)
  step "$suite: the recipe docs/examples/ci/$recipe.yml"
  mkdir -p "$work/$suite/ci/emuicc" && mv "$work/$suite/packages" "$work/$suite/ci/packages"
  cp -r tests "$work/$suite/ci/emuicc/"
  python3 tests/e2e/ci_recipe.py "docs/examples/ci/$recipe.yml" >"$work/$suite/ci/run.sh" || fail "$recipe.yml cannot be read"
  alone=1 inside "$work/$suite" 'cd /ci && bash run.sh' || fail "$suite: $recipe.yml"
  grep -E '^tests=|^ok | passed in ' "$work/log"
  step "$suite: removed"
  inside "$work/$suite" 'apt-get purge -y "emuicc*" "libemuicc*" python3-pytest-emuicc && ! ls /usr/bin/emuicc* /usr/share/emuicc 2>/dev/null' ||
    fail "$suite: something stays after the packages are removed"
  rm -rf --one-file-system "$work/$suite"
done
echo "packages of $* are built, installed, tried and removed"
