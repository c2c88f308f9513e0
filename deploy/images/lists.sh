#!/bin/sh
# Writes SERVICE.txt for every image: the names of what it needs, from uv.lock. `make lock` runs it.
set -eu
uv=${UV:-uv}
here=deploy/images

list() {
  name=$1
  shift
  "$uv" export --quiet --frozen --no-dev "$@" --no-header --no-annotate --no-hashes |
    sed -E 's/^-e //; s/(==| ;).*//; /^ *$/d' | LC_ALL=C sort -u >"$here/$name.txt"
}

for service in gateway orchestrator text-worker image-worker video-worker audio-worker face-embedding; do
  list "$service" --package "groove-$service"
done
list tools --package groove-client --package groove-gateway --package groove-orchestrator
