#!/usr/bin/env bash
# .venv-peers: the simulators that benchmarks/ compares with. Does nothing, quickly, where it is all
# there.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv-peers
needs=benchmarks/peers/requirements.txt
stamp="$venv/.requirements"
export PIP_DISABLE_PIP_VERSION_CHECK=1

stop() {
  printf 'bench-peers: %s\n  try: %s\n' "$1" "$2" >&2
  exit 1
}

command -v g++ >/dev/null || stop "Brian2 and torch compile with g++, which is missing" \
  "sudo apt-get install -y g++ make"
command -v make >/dev/null || stop "Brian2 compiles with make, which is missing" \
  "sudo apt-get install -y make"
if ! cmp -s "$needs" "$stamp"; then
  python="${PYTHON:-python3.11}"
  "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null ||
    stop "$python is no Python 3.11, for which the versions are pinned" \
      "make bench-peers PYTHON=/path/to/python3.11"
  printf 'bench-peers: installing into %s (5 GB on Linux, some minutes)\n' "$venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install -qq --requirement "$needs"
  cp "$needs" "$stamp"
fi
"$venv/bin/python" -W ignore -c '
import brian2, nest, torch
print("bench-peers: Brian2", brian2.__version__, "NEST", nest.__version__, "torch", torch.__version__)
' | grep '^bench-peers'
