#!/bin/sh
# Locks exact versions with hashes: one file per image, one for developers, and one for each separate tool.
set -eu
cd "$(dirname "$0")/.."
common="libs/chassis/pyproject.toml libs/money/pyproject.toml"
lock() {
    out="$1"; shift
    # Our own packages are installed from the checkout, so they are not locked.
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
        --no-emit-package outlay-chassis --no-emit-package outlay-money --no-emit-package outlay-auth --no-emit-package outlay-expenses \
        --no-emit-package outlay-budgets --no-emit-package outlay-notifier --no-emit-package outlay-gateway \
        --no-emit-package outlay-assistant \
        --constraint requirements/dev.txt --overrides requirements/own.txt --output-file "requirements/$out" "$@"
}
sources() { for name in "$@"; do echo "services/$name/pyproject.toml"; done; }
touch requirements/dev.txt
# The Db2 driver is large, so only the images that may need it get it; the home image does not.
lock dev.txt --extra sql --extra db2 requirements/dev.in $common $(sources auth expenses budgets notifier assistant gateway)
lock auth.txt --extra sql $common $(sources auth)
lock gateway.txt $common $(sources gateway)
lock assistant.txt $common $(sources assistant)
for name in expenses budgets notifier; do lock "$name.txt" --extra sql --extra db2 $common $(sources "$name"); done
lock build.txt requirements/build.in
lock sbom.txt requirements/sbom.in
lock audit.txt requirements/audit.in
lock outlay.txt --extra sql $common $(sources auth expenses budgets notifier assistant gateway)
