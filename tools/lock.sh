#!/usr/bin/env bash
# Writes requirements.lock: the newest versions that pyproject.toml allows, resolved in a clean
# environment. Needs a Python 3.11, so that no version is chosen that 3.11 cannot run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

"${PYTHON:-python3.11}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --upgrade setuptools
"$folder/venv/bin/pip" install --quiet ".[develop]"
{
  printf '# What `make setup` installs, for every Python from 3.11 on. pyproject.toml has the ranges.\n'
  printf '# Made anew by: make lock\n'
  "$folder/venv/bin/pip" freeze --all --exclude pip --exclude neuromix | LC_ALL=C sort -f
} >"$folder/lock"
mv "$folder/lock" requirements.lock
