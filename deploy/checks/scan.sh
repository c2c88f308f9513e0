#!/bin/sh
# What checkov thinks of the images. Every check that is passed over has its reason here.
set -eu
cd "$(dirname "$0")/../.."
checkov() { .venv-deploy/bin/checkov --compact --quiet --skip-download "$@"; }

checkov --framework dockerfile --file deploy/Dockerfile
