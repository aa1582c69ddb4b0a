# Debian's packages, sourced by tools/script.sh; all of them are in Debian 12 and in Debian 13, but for what says otherwise.
#   packages_run      what building and running needs
#   packages_check    what the tests need beside it
#   packages_long     what only tools/check --long needs
#   packages_package  what tools/package needs beside packages_run

packages_run="gcc libc6-dev meson ninja-build pkg-config
  libssl-dev libsqlite3-dev libjansson-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libcoap3-dev libp11-kit-dev softhsm2
  libpcsclite-dev pcscd vsmartcard-vpcd opensc ca-certificates"
packages_check="libcriterion-dev clang clang-format libclang-rt-dev pcsc-tools git man-db zsh fish
  openssl curl xxd eapoltest hostapd python3 python3-pytest sqlite3 iproute2 procps strace valgrind chromium chromium-driver
  ofono dbus socat gammu"
packages_long="gcovr debootstrap python3-yaml"
# Debian 13 has no Frama-C; tools/check says there that it proves nothing.
grep -qx 'VERSION_ID="12"' /etc/os-release && packages_long="$packages_long frama-c-base why3 cvc4"
packages_package="build-essential dpkg-dev debhelper dh-python lintian mandoc git python3"

packages_fetch() {
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# packages_missing NAME...: those that are not installed
packages_missing() {
  local name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
  done
}

# packages_install NAME...: installs what is missing; says what to do when it may not.
packages_install() {
  local missing
  mapfile -t missing < <(packages_missing "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "These packages are missing; install them as root and run this again:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! followed "$log" packages_fetch "${missing[@]}"; then
    tail -n 20 "$log" >&2
    echo "the packages could not be installed; the last lines of apt-get are above" >&2
    return 1
  fi
  rm -f "$log"
}
