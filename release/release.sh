#!/usr/bin/env bash
# Releases the version in VERSION: tags the commit, builds and pushes the images, packages the chart and pushes it to an OCI registry.
#   REGISTRY=icr.io/household release/release.sh
#   DRY_RUN=1 release/release.sh        checks everything and packages the chart into build/release; tags, builds and pushes nothing
# CHARTS is where charts go, oci://$REGISTRY/charts if it is not set. HELM_OPTIONS goes to `helm push` as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/tests/charts/node_modules/.bin:$PATH"
VERSION=$(cat VERSION)
TAG=v$VERSION

refuse() { echo "Not released: $*" >&2; exit 1; }
run() { if [ -n "${DRY_RUN:-}" ]; then echo "would run: $*"; else echo "running: $*"; "$@"; fi; }

[ -n "${REGISTRY:-}" ] || [ -n "${DRY_RUN:-}" ] || refuse "REGISTRY says where to push, such as icr.io/my-namespace."
REGISTRY=${REGISTRY:-registry.example}
CHARTS=${CHARTS:-oci://$REGISTRY/charts}
export REGISTRY

[[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "VERSION has to look like 1.2.3, and is $VERSION."
[ -z "$(git status --porcelain)" ] || refuse "there are changes that are not committed."
[ -z "$(git tag --list "$TAG")" ] || refuse "$TAG exists; put the next version into VERSION and run \`make version\`."
"${PYTHON:-python3}" release/version.py --check || refuse "these files have another version; run \`make version\`."
grep -Eq "^## \[$VERSION\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md || [ -n "${DRY_RUN:-}" ] ||
  refuse "CHANGELOG.md needs a section \"## [$VERSION] - $(date +%F)\"."

mkdir -p build/release
helm package charts/outlay --destination build/release
run git tag --annotate "$TAG" --message "Outlay $VERSION"
TAG=$VERSION run images/build.sh
TAG=$VERSION run images/push.sh
# shellcheck disable=SC2086  # options are words
run helm push "build/release/outlay-$VERSION.tgz" "$CHARTS" ${HELM_OPTIONS:-}
run git push origin "$TAG"
echo "Outlay $VERSION: images in $REGISTRY, chart in $CHARTS/outlay"
