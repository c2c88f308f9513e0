#!/bin/sh
# What one service needs, and nothing else, into an environment of its own. Run from the repository's root:
#   deploy/images/install.sh packages SERVICE VENV     third-party packages
#   deploy/images/install.sh ours SERVICE VENV         our own, built into wheels
# SERVICE.txt names what is needed; versions and hashes are those of requirements.lock, which the tests ran with.
set -eu
what=$1 service=$2 venv=$3
list=deploy/images/$service.txt
uv=${UV:-uv}
export VIRTUAL_ENV="$venv" UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1

case $what in
packages)
  locked=$(mktemp)
  trap 'rm -f "$locked"' EXIT
  awk 'NR == FNR { wanted[$1]; next }
       /^[^ ]/ { split($1, name, "=="); taken = name[1] in wanted; found[name[1]] }
       taken { print }
       END { for (one in wanted) if (one !~ /^\.\// && !(one in found)) { print one " is not in requirements.lock" > "/dev/stderr"; exit 1 } }
      ' "$list" requirements.lock >"$locked"
  "$uv" pip install --quiet --require-hashes --no-deps -r "$locked"
  ;;
ours)
  # only some members of the workspace are in an image's stage, and its root is not: so no [tool.uv.sources]
  # shellcheck disable=SC2046  # one argument per package
  "$uv" pip install --quiet --no-deps --no-sources $(grep '^\./' "$list")
  ;;
*)
  echo "packages or ours, not $what" >&2
  exit 64
  ;;
esac
