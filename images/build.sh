#!/usr/bin/env bash
# Builds the images with docker or podman, whichever answers, and prints their sizes.
#   REGISTRY=icr.io/household TAG=1.2.0 images/build.sh [name ...]
# BUILD_OPTIONS is passed to the engine: for a network, a proxy's certificates, `--platform linux/arm64`.
set -euo pipefail
cd "$(dirname "$0")/.."
. images/engine.sh
REGISTRY=${REGISTRY:-localhost} TAG=${TAG:-$(git describe --always --dirty)}
[ $# -gt 0 ] || set -- auth expenses budgets notifier assistant gateway outlay

# All files get the time of the last commit, so that the same commit gives the same image.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) && export SOURCE_DATE_EPOCH
case "$("$ENGINE" --version)" in
  podman*) build=("$ENGINE" build --timestamp "$SOURCE_DATE_EPOCH" --format docker) ;;  # the OCI format has no HEALTHCHECK
  *) build=("$ENGINE" buildx build --output type=docker,rewrite-timestamp=true) ;;
esac

image() { if [ "$1" = outlay ]; then echo "$REGISTRY/outlay:$TAG"; else echo "$REGISTRY/outlay-$1:$TAG"; fi; }

for name in "$@"; do
  case "$name" in outlay) target=home ;; gateway) target=gateway ;; *) target=service ;; esac
  # shellcheck disable=SC2086  # options are words
  "${build[@]}" ${BUILD_OPTIONS:-} --build-arg VERSION="$TAG" --build-arg REVISION="$(git rev-parse HEAD)" \
    --file images/Dockerfile --target "$target" --build-arg SERVICE="$name" --tag "$(image "$name")" . >"${LOG:-/dev/null}" 2>&1 || {
      echo "$(image "$name") could not be built; LOG=/dev/stderr shows why." >&2; exit 1; }
  printf '%-50s %5d MB\n' "$(image "$name")" "$(($("$ENGINE" image inspect --format '{{.Size}}' "$(image "$name")") / 1000000))"
done
