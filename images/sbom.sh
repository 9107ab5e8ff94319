#!/usr/bin/env bash
# Writes the bill of materials of each image of a build to build/sbom.
#   REGISTRY=icr.io/household TAG=1.2.0 images/sbom.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. images/engine.sh
mkdir -p build/sbom
for name in outlay outlay-auth outlay-expenses outlay-budgets outlay-notifier outlay-assistant outlay-gateway; do
  image="${REGISTRY:-localhost}/$name:${TAG:-$(git describe --always --dirty)}"
  build/sbom-tool/bin/python images/bill.py "$ENGINE" "$image" "build/sbom/$name.cdx.json"
done
