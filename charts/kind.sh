#!/usr/bin/env bash
# Installs the suite with its own stores in a kind cluster, from images that `make images` built, and runs the smoke test.
#   TAG=1.2.0 CLUSTER=outlay charts/kind.sh
set -euo pipefail
cd "$(dirname "$0")/.."
REGISTRY=${REGISTRY:-localhost} TAG=${TAG:-$(git describe --always --dirty)} CLUSTER=${CLUSTER:-outlay}
PATH="$PWD/tests/charts/node_modules/.bin:$PATH"

for name in auth expenses budgets notifier assistant gateway; do
  kind load docker-image "$REGISTRY/outlay-$name:$TAG" --name "$CLUSTER"
done
helm upgrade --install outlay charts/outlay -f charts/outlay/ci/dev.yaml --kube-context "kind-$CLUSTER" --wait --timeout 10m \
  --set global.image.registry="$REGISTRY" --set global.image.tag="$TAG"
helm test outlay --logs --kube-context "kind-$CLUSTER"
