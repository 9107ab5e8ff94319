#!/usr/bin/env bash
# Pushes the images of one build. For IBM Container Registry: `ibmcloud cr login` first, and REGISTRY=icr.io/<namespace>.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${REGISTRY:?says where to, such as icr.io/my-namespace}"
TAG=${TAG:-$(git describe --always --dirty)}
case "$TAG" in *-dirty) echo "There are changes that are not committed; commit them, or name a TAG." >&2; exit 1 ;; esac
for ENGINE in ${ENGINE:-docker podman} ""; do [ -z "$ENGINE" ] || ! "$ENGINE" info >/dev/null 2>&1 || break; done
[ -n "$ENGINE" ] || { echo "Neither docker nor podman answers here; start one of them, or name it with ENGINE." >&2; exit 1; }
for name in outlay outlay-auth outlay-expenses outlay-budgets outlay-notifier outlay-gateway; do
  "$ENGINE" push "$REGISTRY/$name:$TAG"
done
