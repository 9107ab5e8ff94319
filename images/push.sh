#!/usr/bin/env bash
# Pushes the images of one build. For IBM Container Registry: `ibmcloud cr login` first, and REGISTRY=icr.io/<namespace>.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${REGISTRY:?where to push, such as icr.io/my-namespace}"
TAG=${TAG:-$(git describe --always --dirty)}
case "$TAG" in *-dirty) echo "There are uncommitted changes; commit them or set TAG." >&2; exit 1 ;; esac
. images/engine.sh
for name in outlay outlay-auth outlay-expenses outlay-budgets outlay-notifier outlay-assistant outlay-gateway; do
  "$ENGINE" push "$REGISTRY/$name:$TAG"
done
